"""Which column a heading is: known however it is written, asked about once where it is only alike, never guessed."""

import io
from datetime import date

import openpyxl
import pytest

from core import importing
from core.header_memory import ask_again, remember, remembered, set_aside
from core.imports.headings import headings_of
from core.imports.ledgers import LEDGERS
from core.imports.reading import UnknownLedger, read
from core.imports.table import find_table
from core.imports.workbook import read_workbook
from core.places import place_tree
from core.store import Store

TREE = place_tree()
PAID = {"项目编号": "FC2022001", "支付时间": "2022-05-20", "资金来源": "中央", "支付金额(万元)": 12.5}
PROJECT = {
    "项目编号": "FC2022001", "项目年度": 2022, "项目名称": "大河口村道路", "项目类型": "乡村建设行动", "乡镇": "杨集镇",
    "村": "大河口村", "批复时间": "2022-03-20", "计划竣工时间": "2022-09-30", "开工时间": "2022-04-10", "实际竣工时间": "",
    "中央(万元)": 100, "省级(万元)": 0, "市级(万元)": 0, "县级(万元)": 0, "整合资金(万元)": 0,
}  # fmt: skip


def sheet(*lines):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append([None if cell == "" else cell for cell in line])
    for cell in (c for row in book.active.iter_rows() for c in row if c.data_type == "f"):
        cell.data_type = "s"  # text that only looks like a formula
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def of(row, renamed=None):
    renamed = renamed or {}
    return sheet([renamed.get(h, h) for h in row], list(row.values()))


def payments(content, **options):
    return read(content, "资金支付台账-20220831.xlsx", None, TREE, **options)


@pytest.mark.parametrize(
    "written", ["支付金额（万元）", "支付\n金额(万元)", "支付金额（ 万元 ）", "支付金额(单位：万元)"]
)
def test_a_heading_is_known_however_it_is_spaced_and_bracketed(written):
    draft = payments(of(PAID, {"支付金额(万元)": written}))
    assert draft.questions == ()
    assert draft.rows[0].values["amount_fen"] == 12_500_000


def test_a_heading_that_is_only_alike_is_asked_about_and_nothing_is_taken():
    draft = payments(of(PAID, {"支付时间": "付款日期"}))
    (question,) = draft.questions
    assert (question.header, question.field, question.proposal, question.cell) == (
        "付款日期", "paid_on", "支付时间", "Sheet!B1",
    )  # fmt: skip
    (problem,) = [p for p in draft.problems if p.blocks]
    assert (problem.cell, problem.found) == ("Sheet!B1", "付款日期")
    assert "可能就是“支付时间”，请确认一次" in problem.fix
    assert draft.rows == ()


def test_a_confirmed_heading_is_the_column_and_is_not_asked_about_again():
    said = importing.answers_from(["付款日期=支付时间"], None)
    draft = payments(of(PAID, {"支付时间": "付款 日期"}), confirmed=said)
    assert draft.questions == ()
    assert draft.rows[0].values["paid_on"] == date(2022, 5, 20)


def test_a_heading_that_is_said_to_be_none_is_kept_aside_and_asked_about_no_more():
    row = {**PAID, "凭证编码": "7"}
    asked = payments(of(row))
    assert [(q.header, q.is_required) for q in asked.questions] == [("凭证编码", False)]
    assert not asked.blocked
    quiet = payments(of(row), confirmed=importing.answers_from(["凭证编码=不用"], "payments"))
    assert (quiet.questions, quiet.problems) == ((), ())
    assert quiet.unused == ("凭证编码",)


def test_columns_that_nothing_reads_are_named_and_never_lost_silently():
    draft = payments(of({"序号": 1, **PAID, "经办科室": "产业股", "备注": ""}))
    assert draft.unused == ("经办科室",)


def test_a_column_is_one_under_a_group_that_adds_nothing_and_not_under_one_that_does():
    def money_of(group, ledger="projects"):
        plain = [h for h in PROJECT if "万元" not in h]
        money = [h for h in PROJECT if "万元" in h]
        content = sheet(
            [*plain, group, *[""] * (len(money) - 1)],
            [*[""] * len(plain), *money],
            [PROJECT[h] for h in (*plain, *money)],
        )
        book = openpyxl.load_workbook(io.BytesIO(content))
        book.active.merge_cells(
            start_row=1, end_row=1, start_column=len(plain) + 1, end_column=len(plain) + len(money)
        )
        for column in range(1, len(plain) + 1):
            book.active.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
        file = io.BytesIO()
        book.save(file)
        table = find_table(read_workbook(file.getvalue(), "a.xlsx"))
        return "central_fen" in headings_of(table, LEDGERS[ledger], {}).found

    assert money_of("资金来源")
    assert money_of("项目资金投入")
    assert not money_of("已拨付资金")


