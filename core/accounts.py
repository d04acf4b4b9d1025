"""Accounts and sign-ins: who somebody is, what they may see and do, and for how long.

A role is places plus rights (data/reference/roles.toml). A sign-in is an opaque token of which the store keeps the
SHA-256 alone; it ends when it is idle, when its day is over, on sign-out (on every device), and with every change of
the account.
"""

import hashlib
import hmac
import re
import secrets
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlmodel import col

from core import journal, settings
from core.places import REFERENCE, PlaceTree, place_tree
from core.scope import OutOfScope, Scope
from core.store import Store
from core.tables.accounts import Account, Attempt, SignIn
from core.units import CHINA

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)  # a working day, then everybody signs in again
SEEN_EVERY = timedelta(minutes=1)  # how often an idle clock is set back, at most
WINDOW = timedelta(minutes=15)
TRIES = 5  # of one account from one address, in a window
TRIES_OF_ADDRESS = 30  # of all accounts from one address

LEAST = 10  # characters of a password
MOST = 200  # argon2 takes any length; a form does not
NAME = re.compile(r"[\w.\-@]{2,40}")

_hasher = PasswordHasher()
_hashing = BoundedSemaphore(2)  # argon2 takes 64 MiB a time: many sign-ins at once must not take the machine
DEMO = "demo"  # the sign-in's key where nobody signs in

# Every run of a page asks these; to write a statement anew takes longer than to ask it.
_ANY = select(col(Account.name)).limit(1)
_SIGNED_IN = (
    select(
        *(col(getattr(SignIn, name)) for name in ("seen_at", "expires_at", "address")),
        *(col(getattr(Account, name)) for name in ("name", "role", "place", "must_change", "is_disabled")),
    )
    .join(Account, col(Account.name) == col(SignIn.account))
    .where(col(SignIn.token_hash) == bindparam("key"))
)


class Refused(ValueError):
    """An account, a password or a sign-in that cannot be; the message says in Chinese why, and what to do."""


class Throttled(Refused):
    """Too many tries: the right password would not be looked at either."""


@dataclass(frozen=True)
class Role:
    """A role: `places` is county, zone, township or none; `rights` are those of roles.toml."""

    key: str
    title: str
    post: str
    places: str
    rights: frozenset[str]


@dataclass(frozen=True)
class Visitor:
    """Somebody at a page: the account (empty in 演示模式), what they may, and from where they come."""

    account: str
    scope: Scope
    title: str = ""
    address: str = ""
    key: str = ""  # of the sign-in: the hash of its token
    must_change: bool = False
    sees_figures: bool = True

    @property
    def is_demo(self) -> bool:
        """True where nobody signs in: the demo county on this machine."""
        return self.key == DEMO

    @property
    def signature(self) -> str:
        """Under what name this person's doings are written down."""
        return self.account or "演示模式"

    def watermark(self, at: datetime | None = None) -> str:
        """Account and time, for named tables and exports: 杨集镇 yangji 2022年9月1日 14:03."""
        at = (at or datetime.now(UTC)).astimezone(CHINA)
        return f"{self.title} {self.signature} {at.year}年{at.month}月{at.day}日 {at:%H:%M}".strip()


@dataclass(frozen=True)
class AccountLine:
    """An account as the list shows it."""

    name: str
    role: str
    place: str
    state: str
    created_at: datetime
    signed_in: int


@lru_cache(maxsize=2)
def roles(path: Path = REFERENCE / "roles.toml") -> dict[str, Role]:
    """All roles by their key, in the file's order."""
    return {
        key: Role(key, entry["title"], entry["post"], entry["places"], frozenset(entry["rights"]))
        for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items()
    }


def operator(name: str = "") -> Visitor:
    """The person at the server's own command line, who made the store and owns its file."""
    return Visitor(name or "命令行", Scope(frozenset(), because="命令行", may_manage_accounts=True), "命令行", journal.COMMAND_LINE)  # fmt: skip


def demo_visitor(tree: PlaceTree, root: str = "") -> Visitor:
    """演示模式: the whole invented county (or the province or city of this code), without names."""
    scope = Scope(frozenset({root or tree.county.code}), because="演示", may_import=True, may_export=True)
    return Visitor("", scope, "", "127.0.0.1", DEMO)


# ---- accounts ----------------------------------------------------------------------------------------


def has_accounts(store: Store) -> bool:
    """True as soon as one account was ever made, disabled or not."""
    with store.engine.connect() as connection:
        return connection.execute(_ANY).first() is not None


