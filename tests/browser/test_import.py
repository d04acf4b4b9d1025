"""The clerk's whole way in a real browser: problems, mended, accepted, seen, withdrawn."""

import io
import re
from datetime import date
from pathlib import Path

import openpyxl

from core.header_memory import remembered
from core.indicators.catalogue import BY_KEY
from core.indicators.indicator import read
from core.places import place_tree
from core.scope import Scope
from core.store import Store

ROOT = Path(__file__).parents[2]
HEADER = 3  # the row of the demo ledger's headers


def ledger(demo_dir, path, *, wrong):
    """The demo's project ledger of 31 August as of 15 September: ten projects more completed, or with mistakes."""
    book = openpyxl.load_workbook(demo_dir / "项目台账-20220831.xlsx")
    sheet = book.active
    column = {cell.value: cell.column for cell in sheet[HEADER]}
    if wrong:
        sheet.cell(5, column["乡镇"]).value = "卷桥镇"
        for row in range(6, 13):
            sheet.cell(row, column["开工时间"]).value = "2022-02-30"
    done = 0
    for row in range(HEADER + 1, sheet.max_row):
        if not wrong and done < 10 and sheet.cell(row, column["项目状态"]).value == "在建":
            sheet.cell(row, column["实际竣工时间"]).value = "2022-09-10"
            done += 1
    for cell in (c for row in sheet.iter_rows(max_row=2) for c in row):
        if isinstance(cell.value, str):
            cell.value = cell.value.replace("2022年8月31日", "2022年9月15日")
    book.save(path)
    return path


def completed(own_store, on):
    """How many projects are completed, as the store tells it."""
    store = Store.open(own_store)
    snapshot = store.snapshot(Scope(frozenset({"411322"}), because="测试"), on)
    value = read(BY_KEY["projects_completed"], snapshot, place_tree().county_area()).value
    store.engine.dispose()
    return int(value)


def shown_on_overview(page):
    """The number of the tile 项目竣工: 188　/ 238个."""
    return int(re.search(r"(\d+)\s*/ 238个", page.inner_text("[data-testid=stMain]"))[1])


def choose(page, check, path):
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_text("认出是“项目台账”").wait_for()
    check.settle(page)


def test_a_workbook_with_mistakes_is_mended_accepted_seen_and_withdrawn(
    own_store, demo_dir, serving, visit, check, tmp_path
):
    wrong = ledger(demo_dir, tmp_path / "项目台账-20220915.xlsx", wrong=True)
    right = ledger(demo_dir, tmp_path / "项目台账（已改）-20220915.xlsx", wrong=False)
    with serving(ROOT / "dashboard.py", tmp_path / "log.txt", COUNTY_STORE=own_store) as running:
        page = visit(f"{running.url}/imports")
        main = page.locator("[data-testid=stMain]")
        assert main.get_by_text("每个文件不超过 20MB").is_visible()  # as the server and the gate have it
        before = completed(own_store, date(2022, 8, 31))
        batches = int(re.search(r"共(\d+)批", main.inner_text())[1])
        choose(page, check, wrong)
        assert "有8处必须先解决，整份都不会写入" in main.inner_text()
        cells = " ".join(check.texts(page))
        assert "改为“券桥镇”" in cells
        assert "没有这一天" in cells
        assert page.get_by_role("button", name="确认接收").is_disabled()
        check.axe_finds_nothing(page)

        with page.expect_download() as waiting:
            page.get_by_role("button", name="下载标出问题的表").click()
        waiting.value.save_as(tmp_path / "marked.xlsx")
        marked = openpyxl.load_workbook(tmp_path / "marked.xlsx")["项目台账"]
        explained = [c.comment.text for row in marked.iter_rows() for c in row if c.comment]
        assert len(explained) == 8
        assert any("券桥镇" in words for words in explained)

        page.get_by_role("button", name="不导入").click()
        check.settle(page)
        choose(page, check, right)
        assert "变化10，不变228（个项目）" in main.inner_text()
        check.axe_finds_nothing(page)
        page.get_by_role("button", name="确认接收").click()
        page.get_by_text("已接收为第").wait_for()
        check.settle(page)
        assert f"{batches + 1}批在用，共{batches + 1}批" in main.inner_text()
        assert [text for text in check.visible_english(page, "XLSB", "ODS") if ".xlsx" not in text] == []

        seen = visit(f"{running.url}/")
        assert "2022年9月15日" in seen.inner_text("[data-testid=stMain]")
        after = completed(own_store, date(2022, 9, 15))
        assert after == before + 10
        assert shown_on_overview(seen) == after

        grid = page.locator("[data-testid=stDataFrame]").last
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        page.mouse.click(box["x"] + 17, box["y"] + 52)
        check.settle(page)
        page.get_by_role("button", name=f"撤回第{batches + 1}批").click()
        check.settle(page)
        assert "记录仍在" in main.inner_text()
        page.get_by_role("button", name="确认撤回").click()
        page.get_by_text(f"第{batches + 1}批已撤回").wait_for()
        check.settle(page)
        assert f"{batches}批在用，共{batches + 1}批" in main.inner_text()
        seen.reload()
        check.settle(seen)
        assert shown_on_overview(seen) == before
        check.no_complaints(page)


