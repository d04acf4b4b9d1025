"""需要过问的事: what must be asked about today, ordered by what is lost if nobody asks.

Rules are declared here with their clause; their thresholds and weights are data (data/reference/matters.toml).
"""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Select, insert, select
from sqlmodel import col

from core import journal
from core.database import under
from core.forecasts import projects
from core.forecasts.projects import CountOutlook, ProjectOutlook
from core.indicators import COUNTINGS
from core.indicators.monitored import WITHOUT_MEASURE
from core.indicators.petitions import FROM_ABOVE
from core.indicators.projects import Parting, planned_fen, works_and_money
from core.ledgers import LEDGERS, period_of
from core.places import REFERENCE, Area, Place, PlaceTree
from core.plan import latest_plan
from core.scope import OutOfScope, Scope
from core.store import Snapshot, Store
from core.tables.matters import Snooze
from core.tasks import PERSONAL, open_tasks
from core.units import short_day

MONTH = 30.0
FARTHEST = 180  # days late beyond which a project is no worse


class Rule(BaseModel):
    """A rule's words and numbers, as the county set them. `points` weigh one unit of its consequence."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    title: str
    clause: str
    points: float
    threshold: float = 0


class Rules(BaseModel):
    """All rules; at most `most` matters stand on 总览."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most: int
    rule: tuple[Rule, ...]

    def __getitem__(self, key: str) -> Rule:
        return next(rule for rule in self.rule if rule.key == key)


@lru_cache(maxsize=4)
def rules_of(path: Path = REFERENCE / "matters.toml") -> Rules:
    """The rules as they stand in the data file."""
    with path.open("rb") as file:
        return Rules.model_validate(tomllib.load(file))


@dataclass(frozen=True)
class Matter:
    """One thing to ask about: who and what, how late, since when, whose job, the sentence to ask, and where its rows
    are. `points` order it. `is_new` where it was none at the data date before."""

    rule: str
    place: str  # code of a township, or of the county
    place_name: str
    what: str
    late: str
    since: date | None
    owner: str
    ask: str
    page: str
    points: float
    is_new: bool = False
    key: str = ""  # of the single thing, where a place may have several under one rule

    @property
    def id(self) -> str:
        """What a snooze holds on to."""
        return f"{self.rule}|{self.place}|{self.key}"


def head_of(township: Place) -> str:
    """The post that answers for a township: 杨集镇镇长, 凤瑞街道办事处主任, 袁店回族乡乡长."""
    ending = {"subdistrict": "办事处主任", "ethnic_township": "乡长"}.get(township.kind, "镇长")
    return f"{township.name}{ending}"


Found = Iterable[
    tuple[str, str, str, date | None, str, str, float]
]  # unit, what, late, since, owner, ask, amount
Townships = Mapping[str, Place]


def matters(snapshot: Snapshot, area: Area, tree: PlaceTree) -> tuple[Matter, ...]:
    """All that the ledgers say must be asked about in an area, the gravest first, new ones marked. The promises of the
    last meeting stand apart (`promises`), since they change without a workbook. OutOfScope outside the scope."""
    snapshot.check(area.codes)
    if snapshot.scope.is_bulletin:
        raise OutOfScope("通报只公开汇总数，不含明细。")
    if area.is_above_county:
        return ()
    if area.kind == "village":
        return _told(snapshot, area, tree)
    # 各乡镇的事互不相干：全县算一次，任何乡镇、战区只是从中挑出自己的。
    county = tree.county_area()
    whole = Scope(frozenset(county.codes), because="需要过问的事")
    key = ("matters", snapshot.version(area.root), area.root, snapshot.as_of, snapshot.known_by)
    every: tuple[Matter, ...] = snapshot.store.remembered.get(
        key,
        lambda: _told(snapshot.store.snapshot(whole, snapshot.as_of, snapshot.known_by), county, tree),
    )
    return tuple(m for m in every if m.place.startswith(area.codes))


def _told(snapshot: Snapshot, area: Area, tree: PlaceTree) -> tuple[Matter, ...]:
    found = _found(snapshot, area, tree)
    earlier = _day_before(snapshot, area)
    before = (
        {
            m.id
            for m in _found(snapshot.store.snapshot(snapshot.scope, earlier, snapshot.known_by), area, tree)
        }
        if earlier
        else None
    )
    marked = (replace(m, is_new=before is not None and m.id not in before) for m in found)
    return tuple(sorted(marked, key=_gravest_first))


def _gravest_first(matter: Matter) -> tuple[float, str, str]:
    return (-matter.points, matter.place, matter.rule)


def _day_before(snapshot: Snapshot, area: Area) -> date | None:
    days = snapshot.days("projects", snapshot.as_of.year, area.root)
    return days[-2] if len(days) > 1 else None


