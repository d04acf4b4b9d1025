"""Random accounts do random things to one running dashboard, and see nothing outside their duty.

Every place is marked: its projects, tasks, villagers, playlists and materials carry its code, and its counts are so
large that each place, war zone and the county can be told from any other by a single number. Whatever the server
sends is then searched for the marks of places that are not the account's. The same SEED does the same again; make
rights takes another each time.
"""

import io
import json
import os
import random
import re
import shutil
import sqlite3
import struct
import time
import zipfile
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from itertools import islice
from math import isfinite
from pathlib import Path
from urllib.parse import quote, urlencode

import pyarrow
import pytest
from google.protobuf.message import Message
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from test_attacks import PASSWORD, TREE, Visitor, harness
from websockets.exceptions import InvalidStatus

from core import accounts, materials
from core.accounts import operator
from core.matters import Matter, snooze
from core.meeting import playlists
from core.scope import Scope
from core.store import Store
from core.tasks import raise_task

SEED = int(os.environ.get("SEED") or 1)
ACTIONS = int(os.environ.get("ACTIONS") or 28)
COUNTY = TREE.county.code
AUGUST = date(2022, 8, 31)
ZONES = {zone.number: [t.code for t in zone.townships] for zone in TREE.zones(accounts.today())}
SHELL = (harness.ROOT / "pages" / "shell" / "shell.py").read_text(encoding="utf-8")
PAGES = [address for _, address in re.findall(r'page\("([\w/]+\.py)", "[^"]+", "([\w-]*)"', SHELL)]
PEOPLE = {
    "书记一": ("county_leader", "", {COUNTY}),
    "指挥长三": ("commander", "三战区", set(ZONES[3])),
    "指挥长五": ("commander", "五战区", set(ZONES[5])),
    "杨集": ("township", "杨集镇", {"411322113"}),
    "拐河": ("township", "拐河镇", {"411322103"}),
    "经办": ("clerk", "", {COUNTY}),
    "管理员": ("administrator", "", set()),
}
SEES_NAMES = {"杨集", "拐河", "经办"}

# ---- marks -------------------------------------------------------------------------------------------

STEP = 1_000_000  # a marked count is a place's number times this, and the real count besides
MOST = 20_000  # no real count is larger
PLACES = [place.code for place in (*TREE.townships, *TREE.villages)]
NUMBERS = dict(zip(PLACES, random.Random(1).sample(range(2_000, 900_000), len(PLACES)), strict=True))
COUNTED = ("%.households", "%.persons", "projects.planned", "projects.has_completed")
MARK = re.compile(r"〔(\d{6,12})〕")
NAMED = re.compile(r"〔名(\d{6,12})〕")
HOUSEHOLD = re.compile(r"(?<!\d)41130\d{7}(?!\d)")
HOMES: dict[str, str] = {}  # a household's number, whole: where it lives; filled when the store is marked
NUMBER = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3}){2,}(?![\d,])|(?<![\d.,])\d{9,13}(?:\.0)?(?!\d)")


def areas_by_number() -> dict[int, frozenset[str]]:
    """{marked number: the places that it is the count of}, for every township, village, war zone and the county."""
    found = {number: frozenset({code}) for code, number in NUMBERS.items()}
    wholes = [frozenset(codes) for codes in ZONES.values()] + [frozenset(t.code for t in TREE.townships)]
    for whole in wholes:
        number = sum(NUMBERS[code] for code in whole)
        assert number not in found
        found[number] = whole
    return found


AREAS = areas_by_number()