def test_a_table_that_shares_a_few_columns_with_a_ledger_is_not_that_ledger():
    lines = [["序号", "文号", "资金来源", "金额(万元)"], [1, "豫财〔2022〕1号", "中央", 5]]
    with pytest.raises(UnknownLedger):
        read(sheet(*lines), "表.xlsx", None, TREE)


MONEY = ("中央(万元)", "省级(万元)", "市级(万元)", "县级(万元)")


def in_parts(whole, *, two_rows):
    """The project ledger with 其中 over its money, beside a heading of the whole; no other word of a unit."""
    plain = [h for h in PROJECT if h not in MONEY]
    names = [h.removesuffix("(万元)") for h in MONEY]
    amounts = [PROJECT[h] for h in (*plain, *MONEY)]
    amounts.insert(len(plain), 100)
    if not two_rows:
        return sheet([*plain, whole, *[f"其中：{n}" for n in names]], amounts)
    content = sheet([*plain, whole, "其中", "", "", ""], [*[""] * (len(plain) + 1), *names], amounts)
    book = openpyxl.load_workbook(io.BytesIO(content))
    at = len(plain) + 2
    book.active.merge_cells(start_row=1, end_row=1, start_column=at, end_column=at + 3)
    for column in range(1, at):
        book.active.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.mark.parametrize("two_rows", [True, False])
def test_the_sources_under_qizhong_are_those_of_the_whole_beside_them_in_its_unit(two_rows):
    draft = read(in_parts("资金合计(万元)", two_rows=two_rows), "项目台账-20220831.xlsx", None, TREE)
    assert (draft.ledger, draft.questions) == ("projects", ())
    assert [p for p in draft.problems if p.blocks] == []
    assert draft.rows[0].values["central_fen"] == 100_000_000


@pytest.mark.parametrize("two_rows", [True, False])
def test_what_was_paid_out_under_qizhong_is_not_what_was_planned(two_rows):
    table = find_table(read_workbook(in_parts("已拨付金额(万元)", two_rows=two_rows), "a.xlsx"))
    assert "central_fen" not in headings_of(table, LEDGERS["projects"], {}).found


def test_a_ledger_that_lacks_two_columns_and_asks_about_others_is_named_with_what_it_lacks():
    row = {h: v for h, v in PROJECT.items() if h not in ("项目年度", "批复时间")}
    content = of(row, {"开工时间": "开工日期", "计划竣工时间": "计划完成日期"})
    draft = read(content, "项目台账-20220831.xlsx", None, TREE)
    assert draft.ledger == "projects"
    assert [p.expected for p in draft.problems if p.found == "没有这一列"] == [
        "有“项目年度”一列",
        "有“批复时间”一列",
    ]
    assert {q.proposal for q in draft.questions if q.is_required} == {"开工时间", "计划竣工时间"}


def test_a_table_that_half_fits_a_ledger_is_said_to_be_like_it_and_what_it_lacks():
    row = {h: v for h, v in PROJECT.items() if "时间" not in h and h not in ("项目年度", "项目编号")}
    with pytest.raises(UnknownLedger) as unknown:
        read(of(row), "表.xlsx", None, TREE)
    assert unknown.value.likely.ledger == "projects"
    assert unknown.value.likely.words.startswith(
        "像是项目台账，必须有的14列认出8列；缺：项目编号、项目年度、批复时间"
    )
    with pytest.raises(UnknownLedger) as unknown:
        read(sheet(["序号", "品名", "金额(万元)"], [1, "甲", 2]), "表.xlsx", None, TREE)
    assert unknown.value.likely is None


def test_an_answer_names_a_column_that_exists():
    with pytest.raises(ValueError, match="没有“支付天”这一列。可用的列名：项目编号、支付时间"):
        importing.answers_from(["付款日期=支付天"], "payments")
    with pytest.raises(ValueError, match="应写成 表头=列名"):
        importing.answers_from(["付款日期"], None)


def test_the_store_remembers_who_said_what_and_the_newest_word_holds(tmp_path):
    store = Store.create(f"sqlite:///{tmp_path}/s.db", is_demo=True)
    remember(store, importing.answers_from(["付款日期=支付时间"], "payments"), by="甲")
    content = of(PAID, {"支付时间": "付款日期"})
    draft, _ = importing.examine(store, content, "资金支付台账-20220831.xlsx", TREE)
    assert (draft.ledger, len(draft.rows), draft.questions) == ("payments", 1, ())
    remember(store, importing.answers_from(["付款日期=不用"], "payments"), by="乙")
    assert remembered(store) == {"payments": {"付款日期": ""}}
    assert set_aside(store, ("项目编号", "付款 日期")) == ("付款 日期",)
    ask_again(store, "付款 日期", by="丙")
    assert (remembered(store), set_aside(store, ("付款日期",))) == ({}, ())
    draft, _ = importing.examine(store, content, "资金支付台账-20220831.xlsx", TREE, "payments")
    assert [q.header for q in draft.questions] == ["付款日期"]
    store.engine.dispose()