def _found(snapshot: Snapshot, area: Area, tree: PlaceTree) -> list[Matter]:
    snapshot.check(area.codes)
    townships = {t.code: t for t in area.townships}
    rules = rules_of()
    found = []
    for key, (look, page) in LOOKS.items():
        rule = rules[key]
        for unit, what, late, since, owner, ask, amount in look(snapshot, area, townships, rule):
            name = townships[unit].name if unit in townships else tree.label(unit.ljust(12, "0"))
            found.append(Matter(key, unit, name, what, late, since, owner, ask, page, amount * rule.points))
    return found


def _open_projects(snapshot: Snapshot, area: Area) -> dict[str, list[Any]]:
    rows: defaultdict[str, list[Any]] = defaultdict(list)
    for code in area.codes:
        for row in snapshot.rows(COUNTINGS["projects"], code, snapshot.as_of.year):
            rows[row.leaf[:9]].append(row)
    return rows


def _outlooks(snapshot: Snapshot, area: Area) -> dict[str, list[ProjectOutlook]]:
    told = projects.outlook(snapshot, area)
    found: defaultdict[str, list[ProjectOutlook]] = defaultdict(list)
    if isinstance(told, CountOutlook):
        for project in told.projects:
            found[project.leaf[:9]].append(project)
    return found