def test_a_worklist_is_downloaded_from_the_quality_page(open_page, check, tmp_path):
    page = open_page("/quality")
    assert "户要改" in page.inner_text("[data-testid=stMain]")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="下载工作表").click()
    path = tmp_path / "list.xlsx"
    waiting.value.save_as(path)
    assert waiting.value.suggested_filename == "数据质量整改清单-方城县-20220831.xlsx"
    assert openpyxl.load_workbook(io.BytesIO(path.read_bytes())).sheetnames[0] == "汇总"
    check.no_complaints(page)
    check.no_outside_requests(page)
    assert check.visible_english(page) == []


def test_the_first_workbook_of_an_empty_store_can_be_imported_in_the_browser(
    serving, visit, check, tmp_path, demo_dir
):
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    Store.create(url, is_demo=True).engine.dispose()  # 正式库没有账号不启动
    with serving(
        ROOT / "dashboard.py",
        tmp_path / "log.txt",
        COUNTY_STORE=url,
        COUNTY_ORIGINALS=str(tmp_path / "originals"),
    ) as running:
        page = visit(f"{running.url}/imports")
        choose(page, check, demo_dir / "项目台账-20220831.xlsx")
        assert "全部是新增" in page.inner_text("[data-testid=stMain]")
        page.get_by_role("button", name="确认接收").click()
        page.get_by_text("已接收为第1批").wait_for()


def payments(path, *, paid_on, amount):
    """A workbook of payments whose second heading is nobody's: 付款日期."""
    book = openpyxl.Workbook()
    book.active.append(["项目编号", "付款日期", "资金来源", "支付金额(万元)"])
    book.active.append(["FC2022001", paid_on, "中央", amount])
    book.save(path)
    return path


def test_a_heading_confirmed_on_a_workbook_with_mistakes_is_not_asked_about_on_the_mended_one(
    serving, visit, check, tmp_path
):
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    Store.create(url, is_demo=True).engine.dispose()
    wrong = payments(tmp_path / "资金支付台账-20220831.xlsx", paid_on="2022-02-30", amount=12.5)
    right = payments(tmp_path / "资金支付台账（已改）-20220831.xlsx", paid_on="2022-02-28", amount=12.5)
    last = payments(tmp_path / "资金支付台账（又改）-20220831.xlsx", paid_on="2022-02-28", amount=13)
    with serving(ROOT / "dashboard.py", tmp_path / "log.txt", COUNTY_STORE=url) as running:
        page = visit(f"{running.url}/imports")
        main = page.locator("[data-testid=stMain]")
        page.locator("input[type=file]").set_input_files(wrong)
        page.get_by_text("这些表头认不准").wait_for()
        for choice, held in (("是", "paid_on"), ("不用这一列", "")):  # and the second was a slip of the hand
            page.get_by_role("radio", name=choice, exact=True).click()
            page.get_by_text("点错了在这里改").wait_for()
            check.settle(page)
            store = Store.open(url)
            assert remembered(store) == {"payments": {"付款日期": held}}
            store.engine.dispose()
        page.locator("input[type=file]").set_input_files(right)
        page.get_by_role("button", name="重新问“付款日期”").click()
        page.get_by_role("radio", name="是", exact=True).click()
        page.get_by_text("点错了在这里改").wait_for()
        check.settle(page)
        ledger = page.get_by_role("combobox", name="台账", exact=False).last
        ledger.click()
        page.get_by_role("option", name="资金支付台账", exact=True).click()
        check.settle(page)
        page.get_by_role("button", name="不导入").click()
        check.settle(page)
        assert ledger.input_value() == "资金支付台账"
        page.locator("input[type=file]").set_input_files(last)
        page.get_by_role("button", name="确认接收").wait_for()
        check.settle(page)
        assert "认不准" not in main.inner_text()
        assert page.get_by_role("button", name="确认接收").is_enabled()
        check.no_complaints(page)