def marked(path: Path) -> None:
    """Marks every place of a store: texts with its code, counts with its number."""
    with closing(sqlite3.connect(path)) as base:
        for table, column in (("project", "name"), ("pool_project", "name"), ("milestone", "name"),
                              ("finding", "what"), ("asset", "name"), ("project", "problem")):  # fmt: skip
            base.execute(
                f"update {table} set {column} = {column} || '〔' || substr(leaf, 1, 9) || '〕' where leaf not like '411322000%'"
            )
        base.execute("create index marking on household (key)")
        base.execute(
            "update identity set name = name || '〔名' || (select substr(leaf, 1, 9) from household h where h.key = identity.household) || '〕'"
        )
        base.execute("drop index marking")
        HOMES.update(base.execute("select key, leaf from household"))
        like = " or ".join(
            f"s.name like '%{c}'" if c.startswith("%") else f"s.name like '{c}'" for c in COUNTED
        )
        counts = base.execute(
            "select period, series, min(day) from tally where series in "
            f"(select id from series s where ({like}) and s.name not like '%@%') group by period, series"
        ).fetchall()
        numbers = {**NUMBERS, COUNTY: sum(NUMBERS[t.code] for t in TREE.townships)}
        base.executemany(
            "insert into tally (place, period, series, day, known, revision, amount) values (?, ?, ?, ?, 0, -1, ?)",
            [(code, *count, number * STEP) for code, number in numbers.items() for count in counts],
        )
        base.commit()


def foreign(text: str, own: set[str], *, published: bool = False, sees_names: bool = False) -> list[str]:
    """What in a text belongs to places outside these roots, or is a name where none may be. `published`: the ranking,
    whose figures are of townships."""

    def is_mine(code: str) -> bool:
        return any(code.startswith(root) for root in own)

    found = [f"mark {code}" for code in MARK.findall(text) if not is_mine(code)]
    found += [f"name {code}" for code in NAMED.findall(text) if not (sees_names and is_mine(code))]
    found += [
        f"household {key}"
        for key in HOUSEHOLD.findall(text)
        if key in HOMES and not (sees_names and is_mine(HOMES[key]))
    ]
    for number in NUMBER.findall(text):
        amount = float(number.replace(",", ""))
        if not isfinite(amount):  # 9e999 of an identifier is no count
            continue
        whole, real = divmod(int(amount), STEP)
        places = AREAS.get(whole) if real < MOST else None
        if places and not all(map(is_mine, places)) and not (published and all(len(p) == 9 for p in places)):
            found.append(f"count {number} of {sorted(places)}")
    return found


# ---- what a visitor hears ----------------------------------------------------------------------------


def texts(message: Message) -> list[str]:
    """Every text of a message from the server, out of tables and charts too."""
    found = []
    for field, value in message.ListFields():
        for one in value if field.is_repeated and not isinstance(value, str | bytes) else (value,):
            if isinstance(one, Message):
                found += texts(one)
            elif isinstance(one, bytes):
                found += table_texts(one)
            elif isinstance(one, str):
                found += [
                    one,
                    *(
                        str(n)
                        for packed in re.findall(r'"dtype":\s*"(\w\d)",\s*"bdata":\s*"([^"]+)"', one)
                        for n in unpacked(*packed)
                    ),
                ]
            elif isinstance(one, int | float) and not isinstance(one, bool) and abs(one) >= STEP:
                found.append(f"{one:.0f}")
    return found


def table_texts(content: bytes) -> list[str]:
    try:
        table = pyarrow.ipc.open_stream(content).read_all()
    except pyarrow.ArrowInvalid:
        return [content.decode("utf-8", "replace")]
    return [str(value) for column in table.columns for value in column.to_pylist() if value is not None]


def unpacked(kind: str, content: str) -> list[float]:
    codes = {"i1": "b", "u1": "B", "i2": "h", "u2": "H", "i4": "i", "u4": "I", "f4": "f", "f8": "d"}
    raw = b64decode(content.replace("\\u002f", "/"))
    code = codes[kind]
    return list(struct.unpack(f"<{len(raw) // struct.calcsize(code)}{code}", raw))


def file_text(content: bytes) -> str:
    """What a downloaded file says: the parts of an Office file or an archive, or the text itself."""
    if not content.startswith(b"PK"):
        return content.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(file_text(parts.read(name)) for name in parts.namelist())


