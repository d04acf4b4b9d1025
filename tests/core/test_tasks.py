"""调度: a problem comes back on the screen until it is closed; nothing of it is ever edited."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from core import tasks as door
from core.places import place_tree
from core.scope import OutOfScope, Scope
from core.store import Store, moment
from core.tasks import TaskError, open_tasks
from core.views.common import Question
from core.views.tasks import owners, tasks

TREE = place_tree()
COUNTY = TREE.county_area()
WHOLE = Scope(frozenset({COUNTY.codes[0]}), because="县委农办")
YANGJI, GUAIHE = (TREE.township_area(*TREE.find_units(name)) for name in ("杨集镇", "拐河镇"))
OWN = Scope(frozenset(YANGJI.codes), because="杨集镇")
TODAY = date(2022, 8, 31)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    store = Store.create(f"sqlite:///{tmp_path_factory.mktemp('tasks') / 'own.db'}", is_demo=False)
    yield store
    store.engine.dispose()


@pytest.fixture
def store(made):
    """An empty store: made once, emptied after each test."""
    yield made
    with made.writing() as connection:
        connection.execute(text("delete from task_event"))
        connection.execute(text("delete from task"))


def raised(store, scope=WHOLE, **changes):
    said = {
        "place": YANGJI.codes[0],
        "what": "三个项目停工",
        "owner": "杨集镇镇长",
        "due_on": date(2022, 9, 10),
        "next_step": "周五前复工",
        "by": "县委农办",
        "on": TODAY,
        **changes,
    }
    return door.raise_task(store, scope, **said)


def events(store):
    with store.engine.connect() as connection:
        return connection.execute(text("select * from task_event order by id")).all()


def listed(store, on=TODAY, area=COUNTY, scope=WHOLE):
    return [task.what for task in open_tasks(store, scope, area, on)]


def test_a_raised_problem_has_owner_day_and_next_step_and_says_who_and_when(store):
    before = datetime.now(UTC) - timedelta(seconds=2)
    number = raised(store, origin=("indicator", "projects_completed_rate"))
    (task,) = open_tasks(store, WHOLE, COUNTY, TODAY)
    assert (task.id, task.what, task.owner, task.next_step) == (
        number,
        "三个项目停工",
        "杨集镇镇长",
        "周五前复工",
    )
    assert (task.due_on, task.days_left, task.overdue_days) == (date(2022, 9, 10), 10, 0)
    assert (task.origin_kind, task.origin) == ("indicator", "projects_completed_rate")
    (step,) = task.steps
    assert (step.name, step.by) == ("交办", "县委农办")
    assert before <= step.at <= datetime.now(UTC) + timedelta(seconds=2)
    assert step.at.utcoffset() == timedelta(hours=8)


def test_overdue_ones_stand_first_and_the_longest_overdue_at_the_top(store):
    for what, due in (("乙", 25), ("丁", 31), ("甲", 10), ("丙", 31)):
        raised(store, what=what, due_on=date(2022, 8, due), on=date(2022, 8, 1))
    raised(store, what="戊", due_on=date(2022, 9, 1))
    assert listed(store) == ["甲", "乙", "丁", "丙", "戊"]
    assert [t.overdue_days for t in open_tasks(store, WHOLE, COUNTY, TODAY)] == [21, 6, 0, 0, 0]


def test_overdue_counts_to_the_data_date_shown_and_not_to_the_wall_clock(store):
    raised(store)
    assert [t.overdue_days for t in open_tasks(store, WHOLE, COUNTY, TODAY)] == [0]
    assert [t.overdue_days for t in open_tasks(store, WHOLE, COUNTY, date(2022, 9, 30))] == [20]


def test_a_closed_problem_leaves_the_list_and_a_reopened_one_comes_back(store):
    number = raised(store)
    door.close(store, WHOLE, number, by="县委农办", on=TODAY, note="核实属实")
    assert listed(store) == []
    (kept,) = door.all_tasks(store, WHOLE, COUNTY, TODAY)
    assert (kept.closed_on, kept.is_open) == (TODAY, False)
    with pytest.raises(TaskError, match="已经销号"):
        door.close(store, WHOLE, number, by="县委农办", on=TODAY)
    with pytest.raises(TaskError, match="已经销号"):
        door.change(store, WHOLE, number, by="县委农办", on=TODAY, next_step="再查")
    door.reopen(store, WHOLE, number, by="县委书记", on=TODAY, note="又停工")
    assert listed(store) == ["三个项目停工"]
    assert [s.name for s in door.one_task(store, WHOLE, number, TODAY).steps] == ["交办", "销号", "重新打开"]
    with pytest.raises(TaskError, match="不必重新打开"):
        door.reopen(store, WHOLE, number, by="县委书记", on=TODAY, note="又停工")


def test_a_change_is_one_more_event_and_the_first_due_day_is_not_forgotten(store):
    number = raised(store)
    first = events(store)
    door.change(
        store, WHOLE, number, by="杨集镇", on=TODAY,
        owner="杨集镇镇长", due_on=date(2022, 9, 20), next_step="周五前复工", note="等材料",
    )  # fmt: skip
    task = door.one_task(store, WHOLE, number, TODAY)
    assert (task.due_on, task.first_due_on, task.next_step) == (
        date(2022, 9, 20), date(2022, 9, 10), "周五前复工",
    )  # fmt: skip
    assert [(s.name, s.by, s.words) for s in task.steps][1] == ("调整", "杨集镇", "限期：9月20日；等材料")
    assert events(store)[:1] == first
    assert len(events(store)) == 2
    with pytest.raises(TaskError, match="没有变化"):
        door.change(store, WHOLE, number, by="杨集镇", on=TODAY, owner="杨集镇镇长")
    assert len(events(store)) == 2


def test_what_was_answered_in_time_waits_for_closing_and_is_not_overdue(store):
    number = raised(store, due_on=date(2022, 8, 31))
    door.report_done(store, WHOLE, number, by="杨集镇镇长", on=TODAY, note="已复工")
    later = date(2022, 9, 15)
    (task,) = open_tasks(store, WHOLE, COUNTY, later)
    assert (task.reported_on, task.overdue_days, task.is_open) == (TODAY, 0, True)
    door.change(store, WHOLE, number, by="县委农办", on=later, next_step="现场不属实，继续办")
    (task,) = open_tasks(store, WHOLE, COUNTY, later)
    assert (task.reported_on, task.overdue_days) == (None, 15)
    door.report_done(store, WHOLE, number, by="杨集镇镇长", on=later, note="已复工")
    assert [t.overdue_days for t in open_tasks(store, WHOLE, COUNTY, date(2022, 9, 20))] == [20]


def test_what_was_known_on_an_earlier_day_can_be_told_again(store):
    at = datetime(2022, 7, 29, 9, 30, tzinfo=UTC)
    number = raised(store, at=at, on=date(2022, 7, 29))
    door.close(store, WHOLE, number, by="县委农办", on=TODAY, at=datetime(2022, 8, 31, tzinfo=UTC))
    assert listed(store) == []
    assert len(open_tasks(store, WHOLE, COUNTY, TODAY, known_by=moment(date(2022, 8, 1)))) == 1
    assert open_tasks(store, WHOLE, COUNTY, TODAY, known_by=moment(date(2022, 7, 1))) == ()


# --- scope


def test_a_township_reads_and_writes_its_own_problems_only(store):
    own, other = raised(store), raised(store, place=GUAIHE.codes[0], what="拐河镇的事")
    countys = raised(store, place=COUNTY.codes[0], what="全县的事")
    assert listed(store, area=YANGJI, scope=OWN) == ["三个项目停工"]
    assert listed(store) == ["三个项目停工", "拐河镇的事", "全县的事"]
    for area in (COUNTY, GUAIHE):
        with pytest.raises(OutOfScope):
            open_tasks(store, OWN, area, TODAY)
    before = events(store)
    for number in (other, countys):
        for act in (
            lambda n: door.close(store, OWN, n, by="杨集镇", on=TODAY),
            lambda n: door.change(store, OWN, n, by="杨集镇", on=TODAY, next_step="不归我管"),
            lambda n: door.report_done(store, OWN, n, by="杨集镇", on=TODAY, note="好了"),
            lambda n: door.one_task(store, OWN, n, TODAY),
        ):
            with pytest.raises(OutOfScope):
                act(number)
    with pytest.raises(OutOfScope):
        raised(store, OWN, place=GUAIHE.codes[0])
    assert events(store) == before
    door.close(store, OWN, own, by="杨集镇", on=TODAY)
    assert listed(store, area=YANGJI, scope=OWN) == []


def test_a_township_is_offered_no_place_outside_its_scope(store):
    snapshot = store.snapshot(OWN, TODAY)
    assert tasks(snapshot, Question(YANGJI, TODAY), TREE).places == ((YANGJI.codes[0], "杨集镇"),)


# --- what is typed


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"what": "  "}, "“事项”没有填"),
        ({"next_step": ""}, "“下一步”没有填"),
        ({"owner": ""}, "“责任单位”没有填"),
        ({"due_on": None}, "没有填限期"),
        ({"due_on": date(2022, 8, 30)}, "早于数据日期8月31日"),
        ({"owner": "张三丰"}, "不写个人姓名"),
        ({"owner": "杨集镇镇长、李四"}, "不写个人姓名"),
        ({"what": "请联系13812345678"}, "手机号"),
        ({"next_step": "核对411322198001011234"}, "身份证号"),
        ({"what": "长" * 201}, "最多200个"),
        ({"place": ""}, "请先选定地方"),
        ({"origin": ("table", "x")}, "不认得的来源"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_chinese_and_nothing_is_written(store, changes, words):
    with pytest.raises(TaskError, match=words):
        raised(store, **changes)
    assert events(store) == []


def test_every_proposed_owner_is_accepted(store):
    proposed = owners(Question(COUNTY, TODAY))
    assert "袁店回族乡乡长" in proposed
    assert "县财政局" in proposed
    assert len(proposed) > 30
    for owner in proposed:
        raised(store, owner=owner)


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_a_formula_is_kept_as_words_that_no_spreadsheet_computes(store, start):
    raised(store, what=f"{start}HYPERLINK(1)", next_step=f"\t{start}1+1")
    (task,) = open_tasks(store, WHOLE, COUNTY, TODAY)
    assert task.what[0] not in "=+-@"
    assert task.what[1:] == "HYPERLINK(1)"
    assert task.next_step[0] not in "=+-@\t"


def test_html_and_line_breaks_stay_plain_text(store):
    raised(store, what="<script>alert(1)</script>\n停工\x00了")
    assert listed(store) == ["<script>alert(1)</script> 停工 了"]


# --- the demo


def test_the_demo_has_two_overdue_and_one_closed_and_no_villager(demo_store):
    opened = Store.open(demo_store)
    view = tasks(opened.snapshot(WHOLE, TODAY), Question(COUNTY, TODAY), TREE)
    opened.engine.dispose()
    assert [line.task.overdue_days > 0 for line in view.open] == [True, True, *[False] * (len(view.open) - 2)]
    assert [(line.place, line.state) for line in view.closed] == [("柳河镇", "8月22日销号")]
    assert view.title == "6件未销号，其中2件逾期，最久的拐河镇已16天"
    assert view.open[0].state == "▲ 逾期16天"
    assert view.recent[0].step.at == "2022年8月31日 09:30"
    assert "数据日期2022年8月31日" in view.clock


def test_on_an_earlier_data_date_a_task_stands_as_it_stood_then(store):
    number = raised(store, on=date(2022, 7, 29), due_on=date(2022, 8, 20))
    door.report_done(store, WHOLE, number, by="杨集镇镇长", on=date(2022, 8, 19), note="已复工")
    assert listed(store, on=date(2022, 6, 30)) == [], "not yet raised"
    (july,) = open_tasks(store, WHOLE, COUNTY, date(2022, 7, 31))
    assert july.reported_on is None, "not yet reported"
    (august,) = open_tasks(store, WHOLE, COUNTY, TODAY)
    assert august.reported_on == date(2022, 8, 19)