def add(
    store: Store, by: Visitor, name: str, role: str, place: str, password: str | None, *, must_change: bool
) -> None:
    """A new account. `place` is a war zone or township by name where the role needs one; a password of None leaves
    OpenID Connect as the only way in. Refused with what to mend."""
    _may_manage(by)
    name = name.strip()
    if not NAME.fullmatch(name):
        raise Refused("账号名应为2到40个汉字、字母、数字或 . - _ @，不含空格。")
    if role not in roles():
        raise Refused(f"没有“{role}”这种角色。可用的有：{'、'.join(roles())}。")
    where = _place(roles()[role], place, place_tree())
    hashed = "" if password is None else _hash(name, password)
    with store.writing() as connection:
        if _account(connection, name) is not None:
            raise Refused(f"已有账号“{name}”。请换一个名字，或重设它的密码。")
        values = {
            "name": name,
            "role": role,
            "place": where,
            "password_hash": hashed,
            "must_change": must_change,
        }
        connection.execute(insert(Account).values(**values, is_disabled=False, created_at=datetime.now(UTC)))
        detail = f"{name}（{_role_words(role, where)}）"
        journal.note(connection, "account_added", by.account, by.address, (), detail)


def set_disabled(store: Store, by: Visitor, name: str, disabled: bool) -> None:
    """Disables an account, signing it out everywhere, or enables it again."""
    _may_manage(by)
    with _changed(store, name) as (connection, account):
        if disabled and account.name == by.account:
            raise Refused("不能停用自己的账号。")
        connection.execute(update(Account).where(col(Account.name) == name).values(is_disabled=disabled))
        kind = "account_disabled" if disabled else "account_enabled"
        journal.note(connection, kind, by.account, by.address, (), name)


def reassign(store: Store, by: Visitor, name: str, role: str, place: str) -> None:
    """Another role or place for an account, signing it out everywhere: what its pages still show is of the old one.
    Refused as in `add`, and for one's own account."""
    _may_manage(by)
    if role not in roles():
        raise Refused(f"没有“{role}”这种角色。可用的有：{'、'.join(roles())}。")
    where = _place(roles()[role], place, place_tree())
    with _changed(store, name) as (connection, account):
        if account.name == by.account:
            raise Refused("不能调整自己的角色，请另一位管理员来做。")
        connection.execute(update(Account).where(col(Account.name) == name).values(role=role, place=where))
        was, now = (_role_words(*one) for one in ((account.role, account.place), (role, where)))
        journal.note(connection, "account_changed", by.account, by.address, (), f"{name}：{was}改为{now}")


def reset_password(store: Store, by: Visitor, name: str, password: str, *, must_change: bool) -> None:
    """A new password for somebody else, signing the account out everywhere."""
    _may_manage(by)
    hashed = _hash(name, password)
    with _changed(store, name) as (connection, _):
        connection.execute(
            update(Account)
            .where(col(Account.name) == name)
            .values(password_hash=hashed, must_change=must_change)
        )
        journal.note(connection, "account_reset", by.account, by.address, (), name)


def change_password(store: Store, visitor: Visitor, old: str, new: str) -> None:
    """One's own password, by the old one. Signs the account out everywhere: the page signs in anew."""
    _try(store, visitor.account, visitor.address)
    with store.engine.connect() as connection:
        account = _account(connection, visitor.account)
    if account is None or not _matches(account.password_hash, old):
        raise Refused("原密码不对。")
    if hmac.compare_digest(old.encode(), new.encode()):
        raise Refused("新密码要与原密码不同。")
    hashed = _hash(visitor.account, new)
    with _changed(store, visitor.account) as (connection, _):
        connection.execute(
            update(Account)
            .where(col(Account.name) == visitor.account)
            .values(password_hash=hashed, must_change=False)
        )
        _forget_tries(connection, visitor.account, visitor.address)
        journal.note(connection, "password_changed", visitor.account, visitor.address)


def listing(store: Store, by: Visitor) -> list[AccountLine]:
    """Every account, by name."""
    _may_manage(by)
    now = datetime.now(UTC)
    with store.engine.connect() as connection:
        live = select(col(SignIn.account), func.count()).where(
            col(SignIn.expires_at) > now, col(SignIn.seen_at) > now - IDLE
        )
        open_now = {row[0]: row[1] for row in connection.execute(live.group_by(col(SignIn.account)))}
        found = connection.execute(select(Account.__table__).order_by(col(Account.name))).all()  # type: ignore[attr-defined]
    return [
        AccountLine(
            a.name,
            roles()[a.role].title if a.role in roles() else a.role,
            place_words(a.role, a.place),
            "已停用" if a.is_disabled else "待改密码" if a.must_change else "在用",
            a.created_at,
            open_now.get(a.name, 0),
        )
        for a in found
    ]


