"""Signing in by the county's OpenID Connect provider: code flow with PKCE, state and nonce, by Authlib.

The provider says who somebody is; what they may see stays with the account of that name in the store.
"""

import warnings
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from anyio.to_thread import run_sync
from authlib.deprecate import AuthlibDeprecationWarning
from authlib.integrations.base_client import OAuthError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from core import accounts, settings
from core.serving import signin
from core.serving.signin import safe_next
from core.store import Store

# Streamlit itself still imports it: nothing that whoever starts the dashboard could do about.
warnings.filterwarnings("ignore", "authlib.jose module is deprecated", AuthlibDeprecationWarning)

START, BACK = "/login/provider", "/login/provider/back"
PATHS = (START, BACK)
MINUTES = 10  # between leaving for the provider and coming back

SignedIn = Callable[[Request, str, str], Response]


@lru_cache(maxsize=2)
def _client(provider: settings.Provider) -> Any:
    oauth = OAuth()
    return oauth.register(
        "county",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=f"{provider.issuer}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
    )


class _Answer(Response):
    """Answers within a signed cookie of ten minutes that holds state and nonce, for these two addresses alone."""

    def __init__(self, provider: settings.Provider, store: Store, signed_in: SignedIn) -> None:
        self.provider, self.store, self.signed_in = provider, store, signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wraps the two addresses in a session of their own."""
        session = SessionMiddleware(
            self._answer,
            settings.secret().hex(),
            session_cookie="county_provider",
            max_age=MINUTES * 60,
            path=START,
            same_site="lax",
            https_only=scope.get("scheme") == "https",
        )
        await session(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        answer = await (self._start if scope["path"] == START else self._back)(request)
        answer.headers["Cache-Control"] = "no-store"
        await answer(scope, receive, send)

    async def _start(self, request: Request) -> Response:
        request.session["next"] = safe_next(request.query_params.get("next"))
        back = str(request.url.replace(path=BACK, query=""))
        answer: Response = await _client(self.provider).authorize_redirect(request, back)
        return answer

    async def _back(self, request: Request) -> Response:
        client = _client(self.provider)
        try:
            issuer = (await client.load_server_metadata())["issuer"]
            meant = {
                "iss": issuer,
                "aud": self.provider.client_id,
            }  # Authlib alone does not ask for whom a token is
            asked = {name: {"essential": True, "values": [value]} for name, value in meant.items()}
            token = await client.authorize_access_token(request, claims_options=asked)
        except (OAuthError, JoseError):
            return signin.words("未登录", "统一认证没有通过，或等得太久。请返回再试一次。", 401)
        target = request.session.pop("next", "/")
        name = str(token.get("userinfo", {}).get(self.provider.claim, ""))
        address = str(request.client.host) if request.client else ""
        try:
            opened = await run_sync(accounts.sign_in_as, self.store, name, address)
        except accounts.Refused as error:
            return signin.words("未登录", str(error), 403)
        return self.signed_in(request, opened, target)


async def answer(request: Request, store: Store, signed_in: SignedIn) -> Response:
    """The answer at one of PATHS; back to the form where no provider is set."""
    provider = settings.provider()
    if provider is None or request.method != "GET":
        return RedirectResponse("/login", 303)
    return _Answer(provider, store, signed_in)
