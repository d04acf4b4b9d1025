"""Every figure a second time: slow, obvious, straight from the workbooks.

It opens the workbooks itself and counts as a county clerk would: take the sheets that hold on a day, go through
them row by row, and write each row into the notebook of its village, of its township and of the county. It shares
no code with the product but the list of places. Where the product and this file differ, one of them is wrong.
"""

import csv
from copy import copy
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from python_calamine import CalamineWorkbook

from core.places import REFERENCE, place_tree

COUNTY = "方城县"
ELSEWHERE = ["方城大寺林场", "县本级", "跨乡镇"]  # counted in the county, in no township

# sheet, the row that holds the headers, the column that names the township
SHEETS = {
    "monitored": ("监测对象信息", 1, "乡"),
    "projects": ("项目台账", 3, "乡镇"),
    "pool": ("项目库", 1, "乡"),
    "allocations": ("资金下达", 3, None),
    "payments": ("资金支付", 3, "乡镇"),
    "milestones": ("片区节点", 2, "片区乡镇"),
    "assets": ("项目资产", 3, "乡镇"),
    "findings": ("问题台账", 2, "乡镇"),
    "petitions": ("信访件", 2, "乡镇"),
    "employment": ("务工信息", 1, "乡"),
    "indicator_report": ("指标月报", 2, "乡镇"),
}
# The columns without which a figure of the working ledger is told by nobody.
NEEDED = {
    "projects_accepted": ["验收时间"],
    "projects_accepted_rate": ["验收时间"],
    "project_beneficiary_households": ["受益户数"],
    "projects_just_started": ["形象进度(%)"],
    "projects_under_way": ["形象进度(%)"],
    "projects_terminated": ["项目状态"],
    "projects_approved_early_rate": ["计划开工时间"],
    "projects_started_on_time_rate": ["计划开工时间"],
    "projects_works_ahead_of_money": ["形象进度(%)", "已拨付金额(万元)"],
    "projects_money_ahead_of_works": ["形象进度(%)", "已拨付金额(万元)"],
    "public_notice_rate_county": ["县级公告公示"],
    "public_notice_rate_township": ["乡级公告公示"],
    "public_notice_rate_village": ["村级公告公示"],
}
OPTIONAL = ["项目状态", "计划开工时间", "形象进度(%)", "验收时间", "已拨付金额(万元)", "受益户数"]
OPTIONAL += ["县级公告公示", "乡级公告公示", "村级公告公示"]
RUNNING = ["monitored", "assets", "employment"]  # these run on through the years
OF_TOWNSHIPS = ["monitored", "projects", "assets", "employment"]  # every township has rows, or did not report

KINDS = {"脱贫不稳定户": "unstable", "边缘易致贫户": "borderline", "突发严重困难户": "sudden_hardship"}
CAUSES = {
    "因病": "illness",
    "因学": "schooling",
    "因残": "disability",
    "因自然灾害": "disaster",
    "因意外事故": "accident",
    "因产业项目失败": "failed_business",
    "因务工就业不稳": "unstable_work",
    "因缺劳动力": "no_labour",
    "因安全饮水": "water",
    "因住房": "housing",
    "其他": "other",
}
MEASURES = [
    "产业帮扶",
    "就业帮扶",
    "金融帮扶",
    "公益性岗位帮扶",
    "住房安全保障",
    "饮水安全保障",
    "健康帮扶",
    "教育帮扶",
    "义务教育保障",
    "综合保障",
    "社会帮扶",
    "搬迁",
    "生产生活条件改善",
    "基础设施建设",
]
# A cause -> the measures of which one answers it.
ASKS_FOR = {
    "illness": ["健康帮扶", "综合保障", "社会帮扶"],
    "schooling": ["教育帮扶", "义务教育保障", "社会帮扶"],
    "water": ["饮水安全保障"],
}
# The export has 177 columns; these are read.
OF_A_PERSON = [
    "乡",
    "村",
    "户编号",
    "监测对象类别",
    "风险是否已消除",
    "识别监测时间",
    "消除监测时间",
    "风险消除方式",
    "整户无劳动能力兜底保障户",
    "监测联系人",
    "人均纯收入（元）",
    "致贫/返贫风险1",
    "致贫/返贫风险2",
    "致贫/返贫风险3",
    "致贫/返贫风险4",
    "致贫/返贫风险5",
    *MEASURES,
]
COLUMN_OF_SOURCE = {
    "central": "中央(万元)",
    "province": "省级(万元)",
    "city": "市级(万元)",
    "county": "县级(万元)",
    "integrated": "整合资金(万元)",
}
SOURCE_OF_WORD = {
    "中央": "central",
    "省级": "province",
    "市级": "city",
    "县级配套": "county",
    "整合资金": "integrated",
}
SOURCES = ["central", "province", "city", "county", "integrated"]
FOUR_LEVELS = ["central", "province", "city", "county"]
CLASSES = ["gone", "improper", "proper", "safety_net", "young", "eliminable"]

BASELINE_DAY = date(2022, 3, 15)

# ---- which page of the notebook each figure is: key -> (ledger, pages added up, pages it is divided by or None)

FIGURES = {}
for unit in ("households", "persons"):
    FIGURES[f"monitored_{unit}"] = ("monitored", [f"all {unit}"], None)
    FIGURES[f"monitored_{unit}_remaining"] = ("monitored", [f"open {unit}"], None)
    FIGURES[f"newly_identified_{unit}"] = ("monitored", [f"identified this year {unit}"], None)
    FIGURES[f"risk_eliminated_{unit}"] = ("monitored", [f"done {unit}"], None)
    FIGURES[f"risk_eliminated_this_year_{unit}"] = ("monitored", [f"done this year {unit}"], None)
    FIGURES[f"safety_net_{unit}"] = ("monitored", [f"open, safety_net {unit}"], None)
    FIGURES[f"under_six_months_{unit}"] = ("monitored", [f"open, young {unit}"], None)
    FIGURES[f"eliminable_{unit}"] = ("monitored", [f"open, eliminable {unit}"], None)
    FIGURES[f"improper_exit_{unit}"] = ("monitored", [f"done, improper {unit}"], None)
    FIGURES[f"measures_in_place_{unit}"] = ("monitored", [f"open with measure {unit}"], None)
    FIGURES[f"risk_elimination_rate_r1_{unit}"] = (
        "monitored",
        [f"baseline proper {unit}", f"baseline improper {unit}"],
        [f"baseline {unit}"],
    )
    FIGURES[f"risk_elimination_rate_r2_{unit}"] = ("monitored", [f"done {unit}"], [f"all {unit}"])
    FIGURES[f"risk_elimination_rate_r3_{unit}"] = (
        "monitored",
        [f"done this year {unit}"],
        [f"done this year {unit}", f"open {unit}"],
    )
    FIGURES[f"risk_elimination_rate_r4_{unit}"] = (
        "monitored",
        [f"baseline proper {unit}"],
        [f"baseline proper {unit}", f"baseline eliminable {unit}"],
    )
    for name in CLASSES:
        FIGURES[f"baseline_{name}_{unit}"] = ("monitored", [f"baseline {name} {unit}"], None)
    FIGURES[f"risk_reversed_{unit}"] = ("monitored", [f"flow reversed {unit}"], None)
    for name in ("new", "again", "entered", "opening", "eliminated", "left", "moved_out"):
        FIGURES[f"flow_{name}_{unit}"] = ("monitored", [f"flow {name} {unit}"], None)
