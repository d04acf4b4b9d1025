"""The sixteen data-quality rules that provinces run on the national export, one declaration each.

They are judged while the workbook is read, with the whole row at hand; what is kept of a household is the number
of the rule and a few words of what is wrong: never a name, a document number or a phone. None of them blocks. A
rule whose column the workbook lacks is not judged at all: 未检查 is another answer than 0.
"""

import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.imports.id_numbers import is_valid_id
from core.imports.ledgers import MEASURES, MONITORED
from core.imports.matching import bare_key, header_key
from core.imports.table import Table
from core.imports.values import Unreadable, is_blank, month, plain, plain_number
from core.imports.workbook import Cell
from core.places import REFERENCE
from core.plan import Plan, latest_plan, plan_of


class HouseholdLimits(BaseModel):
    """Limits of rules 7 and 14."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    high_income_yuan: float
    hasty_exit_months: int


class ProjectLimits(BaseModel):
    """From which share (and least number) on equal days in the project ledger are worth a question."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    same_day_share: float
    same_day_least: int
    last_day_share: float
    last_day_least: int


class Limits(BaseModel):
    """data/reference/quality.toml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    households: HouseholdLimits
    projects: ProjectLimits


@lru_cache(maxsize=1)
def limits() -> Limits:
    """The limits of the county."""
    with (REFERENCE / "quality.toml").open("rb") as file:
        return Limits.model_validate(tomllib.load(file))


CAUSE_COLUMNS = tuple(f"致贫/返贫风险{n}" for n in range(1, 6))
AFTER_COLUMNS = tuple(
    f"风险消除后{name}"
    for name in (
        "是否义务教育阶段适龄儿童少年失学辍学",
        "是否住房损毁",
        "是否有家庭成员未参加城乡居民（职工）基本医疗保险",
        "是否饮水设施损毁",
        "工资性收入",
        "财产性收入",
        "转移性收入",
        "生产经营性收入",
        "生产经营性支出",
        "家庭纯收入",
        "家庭人均纯收入",
        "理赔收入",
        "合规自付支出",
    )
)
INCOME = "人均纯收入（元）"
SCHOOL = "是否义务教育阶段适龄儿童少年失学辍学"
INSURANCE = "是否有家庭成员未参加城乡居民（职工）基本医疗保险"
HOUSING = "是否住房"
WATER = "是否饮水"
ALSO: Mapping[str, tuple[str, ...]] = {
    "识别监测时间": ("识别时间",),
    "消除监测时间": ("风险消除时间", "消除时间"),
    "整户无劳动能力兜底保障户": ("是否兜底保障户",),
    INCOME: ("家庭人均纯收入", "人均纯收入"),
    "教育帮扶": ("其他教育帮扶", "（其他）教育帮扶"),
    HOUSING: ("是否住房损毁", "是否住房安全有保障", "是否危房户"),
    WATER: ("是否饮水设施损毁", "是否饮水安全有保障", "是否解决安全饮用水"),
    "是否已务工": ("是否已外出务工",),
    "务工所在地": ("务工区域", "务工地点"),
}
NEEDED = {
    "识别监测时间": "识别监测时间",
    CAUSE_COLUMNS[0]: "致贫/返贫风险",
    INCOME: "人均纯收入",
    SCHOOL: "义务教育",
    HOUSING: "住房",
    INSURANCE: "基本医疗保险",
    WATER: "饮水",
}
WORKING = "是否已务工"  # columns of the sheet 务工信息, or of the rows themselves
WORK_PLACE = "务工所在地"
OUTSIDE = ("县外省内", "市外省内", "省外", "境外", "县外")
NO_LABOUR = ("无劳动", "丧失劳动")
NOT_AT_SCHOOL = frozenset(("", "非在校生", "不在校", "无", "否"))
ANSWERS = {
    "illness": ("因病", ("健康帮扶", "综合保障", "社会帮扶")),
    "schooling": ("因学", ("教育帮扶", "义务教育保障", "社会帮扶")),
    "water": ("因安全饮水", ("饮水安全保障",)),
}


@dataclass(frozen=True)
class Work:
    """One row of 务工信息: whose it is, whether the person works, where, and since when (YYYYMM)."""

    person: str
    works: bool
    is_outside: bool
    begun: int | None


@dataclass
class Facts:
    """One household of an export, as the rules look at it: what was read of it, its rows, its jobs; the data date
    and the plan of that day."""

    values: Mapping[str, Any]
    people: Sequence[Sequence[Cell]]
    at: Mapping[str, int]
    work: Sequence[Work]
    on: date
    plan: Plan

    def cell(self, column: str) -> Cell:
        """The household's cell in a column: the first filled one of its rows."""
        at = self.at[column]
        first = self.people[0][at]
        if first != "" and not is_blank(first):
            return first
        return next((c[at] for c in self.people if not is_blank(c[at])), "")

    def yuan(self, column: str) -> float | None:
        """An amount of money, or None where the cell is empty or no number."""
        try:
            return plain_number(self.cell(column))
        except Unreadable:
            return None

    @property
    def is_out(self) -> bool:
        """Eliminated, and not by death or moving away; 消除方式 left empty counts as 帮扶消除."""
        return bool(self.values["is_eliminated"]) and self.values["elimination_way"] != "自然消除"

    @property
    def waited(self) -> int | None:
        """Months from recognition to elimination; None where one of them is missing."""
        start, end = self.values["identified"], self.values["eliminated"]
        return None if start is None or end is None else _months(start, end)

    @cached_property
    def has_no_labour(self) -> bool:
        """Every member is written down as without labour: an empty cell says nothing."""
        at = self.at["劳动技能"]
        return all(plain(cells[at]).startswith(NO_LABOUR) for cells in self.people)