class Page:
    """One open page of a visitor: runs it, remembers its widgets and files."""

    def __init__(self, visitor: Visitor) -> None:
        self.line = visitor.socket().__enter__()
        self.widgets: dict[str, str] = {}  # id: kind
        self.files: list[str] = []
        self.deferred: dict[str, str] = {}  # a button's label: the number of the file that it makes
        self.buttons: dict[str, str] = {}  # a button's label: its id
        self.session = ""

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self.line.__exit__(*raised)

    def run(self, page: str, query: str, values: dict[str, tuple[str, object]] | None = None) -> str:
        """One run of the script; everything that it sends, as text."""
        message = BackMsg()
        message.rerun_script.query_string, message.rerun_script.page_name = query, page
        for key, (kind, value) in (values or {}).items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id = key
            if kind == "string_array_value":
                state.string_array_value.data.extend(value)
            else:
                setattr(state, kind, value)
        began = time.monotonic()
        self.line.send(message.SerializeToString())
        self.deferred.clear()
        said = []
        while True:
            forward = ForwardMsg()
            forward.ParseFromString(self.line.recv(timeout=90))
            self._note(forward)
            self.session = forward.new_session.initialize.session_id or self.session
            said += texts(forward)
            if forward.WhichOneof("type") == "script_finished" and forward.script_finished == 0:
                told = "\n".join(said)
                self.files += re.findall(r"/media/[0-9A-Za-z._-]+", told)
                print(
                    f"{time.monotonic() - began:5.1f} s  /{page}?{query}"
                )  # pytest shows it where a test fails
                return told

    def _note(self, message: Message) -> None:
        for field, value in message.ListFields():
            for one in value if field.is_repeated and not isinstance(value, str | bytes) else (value,):
                if isinstance(one, Message):
                    self._note(one)
                    if field.name == "download_button" and one.deferred_file_id:
                        self.deferred[one.label] = one.deferred_file_id
                    if field.name == "button":
                        self.buttons[one.label] = one.id
                    if getattr(one, "id", "").startswith("$$"):
                        self.widgets[one.id] = field.name

    def fetch(self, file_id: str) -> str:
        """The address of a download that is made on the click; empty where it is refused."""
        message = BackMsg()
        message.backend_operation_request.request_id = "x"
        message.backend_operation_request.session_id = self.session
        message.backend_operation_request.deferred_file.file_id = file_id
        self.line.send(message.SerializeToString())
        while True:
            forward = ForwardMsg()
            forward.ParseFromString(self.line.recv(timeout=90))
            if forward.WhichOneof("type") == "backend_operation_response":
                return "".join(re.findall(r"/media/[0-9A-Za-z._-]+", "\n".join(texts(forward))))


def forged(chance: random.Random, page: Page) -> dict[str, tuple[str, object]]:
    """Values that no browser would send, for some of a page's widgets."""
    names = [t.name for t in TREE.townships] + ["全县", "三战区", "一战区", "全部乡镇", "全部"]
    codes = [t.code for t in TREE.townships] + [COUNTY, ""]
    made: dict[str, tuple[str, object]] = {}
    for key, kind in page.widgets.items():
        if chance.random() < 0.4:
            continue
        if kind in ("selectbox", "text_input", "radio"):
            made[key] = ("string_value", chance.choice(names + codes))
        elif kind == "button_group":
            made[key] = ("string_array_value", [chance.choice(names)])
        elif kind == "number_input":
            made[key] = ("double_value", float(chance.choice([-1, 0, 2, 3, 10**6])))
        elif kind == "bidi_component":
            made[key] = (
                "json_value",
                json.dumps({"selection": chance.choice(names), "place": chance.choice(codes)}),
            )
        elif kind in ("arrow_data_frame", "deck_gl_json_chart"):
            at = chance.randrange(30)
            picked = {"rows": [at], "columns": [], "cells": [[at, chance.choice(["规则", *names])]]}
            objects = {"townships": [{"name": chance.choice(names)}]}
            made[key] = (
                "string_value",
                json.dumps({"selection": {**picked, "objects": objects, "indices": {}}}),
            )
        elif kind == "button" and chance.random() < 0.3:
            made[key] = ("trigger_value", True)
    return made


