"""What leaves the meeting room: sentences right in every case, figures equal to the views, nothing of another place."""

import html
import io
import re
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import docx
import openpyxl
import pptx
import pytest
from docx.oxml.ns import qn
from pptx.enum.chart import XL_CHART_TYPE
from typer.testing import CliRunner

from core import accounts, importing, journal, materials
from core.__main__ import app
from core.charts import lines
from core.charts.style import LIGHT, is_blank
from core.imports.reading import read
from core.indicators.indicator import Status
from core.materials import MaterialError
from core.meeting.deck import funds_slide
from core.meeting.slides import Facts, Table
from core.places import Place, place_tree
from core.ranking import Row, rules_of
from core.reports import catalogue, word
from core.reports.catalogue import BY_KEY, KINDS, SINGLE, kinds_for, make
from core.reports.drawn import drawn
from core.reports.package import packed
from core.reports.pdf import MISSING, NoPdf, pdf
from core.reports.reprint import corrections, reprint
from core.reports.sheet import sheet_file
from core.scope import OutOfScope, Scope
from core.store import Store
from core.units import short_day, write
from core.views import bulletin_words as sentences
from core.views.briefing import Briefing
from core.views.bulletin import bulletin
from core.views.bulletin_words import Named
from core.views.common import Question, number
from core.views.funds import funds
from core.views.overview import tiles, trajectory
from core.views.paper import OFFICE, Column, Form, Grid, Paragraph, Sheets, total_of
from core.views.pilot_zones import pilot_zones
from core.views.projects import GanttBar, projects
from core.views.work_plan import work_plan

TREE = place_tree()
ON = date(2022, 8, 31)
LINES = (XL_CHART_TYPE.LINE, XL_CHART_TYPE.LINE_MARKERS)
MARK = "三战区指挥长 zq3 2022年9月1日 14:03"
COUNTY = frozenset({TREE.county.code})


def row(name, place, score, *, tied=False, last=False, change=None, remark="", silent=False):
    group = rules_of().group[0]
    township = Place("411322999", name, "town", False, "")
    return Row(township, group, place, 3, tied, last, score, change, Status.NO_TARGET, (), (), remark, silent)


def bar(name, late, officer="甲镇镇长"):
    return GanttBar(name, name, "甲镇", "", officer, None, None, None, None, "在建", 10, late, Status.BEHIND)


# ---- 句子 ---------------------------------------------------------------------------------------------


def test_places_are_told_from_high_to_low_and_equal_ones_share_theirs():
    rows = [row("甲镇", 1, 90.0), row("乙镇", 2, 80.5, tied=True), row("丙镇", 2, 80.5, tied=True)]
    assert sentences.in_order(rows) == "甲镇（90.00分）、乙镇和丙镇（并列第2位，均为80.50分）"
    three = [row(f"{name}镇", 1, 90.0, tied=True) for name in "甲乙丙"]
    assert sentences.in_order(three) == "甲镇、乙镇和丙镇（并列第1位，均为90.00分）"
    said = sentences.ranking_sentence("乡镇组", [*rows, row("丁镇", 4, 60.0, last=True)], "后三位")
    assert said.endswith("、丁镇（60.00分）。居后三位的是丁镇。")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], ""),
        ([row("甲镇", 1, 90.0)], "乡镇组参与排名的只有甲镇（90.00分）。"),
        (
            [row("甲镇", 1, 90.0, tied=True), row("乙镇", 1, 90.0, tied=True)],
            "乡镇组甲镇、乙镇2个单位得分相同（90.00分），位次并列。",
        ),
        (
            [row("甲镇", None, None, remark="项目台账未报", silent=True)],
            "甲镇项目台账未报，不参与排名。",
        ),
        ([row("甲镇", None, None, remark="可比指标不足，不参与排名")], "甲镇可比指标不足，不参与排名。"),
    ],
)
def test_a_group_of_none_one_equals_or_the_silent_is_told_rightly(rows, said):
    assert sentences.ranking_sentence("乡镇组", rows, "后三位") == said


def test_no_project_late_says_nothing_one_says_whose_and_many_say_the_longest():
    assert sentences.overdue_problem([], []) == ""
    assert (
        sentences.overdue_problem([bar("水渠", 3)], [Named("甲镇", "1个")])
        == "1个项目已过计划竣工日仍未竣工：水渠（逾期3天，责任人：甲镇镇长）。"
    )
    two = sentences.overdue_problem([bar("水渠", 9), bar("道路", 3, "")], [Named("甲镇", "2个")])
    assert two.startswith("2个项目已过计划竣工日仍未竣工。分别是水渠（逾期9天")
    assert "责任人：未填" in two
    many = [bar(f"项目{n}", 20 - n) for n in range(5)]
    said = sentences.overdue_problem(many, [Named("甲镇", "3个"), Named("乙镇", "2个")])
    assert said.startswith(
        "5个项目已过计划竣工日仍未竣工，涉及甲镇（3个）、乙镇（2个）。逾期最久的是项目0（逾期20天"
    )
    assert "项目3" not in said