@dataclass(frozen=True)
class Rule:
    """One rule: its number and words, the columns it needs, and `judge`, which says in a few words what is wrong
    with a household ("" where nothing is). `fix` is what the township does about it."""

    number: int
    name: str
    words: str
    needs: tuple[str, ...]
    judge: Callable[[Facts], str]
    fix: str


def _months(start: int, end: int) -> int:
    return (end // 100 - start // 100) * 12 + end % 100 - start % 100


def _said(month_number: int) -> str:
    return f"{month_number // 100}年{month_number % 100}月"


def _unbegun(home: Facts) -> str:
    identified = home.values["identified"]
    if plain(home.cell("实施开发式帮扶措施情况")) != "尚未实施" or identified is None:
        return ""
    waited = _months(identified, home.on.year * 100 + home.on.month)
    return f"{_said(identified)}识别，仍为“尚未实施”" if waited >= 1 else ""


def _blanks(home: Facts) -> str:
    empty = [
        word
        for column, word in NEEDED.items()
        if is_blank(home.cell(column)) and not (column == CAUSE_COLUMNS[0] and home.values["causes"])
    ]
    return f"未填：{'、'.join(empty)}" if empty else ""


def _after(home: Facts) -> str:
    if not home.values["is_eliminated"]:
        return ""
    empty = [column for column in AFTER_COLUMNS if is_blank(home.cell(column))]
    if len(empty) == len(AFTER_COLUMNS):
        return "13个“风险消除后”栏全空"
    return f"未填：{'、'.join(column.removeprefix('风险消除后') for column in empty)}" if empty else ""


def _without_measure(home: Facts) -> str:
    return "没有任何帮扶措施" if home.is_out and not home.values["measures"] else ""


def _without_answer(home: Facts) -> str:
    held = set(home.values["measures"])
    lacking = [
        f"{word}，无{'、'.join(answers)}"
        for cause, (word, answers) in ANSWERS.items()
        if cause in home.values["causes"] and not held.intersection(answers)
    ]
    return "；".join(lacking)


def _span(home: Facts) -> str:
    start, end = home.values["identified"], home.values["eliminated"]
    return f"{_said(start)}识别，{_said(end)}消除，隔{_months(start, end)}个月"


def _early(home: Facts) -> str:
    if not home.is_out or home.waited is None or home.values["eliminated"] < home.plan.prudent_exit_from:
        return ""
    return _span(home) if home.waited < home.plan.prudent_exit_months else ""


def _hasty(home: Facts) -> str:
    if not home.is_out or home.waited is None:
        return ""
    return _span(home) if home.waited <= limits().households.hasty_exit_months else ""


def _out_without_labour(home: Facts) -> str:
    if not home.values["is_eliminated"]:
        return ""
    if home.values["is_safety_net"]:
        return "整户无劳动能力兜底保障户，已标注消除"
    return "全家无（丧失）劳动力，已标注消除" if home.has_no_labour else ""


def _unmarked(home: Facts) -> str:
    if home.values["is_eliminated"] or home.values["is_safety_net"] or not home.has_no_labour:
        return ""
    return "全家无（丧失）劳动力，未标“整户无劳动能力兜底保障户”"


def _poor_exit(home: Facts) -> str:
    if not home.is_out:
        return ""
    # 当年的监测线：没有那一年计划的，不拿别年的线去比。
    plan = plan_of((home.values["eliminated"] or home.on.year * 100) // 100)
    income = home.yuan("风险消除后家庭人均纯收入")
    if plan is None or income is None:
        return ""
    line = plan["monitoring_income_line"].value
    return f"消除后人均{income:,.0f}元，低于{plan.year}年的{line:,.0f}元" if income < line else ""


def _documents(home: Facts) -> str:
    wrong = []
    for order, cells in enumerate(home.people, 1):
        fault = _document(cells[home.at["证件号码"]])
        if fault:
            wrong.append(f"户内第{order}人{fault}")
    if "户主证件号码" in home.at and (fault := _document(home.cell("户主证件号码"))):
        wrong.append(f"户主证件号码{fault}")
    return "；".join(wrong)


def _document(cell: Cell) -> str:
    """What is wrong with a document number, without the number."""
    if isinstance(cell, str) and is_valid_id(cell):
        return ""
    if isinstance(cell, float):
        return "按数字存放，末几位已丢失"
    number = plain(cell)
    if is_valid_id(number):
        return ""
    if not number:
        return "未填"
    return "校验位不符" if len(number) in (18, 20, 22) else f"为{len(number)}位"


def _no_bill(home: Facts) -> str:
    if "illness" not in home.values["causes"]:
        return ""
    paid = home.cell("合规自付支出")
    if is_blank(paid):
        return "因病，合规自付支出未填"
    return "因病，合规自付支出为0" if home.yuan("合规自付支出") == 0 else ""


def _no_work(home: Facts) -> str:
    if "unstable_work" not in home.values["causes"]:
        return ""
    if home.has_no_labour:
        return "因务工就业不稳，全家无（丧失）劳动力"
    return "" if any(w.works for w in home.work) else "因务工就业不稳，全家无务工登记"


def _high_income(home: Facts) -> str:
    income = home.yuan(INCOME)
    high = limits().households.high_income_yuan
    return f"识别时人均{income:,.0f}元" if income is not None and income > high else ""


def _pupil_works(home: Facts) -> str:
    number, school = home.at["人编号"], home.at["在校生状况"]
    at_work = {w.person for w in home.work if w.works}
    pupils = [
        order
        for order, cells in enumerate(home.people, 1)
        if plain(cells[number]) in at_work and plain(cells[school]) not in NOT_AT_SCHOOL
    ]
    return "、".join(f"户内第{order}人" for order in pupils) + "在校，又登记务工" if pupils else ""


def _not_sent_out(home: Facts) -> str:
    if "劳务输出" not in plain(home.cell("就业帮扶")):
        return ""
    since = home.values["identified"] or 0
    new = any(w.works and w.is_outside and (w.begun is None or w.begun >= since) for w in home.work)
    return "" if new else "有“劳务输出”，识别以来没有新增的县外务工"


_DATES = ("识别监测时间", "消除监测时间")

RULES = (
    Rule(
        1,
        "措施尚未实施",
        "识别满1个月，帮扶措施仍为“尚未实施”",
        ("识别监测时间", "实施开发式帮扶措施情况"),
        _unbegun,
        "落实帮扶措施，在系统中改为“已实施”",
    ),
    Rule(
        2,
        "必填项未填",
        "识别时间、风险、收入、三保障、饮水有未填的",
        ("识别监测时间", *CAUSE_COLUMNS, INCOME, SCHOOL, HOUSING, INSURANCE, WATER),
        _blanks,
        "入户核实后在系统中补填",
    ),
    Rule(
        3,
        "消除后13栏未填",
        "已消除，13个“风险消除后”栏有空的",
        AFTER_COLUMNS,
        _after,
        "按消除时的入户核实表补填",
    ),
    Rule(
        4,
        "消除而无措施",
        "帮扶消除，没有任何帮扶措施",
        ("风险消除方式", *MEASURES),
        _without_measure,
        "补录已落实的措施；确无措施的，核实消除是否成立",
    ),
    Rule(
        5,
        "风险无对应措施",
        "因病、因学、因安全饮水，没有对应的措施",
        (*CAUSE_COLUMNS, *dict.fromkeys(m for _, answers in ANSWERS.values() for m in answers)),
        _without_answer,
        "落实或补录针对风险的措施",
    ),
    Rule(
        6,
        "不足6个月消除",
        "2022年4月以后消除，识别到消除不足6个月（非自然消除）",
        (*_DATES, "风险消除方式"),
        _early,
        "核对两个时间；属实的按规定回退，满6个月再消除",
    ),
    Rule(
        7,
        "当月次月消除",
        "识别当月或次月即消除（非自然消除）",
        (*_DATES, "风险消除方式"),
        _hasty,
        "核对两个时间；属实的按规定回退",
    ),
    Rule(
        8,
        "无劳动力却消除",
        "整户无劳动力，已标注消除",
        ("劳动技能", "整户无劳动能力兜底保障户"),
        _out_without_labour,
        "核实劳动能力；属实的回退，落实兜底保障",
    ),
    Rule(
        9,
        "未标兜底保障",
        "未消除、整户无劳动力，没有标“整户无劳动能力兜底保障户”",
        ("劳动技能", "整户无劳动能力兜底保障户"),
        _unmarked,
        "核实劳动能力；属实的标注兜底保障户",
    ),
    Rule(
        10,
        "消除时低于监测线",
        "帮扶消除，消除时人均纯收入低于当年监测线",
        ("风险消除方式", "风险消除后家庭人均纯收入"),
        _poor_exit,
        "重新核算收入；属实的按规定回退",
    ),
    Rule(
        11,
        "证件号码有误",
        "证件号码不是18、20、22位，或校验不符",
        ("证件号码",),
        _documents,
        "对照户口簿、身份证或残疾人证改正",
    ),
    Rule(
        12,
        "因病无自付支出",
        "因病，合规自付支出为0或未填",
        (*CAUSE_COLUMNS, "合规自付支出"),
        _no_bill,
        "核对医保结算单后填写；没有支出的，核实风险类型",
    ),
    Rule(
        13,
        "就业不稳无务工",
        "因务工就业不稳，全家无（丧失）劳动力或无务工登记",
        (*CAUSE_COLUMNS, "劳动技能", WORKING),
        _no_work,
        "补录务工信息，或改正风险类型",
    ),
    Rule(
        14,
        "识别时收入偏高",
        f"识别时人均纯收入高于{limits().households.high_income_yuan:,.0f}元",
        (INCOME,),
        _high_income,
        "核算收入和刚性支出，确认符合监测条件",
    ),
    Rule(
        15,
        "在校生登记务工",
        "在校生登记为务工",
        ("人编号", "在校生状况", WORKING),
        _pupil_works,
        "核实在校或务工，改正其中一处",
    ),
    Rule(
        16,
        "劳务输出无县外务工",
        "有“劳务输出”措施，没有新增的县外务工",
        ("识别监测时间", "就业帮扶", WORKING, WORK_PLACE),
        _not_sent_out,
        "补录县外务工信息，或改正帮扶措施",
    ),
)
BY_NUMBER = {rule.number: rule for rule in RULES}
ALL_NUMBERS = tuple(BY_NUMBER)
TELL_CAUSE = frozenset({5, 12, 13})  # whoever reads that a household breaks one knows its cause


def places_of(table: Table) -> dict[str, int]:
    """{header: column index}, by the header itself first, then without its unit."""
    places: dict[str, int] = {}
    for key in (header_key, bare_key):
        for header in table.headers:
            places.setdefault(key(header.text), header.index)
    return places


def column_in(places: Mapping[str, int], name: str) -> int | None:
    """The index of a column under any of its headers; None where the workbook lacks it."""
    keys = [key(header) for key in (header_key, bare_key) for header in (name, *ALSO.get(name, ()))]
    return next((places[key] for key in keys if key in places), None)


class Inspection:
    """Judges the households of one workbook. `lacking` are the needed columns that it has not, `unchecked` the
    numbers of the rules that want one of them."""

    def __init__(
        self, table: Table, tables: Sequence[Table], on: date, found: Mapping[str, int] | None = None
    ) -> None:
        """`tables` are those of every sheet, `on` is the data date, `found` the columns that the ledger found by
        its field names (headings that a clerk confirmed among them)."""
        wanted = dict.fromkeys(need for rule in RULES for need in rule.needs)
        places = places_of(table)
        self.at = {name: at for name in wanted if (at := column_in(places, name)) is not None}
        for known in MONITORED.columns:
            if known.header in wanted and known.name in (found or {}):
                self.at[known.header] = (found or {})[known.name]
        if (head := column_in(places, "户主证件号码")) is not None:
            self.at["户主证件号码"] = head
        self.on = on
        self.plan = latest_plan(on)
        self.work: Mapping[str, Sequence[Work]] = {}
        has = set(self.at)
        # 务工信息是另一张表；有的导出把务工栏放在人员行里。
        for sheet in (table, *(t for t in tables if t is not table)):
            columns = _work_columns(sheet)
            if WORKING in columns and "code" in columns:
                self.work = _work(sheet, columns)
                has.discard(WORK_PLACE)
                has |= columns.keys() & {WORKING, WORK_PLACE}
                if "person" not in columns:
                    has.discard("人编号")
                break
        self.lacking = tuple(name for name in wanted if name not in has)
        self.rules = tuple(rule for rule in RULES if not set(rule.needs) & set(self.lacking))
        self.unchecked = tuple(rule.number for rule in RULES if rule not in self.rules)

    def faults(
        self, code: str, values: Mapping[str, Any], people: Sequence[Sequence[Cell]]
    ) -> dict[str, str]:
        """{number of a broken rule: what is wrong} of one household; {} when it breaks none."""
        home = Facts(values, people, self.at, self.work.get(code, ()), self.on, self.plan)
        return {str(rule.number): wrong for rule in self.rules if (wrong := rule.judge(home))}


def _work_columns(table: Table) -> dict[str, int]:
    places = places_of(table)
    named = {
        "code": "户编号",
        "person": "人编号",
        "begun": "开始时间",
        WORKING: WORKING,
        WORK_PLACE: WORK_PLACE,
    }
    return {key: at for key, name in named.items() if (at := column_in(places, name)) is not None}


def _work(table: Table, columns: Mapping[str, int]) -> dict[str, list[Work]]:
    found: dict[str, list[Work]] = defaultdict(list)
    months: dict[Cell, int | None] = {}

    def cell(cells: Sequence[Cell], key: str) -> Cell:
        return cells[columns[key]] if key in columns else ""

    for row in table.rows:
        begun = cell(row.cells, "begun")
        if begun not in months:
            months[begun] = _month(begun)
        found[plain(cell(row.cells, "code"))].append(
            Work(
                plain(cell(row.cells, "person")),
                plain(cell(row.cells, WORKING)) == "是",
                plain(cell(row.cells, WORK_PLACE)) in OUTSIDE,
                months[begun],
            )
        )
    return found


def _month(cell: Cell) -> int | None:
    try:
        return None if is_blank(cell) else month(cell)
    except Unreadable:
        return None
