"""What the pages show and what a click on them does: in a real browser, with every outside host blocked."""

import math
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from matrix import KEYS, NAME, PAGES
from python_calamine import CalamineWorkbook

from core import accounts
from core.geography import geography
from core.indicators.catalogue import CATALOGUE
from core.indicators.figures import as_json
from core.places import place_tree
from core.scope import Scope
from core.store import Store

ROOT = Path(__file__).parents[2]
TREE = place_tree()
KEY = "monitored_households_remaining"


def told(url, as_of, place="方城县", key=KEY):
    """A figure as the store tells it."""
    store = Store.open(str(url))
    (area,) = TREE.areas(place, as_of)
    snapshot = store.snapshot(Scope(frozenset({TREE.county.code}), because="测试"), as_of)
    figures = {f["key"]: f for f in as_json(CATALOGUE, snapshot, area, None)["figures"]}
    store.engine.dispose()
    return figures[key]


def address(page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_the_overview_needs_no_scrolling(open_page, check):
    check.fits(open_page("/"))


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/", "?zone=3"),
        ("/", "?as_of=2022-03-15"),
        ("/monitoring", "?township=小史店镇"),
        ("/monitoring", "?township=凤瑞街道,赭阳街道"),
        ("/risk", "?as_of=2022-03-15"),
        ("/projects", "?township=小史店镇"),
        ("/pilot-zones", "?zone=3"),
        ("/definitions", "?township=小史店镇"),
    ],
)
def test_a_page_opens_for_a_zone_a_township_without_a_report_and_the_first_day(open_page, check, path, place):
    page = open_page(path + place)
    check.opens_well(page)
    assert page.title() == f"{PAGES[path][0]} · {NAME}"
    assert check.visible_english(page, *(KEYS if path == "/definitions" else ())) == []


def test_the_overview_shows_the_figures_of_the_store(open_page, demo_store):
    page = open_page("/")
    shown = page.inner_text("[data-testid=stMain]")
    for key in (KEY, "risk_elimination_rate_r1_households", "projects_completed", "disbursement_rate"):
        text = told(demo_store, date(2022, 8, 31), key=key)["text"].removesuffix("个")
        assert text in shown, f"{key}: {text}"


def test_another_war_zone_is_drawn_into_the_chart_that_stands_there(open_page, check):
    page = open_page("/")
    bars = page.get_by_role("figure").nth(1)
    before = bars.get_attribute("aria-label")
    bars.evaluate("node => { node.seen = true; }")
    page.get_by_text("六战区", exact=True).first.click()
    page.wait_for_function(
        "before => document.querySelectorAll('[role=figure]')[1].ariaLabel !== before", arg=before
    )
    check.settle(page)
    assert bars.evaluate("node => node.seen")
    words = " ".join(bars.locator("text").all_text_contents())
    sixth = {t.name for t in TREE.zones(date(2022, 8, 31))[5].townships}
    shown = {t.name for t in TREE.townships if t.name.removesuffix("镇").removesuffix("街道") in words}
    assert shown == sixth


def test_charts_turn_dark_with_the_readers_system_while_the_page_is_open(open_page, check):
    page = open_page("/", theme="light")
    drawn = "ink => document.querySelector('[role=figure] .xtick text').style.fill === ink"
    light, dark = "rgb(74, 87, 104)", "rgb(180, 191, 204)"
    page.wait_for_function(drawn, arg=light)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.wait_for_function(drawn, arg=dark)
    check.settle(page)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.wait_for_function(drawn, arg=light)


def test_on_the_plans_day_the_overview_says_2943(open_page):
    page = open_page("/?as_of=2022-03-15")
    assert "2,943户" in page.inner_text("[data-testid=stMain]")


def test_a_township_that_did_not_report_is_said_so_and_not_shown_as_zero(open_page, demo_store):
    page = open_page("/?township=小史店镇")
    shown = page.inner_text("[data-testid=stMain]")
    assert "未报" in shown
    carried = told(demo_store, date(2022, 7, 31), "小史店镇")["text"]
    assert f"7月31日：{carried}" in shown


# --- the filter and its address


