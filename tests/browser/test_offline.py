"""Streamlit's elements as served: nothing from outside, nothing refused by the policy, nothing in English."""

import pytest

from core.serving.bundle import Bundle, static_folder, translations

FIRST_VISIT = 5_000_000  # bytes on the wire for a page with a number, a chart, a map and a table; unserved 10.7 MB


@pytest.fixture(scope="session")
def sampler(tmp_path_factory):
    from conftest import ROOT, serving

    script = ROOT / "tests" / "browser" / "sampler_app.py"
    with serving(script, tmp_path_factory.mktemp("sampler") / "log.txt") as running:
        yield running


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_element_draws_without_outside_help(sampler, visit, check, theme):
    page = visit(sampler.url, theme=theme)
    page.wait_for_timeout(1000)
    page.screenshot(path=f"/tmp/sampler-{theme}.png")
    check.no_outside_requests(page)
    check.no_complaints(page)
    check.no_english_months(page)
    assert check.visible_english(page) == []
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    assert page.title() == "样本"


def test_the_first_visit_is_small(sampler, visit, check):
    page = visit(sampler.url)
    received = check.record(page).received
    assert sum(received.values()) < FIRST_VISIT
    assert not [url for url in received if "SourceSans" in url]


def test_what_opens_on_a_click_is_chinese(sampler, visit, check):
    page = visit(sampler.url)
    check_english = lambda: check.visible_english(page)  # noqa: E731
    for opener in ("stSelectbox", "stMultiSelect"):
        page.locator(f"[data-testid={opener}] input").first.click()
        page.wait_for_timeout(300)
        assert check_english() == []
        page.keyboard.type("zzz")
        page.wait_for_timeout(300)
        assert page.get_by_text("没有相符的").count() == 1
        page.keyboard.press("Escape")
        page.keyboard.press("Escape")
    page.locator("[data-testid=stDateInput] button").first.click()
    page.wait_for_timeout(500)
    check.no_english_months(page)
    assert check_english() == []
    page.keyboard.press("Escape")
    page.locator("[data-testid=stTextInput] input").first.fill("甲")
    assert page.get_by_text("按回车键确定").count() == 1
    page.locator("[data-testid=stDataFrame]").hover()
    page.wait_for_timeout(300)
    buttons = page.locator("[data-testid=stDataFrame] [data-testid=stElementToolbarButton] button")
    names = {buttons.nth(n).get_attribute("aria-label") for n in range(buttons.count())}
    assert {name.split(":")[0] for name in names} >= {"查找", "下载 CSV", "全屏", "显示或隐藏列"}
    page.locator("[data-testid=stMetric] [data-testid=stTooltipHoverTarget]").first.hover()
    page.wait_for_timeout(500)
    assert check_english() == []
    page.locator("[data-testid=stPlotlyChart]").hover()
    page.wait_for_timeout(300)
    check.no_english_months(page)
    assert check_english() == []


def test_a_column_menu_is_chinese(sampler, visit, check):
    page = visit(sampler.url)
    box = page.locator("[data-testid=stDataFrame] canvas").first.bounding_box()
    page.mouse.move(box["x"] + 120, box["y"] + 16)
    page.mouse.click(box["x"] + 120, box["y"] + 16, button="right")
    page.wait_for_timeout(400)
    assert page.get_by_test_id("stDataFrameColumnMenu").count() == 1
    assert check.visible_english(page) == []


def test_an_address_that_is_no_page(sampler, visit, check):
    page = visit(sampler.url + "/nowhere")
    assert page.get_by_text("没有这一页").count() >= 1
    assert check.visible_english(page, frozenset({"nowhere", "CSV", "XLSX"})) == []


def test_a_lost_connection_says_so_in_chinese(visit, check, tmp_path):
    from conftest import ROOT, serving

    with serving(ROOT / "tests" / "browser" / "sampler_app.py", tmp_path / "log.txt") as running:
        page = visit(running.url + "/second")
    page.get_by_text("连接中断").first.wait_for(timeout=30_000)
    assert check.visible_english(page) == []


def test_every_translation_still_fits_the_bundle():
    bundle = Bundle(static_folder(), translations())
    for name in sorted(str(path.relative_to(bundle.folder)) for path in bundle.folder.rglob("*")):
        if name.endswith((".js", ".html")):
            bundle.text(name, strict=True)