def test_the_command_takes_an_answer_once_and_gives_the_marked_file(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from core.__main__ import app

    url = f"sqlite:///{tmp_path}/s.db"
    monkeypatch.setenv("COUNTY_STORE", url)
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    Store.create(url, is_demo=True).engine.dispose()
    path, marked = tmp_path / "资金支付台账-20220831.xlsx", tmp_path / "标.xlsx"
    path.write_bytes(of(PAID, {"支付时间": "付款日期"}))

    def run(*arguments):
        return CliRunner().invoke(app, ["import", str(path), *arguments])

    asked = run("--marked", str(marked))
    assert asked.exit_code == 1
    assert "--map '付款日期=支付时间'" in asked.output
    assert openpyxl.load_workbook(marked).worksheets[0]["B1"].comment is not None
    assert run("--map", "付款日期=没有的列").exit_code == 2
    assert "没有记住" in run("--map", "付款日期=支付时间", "--dry-run").output
    good = path.read_bytes()
    path.write_bytes(of({**PAID, "支付时间": "2022-02-30"}, {"支付时间": "付款日期"}))
    assert run("--map", "付款日期=支付时间").exit_code == 1
    path.write_bytes(good)
    taken = run()
    assert (taken.exit_code, "已接收" in taken.output) == (0, True)
    path.write_bytes(of({**PAID, "支付金额(万元)": 13}, {"支付时间": "付款日期"}))
    assert run().exit_code == 0


def test_the_command_that_is_proposed_can_be_pasted(tmp_path, monkeypatch):
    import shlex

    from typer.testing import CliRunner

    from core.__main__ import app

    monkeypatch.setenv("COUNTY_STORE", f"sqlite:///{tmp_path}/none.db")
    path = tmp_path / "资金支付台账-20220831.xlsx"
    path.write_bytes(of(PAID, {"支付金额(万元)": "付款 金额(万元)"}))
    said = CliRunner().invoke(app, ["import", str(path), "--dry-run"]).output
    proposed = [line.split("加 ")[1].split("；")[0] for line in said.splitlines() if "确认表头" in line]
    assert proposed == ["--map '付款金额(万元)=支付金额(万元)'"]
    arguments = shlex.split(proposed[0])
    assert CliRunner().invoke(app, ["import", str(path), "--dry-run", *arguments]).exit_code == 0


def test_a_workbook_of_no_ledger_is_described_and_the_clerk_is_told_how_to_say_what_it_is(
    tmp_path, monkeypatch
):
    from typer.testing import CliRunner

    from core.__main__ import app

    monkeypatch.setenv("COUNTY_STORE", f"sqlite:///{tmp_path}/none.db")
    path = tmp_path / "表.xlsx"
    path.write_bytes(sheet(["序号", "品名", "金额(万元)"], [1, "甲", 2], ["合计", "", 2]))
    said = CliRunner().invoke(app, ["import", str(path), "--dry-run"])
    assert said.exit_code == 0
    assert "--ledger" in said.output
    assert "projects（项目台账）" in said.output
    assert "template" in said.output


def test_a_place_is_read_from_the_projects_name_where_no_column_has_it_and_that_is_said():
    row = {h: v for h, v in PROJECT.items() if h not in ("乡镇", "村")} | {
        "项目名称": "杨集镇大河口村道路硬化项目"
    }
    draft = read(of(row), "项目台账-20220831.xlsx", None, TREE)
    village = TREE.find_village(TREE.find_units("杨集镇")[0], "大河口村")
    assert [r.leaf for r in draft.rows] == [village.code]
    (problem,) = draft.problems
    assert "由名称读出：杨集镇大河口村" in problem.fix
    assert not problem.blocks
    nowhere = read(of({**row, "项目名称": "产业路硬化"}), "项目台账-20220831.xlsx", None, TREE)
    assert nowhere.blocked


def test_a_total_that_differs_from_the_rows_of_a_ledger_is_said_with_both_figures():
    content = sheet(list(PAID), list(PAID.values()), [*["合计", "", ""], 13])
    (problem,) = payments(content).problems
    assert problem.cell == "Sheet!D3"
    assert "12.5万元" in problem.expected
    assert problem.found == "13万元"
    assert problem.confirmable


def test_a_money_column_without_a_unit_is_one_question_at_its_heading():
    row = {("支付金额" if h == "支付金额(万元)" else h): v for h, v in PAID.items()}
    content = sheet(list(row), *[[f"FC{n}", *list(row.values())[1:]] for n in range(20)])
    (problem,) = payments(content).problems
    assert problem.cell == "Sheet!D1"
    assert "元还是万元" in problem.fix
