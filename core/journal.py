"""The log: every sign-in, export, import, look at named rows and change of accounts. Written in the transaction of
what it tells of; lines are never changed or deleted, so that they outlast the six months the law asks for
(网络安全法)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert, select
from sqlmodel import col

from core.scope import OutOfScope, Scope
from core.tables.journal import JournalLine
from core.units import CHINA

COMMAND_LINE = "命令行"  # an address: the operator's own shell on the server

KINDS = {
    "sign_in": "登录",
    "sign_in_failed": "登录失败",
    "sign_in_throttled": "登录暂停",
    "sign_out": "退出登录",
    "password_changed": "修改密码",
    "account_added": "新建账号",
    "account_disabled": "停用账号",
    "account_enabled": "启用账号",
    "account_reset": "重设密码",
    "account_changed": "调整角色",
    "import": "上传表格",
    "accepted": "接收批次",
    "withdrawn": "撤回批次",
    "reinstated": "恢复批次",
    "named_rows": "查看到户姓名",
    "export": "导出",
    "recounted": "重算计数账",
    "backup": "备份",
    "snoozed": "暂缓过问",
    "log_read": "查看日志",
}


@dataclass(frozen=True)
class Line:
    """One line as it is read: when, what, by which account, from which address, at which places."""

    at: datetime
    kind: str
    account: str
    address: str
    places: tuple[str, ...]
    detail: str


def note(
    connection: Connection,
    kind: str,
    account: str,
    address: str,
    places: Iterable[str] = (),
    detail: str = "",
) -> None:
    """Adds a line within a writing transaction; `kind` is one of KINDS (KeyError otherwise), `places` are codes.
    `detail` never holds a villager's name, number or household."""
    if kind not in KINDS:
        raise KeyError(kind)
    connection.execute(
        insert(JournalLine).values(
            at=datetime.now(UTC),
            kind=kind,
            account=account[:64],
            address=address[:64],
            places=sorted(set(places)),
            detail=detail,
        )
    )


def lines(
    connection: Connection,
    scope: Scope,
    *,
    since: date | None = None,
    until: date | None = None,
    account: str = "",
    kind: str = "",
    limit: int = 10_000,
) -> list[Line]:
    """The newest lines first, between two days (both included, by China's days), of one account or kind where given.
    OutOfScope for everybody but an administrator."""
    if not scope.may_manage_accounts:
        raise OutOfScope("只有系统管理员可以查看日志。")
    query = select(JournalLine.__table__).order_by(col(JournalLine.id).desc()).limit(limit)  # type: ignore[attr-defined]
    if since:
        query = query.where(col(JournalLine.at) >= datetime(since.year, since.month, since.day, tzinfo=CHINA))
    if until:
        end = datetime(until.year, until.month, until.day, tzinfo=CHINA) + timedelta(days=1)
        query = query.where(col(JournalLine.at) < end)
    if account:
        query = query.where(col(JournalLine.account) == account)
    if kind:
        query = query.where(col(JournalLine.kind) == kind)
    return [
        Line(row.at, row.kind, row.account, row.address, tuple(row.places), row.detail)
        for row in connection.execute(query)
    ]