def an_address(chance: random.Random) -> str:
    """A filter somebody might type: of any place, any day, and of what pages keep for themselves."""
    township = chance.choice(TREE.townships)
    village = chance.choice(TREE.villages_of(township) or TREE.villages)
    asked = {
        "zone": str(chance.randrange(0, 8)),
        "township": chance.choice([township.name, township.code, f"{township.name}/{village.name}", "凤瑞街道,赭阳街道", "全部乡镇"]),
        "as_of": chance.choice(["2022-08-31", "2022-06-30", "2022-03-15", "2021-12-31", "2030-01-01", "x"]),
        "place": chance.choice(["41", "4113", COUNTY, "411321", township.code]),
        "item": str(chance.randrange(1, 24)),
        "at": chance.choice([township.code, COUNTY, village.code]),
    }  # fmt: skip
    kept = {
        key: value
        for key, value in asked.items()
        if chance.random() < (0.3 if key in ("place", "at") else 0.6)
    }
    return urlencode(kept)


# ---- the server --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(loaded_store, tmp_path_factory):
    made = tmp_path_factory.mktemp("rights")
    for part in ("", "-wal"):
        if Path(f"{loaded_store}{part}").exists():
            shutil.copy(f"{loaded_store}{part}", made / f"own.db{part}")
    marked(made / "own.db")
    return made


def furnish(store: Store) -> None:
    """The accounts, and in every township a task, a snoozed matter, a playlist and an issued material that bear its mark."""
    for name, (role, place, _) in PEOPLE.items():
        accounts.add(store, operator(), name, role, place, PASSWORD, must_change=False)
    whole = Scope(frozenset({COUNTY}))
    for township in TREE.townships:
        mark, code, area = f"〔{township.code}〕", township.code, TREE.township_area(township)
        raise_task(store, whole, place=code, what=f"事项{mark}", owner="县乡村振兴局", due_on=date(2022, 9, 9),
                   next_step=f"去看{mark}", origin=("meeting", f"{township.name}/risk"), by="测试", on=AUGUST,
                   at=datetime(2022, 8, 31, tzinfo=UTC))  # fmt: skip
        one = Matter(
            "no_measure", code, township.name, f"什么事{mark}", "", None, "县乡村振兴局", "", "quality", 1.0
        )
        snooze(store, whole, one, until=date(2022, 9, 9), reason=f"理由{mark}", by="测试", on=AUGUST)
        listed = playlists.Playlist("", f"单{mark}", area.name, ("year", "risk"))
        playlists.save(store, TREE, whole, listed, AUGUST, by="测试")
        materials.issue(store, whole, kind="bulletin", area=area, as_of=AUGUST, revision=1, file_name="通报.docx",
                        content=f"通报{mark}".encode(), figures=[(area.name, f"数{mark}", "1")], mark="", by=f"测试{mark}")  # fmt: skip


@pytest.fixture(scope="module")
def server(folder, tmp_path_factory):
    store = Store.open(f"sqlite:///{folder / 'own.db'}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTY_ISSUED", str(folder / "issued"))
        furnish(store)
    store.engine.dispose()
    log = tmp_path_factory.mktemp("rights-log") / "log.txt"
    environment = {"COUNTY_STORE": store.url, "COUNTY_ISSUED": str(folder / "issued")}
    refusal = ": 这个文件不是给您的"  # somebody else's download, asked for by its number
    with harness.running_server(
        harness.ROOT / "dashboard.py", log, refusal=refusal, **environment
    ) as running:
        yield running
        said = log.read_text(encoding="utf-8")
    assert not MARK.search(said)
    assert not NAMED.search(said)


def test_the_first_request_to_every_address_of_a_fresh_server_is_answered_within_the_scope(server):
    """Stands first: the server has run no script yet, and Streamlit takes its own way to a page's file then."""
    assert len(PAGES) >= 18
    stranger = Visitor(server)
    for page in PAGES:
        answer = stranger.ask("GET", f"/{page}?township={quote('杨集镇')}", accept="text/html")
        assert (answer.status, answer.text) == (303, "")
        assert stranger.ask("GET", f"/{page}").status == 401
        with pytest.raises(InvalidStatus), stranger.socket():
            pytest.fail("the websocket opened")
    someone = Visitor(server, "指挥长三")
    for page in PAGES:
        with Page(someone) as opened:
            told = opened.run(page, urlencode({"zone": "1", "township": "拐河镇"}))
        assert foreign(told, PEOPLE["指挥长三"][2], published=page == "war-zones") == []


