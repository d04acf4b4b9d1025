"""The meeting: sentences in every case, playlists within their scope, one revision, and nobody's name."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.accounts import demo_visitor
from core.indicators.indicator import Status
from core.meeting import deck, document, lists, playlists, routes, titles
from core.meeting.playlists import NoPlaylist, Playlist
from core.places import place_tree
from core.scope import OutOfScope, Scope
from core.serving.gate import VISITOR
from core.store import Store
from core.tasks import open_tasks
from core.views import pilot_zones
from core.views.common import Note, Tile
from core.views.overview import ProjectBar
from core.views.pilot_zones import PilotZone

TREE = place_tree()
ON = date(2022, 8, 31)
COUNTY = Scope(frozenset({TREE.county.code}), because="测试")
NOTE = Note("2022年8月31日", "项目台账（8月31日）", "**项目竣工**：已竣工。")
(THIRD,) = TREE.areas("三战区", ON)
COMMANDER = Scope(frozenset(THIRD.codes), because="三战区指挥长")
GOOD, WARNED, LATE, SILENT = Status.ON_TRACK, Status.RECOVERING, Status.BEHIND, Status.NOT_REPORTED


def tile(name: str, status: Status, text: str = "1户") -> Tile:
    return Tile(name, text, "", status, "", (), NOTE)


# --- sentences


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ((GOOD, GOOD, GOOD), "三个主要数字全部正常"),
        ((GOOD, LATE, GOOD), "三个主要数字中1个滞后：乙"),
        ((LATE, LATE, WARNED), "三个主要数字中2个滞后：甲、乙，1个预警"),
        ((LATE, LATE, LATE), "三个主要数字全部滞后"),
        ((GOOD, WARNED, GOOD), "三个主要数字没有滞后，1个预警：乙"),
        ((GOOD, SILENT, GOOD), "三个主要数字没有滞后，另有1个未报"),
        ((LATE, SILENT, GOOD), "三个主要数字中1个滞后：甲，另有1个未报"),
        ((SILENT, SILENT, SILENT), "三个主要数字都未报"),
        ((Status.NO_TARGET, Status.NO_TARGET, SILENT), "三个主要数字：1个未报"),
    ],
)
def test_the_year_is_told_in_one_sentence(statuses, sentence):
    named = zip("甲乙丙", statuses, strict=True)
    assert titles.year([tile(f"{name}（口径）", status) for name, status in named]) == sentence


DEADLINE = date(2022, 9, 30)


@pytest.mark.parametrize(
    ("bars", "sentence"),
    [
        ([("甲镇", 5, 0, 0), ("乙镇", 3, 0, 0)], "8个项目全部竣工"),
        ([("甲镇", 5, 2, 0), ("乙镇", 3, 0, 0)], "没有项目已过计划竣工日，9月30日前每周需竣工1个"),
        ([("甲镇", 5, 2, 3), ("乙镇", 3, 0, 0)], "甲镇3个项目已过计划竣工日，9月30日前每周需竣工2个"),
        (
            [("甲镇", 5, 2, 3), ("乙镇", 3, 0, 1)],
            "2个乡镇都有项目已过计划竣工日，9月30日前每周需竣工2个",
        ),
        (
            [("甲镇", 5, 2, 3), ("乙镇", 3, 0, 1), ("丙镇", 3, 0, 0)],
            "2个乡镇有项目已过计划竣工日，9月30日前每周需竣工2个",
        ),
        ([("甲镇", 0, 0, 0)], "没有列入年度计划的项目"),
        ([("甲镇", 5, 0, 0), ("乙镇", None, 0, 0)], "5个项目全部竣工（乙镇未报）"),
        ([("甲镇", None, 0, 0)], "项目进度未报"),
    ],
)
def test_projects_are_told_in_one_sentence(bars, sentence):
    shown = [
        ProjectBar(name, done or 0, ahead, late, reported=done is not None)
        for name, done, ahead, late in bars
    ]
    assert titles.projects(shown, ON, DEADLINE) == sentence


@pytest.mark.parametrize(
    ("bars", "sentence"),
    [
        ([("甲镇", 5, 2, 0), ("乙镇", 3, 0, 0)], "尚有2个未竣工，9月30日前每周需竣工1个"),
        ([("甲镇", 5, 2, 3), ("乙镇", 3, 0, 0)], "甲镇3个项目9月30日前难以竣工，每周需竣工2个"),
        ([("甲镇", 5, 2, 3), ("乙镇", 3, 0, 1)], "2个乡镇9月30日前都难以全部竣工，每周需竣工2个"),
        (
            [("甲镇", 5, 2, 3), ("乙镇", 3, 0, 1), ("丙镇", 3, 0, 0)],
            "2个乡镇9月30日前难以全部竣工，每周需竣工2个",
        ),
    ],
)
def test_a_forecast_says_the_deadline_once(bars, sentence):
    shown = [ProjectBar(*bar) for bar in bars]
    assert titles.projects(shown, ON, DEADLINE, is_forecast=True) == sentence


def test_after_the_deadline_the_sentence_counts_the_days_gone():
    bars = [ProjectBar("甲镇", 5, 0, 3)]
    assert titles.projects(bars, DEADLINE, DEADLINE).endswith("9月30日时限已到，尚有3个未竣工")
    assert titles.projects(bars, date(2022, 10, 8), DEADLINE).endswith("9月30日已过8天，尚有3个未竣工")


@pytest.mark.parametrize(
    ("statuses", "sentence"),
    [
        ((GOOD, GOOD), "三战区：没有乡镇项目竣工滞后"),
        ((GOOD, LATE), "三战区：乙项目竣工滞后"),
        ((LATE, LATE), "三战区：2个乡镇项目竣工都滞后"),
        ((LATE, LATE, GOOD), "三战区：甲、乙项目竣工滞后"),
        ((LATE, LATE, LATE, GOOD), "三战区：3个乡镇项目竣工滞后"),
        ((LATE, SILENT), "三战区：甲项目竣工滞后，乙未报"),
        ((LATE, WARNED, WARNED), "三战区：甲项目竣工滞后，2个预警"),
        ((WARNED, GOOD), "三战区：没有乡镇项目竣工滞后，1个预警"),
        ((SILENT, SILENT), "三战区：项目进度未报"),
    ],
)
def test_a_war_zone_is_told_in_one_sentence(statuses, sentence):
    assert titles.completion("三战区", list(zip("甲乙丙丁", statuses, strict=False))) == sentence


@pytest.mark.parametrize(
    ("gap", "sentence"),
    [
        (1.26, "资金支出率68.0%，比序时进度高1.3个百分点"),
        (-4.0, "资金支出率68.0%，比序时进度低4.0个百分点"),
        (0.04, "资金支出率68.0%，与序时进度持平"),
        (None, "资金支出率68.0%"),
    ],
)
def test_money_is_told_in_one_sentence(gap, sentence):
    assert titles.funds(tile("资金支出率", GOOD, "68.0%"), gap) == sentence
    assert titles.funds(tile("资金支出率", SILENT, "未报"), gap) == "资金支出率未报"


def test_where_spending_has_no_pace_it_is_told_against_the_plan():
    paid = tile("已支付资金", GOOD, "707万元")
    assert titles.funds(paid, None, "46.7%") == "已支付资金707万元，为计划资金的46.7%"
    assert titles.funds(paid, None, "0%") == "项目资金尚无支付"


def asked(state, late=0):
    return SimpleNamespace(state=state, task=SimpleNamespace(overdue_days=late))


@pytest.mark.parametrize(
    ("still", "closed", "sentence"),
    [
        ([], ["销号"] * 7, "交办的7件全部销号"),
        ([asked("▲ 逾期16天", 16)], [], "交办1件，逾期16天"),
        ([asked("◆ 还有2天")], [], "交办1件，还有2天"),
        ([asked("◆ 还有2天"), asked("● 已反馈，待销号")], [], "交办2件都未销号，没有逾期"),
        ([asked("▲ 逾期16天", 16), asked("◆ 还有2天")], ["销号"], "交办3件，1件已销号，1件逾期"),
    ],
)
def test_promises_are_told_in_one_sentence(still, closed, sentence):
    assert lists.promises_title(still, closed) == sentence


def test_a_line_is_parted_where_it_takes_a_breath_and_never_within_a_number():
    told = document._broken("9月30日前预计竣工206个左右（200—212），比计划少32个", 18.2)
    assert told == ["9月30日前预计竣工206个左右", "（200—212），比计划少32个"]
    assert document._broken("已支付1.97亿元 / 已下达2.89亿元", 14) == ["已支付1.97亿元", "已下达2.89亿元"]
    assert document._broken("较7月31日减少126户", 14) == ["较7月31日减少126户"]


PAST, AHEAD, DONE = date(2022, 6, 1), date(2022, 12, 1), date(2022, 6, 2)


def zone(*milestones, reported=True):
    lines = tuple(
        pilot_zones._milestone(
            SimpleNamespace(name="节点", department="", planned_on=planned, done_on=done), ON
        )
        for planned, done in milestones
    )
    township = SimpleNamespace(name="杨集镇")
    return PilotZone(township, "", "", (), lines, (), (), reported, Note("", "", ""))


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        (zone((PAST, DONE), (PAST, DONE), (AHEAD, None)), "杨集镇：到期的2项节点全部完成"),
        (zone((PAST, DONE), (PAST, None)), "杨集镇：到期节点2项，1项逾期未完成"),
        (zone((PAST, None), (PAST, None)), "杨集镇：到期的2项节点都逾期未完成"),
        (zone((AHEAD, None)), "杨集镇：1项节点都未到期"),
        (zone((PAST, DONE), (ON, None)), "杨集镇：到期节点2项，完成1项，没有逾期"),
        (zone(reported=False), "杨集镇：示范片区节点未报"),
    ],
)
def test_a_pilot_town_is_told_in_one_sentence(shown, sentence):
    assert titles.pilot(shown) == sentence


@pytest.mark.parametrize(
    ("remaining", "overdue", "left", "sentence"),
    [
        (tile("x", LATE, "12户"), 3, 5, "甲镇：3个项目已过计划竣工日，未消除风险12户"),
        (tile("x", LATE, "12户"), 0, 5, "甲镇：5个项目未竣工，都未到计划日，未消除风险12户"),
        (tile("x", LATE, "12户"), 0, 0, "甲镇：项目全部竣工，未消除风险12户"),
        (tile("x", SILENT, "未报"), None, None, "甲镇：项目进度未报，监测对象未报"),
    ],
)
def test_a_township_is_told_in_one_sentence(remaining, overdue, left, sentence):
    assert titles.township("甲镇", remaining, overdue, left) == sentence


def test_a_list_is_parted_into_slides_and_says_when_it_is_empty():
    rows = [(f"▲ 逾期{n}天", "杨集镇", "逐项目报竣工计划，镇长每周一报进度") for n in range(12)]
    made = deck.list_slides(
        "questions", "需要过问的事", "方城县", "12件事", ("情况", "地方", "事"), rows, NOTE, wide=2
    )
    assert [s.id for s in made] == ["questions-1", "questions-2"]
    assert made[0].title == "12件事（1/2）"
    assert [len(s.parts[0].rows) for s in made] == [6, 6], "no page with a single line left over"
    few = deck.list_slides("questions", "", "方城县", "", ("情况", "地方", "事"), rows[:2], NOTE, wide=2)
    assert few[0].parts[0].size > made[0].parts[0].size, "few lines stand larger"
    (empty,) = deck.list_slides(
        "questions", "", "方城县", "", ("情况",), [], NOTE, nothing="没有需要过问的事"
    )
    assert empty.title == "没有需要过问的事"
    assert deck.list_slides("questions", "", "方城县", "", ("情况",), [], NOTE) == ()


# --- playlists


@pytest.fixture
def empty_store(tmp_path):
    store = Store.create(f"sqlite:///{tmp_path / 'county.db'}", is_demo=False)
    yield store
    store.engine.dispose()


def test_a_commander_finds_the_own_zone_ready_and_no_other():
    names = [p.area for p in playlists.ready(TREE, COMMANDER, ON)]
    assert names == ["三战区", "小史店镇", "古庄店镇", "二郎庙镇"]


def test_a_saved_playlist_keeps_order_dwell_and_colours_and_its_address(empty_store):
    wanted = Playlist("", "9月调度会", "三战区", ("projects", "year"), 30, "dark")
    key = playlists.save(empty_store, TREE, COMMANDER, wanted, ON, by="三战区指挥长")
    found = playlists.find(empty_store, TREE, COMMANDER, ON, key)
    assert (found.slides, found.dwell_seconds, found.theme) == (("projects", "year"), 30, "dark")
    again = Playlist("", "9月调度会", "三战区", ("risk",))
    assert playlists.save(empty_store, TREE, COMMANDER, again, ON, by="三战区指挥长") == key
    assert playlists.find(empty_store, TREE, COMMANDER, ON, key).slides == ("risk",)
    playlists.remove(empty_store, TREE, COMMANDER, key, ON)
    with pytest.raises(NoPlaylist):
        playlists.find(empty_store, TREE, COMMANDER, ON, key)


def test_a_playlist_of_another_place_can_neither_be_saved_nor_seen(empty_store):
    wanted = Playlist("", "全县", "方城县", ("year",))
    with pytest.raises(OutOfScope):
        playlists.save(empty_store, TREE, COMMANDER, wanted, ON, by="x")
    key = playlists.save(empty_store, TREE, COUNTY, wanted, ON, by="办公室")
    assert playlists.saved(empty_store, TREE, COMMANDER, ON) == []
    with pytest.raises(NoPlaylist):
        playlists.find(empty_store, TREE, COMMANDER, ON, key)
    with pytest.raises(NoPlaylist):
        playlists.find(empty_store, TREE, COMMANDER, ON, "county")


@pytest.mark.parametrize(
    ("change", "words"),
    [({"name": " "}, "名字"), ({"slides": ()}, "至少选一页"), ({"dwell_seconds": -1}, "600秒")],
)
def test_a_playlist_that_cannot_be_shown_is_not_saved(empty_store, change, words):
    wanted = Playlist(**{"id": "", "name": "会", "area": "方城县", "slides": ("year",), **change})
    with pytest.raises(ValueError, match=words):
        playlists.save(empty_store, TREE, COUNTY, wanted, ON, by="x")


# --- the show


@pytest.fixture(scope="module")
def county_show(demo_store):
    store = Store.open(demo_store)
    made = deck.show(
        store,
        COUNTY,
        TREE,
        playlists.find(store, TREE, COUNTY, ON, "county", tuple(routes.LISTS)),
        ON,
        routes.LISTS,
    )
    yield made
    store.engine.dispose()


def test_the_ready_county_playlist_has_every_kind_and_every_township_below(county_show):
    kinds = [s.id.split("-")[0] for s in county_show.slides]
    assert kinds[:5] == ["year", "risk", "projects", "map", "funds"]
    assert kinds.count("pilot") == 4
    assert kinds.count("zone") == 6
    assert kinds.count("promises") >= 1
    assert len(county_show.below) == 19


def test_the_map_is_red_where_the_table_beside_it_says_so(county_show):
    (slide,) = [s for s in county_show.slides if s.id == "map"]
    area_map, table = slide.parts
    red = {p.label for p in area_map.patches if p.status is Status.BEHIND}
    told = {
        r[0].words.removesuffix("镇").removesuffix("街道") for r in table.rows if r[1].status is Status.BEHIND
    }
    assert "广安" in told
    assert red == (told - {"广安"}) | {"释之"}, "释之 holds 广安, which is behind"


def test_the_document_names_nobody_and_no_project(county_show, demo_dir):
    from python_calamine import CalamineWorkbook

    told = document.document(county_show)
    book = CalamineWorkbook.from_path(demo_dir / "监测对象信息-20220831.xlsx")
    headers, *rows = book.get_sheet_by_name("监测对象信息").to_python()
    wanted = [headers.index(h) for h in ("户编号", "姓名", "证件号码")]
    private = {str(row[at]) for row in rows for at in wanted}
    assert len(private) > 5000
    # 两个字的姓名会碰巧出现在别的词里，三个字以上的不会。
    assert [words for words in private if len(words) > 2 and words in told] == []
    for reason in ("因病", "因残", "因学", "因灾"):
        assert reason not in told


def test_every_slide_tells_its_date_place_page_and_message(county_show):
    for slide in (*county_show.slides, *county_show.below):
        assert slide.title
        assert slide.place
        assert slide.note.as_of == "2022年8月31日"
    told = document.document(county_show)
    assert told.count("演示数据</span>") == len(county_show.slides) + len(county_show.below)
    assert told.count("<figcaption") == told.count("<figure")


def test_the_single_file_asks_for_nothing(county_show):
    told = document.document(county_show, standalone=True)
    assert 'data-live="no"' in told
    assert "default-src 'none'" in told
    assert "src=" not in told.replace("script-src", "").replace("default-src", "").replace(
        "style-src", ""
    ).replace("img-src", "")
    assert 'id="task"' not in told


def test_a_commander_cannot_be_shown_the_county(demo_store):
    store = Store.open(demo_store)
    with pytest.raises(OutOfScope):
        deck.show(store, COMMANDER, TREE, Playlist("x", "x", "方城县", ("year",)), ON)
    made = deck.show(store, COMMANDER, TREE, Playlist("x", "x", "三战区", ("year", "zone-3", "zone-1")), ON)
    assert [s.id for s in made.slides] == ["year", "zone-3"]
    store.engine.dispose()


# --- the addresses


def as_visitor(app, visitor):
    """The app behind a gate that has let this visitor in."""

    async def inside(scope, receive, send):
        await app({**scope, VISITOR: visitor}, receive, send)

    return inside


def test_the_addresses_of_the_show_answer(own_store):
    client = TestClient(
        as_visitor(Starlette(routes=routes.routes), demo_visitor(TREE)), base_url="http://127.0.0.1"
    )
    store = Store.open(own_store)
    told = client.get("/meeting/show/zone-3?slides=projects,year,funds&theme=dark&dwell=15")
    assert told.status_code == 200
    assert 'data-theme="dark"' in told.text
    assert 'data-dwell="15"' in told.text
    assert told.text.index('id="projects"') < told.text.index('id="year"')
    assert f'data-revision="{store.version()}"' in told.text
    assert client.get("/meeting/state").status_code == 404
    state = "/meeting/state?place=拐河镇&on=2022-08-31"
    assert client.get(state).json() == {"revision": store.version(), "asked": {}}
    assert client.get("/meeting/show/nowhere").status_code == 404
    assert client.get("/meeting/show/99").status_code == 404
    assert client.get("/meeting/show/county?slides=nothing").status_code == 404
    assert "javascript" in client.get("/meeting/show.js").headers["content-type"]

    problem = {"place": TREE.areas("拐河镇", ON)[0].codes[0], "what": "项目逾期", "owner": "拐河镇镇长"}
    problem |= {"slide": "拐河镇/projects"}
    problem |= {"due_on": "2022-09-07", "next_step": "逐个说明原因", "on": "2022-08-31"}
    before = len(open_tasks(store, COUNTY, TREE.county_area(), ON))
    assert "责任" in client.post("/meeting/task", json={**problem, "owner": "张三丰"}).json()["problem"]
    assert "限期" in client.post("/meeting/task", json={**problem, "due_on": "2022-08-01"}).json()["problem"]
    assert client.post("/meeting/task", json={"place": "411322"}).status_code == 422
    assert client.post("/meeting/task", json=["x"]).status_code == 422
    assert client.post("/meeting/task", data=problem).status_code == 415
    assert len(open_tasks(store, COUNTY, TREE.county_area(), ON)) == before
    assert client.post("/meeting/task", json=problem).json() == {
        "said": "已交办：拐河镇镇长，9月7日前，逐个说明原因"
    }
    assert len(open_tasks(store, COUNTY, TREE.county_area(), ON)) == before + 1
    said = "已交办：拐河镇镇长，9月7日前，逐个说明原因"
    assert client.get(state).json()["asked"] == {"projects": [said]}, "every room that shows it sees it"
    assert client.get(state.replace("拐河镇", "方城县")).json()["asked"] == {}
    assert client.get(state.replace("08-31", "07-31")).json()["asked"] == {}
    third = replace(demo_visitor(TREE), scope=COMMANDER)
    other = TestClient(as_visitor(Starlette(routes=routes.routes), third), base_url="http://127.0.0.1")
    assert other.get(state).status_code == 404
    store.engine.dispose()