def test_choosing_a_zone_and_a_township_writes_the_address(open_page, check):
    page = open_page("/")
    page.get_by_text("六战区", exact=True).first.click()
    check.settle(page)
    assert address(page) == {"as_of": "2022-08-31", "zone": "6"}
    page.locator("[data-testid=stSelectbox] input").first.click()
    options = page.get_by_role("option")
    options.first.wait_for()
    assert set(options.all_inner_texts()) == {"全部乡镇", "拐河镇", "四里店镇", "杨集镇"}
    page.get_by_role("option", name="杨集镇").click()
    check.settle(page)
    assert address(page) == {"as_of": "2022-08-31", "zone": "6", "township": "杨集镇"}
    page.locator("[data-testid=stSelectbox] input").nth(1).click()
    page.get_by_role("option", name="7月31日").click()
    check.settle(page)
    assert address(page) == {"as_of": "2022-07-31", "zone": "6", "township": "杨集镇"}
    page.get_by_text("全县", exact=True).first.click()
    check.settle(page)
    assert address(page) == {"as_of": "2022-07-31"}
    check.opens_well(page)


LINK = f"?zone=6&township={quote('杨集镇')}&as_of=2022-07-31"


def test_a_copied_link_opens_as_it_was(open_page, check, demo_store):
    page = open_page(f"/monitoring{LINK}")
    assert address(page) == {"zone": "6", "township": "杨集镇", "as_of": "2022-07-31"}
    own = told(demo_store, date(2022, 7, 31), "杨集镇")["text"]
    county = told(demo_store, date(2022, 7, 31))["text"]
    shown = page.inner_text("[data-testid=stMain]")
    assert own in shown
    assert county not in shown
    assert "2022年7月31日" in shown or "7月31日" in shown
    check.opens_well(page)


def test_a_reload_keeps_the_filter(open_page, check):
    page = open_page(f"/risk{LINK}")
    page.reload()
    check.settle(page)
    assert address(page) == {"zone": "6", "township": "杨集镇", "as_of": "2022-07-31"}


def test_a_township_wins_over_a_zone_that_does_not_hold_it(open_page, demo_store):
    page = open_page(f"/monitoring?zone=6&township={quote('独树镇')}&as_of=2022-07-31")
    asked = address(page)
    assert asked["township"] == "独树镇"
    assert asked.get("zone") != "6"
    assert told(demo_store, date(2022, 7, 31), "独树镇")["text"] in page.inner_text("[data-testid=stMain]")


def test_an_address_that_makes_no_sense_opens_the_county(open_page, check, demo_store):
    """So do others, in tests/test_serving.py."""
    page = open_page("/monitoring?zone=9")
    check.opens_well(page)
    assert address(page) == {"as_of": "2022-08-31"}
    assert told(demo_store, date(2022, 8, 31))["text"] in page.inner_text("[data-testid=stMain]")


def test_changing_the_page_keeps_the_filter(open_page, check, demo_store):
    page = open_page(f"/{LINK}")
    for path, (title, *_) in [*PAGES.items()][1:4]:
        page.locator("[data-testid=stTopNavLink]", has_text=title).first.click()
        page.wait_for_url(f"**{path}*")
        check.settle(page)
        assert urlsplit(page.url).path == path
        assert address(page) == {"zone": "6", "township": "杨集镇", "as_of": "2022-07-31"}
        check.opens_well(page)
    page.locator("[data-testid=stTopNavLink]", has_text="监测帮扶").first.click()
    page.wait_for_url("**/monitoring*")
    check.settle(page)
    assert told(demo_store, date(2022, 7, 31), "杨集镇")["text"] in page.inner_text("[data-testid=stMain]")


def test_going_back_brings_the_filter_of_before(open_page, check):
    page = open_page("/monitoring")
    page.get_by_text("六战区", exact=True).first.click()
    check.settle(page)
    page.get_by_text("三战区", exact=True).first.click()
    check.settle(page)
    assert address(page)["zone"] == "3"
    page.go_back()
    check.settle(page)
    zone = address(page).get("zone")
    chosen = page.locator(
        "[data-testid=stButtonGroup] [aria-checked=true], [data-testid=stButtonGroup] [kind$=Active]"
    ).first
    assert chosen.inner_text().strip() == {"6": "六战区", "3": "三战区", None: "全县"}[zone]


# --- the map