def test_problems_of_none_one_and_several_townships_read_as_sentences():
    one, several = [Named("甲镇", "2户")], [Named(f"{n}镇", "1户") for n in "甲乙丙丁戊己"]
    villages = [Named(f"{n}村", "1户") for n in "甲乙丙丁戊己"]
    rates = [
        Named(f"{n}镇", f"竣工率{v}0.0%", v / 10)
        for n, v in zip("甲乙丙丁戊己", (1, 2, 3, 4, 5, 6), strict=True)
    ]
    assert sentences.completion_problem([]) == sentences.measures_problem([], 0) == ""
    assert sentences.exit_problem([], 0) == sentences.silent_problem([]) == sentences.task_problem([]) == ""
    assert sentences.completion_problem([Named("甲镇", "竣工率10%")]) == "甲镇项目竣工滞后，竣工率10%。"
    assert (
        "6个乡镇（街道）项目竣工滞后，最低的5个依次是：甲镇（竣工率10.0%）"
        in sentences.completion_problem(rates)
    )
    equals = [*rates[:4], replace(rates[4], value=0.5), replace(rates[5], value=0.5)]
    assert "由低到高依次是" in sentences.completion_problem(equals), "equal ones are not parted"
    none = [replace(rates[0], value=0.0), replace(rates[1], value=0.0), *rates[2:4]]
    assert sentences.completion_problem(none) == (
        "4个乡镇（街道）项目竣工滞后，其中甲镇和乙镇尚无项目竣工；"
        "其余2个最低的是丙镇（竣工率30.0%）、丁镇（竣工率40.0%）。"
    )
    assert sentences.completion_problem([], none) == (
        "4个乡镇（街道）项目竣工低于序时进度，其中2个尚无项目竣工，列为预警。"
    )
    assert sentences.completion_problem([], none[:2]).endswith("低于序时进度，均尚无项目竣工，列为预警。")
    assert sentences.completion_problem(rates[:1], rates[1:2]) == (
        "甲镇项目竣工滞后，竣工率10.0%。另有乙镇低于序时进度，竣工率20.0%，列为预警。"
    )
    assert sentences.measures_problem(one, 2) == "甲镇2户未消除监测对象尚无任何帮扶措施。"
    assert sentences.measures_problem(several, 6).endswith("、戊镇（1户）等6个单位。")
    assert sentences.measures_problem(villages, 6).endswith("、戊村（1户）等6个村。")
    assert sentences.spending_problem("3.5%", -21.46) == "资金支出率3.5%，比序时进度低21.5个百分点。"
    assert sentences.spending_problem("3.5%", 0.01) == sentences.spending_problem("3.5%", None) == ""
    assert sentences.notice_problem([], 9, 9) == sentences.milestone_problem([]) == ""
    assert sentences.notice_problem([Named("甲镇", "2个")], 7, 9) == "甲镇2个项目尚未在村公告公示。"
    late = [Named("甲镇“产业园开工”", "逾期3天")]
    assert sentences.milestone_problem(late) == "1项示范片区节点逾期未完成：甲镇“产业园开工”（逾期3天）。"
    assert sentences.silent_problem([Named("甲镇", "项目台账未报")]).startswith("甲镇项目台账未报。")


def test_a_sum_leaves_out_the_silent_and_divides_last():
    columns = (
        Column("单位", 5),
        Column("有", 3, Form.COUNT, is_summed=True),
        Column("应", 3, Form.COUNT, is_summed=True),
        Column("率", 3, Form.PERCENT, ratio=("有", "应")),
    )
    rows = (("甲", 1, 2, 0.5), ("乙", 9, 10, 0.9), ("丙", "未报", "未报", None))
    assert total_of(columns, rows, "合计") == ("合计", 10, 12, 10 / 12)


def test_text_stays_text_and_sums_are_formulas_with_their_value():
    columns = (
        Column("单位", 5),
        Column("有", 3, Form.COUNT, is_summed=True),
        Column("应", 3, Form.COUNT, is_summed=True),
        Column("率", 3, Form.PERCENT, ratio=("有", "应")),
    )
    rows = tuple((text, 1, 2, 0.5) for text in ("=1+1", "+1", "-1", "@a"))
    grid = Grid("表", "户", columns, rows, total_of(columns, rows, "合计"))
    made = sheet_file(Sheets("表", "甲", "今天", (("表", grid),), ()), ON, is_demo=True, mark=MARK)
    cells, formulas = (
        openpyxl.load_workbook(io.BytesIO(made), data_only=values)["表"] for values in (True, False)
    )
    assert [cells.cell(r, 1).value for r in range(5, 9)] == ["=1+1", "+1", "-1", "@a"]
    assert all(formulas.cell(r, 1).data_type == "s" for r in range(5, 9))
    assert formulas["B9"].value == "=SUM(B5:B8)"
    assert cells["B9"].value == 4
    assert formulas["D9"].value.startswith("=IF(")
    assert cells["D9"].value == 0.5
    assert cells["A1"].value == "表（演示数据）"
    assert cells["D3"].value == "单位：户"
    assert formulas.freeze_panes == "A5"
    assert formulas.print_title_rows == "$1:$4"
    assert {cell.value for row_ in cells.iter_rows() for cell in row_} >= {
        "填报人：",
        "审核人：",
        "填报日期：",
    }