def password_fault(name: str, password: str) -> str:
    """Why this cannot be the password of this account, in Chinese; empty when it can. No rule on kinds of characters
    and none on age: a sentence is welcome."""
    folded = password.strip().casefold()
    if len(password) < LEAST:
        return f"密码至少{LEAST}个字符；一句容易记的话就可以。"
    if len(password) > MOST:
        return f"密码最多{MOST}个字符。"
    if name and name.casefold() in folded and len(folded) - len(name) < 6:
        return "密码不要用账号名。"
    if len(set(folded)) < 4 or folded in _common():
        return "这个密码太常见，容易被猜到，请换一个。"
    return ""


@cache
def _common() -> frozenset[str]:
    return frozenset((REFERENCE / "common_passwords.txt").read_text(encoding="utf-8").split())


def _hash(name: str, password: str) -> str:
    if fault := password_fault(name, password):
        raise Refused(fault)
    with _hashing:
        return _hasher.hash(password)


def _matches(hashed: str, password: str) -> bool:
    """As much work for an unknown account, or one without a password, as for a wrong password."""
    nobodys = _no_password()  # made before it is needed: else the first unknown name would take longer
    with _hashing:
        try:
            return _hasher.verify(hashed or nobodys, password[: MOST * 4]) and bool(hashed)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _no_password() -> str:
    return _hasher.hash(secrets.token_hex(32))


def _may_manage(by: Visitor) -> None:
    if not by.scope.may_manage_accounts:
        raise OutOfScope("只有系统管理员可以管理账号。")


def _account(connection: Connection, name: str) -> Any:
    return connection.execute(select(Account.__table__).where(col(Account.name) == name)).one_or_none()  # type: ignore[attr-defined]


@contextmanager
def _changed(store: Store, name: str) -> Iterator[tuple[Connection, Any]]:
    """A transaction on an account that ends its sign-ins; Refused when there is no such account."""
    with store.writing() as connection:
        account = _account(connection, name)
        if account is None:
            raise Refused(f"没有账号“{name}”。")
        connection.execute(delete(SignIn).where(col(SignIn.account) == name))
        yield connection, account


# ---- places ------------------------------------------------------------------------------------------


def _place(role: Role, place: str, tree: PlaceTree) -> str:
    """What an account's place is kept as: a zone's number, a township's code, or nothing."""
    place = place.strip()
    if role.places in ("county", "none"):
        if place and place != tree.county.name:
            raise Refused(f"“{role.title}”不分地方，不要写{place}。")
        return ""
    areas = tree.areas(place, today()) if place else []
    if len(areas) == 1 and areas[0].kind == role.places:
        if role.places == "township":
            return areas[0].codes[0]
        return str(next(z.number for z in tree.zones(today()) if z.name == areas[0].name))
    kind = "战区，如 三战区" if role.places == "zone" else "乡镇，如 杨集镇"
    raise Refused(f"“{role.title}”要写明{kind}（实为{place or '空'}）。")


def place_words(role: str, place: str) -> str:
    """三战区, 杨集镇, 方城县, or empty where the role has no place."""
    tree = place_tree()
    places = roles()[role].places if role in roles() else "none"
    if places == "county":
        return tree.county.name
    if places == "zone":
        return next((z.name for z in tree.zones(today()) if str(z.number) == place), f"{place}战区")
    return tree[place].name if place in tree else ""


def _role_words(role: str, place: str) -> str:
    """战区指挥长 三战区; 县领导."""
    title = roles()[role].title if role in roles() else role
    return f"{title} {place_words(role, place)}" if place else title


def today() -> date:
    """Duty follows the day of the calendar, not the data date: a commander has the zone as it is now."""
    return datetime.now(CHINA).date()


def scope_of(role_key: str, place: str, tree: PlaceTree) -> Scope:
    """The scope of a role at a place; an unknown role or place gives an empty one."""
    role = roles().get(role_key)
    if role is None:
        return Scope(frozenset())
    if role.places == "county":
        places = frozenset({tree.county.code})
    elif role.places == "zone":
        zone = next((z for z in tree.zones(today()) if str(z.number) == place), None)
        places = frozenset(t.code for t in zone.townships) if zone else frozenset()
    elif role.places == "township":
        places = frozenset({place}) if place in tree else frozenset()
    else:
        places = frozenset()
    return Scope(
        places,
        sees_names="names" in role.rights,
        because=f"{place_words(role_key, place) if role.places != 'county' else ''}{role.post}",
        may_import="import" in role.rights,
        may_export="export" in role.rights,
        may_manage_accounts="accounts" in role.rights,
    )


# ---- signing in --------------------------------------------------------------------------------------


def sign_in(store: Store, name: str, password: str, address: str) -> str:
    """The token of a new sign-in. Refused in the same words, after the same work, whatever was wrong."""
    name = name.strip()
    _try(store, name, address)
    with store.engine.connect() as connection:
        account = _account(connection, name)
    usable = account is not None and not account.is_disabled
    if not _matches(account.password_hash if usable else "", password):
        known = account.name if account is not None else "（不存在的账号）"
        with store.writing() as connection:
            journal.note(connection, "sign_in_failed", known, address)
        raise Refused("账号或密码不对。")
    return _open(store, account, address, "密码")