FIGURES["flow_heads_persons"] = ("monitored", ["flow heads persons"], None)
FIGURES["measures_rate"] = ("monitored", ["open with measure households"], ["open households"])
FIGURES["measures_match_rate"] = (
    "monitored",
    ["open, every such cause met"],
    ["open with a cause that asks for a measure"],
)
FIGURES["contact_officer_rate"] = (
    "monitored",
    ["identified this year with contact households"],
    ["identified this year households"],
)

FIGURES["projects_planned"] = ("projects", ["listed"], None)
FIGURES["projects_reserved"] = ("projects", ["stage 储备"], None)
FIGURES["projects_approved"] = ("projects", ["stage 批复"], None)
FIGURES["projects_just_started"] = ("projects", ["stage 开工"], None)
FIGURES["projects_under_way"] = ("projects", ["stage 在建"], None)
FIGURES["projects_terminated"] = ("projects", ["stage 终止"], None)
FIGURES["projects_started"] = ("projects", ["started"], None)
FIGURES["projects_completed"] = ("projects", ["completed"], None)
FIGURES["projects_accepted"] = ("projects", ["accepted"], None)
FIGURES["projects_overdue"] = ("projects", ["overdue"], None)
FIGURES["projects_completed_on_time"] = ("projects", ["on time"], None)
FIGURES["projects_started_rate"] = ("projects", ["started"], ["listed"])
FIGURES["projects_completed_rate"] = ("projects", ["completed"], ["listed"])
FIGURES["projects_accepted_rate"] = ("projects", ["accepted"], ["completed, acceptance told"])
FIGURES["projects_completed_on_time_rate"] = ("projects", ["due, on time"], ["due"])
for level in ("county", "township", "village"):
    FIGURES[f"public_notice_rate_{level}"] = ("projects", [f"notice {level} 是"], [f"notice {level} filled"])
FIGURES["projects_works_ahead_of_money"] = ("projects", ["works 40 points ahead of money"], None)
FIGURES["projects_money_ahead_of_works"] = ("projects", ["money 10 points ahead of works"], None)
FIGURES["projects_waiting"] = ("pool", ["waiting"], None)

FIGURES["transition_fund_total_yuan"] = ("allocations", [f"money {s}" for s in SOURCES], None)
FIGURES["county_matching_yuan"] = ("allocations", ["money county"], None)
FIGURES["transition_fund_total_yuan_planned"] = ("projects", [f"money {s}" for s in SOURCES], None)
FIGURES["county_matching_yuan_planned"] = ("projects", ["money county"], None)
for source in SOURCES:
    FIGURES[f"fund_{source}_yuan"] = ("allocations", [f"money {source}"], None)
    FIGURES[f"fund_{source}_yuan_planned"] = ("projects", [f"money {source}"], None)
for source in FOUR_LEVELS:
    FIGURES[f"industry_share_{source}"] = ("projects", [f"industry {source}"], [f"money {source}"])
FIGURES["industry_share"] = (
    "projects",
    [f"industry {s}" for s in FOUR_LEVELS],
    [f"money {s}" for s in FOUR_LEVELS],
)
FIGURES["industry_share_with_integrated"] = (
    "projects",
    [f"industry {s}" for s in SOURCES],
    [f"money {s}" for s in SOURCES],
)
FIGURES["disbursed_yuan"] = ("payments", [f"money {s}" for s in SOURCES], None)
FIGURES["disbursement_rate"] = ("payments", [f"money {s}" for s in SOURCES], [f"money {s}" for s in SOURCES])

FIGURES["milestones_planned"] = ("milestones", ["nodes"], None)
FIGURES["milestones_due_done_rate"] = ("milestones", ["due and done"], ["due"])

FIGURES["within_income_line_households"] = ("monitored", ["open within line"], None)
for unit in ("households", "persons"):
    FIGURES[f"opening_stock_{unit}"] = ("monitored", [f"open {unit}"], None)
    FIGURES[f"reconciliation_difference_{unit}"] = ("monitored", [f"open {unit}"], None)

FIGURES["projects_due"] = ("projects", ["due"], None)
FIGURES["projects_on_negative_list"] = ("projects", ["negative"], None)
FIGURES["projects_approved_early_rate"] = ("projects", ["approved early"], ["approved with a planned start"])
FIGURES["projects_started_on_time_rate"] = ("projects", ["started on time"], ["start due"])
FIGURES["project_beneficiary_households"] = ("projects", ["beneficiaries"], None)
FIGURES["building_projects_completed_rate"] = (
    "projects",
    ["completed@kind:乡村建设行动"],
    ["listed@kind:乡村建设行动"],
)
FIGURES["relocation_projects"] = ("projects", ["listed@kind:易地搬迁后扶"], None)
FIGURES["county_matching_to_last_year"] = ("allocations", ["money county"], ["money county"])
FIGURES["transition_fund_to_last_year"] = (
    "allocations",
    [f"money {s}" for s in FOUR_LEVELS],
    [f"money {s}" for s in FOUR_LEVELS],
)
TO_LAST_YEAR = ["county_matching_to_last_year", "transition_fund_to_last_year"]
FIGURES["milestones_due"] = ("milestones", ["due"], None)
FIGURES["milestones_due_done"] = ("milestones", ["due and done"], None)
FIGURES["milestones_late"] = ("milestones", ["late"], None)