# ---- 各种材料 ------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def briefings(demo_store):
    """{scope's places: a briefing}, each view of it made once for all tests."""
    store = Store.open(demo_store)
    zone = TREE.areas("三战区", ON)[0]
    return {
        name: Briefing(store.snapshot(Scope(places, because="测试"), ON), TREE)
        for name, places in (("county", COUNTY), ("zone", frozenset(zone.codes)))
    }


@pytest.fixture(scope="session")
def made(briefings):
    """{(place, kind): the file}: everything for the county, and for a commander and a township from his scope."""
    found = {}
    for name, whose in (("方城县", "county"), ("三战区", "zone"), ("古庄店镇", "zone")):
        area = TREE.areas(name, ON)[0]
        for kind in kinds_for(area):
            if (name, kind.key) == ("方城县", "township_packs"):
                continue  # 19 times what is tried for the three of the zone
            found[name, kind.key] = make(kind, briefings[whose], area, mark=MARK)
    return found


@pytest.mark.parametrize("day", [ON, date(2022, 9, 30)])
def test_a_pilot_towns_late_milestones_are_counted_and_listed_by_one_clock_the_data_date(demo_store, day):
    """A month after the last ledger nothing more is late than it told, and what falls due on a day is not yet late."""
    made = Briefing(Store.open(demo_store).snapshot(Scope(COUNTY, because="测试"), day), TREE)
    area = TREE.areas("方城县", day)[0]
    late = [m for zone in made.view(pilot_zones, area).zones for m in zone.late]
    assert all(m.planned < ON for m in late)
    assert len(late) == number(made.snapshot, "milestones_late", area).value
    said = "\n".join(block.text for block in bulletin(made, area).blocks if isinstance(block, Paragraph))
    assert ("截至8月31日，到期节点" in said) is (day != ON)
    assert f"{len(late)}项逾期未完成" in said
    assert f"{len(late)}项示范片区节点逾期未完成" in said


@pytest.fixture
def one_ledger(demo_dir, tmp_path, monkeypatch):
    """A county that has handed in nothing but the project ledger of 31 August."""
    store = Store.create(f"sqlite:///{tmp_path / 'new.db'}", is_demo=False)
    monkeypatch.setenv("COUNTY_STORE", f"sqlite:///{tmp_path / 'new.db'}")
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    file = demo_dir / "项目台账-20220831.xlsx"
    draft = read(file.read_bytes(), file.name, "projects", TREE, as_of=ON)
    importing.accept(store, draft, file.read_bytes(), by="测试", confirmed=True)
    yield store
    store.engine.dispose()


def test_before_the_first_workbook_every_material_says_since_when_there_is_data(one_ledger, tmp_path):
    """Nothing is written for the day before, and the command says why, with exit 1."""
    for kind in KINDS:
        asked = ["report", kind.key, "--as-of", "2021-08-31", "--out", str(tmp_path / "out")]
        result = CliRunner().invoke(app, asked)
        assert result.exit_code == 1, (kind.key, result.output)
        assert "2021年8月31日还没有任何数据；最早是2022年8月31日。" in result.output
    assert not (tmp_path / "out").exists()


def test_a_figure_of_august_beside_septembers_pace_says_of_which_day_it_is(demo_store):
    """On 30 September nothing newer than August is in; on 31 August itself nothing need be said."""
    area = TREE.areas("方城县", ON)[0]
    for day, since in ((date(2022, 9, 30), "截至8月31日，"), (ON, "")):
        made = Briefing(Store.open(demo_store).snapshot(Scope(COUNTY, because="测试"), day), TREE)
        shown = tiles(made.snapshot, Question(area, day))
        assert shown[0].lines[0].startswith(f"{since}比序时进度多")
        assert shown[3].lines[0].startswith(f"{since}9月30日序时进度" if since else "序时进度")
        question, targets = Question(area, day), work_plan(made.snapshot, Question(area, day), TREE).targets
        assert trajectory(made.snapshot, question).title.startswith(f"{since}未消除风险")
        money = funds(made.snapshot, question, TREE)
        assert money.spending.title.startswith(f"{since}支出率")
        assert any(
            tile.lines and tile.lines[0].startswith((f"{since}高", f"{since}低")) for tile in money.tiles
        )
        assert targets[0].lines[2:] == (("截至8月31日的数",) if since else ())
        assert any(tile.lines[0].startswith(f"{since}9月30日序时" if since else "序时") for tile in targets)
        assert funds_slide(made.snapshot, question, TREE).title.startswith(f"{since}资金支出率")
        said = [block.text for block in bulletin(made, area).blocks if isinstance(block, Paragraph)]
        assert any(words.startswith(f"{since}尚有风险未消除") for words in said)
        assert any(words.startswith(f"{since}累计下达") for words in said)
        assert any("截至8月31日，开工率" in words for words in said)