def on_the_map(page, name: str) -> tuple[float, float]:
    """Where a township's label stands in the window: the map shows the county's outline as large as it fits."""
    box = page.locator("[data-testid=stDeckGlJsonChart] canvas").first.bounding_box()
    rings = geography().outline
    xs, ys = [x for ring in rings for x, _ in ring], [y for ring in rings for _, y in ring]

    def mercator(lat: float) -> float:
        return math.log(math.tan(math.pi / 4 + math.radians(lat) / 2))

    middle = (min(xs) + max(xs)) / 2, mercator((min(ys) + max(ys)) / 2)
    wide = math.radians(max(xs) - min(xs))
    tall = mercator(max(ys)) - mercator(min(ys))
    scale = min(box["width"] / wide, box["height"] / tall) * 0.95
    lon, lat = geography().shape(name).label
    return (
        box["x"] + box["width"] / 2 + math.radians(lon) * scale - math.radians(middle[0]) * scale,
        box["y"] + box["height"] / 2 - (mercator(lat) - middle[1]) * scale,
    )


def click_township(page, check, name: str, wanted: str) -> None:
    """Clicks near the label until the address names the township; another one's polygon is clicked off again."""
    x, y = on_the_map(page, name)
    for across, down in [(0, 0), (0, -10), (0, 12), (12, 0), (-12, 0), (14, 14), (-14, -14)]:
        page.mouse.move(x + across, y + down)
        page.wait_for_timeout(300)
        page.mouse.click(x + across, y + down)
        page.wait_for_timeout(700)
        check.settle(page)
        if address(page).get("township") == wanted:
            return
    pytest.fail(f"no click near {name} filtered by {wanted}: {page.url}")


@pytest.mark.parametrize("path", ["/", "/monitoring", "/projects"])
def test_a_click_on_a_township_filters(open_page, check, path, demo_store):
    page = open_page(path)
    page.wait_for_timeout(1500)  # the map's first drawing
    click_township(page, check, "独树镇", "独树镇")
    check.opens_well(page)
    assert address(page)["as_of"] == "2022-08-31"
    if path == "/monitoring":
        assert told(demo_store, date(2022, 8, 31), "独树镇")["text"] in page.inner_text(
            "[data-testid=stMain]"
        )


def test_a_click_on_fengrui_filters_by_both_streets_drawn_in_it(open_page, check):
    page = open_page("/monitoring")
    page.wait_for_timeout(1500)
    click_township(page, check, "凤瑞街道", "凤瑞街道,赭阳街道")
    check.opens_well(page)


# --- widgets of single pages


def test_a_click_on_koujing_tells_the_definition(open_page, check):
    page = open_page("/")
    page.get_by_role("button", name="口径").first.click()
    page.wait_for_timeout(500)
    assert "要点" in page.locator("[data-testid=stPopoverBody]").inner_text() + page.inner_text("body")
    assert check.visible_english(page) == []


def test_searching_the_definitions_finds_what_is_asked_for(open_page, check):
    page = open_page("/definitions")
    page.locator("[data-testid=stTextInput] input").fill("消除率")
    page.keyboard.press("Enter")
    check.settle(page)
    found = page.get_by_text(re.compile(r"^\d+个指标")).first.inner_text()
    everything = len(CATALOGUE)
    assert 4 <= int(re.match(r"\d+", found)[0]) < everything
    page.locator("[data-testid=stTextInput] input").fill("没有这样的指标")
    page.keyboard.press("Enter")
    check.settle(page)
    assert page.get_by_text("没有找到").first.is_visible()
    check.opens_well(page)


def test_the_household_list_names_nobody(open_page, check, demo_dir):
    page = open_page(f"/monitoring?township={quote('杨集镇')}")
    book = CalamineWorkbook.from_path(demo_dir / "监测对象信息-20220831.xlsx")
    headers, *rows = book.get_sheet_by_name("监测对象信息").to_python()
    wanted = [headers.index(h) for h in ("户编号", "姓名", "证件号码")]
    shown = " ".join(check.texts(page))
    assert "到户清单" in shown
    named = [str(row[at]) for row in rows if row[2] == "杨集镇" for at in wanted]
    assert len(named) > 300
    assert [name for name in named if name in shown] == []


# --- what a withdrawal does to a page