FIGURES["assets_total"] = ("assets", ["assets"], None)
FIGURES["assets_original_yuan"] = ("assets", ["value"], None)
FIGURES["assets_titled_rate"] = ("assets", ["titled"], ["title said"])
FIGURES["assets_titled_value_rate"] = ("assets", ["value titled"], ["value title said"])
FIGURES["assets_running_rate"] = ("assets", ["经营性 正常"], ["经营性"])
FIGURES["assets_not_running"] = ("assets", ["经营性 not 正常"], None)
FIGURES["assets_with_steward_rate"] = ("assets", ["公益性 with steward"], ["公益性"])

FIGURES["findings_found"] = ("findings", ["found"], None)
FIGURES["findings_open"] = ("findings", ["not closed"], None)
FIGURES["findings_overdue"] = ("findings", ["overdue"], None)
FIGURES["findings_four_checks_rectified_rate"] = (
    "findings",
    ["四查四促 rectified"],
    ["四查四促 found"],
)
FIGURES["findings_funds_rectified_rate"] = (
    "findings",
    ["资金监督检查 rectified"],
    ["资金监督检查 found"],
)
FIGURES["findings_screening_closed_rate"] = (
    "findings",
    ["季度专项排查 closed"],
    ["季度专项排查 found"],
)
FIGURES["findings_superior_rectified_rate"] = ("findings", ["上级反馈 rectified"], ["上级反馈 found"])
FIGURES["findings_inspection_in_time_rate"] = ("findings", ["督查巡查 in time"], ["督查巡查 due"])

FIGURES["petitions_received"] = ("petitions", ["received"], None)
FIGURES["petitions_open"] = ("petitions", ["open"], None)
FIGURES["petitions_passed_on"] = ("petitions", ["from above"], None)
FIGURES["petitions_late"] = ("petitions", ["late"], None)
FIGURES["petitions_in_time_rate"] = ("petitions", ["in time"], ["in time", "late"])

FIGURES["monitored_persons_at_work"] = ("employment", ["at work"], None)
FIGURES["monitored_persons_beyond_county"] = ("employment", ["at work beyond county"], None)
FIGURES["monitored_households_without_work"] = ("employment", ["nobody at work"], None)

# The departments' monthly report: which figures there are is data.
REPORTED = {}
with (REFERENCE / "report_items.csv").open(encoding="utf-8", newline="") as _file:
    for _line in csv.DictReader(_file):
        REPORTED[_line["key"]] = _line
        is_ratio = _line["kind"] == "ratio"
        FIGURES[_line["key"]] = (
            "indicator_report",
            ["分子" if is_ratio else "值"],
            ["分母"] if is_ratio else None,
        )

NEGATIVE_WORDS = []
with (REFERENCE / "negative_list.csv").open(encoding="utf-8", newline="") as _file:
    for _line in csv.DictReader(_file):
        NEGATIVE_WORDS += _line["words"].split("|")

# 下达 names no township, so these are figures of the county alone.
COUNTY_ONLY = [k for k, (ledger, _, _) in FIGURES.items() if ledger == "allocations"] + ["disbursement_rate"]
COUNTY_ONLY += [key for key, line in REPORTED.items() if line["level"] == "county"]

# What a figure is divided by stands in another ledger only here: 支付 ÷ 下达.
DIVIDED_BY_LEDGER = {"disbursement_rate": "allocations"}

# Without a payment ledger: what the working ledger says was paid.
STANDS_IN = {key: ("projects", ["paid"]) for key in ("disbursed_yuan", "disbursement_rate")}

# No row of these names a village: a village has no figure of them, or the one that stands in.
OF_NO_VILLAGE = ["payments", "milestones", "indicator_report"]

# By cause, a village's count would name a family.
OF_CAUSES = ["measures_match_rate"]

# key -> the kinds of parts it is shown in
PARTS = {
    "monitored_households": ["kind"],
    "monitored_persons": ["kind"],
    "monitored_households_remaining": ["kind", "main", "any"],
    "monitored_persons_remaining": ["kind", "main", "any"],
    "newly_identified_households": ["kind"],
    "newly_identified_persons": ["kind"],
    "projects_planned": ["kind"],
    "projects_completed": ["kind"],
}


class Workbook:
    """One file of the folder: what it says, of which day, since when it is known."""

    def __init__(self, folder: Path, line: dict[str, str], townships: list[str], villages: set[str]) -> None:
        self.file = line["file"]
        self.ledger = line["ledger"]
        self.as_of = date.fromisoformat(line["as_of"])
        self.known_on = date.fromisoformat(line["known_on"])
        named = [t for t in townships if t in self.file]
        self.covers = named if named else townships + ELSEWHERE
        self.rows: list[dict] = []
        sheet, header_row, place_column = SHEETS[self.ledger]
        cells = CalamineWorkbook.from_path(str(folder / self.file)).get_sheet_by_name(sheet).to_python()
        wanted = [
            (at, header)
            for at, header in enumerate(cells[header_row - 1])
            if self.ledger != "monitored" or header in OF_A_PERSON
        ]
        for line_of_cells in cells[header_row:]:
            if line_of_cells[0] == "合计":
                continue
            row = {header: line_of_cells[at] for at, header in wanted}
            row["township"] = row[place_column] if place_column else "县本级"
            if row["township"] == COUNTY:  # the departments' own figures
                row["township"] = "县本级"
            row["village"] = str(row.get("村", "")).strip() if row["township"] in townships else ""
            if row["township"] not in townships + ELSEWHERE:
                raise ValueError(f"{self.file}: no such township {row['township']}")
            if row["village"] and f"{row['township']}/{row['village']}" not in villages:
                raise ValueError(f"{self.file}: no such village {row['township']}/{row['village']}")
            row["as_of"] = self.as_of
            row["year"] = _year_of(self.ledger, row)
            self.rows.append(row)
        # (year, township) pairs that it has rows for
        self.present = {(row["year"], row["township"]) for row in self.rows}
        self.years = {year for year, _ in self.present}

    def people(self) -> dict[str, list[dict]]:
        """The rows of each 户编号 with 监测对象类别 filled."""
        people: dict[str, list[dict]] = {}
        for row in self.rows:
            if row["监测对象类别"] != "":
                people.setdefault(row["户编号"], []).append(row)
        return people