def _late_projects(snapshot: Snapshot, area: Area, townships: Townships, rule: Rule) -> Found:
    deadline = latest_plan(snapshot.as_of)["projects_completed_rate"].by or snapshot.as_of
    due = {row.key: row.first_planned_on for rows in _open_projects(snapshot, area).values() for row in rows}
    for unit, outlooks in _outlooks(snapshot, area).items():
        # 时限一到，没有竣工的都在内，不再看可能性。
        late = [p for p in outlooks if p.chance < rule.threshold or deadline <= snapshot.as_of]
        if not late or unit not in townships:
            continue
        days = [min(((p.middle or date.max) - deadline).days, FARTHEST) for p in late]
        middle = sorted(days)[len(days) // 2]
        passed = [day for p in late if (day := due.get(p.key)) and day < p.seen_on]
        yield (
            unit,
            _late_words(len(late), deadline, max(p.seen_on for p in late), snapshot.as_of),
            f"多半要晚{max(middle, 1)}天",
            min(passed, default=None),  # 最早的一个从这天起该竣工了
            head_of(townships[unit]),
            "逐个说明：卡在哪一环，谁来解决，哪天竣工？",
            sum(max(d, 0) for d in days) / MONTH,
        )


def _late_words(count: int, deadline: date, seen: date, on: date) -> str:
    """7个项目9月30日前难以竣工; with the deadline reached, 8个项目9月30日时限已到仍未竣工, by an older ledger said so."""
    if on < deadline:
        return f"{count}个项目{short_day(deadline)}前难以竣工"
    still = "仍未竣工" if seen >= deadline else f"，{short_day(seen)}的台账上未竣工"
    return f"{count}个项目{short_day(deadline)}时限已到{still}"


def _idle_projects(snapshot: Snapshot, area: Area, townships: Townships, rule: Rule) -> Found:
    for unit, outlooks in _outlooks(snapshot, area).items():
        idle = [p for p in outlooks if p.idle_days is not None and p.idle_days >= rule.threshold]
        if not idle or unit not in townships:
            continue
        longest = max(p.idle_days or 0 for p in idle)
        yield (
            unit,
            f"{len(idle)}个项目没有进展",
            f"至少{longest}天没有变化",
            min(p.seen_on - timedelta(days=p.idle_days or 0) for p in idle),
            head_of(townships[unit]),
            "是停工，还是有进展没有上报？",
            sum((p.idle_days or 0) for p in idle) / MONTH,
        )


def _parted(parting: Parting) -> Callable[[Snapshot, Area, Townships, Rule], Found]:
    def look(snapshot: Snapshot, area: Area, townships: Townships, _rule: Rule) -> Found:
        for unit, rows in _open_projects(snapshot, area).items():
            apart = [
                (row, both)
                for row in rows
                if (both := works_and_money(row, snapshot.as_of)) and both.parting is parting
            ]
            if not apart or unit not in townships:
                continue
            gap = sum(planned_fen(row) * abs(both.works - both.paid) / 100 for row, both in apart) / 1e6
            widest = max(abs(both.works - both.paid) for _, both in apart)
            if parting is Parting.WORKS_AHEAD:
                words = (f"{len(apart)}个项目支付落后于工程", "财政局", "是没有报账，还是资金没有到位？")
            else:
                words = (
                    f"{len(apart)}个项目支付超前于工程",
                    head_of(townships[unit]),
                    "凭什么先付的款，谁批的？",
                )
            late = f"最多差{widest:.0f}个百分点，共{gap:,.0f}万元"
            yield unit, words[0], late, _apart_since(snapshot, unit, parting), *words[1:], gap / 100

    return look


def _apart_since(snapshot: Snapshot, unit: str, parting: Parting) -> date | None:
    """The first of the data dates, in one run up to the snapshot's, on which the township had such a project."""
    year, since = snapshot.as_of.year, None
    for day in reversed(snapshot.days("projects", year, unit[:6])):
        if not snapshot.value((unit,), f"projects.money_{parting.value}", year, day):
            return since
        since = day
    return since


def _no_measure(snapshot: Snapshot, area: Area, townships: Townships, _rule: Rule) -> Found:
    series = f"fault_{WITHOUT_MEASURE}.households@identified"
    for unit, count, earliest in _households(snapshot, area, townships, series):
        late, owner = f"识别已满1个月，{earliest}", head_of(townships[unit])
        ask = "为什么还没有措施，哪天落实？"
        yield unit, f"{count}户没有帮扶措施", late, None, owner, ask, float(count)


def _improper_exit(snapshot: Snapshot, area: Area, townships: Townships, _rule: Rule) -> Found:
    series = "exit_faulty.households@eliminated"
    for unit, count, earliest in _households(snapshot, area, townships, series):
        ask, owner = "是否应当回退，谁审定的？", head_of(townships[unit])
        yield unit, f"{count}户消除不符合审慎退出", earliest, None, owner, ask, float(count)


def _households(
    snapshot: Snapshot, area: Area, townships: Townships, series: str
) -> Iterator[tuple[str, int, str]]:
    """Each township that has such households in the area, how many, and in words the earliest of the months by which
    they are tallied: a county's households are not read for a page."""
    within_township = area.kind == "village"
    snapshot.load(area.codes if within_township else townships, 0)
    for unit in townships:
        places = area.codes if within_township else (unit,)
        months = snapshot.slices(places, f"monitored.{series}", 0)
        known = [int(month) for month in months if month != "0"]
        earliest = f"最早的是{min(known) // 100}年{min(known) % 100}月" if known else "没有填年月"
        if months:
            yield unit, sum(months.values()), earliest


def _late_findings(snapshot: Snapshot, area: Area, townships: Townships, _rule: Rule) -> Found:
    counting, period = COUNTINGS["findings"], period_of("findings", snapshot.as_of)
    late: defaultdict[str, list[tuple[date, date]]] = defaultdict(list)
    for code in area.codes:
        for row in snapshot.rows(counting, code, period):
            told = snapshot.told_on(counting, period, row)
            if row.due_on and row.due_on < told and row.rectified_on is None:
                late[row.leaf[:9]].append((row.due_on, told))
    for unit, days in late.items():
        owner = head_of(townships[unit]) if unit in townships else "县乡村振兴局"
        longest = max((told - due).days for due, told in days)
        ask = "整改到哪一步，哪天销号？"
        yield (
            unit,
            f"{len(days)}个问题整改逾期",
            f"最长逾期{longest}天",
            min(due for due, _ in days),
            owner,
            ask,
            float(len(days)),
        )


def _late_petitions(snapshot: Snapshot, area: Area, townships: Townships, _rule: Rule) -> Found:
    counting, period = COUNTINGS["petitions"], period_of("petitions", snapshot.as_of)
    allowed = timedelta(days=latest_plan(snapshot.as_of)["petition_days"].value)
    late: defaultdict[str, list[tuple[date, date]]] = defaultdict(list)
    for code in area.codes:
        for row in snapshot.rows(counting, code, period):
            told = snapshot.told_on(counting, period, row)
            if row.level in FROM_ABOVE and row.passed_on and not row.closed_on:
                last = row.passed_on + allowed
                if last < told:
                    late[row.leaf[:9]].append((last, told))
    for unit, days in late.items():
        owner = head_of(townships[unit]) if unit in townships else "县信访局"
        longest = max((told - due).days for due, told in days)
        ask = "党政正职核实了没有，哪天办结？"
        yield (
            unit,
            f"{len(days)}件信访件过了5天",
            f"最长逾期{longest}天",
            min(due for due, _ in days),
            owner,
            ask,
            float(len(days)),
        )


def _not_reported(snapshot: Snapshot, area: Area, townships: Townships, _rule: Rule) -> Found:
    county = area.root
    silent: defaultdict[str, list[tuple[str, date | None]]] = defaultdict(list)
    for ledger in ("monitored", "projects"):
        for unit, mention in snapshot.mentions(ledger, period_of(ledger, snapshot.as_of), county).items():
            if unit in townships and not mention.is_reported:
                standing = mention.standing.as_of if mention.standing else None
                silent[unit].append((LEDGERS[ledger].title, standing))
    for unit, ledgers in silent.items():
        known = [on for _, on in ledgers if on]
        since = min(known) if known else None
        what = f"{'、'.join(title for title, _ in ledgers)}没有报"
        late = f"还在用{short_day(since)}的数" if since else "从未报过"
        ask = "为什么没有报，今天能不能补？"
        yield unit, what, late, since, head_of(townships[unit]), ask, float(len(ledgers))


LOOKS: Mapping[str, tuple[Callable[[Snapshot, Area, Townships, Rule], Found], str]] = {
    "late_projects": (_late_projects, "projects"),
    "idle_projects": (_idle_projects, "projects"),
    "works_ahead_of_money": (_parted(Parting.WORKS_AHEAD), "funds"),
    "money_ahead_of_works": (_parted(Parting.MONEY_AHEAD), "funds"),
    "no_measure": (_no_measure, "quality"),
    "improper_exit": (_improper_exit, "risk"),
    "late_findings": (_late_findings, "work_plan"),
    "late_petitions": (_late_petitions, "work_plan"),
    "not_reported": (_not_reported, "township"),
}


def promises(store: Store, scope: Scope, area: Area, on: date, tree: PlaceTree) -> tuple[Matter, ...]:
    """The overdue promises of past meetings (调度): they stand beside what the ledgers say."""
    rule = rules_of()["late_promises"]
    found = []
    for task in open_tasks(store, scope, area, on):
        if task.overdue_days > 0 and task.reported_on is None:
            found.append(
                Matter(
                    rule.key,
                    task.place,
                    tree.county.name if len(task.place) == 6 else tree[task.place].name,
                    f"“{task.what}”没有办结",
                    f"逾期{task.overdue_days}天",
                    task.due_on,
                    task.owner,
                    f"下一步“{task.next_step}”做到哪了？",
                    "tasks",
                    (1 + task.overdue_days / 7) * rule.points,
                    False,
                    str(task.id),
                )
            )
    return tuple(found)


# ---- 暂缓 -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Snoozed:
    """A matter that somebody set aside until a day, and why."""

    matter: str
    until: date
    reason: str
    by: str
    at: datetime


class SnoozeError(ValueError):
    """What was typed cannot be taken; says in Chinese what is expected."""


def snooze(
    store: Store,
    scope: Scope,
    matter: Matter,
    *,
    until: date,
    reason: str,
    by: str,
    on: date,
    address: str = "",
) -> None:
    """Sets a matter aside until a day, with its reason, and logs it. OutOfScope for a place outside the scope."""
    if not scope.covers(matter.place):
        raise OutOfScope(f"您的权限不含这个地方（{scope.because or '未授权'}）。")
    words = " ".join(reason.split())
    if not 4 <= len(words) <= 200:
        raise SnoozeError("请写明暂缓的理由（4到200个字）。")
    if PERSONAL.search(words):
        raise SnoozeError("理由里像是有身份证号或手机号。请去掉后再提交。")
    if not on < until <= on + timedelta(days=92):
        raise SnoozeError(f"暂缓到哪天，应在{short_day(on)}之后三个月以内。")
    now = datetime.now().astimezone()
    with store.writing() as connection:
        connection.execute(
            insert(Snooze).values(
                matter=matter.id, place=matter.place, since=on, until=until, reason=words, by=by, at=now
            )
        )
        journal.note(
            connection,
            "snoozed",
            by,
            address,
            [matter.place],
            f"{rules_of()[matter.rule].title}，至{until.isoformat()}",  # without its count: the log is the administrator's
        )


def snoozes(store: Store, scope: Scope, area: Area, on: date) -> dict[str, Snoozed]:
    """{matter: the snooze that holds on a data date}, of the county that an area lies in, where the scope covers it."""
    with store.engine.connect() as connection:
        rows = connection.execute(_snoozes_on(area.root, on)).all()
    return {r.matter: Snoozed(r.matter, r.until, r.reason, r.by, r.at) for r in rows if scope.covers(r.place)}


@lru_cache(maxsize=256)  # every page asks; to write a statement anew takes longer than to ask it
def _snoozes_on(county: str, on: date) -> Select[Any]:
    said = (getattr(Snooze, name) for name in ("matter", "place", "until", "reason", "by", "at"))
    holds = (under(col(Snooze.place), county), col(Snooze.since) <= on, col(Snooze.until) > on)
    return select(*said).where(*holds).order_by(col(Snooze.id))


def order(ledgers: Iterable[Matter], meetings: Iterable[Matter]) -> tuple[Matter, ...]:
    """What the ledgers say and what was promised, in one list, the gravest first."""
    return tuple(sorted((*ledgers, *meetings), key=_gravest_first))