def test_after_augusts_households_are_withdrawn_the_page_shows_julys(
    own_store, serving, visit, check, tmp_path
):
    store = Store.open(own_store)
    (batch,) = [b.id for b in store.batches() if b.ledger == "monitored" and b.as_of == date(2022, 8, 31)]
    store.engine.dispose()
    july, august = (told(own_store, day)["text"] for day in (date(2022, 7, 31), date(2022, 8, 31)))
    assert july != august
    with serving(ROOT / "dashboard.py", tmp_path / "log.txt", COUNTY_STORE=own_store) as running:
        page = visit(f"{running.url}/monitoring?as_of=2022-08-31")
        before = page.inner_text("[data-testid=stMain]")
        assert august in before
        assert july not in before
        done = subprocess.run(
            [sys.executable, "-m", "core", "withdraw", str(batch)],
            cwd=ROOT,
            env={**os.environ, "COUNTY_STORE": own_store},
            check=False,
        )
        assert done.returncode == 0
        page.reload()
        check.settle(page)
        after = page.inner_text("[data-testid=stMain]")
        assert july in after
        assert august not in after
        assert address(page)["as_of"] == "2022-08-31"
        check.opens_well(page)


def test_a_store_without_data_says_what_to_do_after_the_sign_in(serving, open_window, check, tmp_path):
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    store = Store.create(url, is_demo=False)
    accounts.add(store, accounts.operator(), "经办一", "clerk", "", "河上的桥很长很长很长", must_change=False)
    store.engine.dispose()
    with (
        serving(ROOT / "dashboard.py", tmp_path / "log.txt", COUNTY_STORE=url) as running,
        open_window((390, 844)) as (page, record),
    ):
        page.goto(f"{running.url}/projects?zone=3")
        assert "/login?next=" in page.url
        check.axe_finds_nothing(page)
        page.get_by_label("账号").fill("经办一")
        page.get_by_label("密码").fill("不是这个密码")
        page.get_by_role("button", name="登录").click()
        page.get_by_role("alert").wait_for()
        check.axe_finds_nothing(page)
        page.get_by_label("账号").fill("经办一")
        page.get_by_label("密码").fill("河上的桥很长很长很长")
        page.get_by_role("button", name="登录").click()
        check.settle(page)
        assert page.url.startswith(f"{running.url}/projects?zone=3")
        assert page.get_by_text("还没有数据").first.is_visible()
        check.axe_finds_nothing(page)
        assert page.get_by_text("演示数据", exact=True).count() == 0
        assert page.get_by_text("演示模式", exact=True).count() == 0
        assert [said for said in record.complaints if "401" not in said] == []  # the wrong password's answer
        assert record.outside == []
        assert check.visible_english(page, "python", "core", "import", "xlsx") == []


# --- 六大工程: from the plan's sentence to the rows and back


def _pick(page, check, table: int, row: int, header: int, height: int) -> None:
    """Clicks the box before a row of a table, which is drawn on a canvas."""
    canvas = page.locator("[data-testid=stDataFrame]").nth(table)
    canvas.click(position={"x": 16, "y": header + row * height + height / 2})
    check.settle(page)


def test_three_clicks_lead_from_an_item_to_the_rows_and_one_back(open_page, check):
    page = open_page("/work-plan?zone=6")
    page.get_by_role("button", name="7 精准帮扶").click()
    check.settle(page)
    assert address(page)["item"] == "7"
    _pick(page, check, table=0, row=2, header=36, height=32)
    assert address(page)["indicator"] == "contact_officer_rate"
    _pick(page, check, table=1, row=2, header=36, height=34)
    assert address(page) == {
        "as_of": "2022-08-31", "zone": "6", "item": "7", "indicator": "contact_officer_rate", "at": "杨集镇"
    }  # fmt: skip
    main = page.locator("[data-testid=stMain]")
    assert "杨集镇：监测对象信息" in main.inner_text()
    page.reload()
    check.settle(page)
    assert "杨集镇：监测对象信息" in main.inner_text()
    page.get_by_role("button", name="← 各乡镇").click()
    check.settle(page)
    assert "at" not in address(page)
    assert "点一个乡镇看明细" in main.inner_text()
    page.get_by_role("link", name="总览").click()
    check.settle(page)
    assert address(page) == {"as_of": "2022-08-31", "zone": "6"}
    check.opens_well(page)