def _year_of(ledger: str, row: dict) -> int:
    """The year that a row belongs to: last year's ledger does not replace this year's."""
    if ledger == "projects":
        return int(row["项目年度"])
    if ledger == "pool":
        return int(row["规划年度"])
    if ledger == "allocations":
        return row["下达时间"].year
    if ledger == "payments":
        return row["支付时间"].year
    if ledger == "milestones":
        return row["计划完成时间"].year
    if ledger == "findings":
        return row["发现时间"].year
    if ledger == "petitions":
        return row["登记时间"].year
    if ledger == "indicator_report":
        return int(row["期别"])
    return 0  # the households' export runs on through the years


def _yuan(wan) -> Decimal:
    """A cell in 万元, as it is written, in yuan."""
    return Decimal(str(wan)) * 10000 if wan != "" else Decimal(0)


def _months(start: str, end: str) -> int:
    """Months from 202109 to 202203: 6."""
    years = int(end[:4]) - int(start[:4])
    return 12 * years + int(end[4:]) - int(start[4:])


def _month_of(day: date) -> str:
    return f"{day.year}{day.month:02}"


class Household:
    """One 户编号 with its rows in one workbook."""

    def __init__(self, rows: list[dict]) -> None:
        first = rows[0]
        self.code = first["户编号"]
        self.township = first["township"]
        self.village = first["village"]
        self.as_of = first["as_of"]
        self.persons = len(rows)
        self.kind = KINDS[first["监测对象类别"]]
        # Members who disagree: the household counts as 未消除.
        self.done = True
        for row in rows:
            if row["风险是否已消除"] != "是":
                self.done = False
        self.identified = str(first["识别监测时间"]).strip()
        self.eliminated = str(first["消除监测时间"]).strip()
        self.way = first["风险消除方式"]
        self.safety_net = first["整户无劳动能力兜底保障户"] == "是"
        self.has_contact = first["监测联系人"] != ""
        self.income = None if first["人均纯收入（元）"] == "" else Decimal(str(first["人均纯收入（元）"]))
        self.measures = [column for column in MEASURES if first[column] != ""]
        self.has_measure = self.measures != []
        self.causes = []
        for number in (1, 2, 3, 4, 5):
            word = first[f"致贫/返贫风险{number}"]
            if word != "":
                self.causes.append(CAUSES[word])

    def place(self) -> tuple[str, str]:
        return (self.township, self.village)

    def standing(self) -> str:
        """improper, proper, safety_net, young or eliminable: the first that fits, in this order."""
        if self.done:
            if self.safety_net or self.eliminated == "":
                return "improper"
            if self.eliminated >= "202204" and self.way != "自然消除":
                waited = _months(self.identified, self.eliminated) if self.identified else 0
                if waited < 6:
                    return "improper"
            return "proper"
        if self.safety_net:
            return "safety_net"
        waited = _months(self.identified, _month_of(self.as_of)) if self.identified else 0
        return "young" if waited < 6 else "eliminable"


class Notebooks:
    """A page per (place, what is counted): the village's, the township's and the county's."""

    def __init__(self) -> None:
        self.pages: dict[tuple[str, str], int | Decimal] = {}

    def write(self, place: str, what: str, amount) -> None:
        self.pages[place, what] = self.pages.get((place, what), 0) + amount

    def everywhere(self, township: str, village: str, what: str, amount=1) -> None:
        """In all three notebooks. A row of no village stands in its township's; one of 县本级 only in the county's."""
        for place in _three(township, village):
            self.write(place, what, amount)

    def people(self, household: Household, what: str, persons: int) -> None:
        self.everywhere(household.township, household.village, f"{what} households")
        self.everywhere(household.township, household.village, f"{what} persons", persons)


def _three(township: str, village: str) -> list[str]:
    places = [COUNTY, township]
    if village:
        places.append(f"{township}/{village}")
    return places