@pytest.mark.parametrize("place", ["方城县", "三战区", "杨集镇"])
def test_where_nobody_reported_households_no_curve_is_drawn_and_no_goal_of_zero_told(one_ledger, place):
    """Only the project ledger is in: on screen, on the slides and at the turn of the year, when that is last year's."""
    area = TREE.areas(place, ON)[0]
    made = Briefing(one_ledger.snapshot(Scope(COUNTY, because="测试"), ON), TREE)
    view = trajectory(made.snapshot, Question(area, ON))
    assert is_blank(lines.trajectory(view, LIGHT)["data"])
    assert "未报" in view.title
    assert "0户" not in view.goal_words
    new_year = Briefing(one_ledger.snapshot(Scope(COUNTY, because="测试"), date(2023, 1, 31)), TREE)
    for briefing in (made, new_year):
        assert make(BY_KEY["slides"], briefing, area).content
    burnt = new_year.view(projects, area).burn_up
    assert burnt.title == "项目台账未报"
    assert is_blank(lines.burn_up(burnt, LIGHT)["data"])


def words_of(content):
    """Every text in every part of an office file or a zip of them."""
    said = []
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            part = archive.read(info)
            said.append(info.filename)
            if info.filename.endswith((".docx", ".pptx", ".xlsx")):
                said.append(words_of(part))
            else:
                text = html.unescape(part.decode("utf-8", "replace"))  # &#25296; is a character too
                said += [re.sub(r"<[^>]+>", "", text), text]
    return "\n".join(said)


