"""Accounts: who may have which role where, which password, and how long a sign-in lasts."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from core import accounts, journal, settings
from core.accounts import Refused, Throttled, Visitor, operator
from core.places import place_tree
from core.scope import OutOfScope, Scope
from core.store import Store
from pages.pieces import visitor as page

ROOT = Path(__file__).parents[2]
TREE = place_tree()
PASSWORD = "河上的桥很长很长很长"
HOME = "10.1.2.3"


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """The same hash with little work; one test below looks at the real parameters."""
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def store(tmp_path):
    made = Store.create(f"sqlite:///{tmp_path / 'own.db'}", is_demo=False)
    yield made
    made.engine.dispose()


def add(store, name="王科长", role="county_leader", place="", password=PASSWORD, must_change=False):
    accounts.add(store, operator("root"), name, role, place, password, must_change=must_change)


def log(store):
    scope = Scope(frozenset(), may_manage_accounts=True)
    with store.engine.connect() as connection:
        return journal.lines(connection, scope)


def shift(store, column, by):
    with store.writing() as connection:
        moment = datetime.now(UTC) + by
        connection.execute(text(f"update sign_in set {column} = :at"), {"at": moment.replace(tzinfo=None)})


# --- roles


@pytest.mark.parametrize(
    ("role", "place", "codes", "names", "brings", "takes", "accounts_"),
    [
        ("county_leader", "", {TREE.county.code}, False, False, True, False),
        ("commander", "三战区", None, False, False, True, False),
        ("township", "杨集镇", {"411322113"}, True, False, True, False),
        ("clerk", "", {TREE.county.code}, True, True, True, False),
        ("administrator", "", set(), False, False, False, True),
    ],
)
def test_a_role_is_places_plus_rights(store, role, place, codes, names, brings, takes, accounts_):
    add(store, "甲某", role, place)
    visitor = accounts.visitor(store, accounts.sign_in(store, "甲某", PASSWORD, HOME), HOME)
    scope = visitor.scope
    if codes is None:
        zone = next(z for z in TREE.zones(accounts.today()) if z.name == place)
        codes = {t.code for t in zone.townships}
    assert scope.places == codes
    rights = (scope.sees_names, scope.may_import, scope.may_export, scope.may_manage_accounts)
    assert rights == (names, brings, takes, accounts_)
    assert visitor.sees_figures == (role != "administrator")


@pytest.mark.parametrize(
    ("name", "role", "place"),
    [
        ("甲某", "commander", ""),
        ("甲某", "commander", "杨集镇"),
        ("甲某", "commander", "九战区"),
        ("甲某", "township", "三战区"),
        ("甲某", "township", "杨集镇/大河口村"),
        ("甲某", "county_leader", "杨集镇"),
        ("甲某", "administrator", "杨集镇"),
        ("甲某", "king", ""),
        ("甲 某", "clerk", ""),
        ("<b>甲某</b>", "clerk", ""),
        ("=1+1", "clerk", ""),
        ("", "clerk", ""),
    ],
)
def test_a_role_without_its_place_or_an_odd_name_is_refused(store, name, role, place):
    with pytest.raises(Refused):
        add(store, name, role, place)
    assert accounts.listing(store, operator()) == []


def test_an_unknown_role_or_place_in_the_store_sees_nothing():
    for role, place in (("king", ""), ("commander", "77"), ("township", "999999999"), ("commander", "")):
        assert accounts.scope_of(role, place, TREE).places == frozenset()


def test_only_an_administrator_manages_accounts_and_reads_the_log(store):
    add(store, "书记一")
    leader = Visitor("书记一", accounts.scope_of("county_leader", "", TREE))
    for attempt in (
        lambda: accounts.add(store, leader, "乙某", "clerk", "", PASSWORD, must_change=False),
        lambda: accounts.set_disabled(store, leader, "书记一", True),
        lambda: accounts.reset_password(store, leader, "书记一", PASSWORD, must_change=False),
        lambda: accounts.listing(store, leader),
    ):
        with pytest.raises(OutOfScope):
            attempt()
    with store.engine.connect() as connection, pytest.raises(OutOfScope):
        journal.lines(connection, leader.scope)


# --- passwords


@pytest.mark.parametrize(
    "password", ["short", "1234567890", "aaaaaaaaaaaa", "Password123", "zhangsan22", "zhangsan", "a" * 201]
)
def test_a_short_common_or_own_name_password_is_refused_with_a_reason(password):
    assert accounts.password_fault("zhangsan", password)


@pytest.mark.parametrize(
    "password", ["correct horse battery", "河上的桥很长很长很长", "kjahsd87ahsd", "zhangsan walks home daily"]
)
def test_any_long_uncommon_password_will_do(password):
    assert accounts.password_fault("zhangsan", password) == ""


def test_passwords_and_tokens_are_kept_as_hashes_alone(store, tmp_path, monkeypatch):
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher())
    add(store)
    token = accounts.sign_in(store, "王科长", PASSWORD, HOME)
    with store.engine.connect() as connection:
        hashed = connection.execute(text("select password_hash from account")).scalar_one()
    assert hashed.startswith("$argon2id$")
    store.engine.dispose()
    held = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in held
    assert PASSWORD.encode() not in held


# --- signing in


def test_the_words_and_the_work_are_the_same_whatever_was_wrong(store, monkeypatch):
    add(store, "在的")
    add(store, "停了的")
    add(store, "只用统一认证", password=None)
    accounts.set_disabled(store, operator(), "停了的", True)
    done = []

    class Counting(PasswordHasher):
        def verify(self, *arguments):
            done.append(arguments[0][:10])
            return super().verify(*arguments)

    monkeypatch.setattr(accounts, "_hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    said = set()
    for name in ("在的", "停了的", "只用统一认证", "没有的"):
        with pytest.raises(Refused) as refused:
            accounts.sign_in(store, name, "wrong password", HOME)
        said.add(str(refused.value))
    assert len(said) == 1
    assert len(done) == 4


def test_an_account_without_a_password_opens_by_the_provider_alone(store):
    add(store, "只用统一认证", password=None)
    with pytest.raises(Refused):
        accounts.sign_in(store, "只用统一认证", "", HOME)
    assert accounts.visitor(store, accounts.sign_in_as(store, "只用统一认证", HOME), HOME)
    with pytest.raises(Refused):
        accounts.sign_in_as(store, "没有的", HOME)


def test_five_failures_from_one_address_pause_that_account_there_and_nowhere_else(store):
    add(store)
    for _ in range(accounts.TRIES):
        with pytest.raises(Refused, match="不对"):
            accounts.sign_in(store, "王科长", "wrong password", HOME)
    for _ in range(3):
        with pytest.raises(Throttled):
            accounts.sign_in(store, "王科长", PASSWORD, HOME)
    assert accounts.sign_in(store, "王科长", PASSWORD, "10.9.9.9")
    assert [line.kind for line in log(store)].count("sign_in_throttled") == 1


def test_one_address_cannot_try_one_password_on_everybody(store):
    for number in range(accounts.TRIES_OF_ADDRESS):
        with pytest.raises(Refused, match="不对"):
            accounts.sign_in(store, f"某人{number}", "wrong password", HOME)
    for number in range(5):
        with pytest.raises(Throttled):
            accounts.sign_in(store, f"另一人{number}", "wrong password", HOME)
    assert [line.kind for line in log(store)].count("sign_in_throttled") == 1


def test_the_pause_ends_and_a_success_clears_it(store, monkeypatch):
    add(store)
    for _ in range(accounts.TRIES - 1):
        with pytest.raises(Refused):
            accounts.sign_in(store, "王科长", "wrong password", HOME)
    assert accounts.sign_in(store, "王科长", PASSWORD, HOME)
    for _ in range(accounts.TRIES):
        with pytest.raises(Refused, match="不对"):
            accounts.sign_in(store, "王科长", "wrong password", HOME)
    monkeypatch.setattr(accounts, "WINDOW", timedelta(0))
    assert accounts.sign_in(store, "王科长", PASSWORD, HOME)


@pytest.mark.parametrize(
    ("column", "by", "lives"),
    [
        ("seen_at", -accounts.IDLE + timedelta(minutes=1), True),
        ("seen_at", -accounts.IDLE, False),
        ("expires_at", timedelta(minutes=1), True),
        ("expires_at", timedelta(0), False),
    ],
)
def test_a_sign_in_ends_when_idle_and_when_its_day_is_over(store, column, by, lives):
    add(store)
    token = accounts.sign_in(store, "王科长", PASSWORD, HOME)
    shift(store, column, by)
    assert (accounts.visitor(store, token, HOME) is not None) == lives


def test_doing_something_sets_the_idle_clock_back_but_not_the_day(store):
    add(store)
    token = accounts.sign_in(store, "王科长", PASSWORD, HOME)
    key = accounts.visitor(store, token, HOME).key
    shift(store, "seen_at", -accounts.IDLE + timedelta(minutes=1))
    accounts.touch(store, key)
    with store.engine.connect() as connection:
        seen, expires = connection.execute(text("select seen_at, expires_at from sign_in")).one()
    assert datetime.fromisoformat(seen) > datetime.now(UTC).replace(tzinfo=None) - timedelta(minutes=1)
    assert datetime.fromisoformat(expires) < datetime.now(UTC).replace(tzinfo=None) + accounts.ABSOLUTE


@pytest.mark.parametrize("how", ["sign_out", "disable", "reset", "reassign", "change"])
def test_signing_out_and_every_change_of_the_account_end_all_its_sign_ins_at_once(store, how):
    add(store)
    add(store, "别人")
    tokens = [accounts.sign_in(store, "王科长", PASSWORD, f"10.0.0.{n}") for n in range(3)]
    other = accounts.sign_in(store, "别人", PASSWORD, HOME)
    visitor = accounts.visitor(store, tokens[0], HOME)
    {
        "sign_out": lambda: accounts.sign_out(store, visitor),
        "disable": lambda: accounts.set_disabled(store, operator(), "王科长", True),
        "reset": lambda: accounts.reset_password(store, operator(), "王科长", "另一句更长的话好记了", must_change=True),
        "reassign": lambda: accounts.reassign(store, operator(), "王科长", "commander", "三战区"),
        "change": lambda: accounts.change_password(store, visitor, PASSWORD, "另一句更长的话也好记"),
    }[how]()  # fmt: skip
    assert [accounts.visitor(store, token, HOME) for token in tokens] == [None, None, None]
    assert accounts.visitor(store, other, HOME)


def test_a_password_that_somebody_else_chose_must_be_changed_and_then_need_not(store):
    add(store, must_change=True)
    visitor = accounts.visitor(store, accounts.sign_in(store, "王科长", PASSWORD, HOME), HOME)
    assert visitor.must_change
    with pytest.raises(Refused):
        accounts.change_password(store, visitor, PASSWORD, PASSWORD)
    accounts.change_password(store, visitor, PASSWORD, "另一句更长的话也好记")
    again = accounts.sign_in(store, "王科长", "另一句更长的话也好记", HOME)
    assert not accounts.visitor(store, again, HOME).must_change


def test_an_account_that_is_moved_sees_its_new_places_and_the_log_has_both(store):
    add(store, "指挥长", "commander", "三战区")
    add(store, "管理员", "administrator")
    admin = accounts.visitor(store, accounts.sign_in(store, "管理员", PASSWORD, HOME), HOME)
    accounts.reassign(store, admin, "指挥长", "commander", "五战区")
    moved = accounts.visitor(store, accounts.sign_in(store, "指挥长", PASSWORD, HOME), HOME)
    assert moved.title == "五战区指挥长"
    assert "指挥长：战区指挥长 三战区改为战区指挥长 五战区" in [line.detail for line in log(store)]
    for name, role, place in (
        ("指挥长", "commander", "杨集镇"),
        ("没有的", "clerk", ""),
        ("管理员", "clerk", ""),
    ):
        with pytest.raises(Refused):
            accounts.reassign(store, admin, name, role, place)
    with pytest.raises(OutOfScope):
        accounts.reassign(store, moved, "指挥长", "county_leader", "")


def test_nobody_disables_themselves(store):
    add(store, "管理员", "administrator")
    admin = accounts.visitor(store, accounts.sign_in(store, "管理员", PASSWORD, HOME), HOME)
    with pytest.raises(Refused):
        accounts.set_disabled(store, admin, "管理员", True)


def test_the_log_says_who_what_when_from_where_and_no_password(store):
    add(store)
    with pytest.raises(Refused):
        accounts.sign_in(store, "王科长", "typed wrongly", HOME)
    with pytest.raises(Refused):
        accounts.sign_in(store, "my-password-typed-as-name", "x", HOME)
    token = accounts.sign_in(store, "王科长", PASSWORD, HOME)
    accounts.sign_out(store, accounts.visitor(store, token, HOME))
    found = log(store)
    assert [line.kind for line in found] == ["sign_out", "sign_in", "sign_in_failed", "sign_in_failed", "account_added"]  # fmt: skip
    assert {line.account for line in found} == {"王科长", "（不存在的账号）", "root"}
    assert [line.address for line in found] == [HOME] * 4 + [journal.COMMAND_LINE]
    assert found[1].places == (TREE.county.code,)
    for secret in (PASSWORD, "typed wrongly", "my-password-typed-as-name", token):
        assert secret not in repr(found)


# --- the command line and the secret


def command(store, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "core", "account", *arguments],
        cwd=ROOT,
        env={**os.environ, "COUNTY_STORE": store.url, **environment},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def test_the_first_administrator_is_made_without_a_password_in_any_output(store, tmp_path):
    loose = tmp_path / "password"
    loose.write_text(PASSWORD + "\n", encoding="utf-8")
    loose.chmod(0o644)
    options = ("add", "管理员", "--role", "administrator")
    refused = command(store, *options, "--password-file", str(loose))
    assert refused.returncode == 1
    assert "chmod 600" in refused.stderr
    loose.chmod(0o600)
    made = command(store, *options, "--password-file", str(loose))
    assert made.returncode == 0, made.stderr
    assert PASSWORD not in made.stdout + made.stderr
    assert accounts.sign_in(store, "管理员", PASSWORD, HOME)
    piped = command(store, "add", "第二个", "--role", "clerk", "--generate")
    assert piped.returncode == 1
    assert "终端" in piped.stderr
    listed = command(store, "list", "--json")
    assert [a["name"] for a in json.loads(listed.stdout)] == ["管理员"]


def test_the_secret_is_made_once_for_the_service_alone_and_a_loose_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.delenv("COUNTY_SECRET", raising=False)
    monkeypatch.setenv("COUNTY_SECRET_FILE", str(tmp_path / "secret"))
    first = settings.secret()
    assert len(first) == 64
    assert settings.secret() == first
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    (tmp_path / "secret").chmod(0o640)
    with pytest.raises(PermissionError, match="chmod 600"):
        settings.secret()


def test_a_page_sets_the_idle_clock_back_at_once_and_then_once_a_minute(monkeypatch):
    touched, now = [], [100.0]
    monkeypatch.setattr(
        page,
        "of_this_run",
        lambda: accounts.Visitor("王科长", accounts.scope_of("county_leader", "", TREE), key="k"),
    )
    monkeypatch.setattr(page, "store", lambda: None)
    monkeypatch.setattr(page.st, "session_state", {})
    monkeypatch.setattr(page.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(accounts, "touch", lambda _store, key: touched.append((key, now[0])))
    for now[0] in (100.0, 159.0, 160.0, 219.0, 221.0):
        page.touch()
    assert touched == [("k", 100.0), ("k", 160.0), ("k", 221.0)]