class Oracle:
    """All figures of a folder of workbooks with its manifest.csv."""

    def __init__(self, folder: Path) -> None:
        self.tree = place_tree()
        self.townships = [t.name for t in self.tree.townships]
        villages = {self.tree.label(v.code) for v in self.tree.villages}
        self.workbooks: list[Workbook] = []
        with (folder / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
            for line in csv.DictReader(file):
                if line["ledger"] in SHEETS:
                    self.workbooks.append(Workbook(folder, line, self.townships, villages))
        self.workbooks.sort(key=lambda w: (w.as_of, w.known_on))
        self._forget()

    def _forget(self) -> None:
        """What was worked out once is kept; here none is yet."""
        self._seen_in_force: dict[tuple[str, date], tuple[dict[str, Workbook], list[str]]] = {}
        self._seen_households: dict[date, dict[str, Household]] = {}
        self._seen_baseline: list[Household] | None = self._find_baseline()
        self._seen_notebooks: dict[tuple[str, date], Notebooks] = {}
        self._report_lines: dict[tuple[str, str], list[dict]] = {}
        for w in self.workbooks:
            if w.ledger == "indicator_report":
                for row in w.rows:
                    self._report_lines.setdefault((row["指标编码"], row["township"]), []).append(row)

    def known_by(self, day: date) -> "Oracle":
        """The same county as it was known by the end of a day."""
        return self._with([w for w in self.workbooks if w.known_on <= day])

    def without(self, file: str) -> "Oracle":
        """The same county without one of its workbooks."""
        return self._with([w for w in self.workbooks if w.file != file])

    def _with(self, workbooks: list[Workbook]) -> "Oracle":
        other = copy(self)
        other.workbooks = workbooks
        other._forget()
        return other

    # ---- what holds on a day ------------------------------------------------------------------------

    def _speaking(self, ledger: str, as_of: date) -> list[Workbook]:
        """The ledger's workbooks up to a day that speak of that day's year, oldest first."""
        year = 0 if ledger in RUNNING else as_of.year
        return [w for w in self.workbooks if w.ledger == ledger and w.as_of <= as_of and year in w.years]

    def _in_force(self, ledger: str, as_of: date) -> tuple[dict[str, Workbook], list[str]]:
        """For each township the workbook whose rows hold for it; and the townships that the newest one lacks."""
        if (ledger, as_of) in self._seen_in_force:
            return self._seen_in_force[ledger, as_of]
        year = 0 if ledger in RUNNING else as_of.year
        holds: dict[str, Workbook] = {}
        lacking: list[str] = []
        for workbook in self._speaking(ledger, as_of):
            for unit in workbook.covers:
                if (year, unit) in workbook.present:
                    holds[unit] = workbook
                    if unit in lacking:
                        lacking.remove(unit)
                elif ledger in OF_TOWNSHIPS and unit in self.townships:
                    if unit not in lacking:
                        lacking.append(unit)  # what it last said is carried on
                else:
                    holds[unit] = workbook  # nothing there
        self._seen_in_force[ledger, as_of] = (holds, lacking)
        return holds, lacking

    def _rows(self, ledger: str, as_of: date) -> list[dict]:
        """The rows in force. A project counts once: where two townships have it, the later data date stands."""
        holds, _ = self._in_force(ledger, as_of)
        year = 0 if ledger in RUNNING else as_of.year
        found = {}
        for workbook in self.workbooks:  # oldest first: the later one overwrites
            for number, row in enumerate(workbook.rows):
                if holds.get(row["township"]) is workbook and row["year"] == year:
                    key = row["项目编号"] if ledger in ("projects", "pool") else (workbook.file, number)
                    key = row["人编号"] if ledger == "employment" else key
                    key = row["问题编号"] if ledger == "findings" else key
                    key = row["信访件编号"] if ledger == "petitions" else key
                    found[key] = row
        return list(found.values())

    def _households(self, as_of: date) -> dict[str, Household]:
        """The households in force, each once: where two townships have one, the later data date stands."""
        if as_of not in self._seen_households:
            holds, _ = self._in_force("monitored", as_of)
            found: dict[str, Household] = {}
            for workbook in self.workbooks:  # oldest first: the later one overwrites
                if workbook not in holds.values():
                    continue
                for code, rows in workbook.people().items():
                    if holds.get(rows[0]["township"]) is workbook:
                        found[code] = Household(rows)
            self._seen_households[as_of] = found
        return self._seen_households[as_of]

    # ---- counting -----------------------------------------------------------------------------------

    def _notebooks(self, ledger: str, as_of: date) -> Notebooks:
        if (ledger, as_of) not in self._seen_notebooks:
            notebooks = Notebooks()
            if ledger == "monitored":
                self._count_households(notebooks, as_of)
                self._count_baseline(notebooks, as_of)
                self._count_flows(notebooks, as_of)
            if ledger == "projects":
                self._count_projects(notebooks, as_of)
            if ledger == "pool":
                for row in self._rows("pool", as_of):
                    if row["是否纳入年度项目实施计划"] == "否":
                        notebooks.everywhere(row["township"], row["village"], "waiting")
            if ledger == "allocations":
                for row in self._rows("allocations", as_of):
                    what = f"money {SOURCE_OF_WORD[row['资金来源']]}"
                    notebooks.everywhere(row["township"], row["village"], what, _yuan(row["金额(万元)"]))
            if ledger == "payments":
                for row in self._rows("payments", as_of):
                    what = f"money {SOURCE_OF_WORD[row['资金来源']]}"
                    notebooks.everywhere(row["township"], row["village"], what, _yuan(row["支付金额(万元)"]))
            if ledger == "milestones":
                for row in self._rows("milestones", as_of):
                    notebooks.everywhere(row["township"], row["village"], "nodes")
                    if row["计划完成时间"] <= row["as_of"]:
                        notebooks.everywhere(row["township"], row["village"], "due")
                        if row["实际完成时间"] != "":
                            notebooks.everywhere(row["township"], row["village"], "due and done")
                    if row["计划完成时间"] < row["as_of"] and row["实际完成时间"] == "":
                        notebooks.everywhere(row["township"], row["village"], "late")
            if ledger == "assets":
                self._count_assets(notebooks, as_of)
            if ledger == "findings":
                self._count_findings(notebooks, as_of)
            if ledger == "petitions":
                self._count_petitions(notebooks, as_of)
            if ledger == "employment":
                self._count_workers(notebooks, as_of)
            self._seen_notebooks[ledger, as_of] = notebooks
        return self._seen_notebooks[ledger, as_of]

    def _count_assets(self, notebooks: Notebooks, as_of: date) -> None:
        for row in self._rows("assets", as_of):
            at = (row["township"], row["village"])
            yuan = _yuan(row["资产原值(万元)"])
            notebooks.everywhere(*at, "assets")
            notebooks.everywhere(*at, "value", yuan)
            if row["是否确权"] != "":
                notebooks.everywhere(*at, "title said")
                notebooks.everywhere(*at, "value title said", yuan)
            if row["是否确权"] == "是":
                notebooks.everywhere(*at, "titled")
                notebooks.everywhere(*at, "value titled", yuan)
            if row["资产类别"] == "经营性":
                notebooks.everywhere(*at, "经营性")
                notebooks.everywhere(*at, "经营性 正常" if row["运行状态"] == "正常" else "经营性 not 正常")
            if row["资产类别"] == "公益性":
                notebooks.everywhere(*at, "公益性")
                if row["管护责任人"] != "":
                    notebooks.everywhere(*at, "公益性 with steward")

    def _count_findings(self, notebooks: Notebooks, as_of: date) -> None:
        for row in self._rows("findings", as_of):
            at, kind = (row["township"], row["village"]), row["检查类别"]
            due, rectified, closed = row["整改时限"], row["整改完成时间"], row["销号时间"]
            words = ["found", f"{kind} found"]
            if rectified:
                words.append(f"{kind} rectified")
            if closed:
                words.append(f"{kind} closed")
            else:
                words.append("not closed")
            if due and due < row["as_of"] and not rectified:
                words.append("overdue")
            if due and due <= row["as_of"]:
                words.append(f"{kind} due")
                if rectified and rectified <= due:
                    words.append(f"{kind} in time")
            for what in words:
                notebooks.everywhere(*at, what)

    def _count_petitions(self, notebooks: Notebooks, as_of: date) -> None:
        for row in self._rows("petitions", as_of):
            at = (row["township"], row["village"])
            passed_on, closed = row["批转时间"], row["办结时间"]
            notebooks.everywhere(*at, "received")
            if not closed:
                notebooks.everywhere(*at, "open")
            if row["批转层级"] in ("中央", "省级", "市级") and passed_on:
                notebooks.everywhere(*at, "from above")
                if closed and (closed - passed_on).days <= 5:
                    notebooks.everywhere(*at, "in time")
                elif closed or row["as_of"] > passed_on + timedelta(days=5):
                    notebooks.everywhere(*at, "late")

    def _count_workers(self, notebooks: Notebooks, as_of: date) -> None:
        someone_works: dict[str, bool] = {}
        home: dict[str, tuple] = {}
        for row in self._rows("employment", as_of):
            at = (row["township"], row["village"])
            ended = str(row["结束时间"]).strip()
            works = row["是否已务工"] == "是" and (ended == "" or ended >= _month_of(row["as_of"]))
            if works:
                notebooks.everywhere(*at, "at work")
                if row["务工所在地"] in ("县外省内", "省外"):
                    notebooks.everywhere(*at, "at work beyond county")
            code = row["户编号"]
            someone_works[code] = works or someone_works.get(code, False)
            home[code] = at
        for code, works in someone_works.items():
            if not works:
                notebooks.everywhere(*home[code], "nobody at work")

    def _count_households(self, notebooks: Notebooks, as_of: date) -> None:
        for h in self._households(as_of).values():
            year = str(h.as_of.year)
            kind = f"kind:{h.kind}"
            self._in_parts(notebooks, h, "all", [kind])
            if h.identified[:4] == year:
                self._in_parts(notebooks, h, "identified this year", [kind])
                if h.has_contact:
                    notebooks.people(h, "identified this year with contact", h.persons)
            if h.done:
                notebooks.people(h, "done", h.persons)
                if h.eliminated[:4] == year:
                    notebooks.people(h, "done this year", h.persons)
                if h.standing() == "improper":
                    notebooks.people(h, "done, improper", h.persons)
            else:
                parts = [kind]
                if h.causes:
                    parts.append(f"main:{h.causes[0]}")
                for cause in set(h.causes):
                    parts.append(f"any:{cause}")
                self._in_parts(notebooks, h, "open", parts)
                notebooks.people(h, f"open, {h.standing()}", h.persons)
                if h.has_measure:
                    notebooks.people(h, "open with measure", h.persons)
                asking = [cause for cause in h.causes if cause in ASKS_FOR]
                if asking:
                    notebooks.everywhere(*h.place(), "open with a cause that asks for a measure")
                    if all(any(m in h.measures for m in ASKS_FOR[cause]) for cause in asking):
                        notebooks.everywhere(*h.place(), "open, every such cause met")
                if h.income is not None and h.income <= 6900:
                    notebooks.everywhere(h.township, h.village, "open within line")

    def _in_parts(self, notebooks: Notebooks, h: Household, what: str, parts: list[str]) -> None:
        notebooks.people(h, what, h.persons)
        for part in parts:
            for unit, amount in (("households", 1), ("persons", h.persons)):
                notebooks.everywhere(h.township, h.village, f"{what} {unit}@{part}", amount)

    def _count_baseline(self, notebooks: Notebooks, as_of: date) -> None:
        """The 否 households of 15 March, at their place and with their persons of that day, as they stand now."""
        if not self._has_baseline(as_of):
            return
        now = self._households(as_of)
        for then in self._seen_baseline or []:
            standing = now[then.code].standing() if then.code in now else "gone"
            notebooks.people(then, "baseline", then.persons)
            notebooks.people(then, f"baseline {standing}", then.persons)

    def _find_baseline(self) -> list[Household] | None:
        """The 否 households of the first workbook of 15 March that has all 19 townships; None without one."""
        for workbook in sorted(self.workbooks, key=lambda w: w.known_on):
            if workbook.ledger == "monitored" and workbook.as_of == BASELINE_DAY:
                present = {row["township"] for row in workbook.rows}
                if all(township in present for township in self.townships):
                    households = [Household(rows) for rows in workbook.people().values()]
                    return [household for household in households if not household.done]
        return None

    def _has_baseline(self, as_of: date) -> bool:
        return as_of >= BASELINE_DAY and self._seen_baseline is not None

    def _count_flows(self, notebooks: Notebooks, as_of: date) -> None:
        """Each two consecutive data dates of which the later lies in this year, household by household."""
        days = sorted({w.as_of for w in self._speaking("monitored", as_of)})
        for earlier, later in pairwise(days):
            if later < date(as_of.year, 1, 1):
                continue
            before = self._households(earlier)
            after = self._households(later)
            holds_before, _ = self._in_force("monitored", earlier)
            for code in before | after:
                was = before.get(code)
                now = after.get(code)
                if was is None:
                    if not now.done:
                        self._arrival(notebooks, now, holds_before)
                elif now is None:
                    if not was.done:
                        notebooks.people(was, "flow left", was.persons)
                else:
                    self._change(notebooks, was, now)

    def _arrival(self, notebooks: Notebooks, now: Household, holds_before: dict[str, Workbook]) -> None:
        if now.township not in holds_before:
            what = "opening"
        elif now.identified and now.identified >= _month_of(holds_before[now.township].as_of):
            what = "new"
        else:
            what = "entered"
        notebooks.people(now, f"flow {what}", now.persons)

    def _change(self, notebooks: Notebooks, was: Household, now: Household) -> None:
        if not was.done and was.place() != now.place():
            # Moves as it was (its new heads and its elimination come after): out of each notebook that holds
            # only the old place, into each that holds only the new one. None for the county.
            old, new = _three(*was.place()), _three(*now.place())
            for place in old:
                if place not in new:
                    notebooks.write(place, "flow moved_out households", 1)
                    notebooks.write(place, "flow moved_out persons", was.persons)
            for place in new:
                if place not in old:
                    notebooks.write(place, "flow entered households", 1)
                    notebooks.write(place, "flow entered persons", was.persons)
        if was.done and not now.done:
            is_again = was.identified and now.identified and now.identified > was.identified
            notebooks.people(now, "flow again" if is_again else "flow reversed", now.persons)
        if not was.done and now.done:
            notebooks.people(now, "flow eliminated", was.persons)
        if not was.done and not now.done:
            heads = now.persons - was.persons
            notebooks.everywhere(now.township, now.village, "flow heads persons", heads)

    def _count_projects(self, notebooks: Notebooks, as_of: date) -> None:
        for row in self._rows("projects", as_of):
            at = (row["township"], row["village"])
            for column in OPTIONAL:
                if column not in row:
                    notebooks.everywhere(*at, f"without {column}")
            row = {**dict.fromkeys(OPTIONAL, ""), **row, "has acceptance": "验收时间" in row}
            kind = row["项目类型"]
            notebooks.everywhere(*at, "listed")
            notebooks.everywhere(*at, f"listed@kind:{kind}")
            is_terminated = row["项目状态"] == "已终止"
            notebooks.everywhere(*at, f"stage {self._stage(row)}")
            if row["开工时间"] or row["实际竣工时间"]:
                notebooks.everywhere(*at, "started")
            if row["实际竣工时间"]:
                notebooks.everywhere(*at, "completed")
                if row["has acceptance"]:
                    notebooks.everywhere(*at, "completed, acceptance told")
                notebooks.everywhere(*at, f"completed@kind:{kind}")
                if row["计划竣工时间"] and row["实际竣工时间"] <= row["计划竣工时间"]:
                    notebooks.everywhere(*at, "on time")
            planned, begin = row["计划竣工时间"], row["计划开工时间"]
            if planned and planned <= row["as_of"]:
                notebooks.everywhere(*at, "due")
                if row["实际竣工时间"] and row["实际竣工时间"] <= planned:
                    notebooks.everywhere(*at, "due, on time")
            if begin and row["批复时间"]:
                notebooks.everywhere(*at, "approved with a planned start")
                if row["批复时间"] <= begin:
                    notebooks.everywhere(*at, "approved early")
            if begin and begin <= row["as_of"]:
                notebooks.everywhere(*at, "start due")
                if row["开工时间"] and row["开工时间"] <= begin:
                    notebooks.everywhere(*at, "started on time")
            if row["受益户数"] != "":
                notebooks.everywhere(*at, "beneficiaries", int(row["受益户数"]))
            if any(word in row["项目名称"] for word in NEGATIVE_WORDS):
                notebooks.everywhere(*at, "negative")
            # The first planned day after approval: a revised one does not make a project less late.
            due = row["计划竣工时间"]
            if due and due < row["as_of"] and not row["实际竣工时间"] and not is_terminated:
                notebooks.everywhere(*at, "overdue")
            if row["验收时间"]:
                notebooks.everywhere(*at, "accepted")
            for source in SOURCES:
                yuan = _yuan(row[COLUMN_OF_SOURCE[source]])
                notebooks.everywhere(*at, f"money {source}", yuan)
                if kind == "产业发展":
                    notebooks.everywhere(*at, f"industry {source}", yuan)
            paid = row["已拨付金额(万元)"]
            notebooks.everywhere(*at, "paid blank" if paid == "" else "paid filled")
            if paid != "":
                notebooks.everywhere(*at, "paid", _yuan(paid))
            total = sum(_yuan(row[COLUMN_OF_SOURCE[source]]) for source in SOURCES)
            if total and paid != "" and not is_terminated:
                built = Fraction(100 if row["实际竣工时间"] else row["形象进度(%)"] or 0)
                ahead = built - 100 * Fraction(_yuan(paid)) / Fraction(total)
                if ahead > 40:
                    notebooks.everywhere(*at, "works 40 points ahead of money")
                if -ahead > 10:
                    notebooks.everywhere(*at, "money 10 points ahead of works")
            for level, column in (("county", "县级"), ("township", "乡级"), ("village", "村级")):
                said = row[f"{column}公告公示"]
                if said != "":
                    notebooks.everywhere(*at, f"notice {level} filled")
                if said == "是":
                    notebooks.everywhere(*at, f"notice {level} 是")

    def _stage(self, row: dict) -> str:
        """Each project stands in one stage: the furthest that its dates tell, a terminated one in none of them."""
        if row["项目状态"] == "已终止":
            return "终止"
        if row["验收时间"]:
            return "验收"
        if row["实际竣工时间"]:
            return "竣工"
        if row["开工时间"]:
            return "在建" if row["形象进度(%)"] not in ("", 0) else "开工"
        if row["批复时间"]:
            return "批复"
        return "储备"

    # ---- answering ----------------------------------------------------------------------------------

    def _townships_of(self, place: str, as_of: date) -> list[str]:
        """The townships that a place is made of, or lies in."""
        if place == COUNTY:
            return self.townships
        for zone in self.tree.zones(as_of):
            if zone.name == place:
                return [t.name for t in zone.townships]
        return [place.split("/")[0]]

    def _sum(self, ledger: str, pages: list[str], place: str, as_of: date):
        """A war zone is the sum of its townships; every other place has a notebook of its own."""
        is_zone = place in [z.name for z in self.tree.zones(as_of)]
        places = self._townships_of(place, as_of) if is_zone else [place]
        notebooks = self._notebooks(ledger, as_of)
        total = 0
        for one in places:
            for page in pages:
                total += notebooks.pages.get((one, page), 0)
        return total

    def _formula(self, key: str, as_of: date, place: str) -> tuple:
        """(ledger, pages, pages it is divided by), with the ledger that stands in where its own never came, or
        names no village."""
        ledger, pages, divided_by = FIGURES[key]
        if key in STANDS_IN and ("/" in place or not self._speaking(ledger, as_of)):
            ledger, pages = STANDS_IN[key]
        return ledger, pages, divided_by

    def missing(self, key: str, place: str, as_of: date) -> list[str]:
        """The townships of a place that the newest workbook should have had and has not."""
        ledger = self._formula(key, as_of, place)[0]
        if ledger == "indicator_report":
            periods = self._report_periods(as_of)
            if not periods:
                return []  # no report at all yet: nobody is late
            silent = [
                u
                for u in self._report_units(key, place, as_of)
                if not self._said(key, u, as_of, periods[-1:])
            ]
            return [REPORTED[key]["department"] for _ in silent] if key in COUNTY_ONLY else silent
        _, lacking = self._in_force(ledger, as_of)
        return [t for t in self._townships_of(place, as_of) if t in lacking]

    def _is_silent(self, key: str, place: str, as_of: date) -> bool:
        """县级指标 asked below the county; no workbook yet; no baseline yet; or 未报."""
        ledger, pages, _ = self._formula(key, as_of, place)
        if key in COUNTY_ONLY and place != COUNTY:
            return True
        if "/" in place and (ledger in OF_NO_VILLAGE or key in OF_CAUSES):
            return True
        if ledger == "indicator_report":
            return not self._report_periods(as_of) or self.is_unreported(key, place, as_of)
        if key in TO_LAST_YEAR and not self._speaking(ledger, date(as_of.year - 1, 12, 31)):
            return True
        for used in (ledger, DIVIDED_BY_LEDGER.get(key, ledger)):
            if not self._speaking(used, as_of):
                return True
        if pages == ["paid"]:
            filled, blank = (
                self._sum(ledger, [f"paid {word}"], place, as_of) for word in ("filled", "blank")
            )
            if blank and not filled:
                return True
        for column in NEEDED.get(key, []):
            without = self._sum("projects", [f"without {column}"], place, as_of)
            if without and without == self._sum("projects", ["listed"], place, as_of):
                return True
        of_baseline = key.startswith(("baseline_", "risk_elimination_rate_r1", "risk_elimination_rate_r4"))
        if of_baseline and not self._has_baseline(as_of):
            return True
        return self.is_unreported(key, place, as_of)

    def is_unreported(self, key: str, place: str, as_of: date) -> bool:
        """True where every township of the place is missing from the latest workbook."""
        if key in COUNTY_ONLY:
            return key in REPORTED and self.missing(key, place, as_of) != []
        return len(self.missing(key, place, as_of)) == len(self._townships_of(place, as_of))

    def _is_unconcerned(self, key: str, place: str) -> bool:
        """Milestones are of the four pilot towns (要点17); a place without one of them owes none."""
        pilots = {t.name for t in place_tree().townships if t.is_pilot}
        return FIGURES[key][0] == "milestones" and not pilots & {
            t.split("/")[0] for t in self._townships_of(place, date(2022, 12, 31))
        }

    def carried(self, key: str, place: str, as_of: date) -> tuple:
        """What the last workbook that had the place said: (value, its data date)."""
        if key in REPORTED:
            days = []
            for unit in self._report_units(key, place, as_of):
                said = self._said(key, unit, as_of, self._report_periods(as_of))
                days += [row["as_of"] for row in said[-1:]]
            return (self._compute(key, place, as_of)[0], min(days)) if days else (None, None)
        holds, _ = self._in_force(self._formula(key, as_of, place)[0], as_of)
        days = [holds[t].as_of for t in self._townships_of(place, as_of) if t in holds]
        return (self._compute(key, place, as_of)[0], min(days)) if days else (None, None)

    def value(self, key: str, place: str, as_of: date) -> tuple:
        """(value, numerator, denominator). All None where there is no figure; no denominator, no rate."""
        if self._is_silent(key, place, as_of) or self._is_unconcerned(key, place):
            return None, None, None
        value, top, bottom = self._compute(key, place, as_of)
        return (None, None, None) if value is None else (value, top, bottom)

    def _compute(self, key: str, place: str, as_of: date) -> tuple:
        ledger, pages, divided_by = self._formula(key, as_of, place)
        if key in REPORTED:
            top = self._reported(key, pages[0], place, as_of)
            if divided_by is None:
                return top, top, None
            bottom = self._reported(key, divided_by[0], place, as_of)
            return (Fraction(top) / Fraction(bottom) if bottom else None), top, bottom
        top = self._sum(ledger, pages, place, as_of)
        if key.startswith(("opening_stock", "reconciliation_difference")):
            top = self._reconcile(key, pages, place, as_of)
        if divided_by is None:
            return top, top, None
        if key in TO_LAST_YEAR:
            bottom = self._sum(ledger, divided_by, place, date(as_of.year - 1, 12, 31))
            return (Fraction(top) / Fraction(bottom) if bottom else None), top, bottom
        bottom = self._sum(DIVIDED_BY_LEDGER.get(key, ledger), divided_by, place, as_of)
        if bottom == 0:
            return None, top, bottom
        return Fraction(top) / Fraction(bottom), top, bottom

    def _reconcile(self, key: str, pages: list[str], place: str, as_of: date):
        """期初, or 期末 − (期初 + 各项流量)."""
        days = sorted({w.as_of for w in self._speaking("monitored", as_of)})
        before = [day for day in days if day.year < as_of.year]
        first = before[-1] if before else days[0]
        opening = self._sum("monitored", pages, place, first)
        if key.startswith("opening"):
            return opening
        unit = key.split("_")[-1]
        expected = opening
        for name in ("new", "again", "entered", "opening", "reversed"):
            expected += self._sum("monitored", [f"flow {name} {unit}"], place, as_of)
        for name in ("eliminated", "left", "moved_out"):
            expected -= self._sum("monitored", [f"flow {name} {unit}"], place, as_of)
        if unit == "persons":
            expected += self._sum("monitored", ["flow heads persons"], place, as_of)
        return self._sum("monitored", pages, place, as_of) - expected

    # ---- the departments' monthly report --------------------------------------------------------------

    def _report_periods(self, as_of: date) -> list[int]:
        """The year's 期别 of which some report up to a day speaks."""
        found = set()
        for w in self.workbooks:
            if w.ledger == "indicator_report" and w.as_of <= as_of:
                found |= {period for period in w.years if period // 100 == as_of.year}
        return sorted(found)

    def _report_units(self, key: str, place: str, as_of: date) -> list[str]:
        return ["县本级"] if key in COUNTY_ONLY else self._townships_of(place, as_of)

    def _said(self, key: str, unit: str, as_of: date, periods: list[int]) -> list[dict]:
        """What a unit reported of a figure for these 期别, oldest first; a later workbook replaces an earlier one."""
        found = {}
        for row in self._report_lines.get((REPORTED[key]["code"], unit), []):  # oldest workbook first
            if row["as_of"] <= as_of and row["year"] in periods:
                found[row["year"]] = row
        return [found[period] for period in sorted(found)]

    def _reported(self, key: str, column: str, place: str, as_of: date) -> Decimal:
        """Of each unit the newest month it reported; what happened within a month is added up over the months."""
        total = Decimal(0)
        for unit in self._report_units(key, place, as_of):
            said = self._said(key, unit, as_of, self._report_periods(as_of))
            for row in said if REPORTED[key]["span"] == "month" else said[-1:]:
                total += Decimal(str(row[column])) if row[column] != "" else 0
        return total * 10000 if REPORTED[key]["unit"] == "万元" else total

    def parts(self, key: str, place: str, as_of: date) -> dict | None:
        """The figure by kind, main cause and any cause, above the village; None where it is not split."""
        if key not in PARTS or "/" in place or self._is_silent(key, place, as_of):
            return None
        ledger, (page,), _ = FIGURES[key]
        pages = self._notebooks(ledger, as_of).pages
        found: dict[str, dict[str, int]] = {}
        for name in PARTS[key]:
            found[name] = {}
            for part in sorted({what for _, what in pages if what.startswith(f"{page}@{name}:")}):
                amount = self._sum(ledger, [part], place, as_of)
                if amount:
                    found[name][part.split(":")[1]] = amount
        return found