def test_the_search_for_names_looks_into_every_part_of_every_file(made):
    """A name planted anywhere is found: in the notes, in the workbook within a chart, in a property, within a ZIP."""
    name, clean = "拐河镇", made["三战区", "slides"].content
    assert name not in words_of(clean)
    with zipfile.ZipFile(io.BytesIO(clean)) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    book = next(part for part in parts if part.endswith(".xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(parts[book]))
    sheet.active["Z99"] = name
    out = io.BytesIO()
    sheet.save(out)
    notes = next(part for part in parts if "notesSlide" in part and part.endswith("1.xml"))
    for part, content in (
        (book, out.getvalue()),
        (notes, parts[notes].replace("数据截至".encode(), name.encode())),
        ("docProps/core.xml", parts["docProps/core.xml"].replace("三战区".encode(), name.encode())),
    ):
        assert content != parts[part], part
        planted = packed([*(parts | {part: content}).items()], ON)
        assert name in words_of(planted), part
        assert name in words_of(packed([("幻灯片.pptx", planted)], ON)), part


def test_a_commanders_files_hold_nothing_of_another_zone(made):
    own = {t.name for t in TREE.areas("三战区", ON)[0].townships}
    others = [word for t in TREE.townships if t.name not in own for word in (t.name, t.code)]
    zones = [zone.name for zone in TREE.zones(ON) if zone.name != "三战区"]
    for (place, kind), file in made.items():
        if place == "方城县":
            continue
        said = words_of(file.content) + "".join(f"{f.place}{f.name}{f.text}" for f in file.figures)
        assert [name for name in (*others, *zones) if name in said] == [], (place, kind)
    assert "拐河镇" in words_of(made["方城县", "bulletin"].content)  # the search does find a name


def test_every_file_says_its_date_its_source_its_mark_and_that_it_is_demo(made):
    for (place, kind), file in made.items():
        said = words_of(file.content)
        for words in ("数据截至", "来源", "演示数据", MARK):
            assert words in said, (place, kind, words)
        assert "演示数据" in file.file_name
        assert file.figures


def test_the_same_store_gives_the_same_bytes_again(briefings, made):
    store = briefings["zone"].snapshot.store
    again = Briefing(store.snapshot(briefings["zone"].snapshot.scope, ON), TREE)
    area = TREE.areas("三战区", ON)[0]
    for kind in KINDS:
        assert make(kind, again, area, mark=MARK).content == made["三战区", kind.key].content, kind.key


def test_the_bulletin_stands_in_the_frame_of_gb_9704(made):
    document = docx.Document(io.BytesIO(made["方城县", "bulletin"].content))
    section = document.sections[0]
    sides = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(side.mm) for side in sides] == [37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert 22 * int(grid.get(qn("w:linePitch"))) <= 225 / 25.4 * 1440 < 23 * int(grid.get(qn("w:linePitch")))
    cell = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert 28 * cell <= 156 / 25.4 * 72 + 0.01 < 29 * cell
    texts = [p.text for p in document.paragraphs]
    faces = {
        r._r.rPr.rFonts.get(qn("w:eastAsia")) for p in document.paragraphs for r in p.runs if r.text.strip()
    }
    assert {word.TITLE, word.BODY, word.LEVEL1, word.LEVEL2} <= faces
    assert [t for t in texts if re.match("[一二三四]、", t)] == [
        "一、总体进展",
        "二、排名情况",
        "三、存在问题",
        "四、下步要求",
    ]
    assert OFFICE in texts
    assert "2022年8月31日" in texts
    assert "附件1" in texts
    assert "附件2" in texts
    assert len(document.sections) == 3
    assert "PAGE" in section.footer._element.xml
    assert "PAGE" in section.even_page_footer._element.xml
    said = words_of(made["方城县", "bulletin"].content)
    assert "altName" in said
    assert not re.search("〔\\d{4}〕|号文|红头|印章", "".join(texts))


@pytest.mark.parametrize(
    ("place", "on"),
    [("方城县", date(2022, 3, 15)), ("三战区", date(2022, 5, 31)), ("小史店镇", ON), ("方城县", ON)],
    ids=str,
)
def test_the_bulletins_figures_are_those_of_the_indicators(demo_store, place, on):
    store = Store.open(demo_store)
    briefing = Briefing(store.snapshot(Scope(COUNTY), on), TREE)
    area = TREE.areas(place, on)[0]
    paper = bulletin(briefing, area)
    content = catalogue.written(paper, briefing, area, MARK)
    said = "".join(p.text for p in docx.Document(io.BytesIO(content)).paragraphs)
    told = {(f.place, f.name, f.text) for f in paper.figures}
    for key in ("projects_planned", "projects_completed", "projects_completed_rate",
                "monitored_households_remaining", "monitored_persons_remaining",
                "risk_elimination_rate_r1_households", "disbursed_yuan", "disbursement_rate", "industry_share",
                "public_notice_rate_village"):  # fmt: skip
        reading = number(briefing.snapshot, key, area)
        assert (area.name, reading.indicator.name, reading.text) in told
        if reading.value:
            assert reading.text in said, key
        elif reading.value == 0:
            assert "尚无" in said, key
        elif reading.carried_value is not None and "persons" not in key and "rate" not in key:
            last = write(reading.carried_value, reading.indicator.unit)
            assert f"{short_day(on)}未报，{short_day(reading.carried_as_of)}为{last}" in said, key
    codes = {t.code for t in area.townships}
    ranked = [r for r in briefing.ranking.rows if r.place is not None and r.township.code in codes]
    assert all(r.township.name in said and f"{r.score:.2f}分" in said for r in ranked)
    silent = [r for r in briefing.ranking.rows if r.is_silent and r.township.code in codes]
    assert all(f"{r.township.name}{r.remark}" in said for r in silent)
    assert not re.search("None|nan|，。|。。|、。|：。|（）|逾期0天|共0|0万元", said)


def test_the_ranking_table_reads_back_as_the_ranking(briefings, made):
    book = openpyxl.load_workbook(io.BytesIO(made["方城县", "ranking"].content), data_only=True)
    told = {}
    for sheet in book.worksheets[:2]:
        for cells in sheet.iter_rows(min_row=5, values_only=True):
            told[cells[1]] = cells
    for r in briefings["county"].ranking.rows:
        cells = told[r.township.name]
        assert cells[0] == (r.place if r.place is not None else "未报" if r.is_silent else "—")
        assert cells[3] == r.score
        for at, standing in enumerate(r.standings):
            value = standing.reading.value
            assert cells[4 + 2 * at] == ("未报" if value is None else pytest.approx(value))
    assert book.worksheets[0].page_setup.orientation == "landscape"


def test_the_project_ledger_adds_up_to_the_indicators(briefings, made):
    content = made["方城县", "projects"].content
    sheet = openpyxl.load_workbook(io.BytesIO(content), data_only=True).worksheets[0]
    formulas = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    header = [cell.value for cell in sheet[4]]
    lines = list(sheet.iter_rows(min_row=5, values_only=True))
    projects = [cells for cells in lines if isinstance(cells[0], int)]
    snapshot, area = briefings["county"].snapshot, TREE.county_area()
    assert len(projects) == number(snapshot, "projects_planned", area).value
    (total,) = [n for n, cells in enumerate(lines, 5) if cells[0] == "合计"]
    at = header.index("资金合计")
    whole = number(snapshot, "transition_fund_total_yuan_planned", area).value
    assert sheet.cell(total, at + 1).value == pytest.approx(whole / 1e4)
    assert sum(cells[at] for cells in projects) == pytest.approx(whole / 1e4)
    assert str(formulas.cell(total, at + 1).value).startswith("=SUM(")
    overdue = [cells for cells in projects if cells[header.index("逾期天数")]]
    assert len(overdue) == number(snapshot, "projects_overdue", area).value


def test_the_summary_tells_each_township_and_never_a_zero_for_the_silent(briefings, made):
    sheet = openpyxl.load_workbook(io.BytesIO(made["方城县", "summary"].content), data_only=True).worksheets[
        0
    ]
    told = {cells[0]: cells for cells in sheet.iter_rows(min_row=5, values_only=True) if cells[0]}
    for township in TREE.townships:
        reading = number(
            briefings["county"].snapshot, "monitored_households_remaining", TREE.township_area(township)
        )
        assert told[township.name][1] == ("未报" if reading.value is None else reading.value)
    assert told["小史店镇"][1] == "未报"


def test_the_slides_are_native_and_say_what_the_views_say(briefings, made):
    show = pptx.Presentation(io.BytesIO(made["方城县", "slides"].content))
    slides = catalogue.deck(briefings["county"], TREE.county_area())
    assert len(show.slides) == len(slides) + 1
    kinds = {"chart": 0, "table": 0, "freeform": 0, "picture": 0}
    for page, slide in zip(list(show.slides)[1:], slides, strict=True):
        assert page.shapes.title.text_frame.text == slide.title
        assert f"来源：{slide.note.source}" in page.notes_slide.notes_text_frame.text
        for shape in page.shapes:
            kinds["chart"] += shape.has_chart
            kinds["table"] += shape.has_table
            kinds["freeform"] += "custGeom" in shape._element.xml
            kinds["picture"] += shape.shape_type == 13
            for run in shape._element.iter("{http://schemas.openxmlformats.org/drawingml/2006/main}rPr"):
                assert run.find("{http://schemas.openxmlformats.org/drawingml/2006/main}ea") is not None
    assert kinds["chart"] >= 3
    assert kinds["table"] >= 4
    assert kinds["freeform"] == 17
    assert not kinds["picture"]
    charts = [shape.chart for page in show.slides for shape in page.shapes if shape.has_chart]
    (bars,) = [chart for chart in charts if "拐河镇" in list(chart.plots[0].categories)]
    told = dict(zip(bars.plots[0].categories, bars.plots[0].series[0].values, strict=True))
    for name in ("拐河镇", "赵河镇"):
        area = TREE.areas(name, ON)[0]
        assert told[name] == number(briefings["county"].snapshot, "projects_completed", area).value
    (curve,) = [chart for chart in charts if chart.plots[0].series[0].name == "未消除户"]
    values = [v for v in curve.plots[0].series[0].values if v is not None]
    county = number(briefings["county"].snapshot, "monitored_households_remaining", TREE.county_area())
    assert values[-1] == county.value


def test_every_fact_and_cell_of_the_slides_stands_on_them_and_nothing_outside(briefings, made):
    for place, whose in (("方城县", "county"), ("三战区", "zone"), ("古庄店镇", "zone")):
        show = pptx.Presentation(io.BytesIO(made[place, "slides"].content))
        slides = catalogue.deck(briefings[whose], TREE.areas(place, ON)[0])
        for page, slide in zip(list(show.slides)[1:], slides, strict=True):
            texts = [shape.text_frame.text for shape in page.shapes if shape.has_text_frame]
            tables = [shape.table for shape in page.shapes if shape.has_table]
            cells = {c.text for table in tables for r in table.rows for c in r.cells}
            for part in slide.parts:
                if isinstance(part, Facts):
                    assert {fact.text for fact in part.facts} <= set(texts), slide.id
                elif isinstance(part, Table):
                    told = {cell.words for r in part.rows for cell in r}
                    assert all(any(c.endswith(words) for c in cells) for words in told), slide.id
            for shape in page.shapes:
                assert 0 <= shape.left <= shape.left + shape.width <= show.slide_width, (slide.id, shape.name)
                assert 0 <= shape.top <= shape.top + shape.height <= show.slide_height, (slide.id, shape.name)


@pytest.mark.parametrize("place", ["方城县", "三战区", "古庄店镇"])
def test_the_preview_draws_every_word_bar_and_polygon_of_the_slides_within_their_frame(made, place):
    """The preview shows slides drawn from the file: nothing of it is missing, nothing stands outside."""
    content = made[place, "slides"].content
    show = pptx.Presentation(io.BytesIO(content))
    for page, (title, said, svg) in zip(show.slides, drawn(content), strict=True):
        picture = ElementTree.fromstring(svg)
        words = "".join(picture.itertext()).replace(" ", "")
        assert title == page.shapes.title.text_frame.text
        assert said.count("；") >= 2
        bars = 0
        for shape in page.shapes:
            if shape.has_chart:
                for series in shape.chart.plots[0].series:
                    assert series.name in words, title
                    bars += sum(v is not None for v in series.values) * (shape.chart.chart_type not in LINES)
            texts = [shape.text_frame.text] if shape.has_text_frame else []
            texts += [c.text for r in shape.table.rows for c in r.cells] if shape.has_table else []
            for text in texts:
                assert re.sub(r"\s", "", text) in re.sub(r"\s", "", words), title
        polygons = sum("custGeom" in shape._element.xml for shape in page.shapes)
        assert len(picture.findall("{*}polygon")) == polygons
        assert len(picture.findall("{*}rect")) >= bars
        for one in picture.findall("{*}rect"):
            assert float(one.get("x", 0)) + float(one.get("width")) <= 961, title
        for one in picture.findall("{*}text"):
            assert 0 <= float(one.get("x")) <= 960, one.text
            assert 0 <= float(one.get("y")) <= 540, one.text


def test_the_one_page_sheet_and_the_forms_say_what_the_pages_say(briefings, made):
    area = TREE.areas("古庄店镇", ON)[0]
    view = briefings["zone"].township(area)
    document = docx.Document(io.BytesIO(made["古庄店镇", "one_page"].content))
    cells = {c.text for table in document.tables for line in table.rows for c in line.cells}
    assert all(tile.name in cells for tile in view.tiles)
    assert {v.name for v in view.villages[:5]} <= cells
    still = briefings["county"].tasks(TREE.county_area()).open
    forms = words_of(made["方城县", "supervision"].content)
    assert still
    assert all(line.task.what in forms and line.task.owner in forms for line in still)


def test_the_county_pack_holds_a_sheet_for_every_township_and_zone(made):
    with zipfile.ZipFile(io.BytesIO(made["方城县", "pack"].content)) as archive:
        names = archive.namelist()
    sheets = [name for name in names if name.startswith("一页纸/")]
    assert len(sheets) == 19 + 6
    assert all(any(t.name in name for name in sheets) for t in TREE.townships)
    assert len(names) == len(sheets) + len(SINGLE)


def test_all_townships_packs_are_made_in_one_go_a_folder_each(briefings, made):
    told = []
    area, kind = TREE.areas("三战区", ON)[0], BY_KEY["township_packs"]
    again = make(kind, briefings["zone"], area, mark=MARK, progress=lambda *step: told.append(step))
    assert again.content == made["三战区", "township_packs"].content
    with zipfile.ZipFile(io.BytesIO(again.content)) as archive:
        names = archive.namelist()
        one = archive.read(next(n for n in names if n.startswith("古庄店镇/") and "通报" in n))
    assert [sum(n.startswith(f"{t.name}/") for n in names) for t in area.townships] == [len(SINGLE)] * 3
    assert one == made["古庄店镇", "bulletin"].content, "the same file as made alone"
    assert told[-1][0] == told[-1][1] == 3 * len(SINGLE)
    with pytest.raises(ValueError, match="没有各乡镇材料包"):
        make(kind, briefings["zone"], TREE.areas("古庄店镇", ON)[0])


def test_another_places_material_is_refused(briefings):
    for name in ("方城县", "拐河镇"):
        with pytest.raises(OutOfScope):
            make(BY_KEY["bulletin"], briefings["zone"], TREE.areas(name, ON)[0])


def command(store, *words):
    """`python -m core report …`, in this process."""
    return CliRunner().invoke(app, ["report", *words], env={"COUNTY_STORE": store, "COLUMNS": "200"})


def test_a_scheduled_task_makes_every_kind_without_a_browser_and_the_log_has_it(own_store, tmp_path):
    for kind in SINGLE:
        out = tmp_path / kind.key
        said = command(own_store, kind.key, "--as-of", "2022-08-31", "--place", "古庄店镇", "--out", str(out))
        assert said.exit_code == 0, said.output
        (written,) = out.iterdir()
        assert written.name == f"古庄店镇{kind.title}-20220831-演示数据.{kind.ending}"
    said = command(own_store, "pack", "--as-of", "2022-08-31", "--place", "古庄店镇", "--out", str(tmp_path))
    assert f"[{len(SINGLE)}/{len(SINGLE)}] 完成" in said.output
    with zipfile.ZipFile(tmp_path / "古庄店镇材料包-20220831-演示数据.zip") as archive:
        for n, kind in enumerate(SINGLE, 1):
            alone = next((tmp_path / kind.key).iterdir())
            assert archive.read(f"{n:02d}-{alone.name}") == alone.read_bytes(), kind.key
    with Store.open(own_store).engine.connect() as connection:
        lines = journal.lines(connection, accounts.operator().scope, kind="export")[: len(SINGLE) + 1]
    assert {line.address for line in lines} == {journal.COMMAND_LINE}
    assert {line.places for line in lines} == {("411322112",)}
    assert lines[0].detail == "材料：古庄店镇材料包-20220831-演示数据.zip"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("poster", "--as-of", "2022-08-31"), 2, "township_packs（各乡镇材料包）"),
        (("township_packs", "--as-of", "2022-08-31", "--place", "古庄店镇"), 2, "没有各乡镇材料包"),
        (("bulletin", "--as-of", "31.8.2022"), 2, "2022-08-31"),
        (("bulletin", "--as-of", "2022-08-31", "--place", "王庄村"), 2, "凤瑞街道/王庄村"),
        (("pack", "--as-of", "2022-08-31", "--place", "古庄店镇", "--pdf"), 2, "不能转成一个PDF"),
        (("one_page", "--as-of", "2022-08-31", "--place", "古庄店镇", "--pdf"), 1, "没有安装LibreOffice"),
    ],
)
def test_what_cannot_be_made_is_said_with_what_can(own_store, tmp_path, monkeypatch, words, code, said):
    monkeypatch.setattr("core.reports.pdf.office", lambda: None)
    done = command(own_store, *words, "--out", str(tmp_path / "out"))
    assert (done.exit_code, said in done.output) == (code, True), done.output
    made_ = [path.suffix for path in (tmp_path / "out").glob("*")]
    assert made_ == ([".docx"] if code == 1 else []), "the Word file is there even without its PDF"