@pytest.fixture(scope="module")
def visitors(server):
    return {name: Visitor(server, name) for name in PEOPLE}


BLANK = {"下载模板", "重印（与发出时相同）"}  # a form; and what bears the mark of who handed it out


def rounds(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Accounts, pages and filters at random, none of the accounts and pages left out for long; as often as not the
    filter that somebody else has just asked for, so that what was kept for him could come."""
    names, pages, asked = [], [], []
    while True:
        names, pages = (
            names or chance.sample(list(PEOPLE), len(PEOPLE)),
            pages or chance.sample(PAGES, len(PAGES)),
        )
        if asked and chance.random() < 0.5:
            page, query = asked[-1]
        else:
            page, query = pages.pop(), an_address(chance)
            asked.append((page, query))
        yield names.pop(), page, query


def look(
    chance: random.Random, name: str, page: str, query: str, visitors, given: dict[str, str]
) -> list[str]:
    """A random thing that an account does on a page; gives what it heard that is not its own."""
    visitor, own = visitors[name], PEOPLE[name][2]
    rights = {"published": page == "war-zones", "sees_names": name in SEES_NAMES}
    found = []
    with Page(visitor) as opened:
        found += foreign(opened.run(page, query), own, **rights)
        rights["published"] = True
        again = chance.choice([page, page, chance.choice(PAGES)])
        found += foreign(opened.run(again, an_address(chance), forged(chance, opened)), own, **rights)
        for label, file_id in list(opened.deferred.items())[-2:]:
            path = opened.fetch(file_id)
            opened.files.append(path)
            marked_by = label in BLANK or name in file_text(visitor.ask("GET", path).body)
            found += [] if marked_by else [f"{label} without a watermark"]
        for path in dict.fromkeys(opened.files[-6:]):
            answer = visitor.ask("GET", path)
            if answer.status == 200:
                given[path] = name
                found += foreign(file_text(answer.body), own, **rights)
        for path, owner in chance.sample(list(given.items()), min(3, len(given))):
            if owner != name:
                answer = visitor.ask("GET", path)
                assert answer.status == 404, f"{name} got {owner}'s {path}"
    township = chance.choice(TREE.townships)
    shown = chance.choice(
        [
            "county",
            f"zone-{chance.randrange(1, 7)}",
            f"township-{township.code}",
            str(chance.randrange(1, 20)),
        ]
    )
    slides = ",".join(
        chance.sample(
            ["year", "risk", "zone-1", "zone-5", "map", "township-411322103", "promises", "questions"], 3
        )
    )
    asked = chance.choice(["", f"?slides={slides}", "?as_of=2022-06-30"])
    for path in (
        f"/meeting/show/{shown}{asked}",
        f"/meeting/state?on=2022-08-31&place={quote(township.name)}",
    ):
        answer = visitor.ask("GET", path)
        found += foreign(answer.text, own if answer.status == 200 else set())
    return [f"{name} at /{page}?{query}: {one}" for one in found]


def test_no_account_hears_of_a_place_that_is_not_its_own_whatever_it_does(visitors):
    chance, given = random.Random(SEED), {}
    for at, (name, page, query) in enumerate(islice(rounds(chance), ACTIONS)):
        print(f"SEED={SEED}, action {at}: {name}")
        assert look(chance, name, page, query, visitors, given) == [], f"SEED={SEED}, action {at}"
    assert given


def test_what_was_made_for_another_account_is_not_kept_for_this_one(visitors):
    """The same question, first by who sees more: the whole county's record, then names and whole numbers."""
    judged, withheld = "本年各期台账，用下一期检验", "方法按全县的历史检验，由看全县的账号查看"
    for name, hears, not_this in (("书记一", judged, withheld), ("指挥长三", withheld, judged)):
        with Page(visitors[name]) as page:
            told = page.run("record", urlencode({"zone": "3", "as_of": "2022-08-31"}))
        assert hears in told
        assert not_this not in told
    for address in ("monitoring", "quality", "risk"):
        for name in ("杨集", "书记一"):
            with Page(visitors[name]) as page:
                told = page.run(address, urlencode({"township": "杨集镇", "as_of": "2022-08-31"}))
            assert foreign(told, PEOPLE[name][2], sees_names=name in SEES_NAMES) == [], address


def test_a_file_is_made_for_nobody_but_who_was_shown_its_button_and_says_who_took_it_out(visitors):
    buttons = (
        ("拐河", "quality", "下载工作表"),
        ("指挥长三", "meeting", "下载为一个文件"),
        ("管理员", "accounts", "导出为 Excel"),
        ("书记一", "reports", "下载DOCX"),
    )
    for owner, address, label in buttons:
        with Page(visitors[owner]) as page, Page(visitors["指挥长五"]) as other:
            page.run(address, "")
            if address == "reports":
                make = page.buttons["生成通报并存档"]
                page.run(address, "", {make: ("trigger_value", True)})
            other.run("", "")
            assert other.fetch(page.deferred[label]) == "", label
            path = page.fetch(page.deferred[label])
            assert visitors["指挥长五"].ask("GET", path).status == 404
            said = re.sub(
                "<[^>]+>", "", file_text(visitors[owner].ask("GET", path).body)
            )  # Word cuts a line up
            assert re.search(rf"{owner} \d{{4}}年\d+月\d+日 \d\d:\d\d", said), label


def test_the_search_finds_a_leak_that_is_planted(server, folder, visitors):
    """The account is given another place behind its back: what it then hears must be found."""
    with closing(sqlite3.connect(folder / "own.db")) as base:
        base.execute("update account set place = '1' where name = '指挥长五'")
        base.commit()
    try:
        with Page(visitors["指挥长五"]) as opened:
            for page, kind in (
                ("", "count"),
                ("projects", "mark"),
                ("tasks", "mark"),
                ("monitoring", "count"),
            ):
                told = opened.run(page, urlencode({"as_of": "2022-08-31"}))
                assert any(one.startswith(kind) for one in foreign(told, PEOPLE["指挥长五"][2])), page
    finally:
        with closing(sqlite3.connect(folder / "own.db")) as base:
            base.execute("update account set place = '5' where name = '指挥长五'")
            base.commit()
    with Page(visitors["杨集"]) as opened:
        told = opened.run("monitoring", urlencode({"township": "杨集镇"}))
    assert foreign(told, PEOPLE["杨集"][2], sees_names=True) == []
    assert any(one.startswith("name") for one in foreign(told, PEOPLE["杨集"][2], sees_names=False))


def test_nobody_hears_anything_without_signing_in(server):
    chance = random.Random(SEED)
    stranger = Visitor(server)
    for _ in range(150):
        path = chance.choice([
            f"/{chance.choice(PAGES)}?{an_address(chance)}", f"/meeting/show/{chance.choice(['county', 'zone-3', '1'])}",
            f"/meeting/state?on=2022-08-31&place={quote('杨集镇')}", "/meeting/task", "/meeting/show.js", "/media/x.xlsx", "/_stcore/host-config", "/_stcore/metrics",
            "/_stcore/upload_file/a/b", "/static/js/index.js", "/component/x", "/_stcore/stream", "/logout", "/password",
        ])  # fmt: skip
        headers = chance.choice([{}, {"accept": "text/html"}, {"X-County-Sign-In": "demo"}, {"X-Forwarded-For": "127.0.0.1"},
                                 {"cookie": f"county_session={chance.getrandbits(128):x}"}])  # fmt: skip
        method = chance.choice(["GET", "GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE"])
        answer = stranger.ask(method, path, **headers)
        assert answer.status in (303, 401, 403, 405, 413), f"{method} {path}: {answer.status}"
        assert foreign(answer.text, set()) == []
        assert "方城县" not in answer.text or answer.status != 200
