"""战区乡镇, 乡镇情况 and 调度 in a real browser."""

import re
from datetime import date
from urllib.parse import quote

from core.places import place_tree
from core.scope import Scope
from core.store import Store
from core.tasks import all_tasks

ERRORS = "[data-testid=stException], [data-testid=stAlertContentError]"
TREE = place_tree()


def opens_well(page, check) -> str:
    assert page.locator(ERRORS).count() == 0, page.locator(ERRORS).all_inner_texts()
    check.no_outside_requests(page)
    check.no_complaints(page)
    check.no_english_months(page)
    assert check.visible_english(page) == []
    return page.inner_text("[data-testid=stMain]")


def test_war_zones_say_who_is_behind_and_a_click_on_a_cell_opens_the_township(open_page, check):
    page = open_page("/war-zones")
    shown = opens_well(page, check)
    for words in ("乡镇组后三位：", "街道组末位：", "指挥长：县委书记", "权重：项目竣工率50", "未报，单列"):
        assert words in shown, words
    cells = " ".join(check.texts(page))
    for words in ("离开后三位还需（任一项）", "竣工8个项目", "分母小", "不合规", "并列8"):
        assert words in cells, words
    ways = page.locator("[data-testid=stPageLink] a")
    assert ways.count() == 19
    table = page.locator("[data-testid=stDataFrame]").first.bounding_box()
    page.mouse.click(table["x"] + 330, table["y"] + 36 + 13)  # 博望镇, in the first place
    page.wait_for_url("**/township?*")
    check.settle(page)
    assert f"township={quote('博望镇')}" in page.url
    assert "博望镇" in page.locator("h4").first.inner_text()
    opens_well(page, check)


def test_the_township_page_asks_which_and_then_shows_everything(open_page, check):
    page = open_page("/township")
    assert "请选择一个乡镇" in opens_well(page, check)
    page.get_by_role("button", name="拐河镇").click()
    page.wait_for_url("**township=*")
    check.settle(page)
    shown = opens_well(page, check)
    for words in (
        "乡镇组第14位/14",
        "指挥长：",
        "已过计划竣工日",
        "未消除，分布在",
        "问题整改",
        "信访",
        "1件未销号，其中1件逾期：拐河镇已16天",
    ):
        assert words in shown, words
    check.fits(page)


def test_a_problem_is_raised_and_closed_and_its_words_stay_words(own_store, serving, visit, check, tmp_path):
    words = "=1+1 <img src=x onerror=alert(1)> **停工** ![图](http://example.com/x.png)"
    with serving("dashboard.py", tmp_path / "log.txt", COUNTY_STORE=own_store) as running:
        page = visit(f"{running.url}/tasks?township={quote('杨集镇')}")
        assert "没有未销号的事项" in opens_well(page, check)

        def fill(label, value):
            page.get_by_label(label, exact=True).first.fill(value)

        fill("事项", words)
        fill("下一步", "周五前复工")
        page.get_by_role("button", name="交办").click()
        check.settle(page)
        assert "责任单位”没有填" in page.locator("[data-testid=stAlertContentError]").inner_text()
        page.get_by_label("责任单位").first.click()
        page.get_by_role("option", name="杨集镇镇长").click()
        page.get_by_role("button", name="交办").click()
        check.settle(page)
        shown = opens_well(page, check_english(check))
        assert "已交办" in shown
        assert "1件未销号，没有逾期的" in shown
        assert page.locator("[data-testid=stMain] img").count() == 0
        table = page.locator("[data-testid=stDataFrame]").first.bounding_box()
        page.mouse.click(table["x"] + 16, table["y"] + 36 + 18)
        check.settle(page)
        assert words.replace("=", "＝", 1) in page.locator("[data-testid=stText]").inner_text()
        fill("说明", "现场核实")
        page.get_by_role("button", name="销号").click()
        check.settle(page)
        shown = page.inner_text("[data-testid=stMain]")
        assert "已销号1件" in shown
        assert "没有未销号的事项" in shown

        page.goto(f"{running.url}/questions")
        check.settle(page)
        main = page.locator("[data-testid=stMain]")
        line = main.locator("[data-testid=stMarkdown]", has_text="问：").first
        gravest = line.inner_text().split("\n")[0]
        page.get_by_role("button", name="暂缓").first.click()
        page.get_by_role("button", name="暂缓过问").click()
        page.get_by_text("请写明暂缓的理由").wait_for()
        check.axe_finds_nothing(page)
        check.no_english_months(page)
        page.get_by_label("理由").first.fill("已安排9月5日现场办公")
        page.get_by_role("button", name="暂缓过问").click()
        page.get_by_text("暂缓的1件").wait_for()
        check.settle(page)
        assert gravest not in main.inner_text()
        assert "已安排9月5日现场办公" in check.texts(page)
        check.no_outside_requests(page)
        check.no_complaints(page)
    store = Store.open(own_store)
    (area,) = TREE.areas("杨集镇", date(2022, 8, 31))
    (task,) = all_tasks(store, Scope(frozenset({TREE.county.code})), area, date(2022, 8, 31))
    store.engine.dispose()
    assert [(step.name, bool(step.by)) for step in task.steps] == [("交办", True), ("销号", True)]
    assert task.place == area.codes[0]


def check_english(check):
    """The checks, for a page on which the test itself typed English."""

    class Checks(type(check)):
        def visible_english(self, page, *also):
            return super().visible_english(
                page, *re.findall(r"[A-Za-z]{3,}", "img src onerror alert http example com png")
            )

    return Checks()