# ---- 存档 ---------------------------------------------------------------------------------------------


def issue(store, scope, area, kind="summary"):
    made_ = make(BY_KEY[kind], Briefing(store.snapshot(scope, ON), TREE), area, mark=MARK)
    number_ = materials.issue(
        store, scope, kind=kind, area=area, as_of=ON, revision=store.version(), file_name=made_.file_name,
        content=made_.content, figures=[(f.place, f.name, f.text) for f in made_.figures], mark=MARK, by="办公室",
    )  # fmt: skip
    return made_, materials.one_issued(store, scope, number_)


def test_a_reprint_gives_the_same_bytes_and_says_what_was_corrected_since(own_store, tmp_path, monkeypatch):
    from core.indicators import COUNTINGS

    monkeypatch.setenv("COUNTY_ISSUED", str(tmp_path / "issued"))
    store, scope, area = Store.open(own_store), Scope(COUNTY, because="办公室"), TREE.areas("拐河镇", ON)[0]
    made_, kept = issue(store, scope, area)
    path = tmp_path / "issued" / kept.sha256
    assert path.read_bytes() == made_.content
    assert path.stat().st_mode & 0o777 == 0o600
    again = reprint(store, scope, TREE, kept)
    assert again.content == made_.content
    assert not again.corrections
    assert "逐字节相同" in again.says
    newest = max(
        (b for b in store.batches() if b.ledger == "projects" and b.in_force and b.as_of <= ON),
        key=lambda b: b.as_of,
    )
    store.withdraw(newest.id, COUNTINGS, by="test")
    after = reprint(store, scope, TREE, kept)
    assert after.content == made_.content
    assert after.corrections
    assert all(c.was != c.now for c in after.corrections)
    assert str(len(after.corrections)) in after.says
    elsewhere = Scope(frozenset({TREE.areas("杨集镇", ON)[0].codes[0]}), because="杨集镇")
    assert materials.issued(store, elsewhere) == ()
    with pytest.raises(MaterialError):
        materials.one_issued(store, elsewhere, kept.id)
    with pytest.raises(OutOfScope):
        issue(store, elsewhere, area)
    path.chmod(0o600)
    path.write_bytes(b"changed")
    with pytest.raises(MaterialError, match="不一致"):
        materials.content_of(kept)
    with pytest.raises(MaterialError, match="不在了"):
        materials.content_of(replace(kept, sha256="0" * 64))


