"""What a reader is told when something fails on the way to a page: a sentence and a number that the log has too."""

import logging

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import trouble
from core.logs import error_number

log = logging.getLogger(__name__)


def told(error: BaseException) -> str:
    """Logs an error under a new number; gives the words for the reader, with the number."""
    number = error_number()
    log.error("failed", exc_info=error, extra={"number": number})
    words = trouble.in_words(error)
    what = f"数据库{words}" if words else "这一页没有算出来。请刷新再试。"
    return f"{what}如仍不行，请把错误号 {number} 告诉管理员，日志里可以查到。"


class Sorry:
    """Answers for a request that failed before anything was sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """503 with the words; a websocket is closed, and the browser tries again by itself."""
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except Exception as error:
            if scope["type"] not in ("http", "websocket") or begun:
                raise
            said = told(error)
            if scope["type"] == "websocket":
                return await send({"type": "websocket.close", "code": 1011})
            headers = {"Cache-Control": "no-store", "Retry-After": "5"}
            await PlainTextResponse(said, 503, headers)(scope, receive, send)