def sign_in_as(store: Store, name: str, address: str) -> str:
    """The token of a sign-in that the county's provider vouches for; Refused when no account bears the name."""
    with store.engine.connect() as connection:
        account = _account(connection, name)
    if account is None or account.is_disabled:
        with store.writing() as connection:
            known = "（不存在的账号）" if account is None else account.name
            journal.note(connection, "sign_in_failed", known, address, (), "统一认证")
        raise Refused("统一认证通过了，但看板里没有您的账号，请联系系统管理员。")
    return _open(store, account, address, "统一认证")


def _open(store: Store, account: Any, address: str, way: str) -> str:
    token, now = secrets.token_urlsafe(32), datetime.now(UTC)
    scope = scope_of(account.role, account.place, place_tree())
    with store.writing() as connection:
        standing = _account(connection, account.name)
        if standing is None or standing.is_disabled or standing.password_hash != account.password_hash:
            raise Refused("账号或密码不对。")
        connection.execute(delete(SignIn).where(col(SignIn.expires_at) < now))
        connection.execute(
            insert(SignIn).values(
                token_hash=_key(token),
                account=account.name,
                address=address[:64],
                created_at=now,
                seen_at=now,
                expires_at=now + ABSOLUTE,
            )
        )
        _forget_tries(connection, account.name, address)
        journal.note(connection, "sign_in", account.name, address, scope.places, way)
    return token


def visitor(store: Store, token: str | None, address: str) -> Visitor | None:
    """Who a cookie's token belongs to; None when it is unknown, idle, over or its account disabled."""
    return visitor_of(store, _key(token), address) if token else None


def visitor_of(store: Store, key: str, address: str = "") -> Visitor | None:
    """The same by the sign-in's key, as the gate hands it to the pages."""
    now = datetime.now(UTC)
    with store.engine.connect() as connection:
        found = connection.execute(_SIGNED_IN, {"key": key}).one_or_none()
    if found is None or found.is_disabled or found.expires_at <= now or found.seen_at + IDLE <= now:
        return None
    role = roles().get(found.role)
    if role is None:
        return None
    scope = scope_of(found.role, found.place, place_tree())
    return Visitor(
        found.name,
        scope,
        scope.because,
        address or found.address,
        key,
        found.must_change,
        "figures" in role.rights,
    )


def touch(store: Store, key: str) -> None:
    """Sets the idle clock back: somebody did something."""
    now = datetime.now(UTC)
    stale = (col(SignIn.token_hash) == key) & (col(SignIn.seen_at) < now - SEEN_EVERY)
    with store.engine.connect() as connection:
        is_stale = connection.execute(select(col(SignIn.account)).where(stale)).first() is not None
    if is_stale:
        with store.writing() as connection:
            connection.execute(update(SignIn).where(stale).values(seen_at=now))


def sign_out(store: Store, who: Visitor) -> None:
    """Ends every sign-in of the account, on every device, at once."""
    with store.writing() as connection:
        connection.execute(delete(SignIn).where(col(SignIn.account) == who.account))
        journal.note(connection, "sign_out", who.account, who.address)


def _key(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# ---- throttling --------------------------------------------------------------------------------------


def _subject(name: str) -> str:
    return hmac.new(settings.secret(), name.casefold().encode(), hashlib.sha256).hexdigest()


def _try(store: Store, name: str, address: str) -> None:
    """Counts a try before it is judged, so that many at once count too; Throttled when there were too many."""
    now, subject, address = datetime.now(UTC), _subject(name), address[:64]
    with store.writing() as connection:
        connection.execute(delete(Attempt).where(col(Attempt.at) < now - WINDOW))
        tries = select(func.count()).select_from(Attempt)
        mine, here = col(Attempt.subject) == subject, col(Attempt.address) == address
        both = connection.execute(tries.where(mine, here)).scalar_one()
        of_address = connection.execute(tries.where(here)).scalar_one()
        is_over = both >= TRIES or of_address >= TRIES_OF_ADDRESS
        is_first = both == TRIES or of_address == TRIES_OF_ADDRESS  # told once, so that a flood fills no log
        if not is_over or is_first:
            connection.execute(insert(Attempt).values(subject=subject, address=address, at=now))
        if is_over and is_first:
            journal.note(connection, "sign_in_throttled", "（多次失败）", address)
    if is_over:
        raise Throttled(f"登录失败次数过多，请{int(WINDOW.total_seconds() // 60)}分钟后再试。")


def _forget_tries(connection: Connection, name: str, address: str) -> None:
    connection.execute(
        delete(Attempt).where(col(Attempt.subject) == _subject(name), col(Attempt.address) == address[:64])
    )