def test_corrections_are_told_figure_by_figure():
    was = (("甲", "户", "3"), ("甲", "人", "9"), ("乙", "户", "1"))
    now = (("甲", "户", "4"), ("甲", "人", "9"), ("丙", "户", "2"))
    told = [(c.place, c.name, c.was, c.now) for c in corrections(was, now)]
    assert told == [("甲", "户", "3", "4"), ("乙", "户", "1", ""), ("丙", "户", "", "2")]


# ---- PDF ----------------------------------------------------------------------------------------------


def test_without_libreoffice_a_clear_word_is_said(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(NoPdf, match="LibreOffice"):
        pdf(b"", "docx")
    assert "另存为PDF" in MISSING


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize(
    ("place", "kind", "words", "pages"),
    [
        ("三战区", "bulletin", "古庄店镇", None),
        ("古庄店镇", "one_page", "一页纸", 1),
        ("三战区", "slides", "调度会", None),
    ],
)
def test_libreoffice_makes_pages_of_them(made, tmp_path, place, kind, words, pages):
    content = pdf(made[place, kind].content, BY_KEY[kind].ending)
    path = tmp_path / "made.pdf"
    path.write_bytes(content)
    said = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert words in re.sub(r"\s", "", said)
    if pages:
        assert said.count("\f") == pages
