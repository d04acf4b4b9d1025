"""Streamlit's elements as served: nothing from outside, nothing refused by the policy, nothing in English."""

from pathlib import Path

import pytest

SAMPLER = Path(__file__).parent / "sampler_app.py"
FIRST_VISIT = 3_000_000  # bytes on the wire for every element below: measured 2.8 MB


@pytest.fixture(scope="session")
def sampler(serving, tmp_path_factory):
    with serving(SAMPLER, tmp_path_factory.mktemp("sampler") / "log.txt") as running:
        yield running


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_element_draws_without_outside_help(sampler, visit, check, theme):
    page = visit(sampler.url, theme=theme)
    page.wait_for_timeout(1000)
    check.no_outside_requests(page)
    check.no_complaints(page)
    check.no_english_months(page)
    assert check.visible_english(page) == []
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.title() == "样本"


def test_a_page_opens_by_its_own_address(sampler, visit, check):
    page = visit(sampler.url + "/second")
    page.get_by_text("第二页", exact=True).last.wait_for()
    check.no_complaints(page)
    check.no_outside_requests(page)


def test_the_first_visit_is_small(sampler, open_window, check):
    with open_window() as (page, record):
        page.goto(sampler.url)
        check.settle(page)
    received = record.received
    assert sum(received.values()) < FIRST_VISIT
    assert not [url for url in received if "SourceSans" in url]


def test_what_opens_on_a_click_is_chinese(sampler, visit, check):
    page = visit(sampler.url)
    for opener in ("stSelectbox", "stMultiSelect"):
        page.locator(f"[data-testid={opener}] input").first.click()
        page.wait_for_timeout(300)
        assert check.visible_english(page) == []
        page.keyboard.type("123")
        page.get_by_text("没有相符的").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.locator("[data-testid=stTextInput] input").first.fill("甲")
    page.get_by_text("按回车键确定").wait_for()
    page.keyboard.press("Enter")
    page.locator("[data-testid=stDateInput] button").first.click()
    page.get_by_text("八月").first.wait_for()
    check.no_english_months(page)
    assert check.visible_english(page) == []


def test_what_appears_under_the_mouse_is_chinese(sampler, visit, check):
    page = visit(sampler.url)
    page.locator("[data-testid=stMetric] [data-testid=stTooltipHoverTarget]").first.hover()
    page.get_by_text("说明文字").wait_for()
    page.locator("[data-testid=stPlotlyChart]").hover()
    page.wait_for_timeout(300)
    assert "2022年5月" in check.texts(page)  # plotly's own word for a month
    page.locator("[data-testid=stDataFrame]").hover()
    page.wait_for_timeout(300)
    assert {"查找", "全屏", "显示或隐藏列"} <= set(check.texts(page))
    check.no_english_months(page)
    assert check.visible_english(page) == []


def test_a_column_menu_is_chinese(sampler, visit, check):
    page = visit(sampler.url)
    box = page.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
    menu = page.get_by_test_id("stDataFrameColumnMenu")
    for across in range(300, 700, 8):  # its button is drawn on the canvas, at the end of the first header
        page.mouse.move(box["x"] + across, box["y"] + 15)
        page.mouse.click(box["x"] + across, box["y"] + 15)
        page.wait_for_timeout(60)
        if menu.count():
            break
    assert {"升序", "降序", "固定此列", "隐藏此列", "自动列宽"} <= set(check.texts(page))
    assert check.visible_english(page) == []


def test_a_wrong_upload_is_refused_in_chinese(sampler, visit, check):
    page = visit(sampler.url)
    drop = page.get_by_test_id("stFileUploaderDropzoneInput")
    drop.set_input_files({"name": "甲.txt", "mimeType": "text/plain", "buffer": b"1"})
    page.get_by_text("不能用这种文件").wait_for()
    drop.set_input_files({"name": "乙.xlsx", "mimeType": "application/octet-stream", "buffer": b"1"})
    page.get_by_text("乙.xlsx").wait_for()
    check.settle(page)
    assert check.visible_english(page, "xlsx", "txt") == []


def test_an_address_that_is_no_page(sampler, visit, check):
    page = visit(sampler.url + "/nowhere")
    assert page.get_by_text("没有这一页").count() >= 1
    assert check.visible_english(page, "nowhere") == []


def test_a_lost_connection_says_so_in_chinese(serving, visit, check, tmp_path):
    with serving(SAMPLER, tmp_path / "log.txt") as running:
        page = visit(running.url + "/second")
    page.get_by_text("连接中断").first.wait_for(timeout=30_000)
    assert check.visible_english(page) == []
