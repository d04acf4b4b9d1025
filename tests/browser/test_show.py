"""The show on the wall, played as it is in the room: by the keyboard, at three sizes, with the network cut."""

import re
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from core.places import place_tree
from core.scope import Scope
from core.store import Store
from core.tasks import open_tasks

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "test-results" / "meeting"
TREE = place_tree()
ON = date(2022, 8, 31)

# Every text that can be seen: its height in parts of the picture's, and its contrast with what lies under it.
MEASURE = r"""() => {
    const channel = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
    const light = c => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
    const rgb = s => { const m = s.match(/[\d.]+/g); return m && m.length >= 3 && (m.length < 4 || +m[3] > 0.99) ? m.slice(0, 3).map(Number) : null; };
    const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + 0.05) / (y + 0.05); };
    const under = (x, y, own) => {
        for (const e of document.elementsFromPoint(x, y)) {
            const style = getComputedStyle(e);
            const paint = e instanceof SVGElement ? (e.localName === 'svg' || e.localName === 'a' ? null : rgb(style.fill)) : rgb(style.backgroundColor);
            if (paint) return paint;
        }
        return [255, 255, 255];
    };
    const quiet = [...document.querySelectorAll('.quiet')];  // drawn under the words, yet not to be clicked
    quiet.forEach(e => e.style.pointerEvents = 'auto');
    const sheet = document.querySelector('.sheet:not([hidden])');
    const high = Math.min(innerHeight, innerWidth * 9 / 16), found = [], boxes = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const e = node.parentElement;
        if (sheet && !sheet.contains(e)) continue;  // it covers the slide
        if (!node.textContent.trim() || e.closest('.heard,script,style') || !e.checkVisibility({visibilityProperty: true})) continue;
        const range = document.createRange(); range.selectNodeContents(node);
        const box = range.getBoundingClientRect();
        const style = getComputedStyle(e);
        for (const line of range.getClientRects()) {  // of each line the height of its characters
            const middle = (line.top + line.bottom) / 2, half = parseFloat(style.fontSize) * 0.42;
            boxes.push({words: node.textContent.trim(), left: line.left + 2, right: line.right - 2, top: middle - half, bottom: middle + half});
        }
        found.push({words: node.textContent.trim(), part: parseFloat(style.fontSize) / high,
            contrast: ratio(rgb(style.color), under(box.left + box.width / 2, box.top + box.height / 2, e)),
            inside: box.left >= -1 && box.right <= innerWidth + 1 && box.top >= -1 && box.bottom <= innerHeight + 1});
    }
    quiet.forEach(e => e.style.pointerEvents = '');
    const root = document.documentElement;
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const collisions = boxes.flatMap((a, n) => boxes.slice(n + 1).filter(b => meet(a, b)).map(b => a.words + ' × ' + b.words));
    return {found, collisions, scrolls: root.scrollHeight > innerHeight || root.scrollWidth > innerWidth,
        spins: document.querySelectorAll('[class*=spin],[class*=Spin],progress').length,
        shown: document.querySelectorAll('.slide.on').length, busy: document.fonts.status};
}"""
# From the key to the second frame after it.
TIMING = """() => { window.turns = []; addEventListener('keydown', e => {
    const from = e.timeStamp; requestAnimationFrame(() => requestAnimationFrame(() => turns.push(performance.now() - from)));
}, true); }"""


def at(page) -> str:
    """The slide in the address, as the page itself has it: what Playwright knows of it comes a moment later."""
    return page.evaluate("decodeURIComponent(location.hash.slice(1))")


def measured(page, name: str) -> list[str]:
    """Checks what is on the screen and gives its texts."""
    seen = page.evaluate(MEASURE)
    assert seen["shown"] == 1
    assert not seen["scrolls"], name
    assert seen["spins"] == 0
    assert seen["collisions"] == [], name
    small = [(t["words"], round(t["part"], 4)) for t in seen["found"] if t["part"] < 0.035]
    pale = [(t["words"], round(t["contrast"], 2)) for t in seen["found"] if t["contrast"] < 7]
    outside = [t["words"] for t in seen["found"] if not t["inside"]]
    assert (small, pale, outside) == ([], [], []), name
    return [t["words"] for t in seen["found"]]


@pytest.mark.parametrize("size", [(1920, 1080), (1366, 768), (3840, 2160)], ids=lambda s: f"{s[0]}x{s[1]}")
def test_the_county_playlist_is_played_by_keyboard_alone(server, open_window, check, size):
    themes = ("light", "dark") if size == (1920, 1080) else ("light",)
    folder = PICTURES / f"{size[0]}x{size[1]}"
    folder.mkdir(parents=True, exist_ok=True)
    with open_window(size) as (page, record):
        page.goto(f"{server.url}/meeting/show/county")
        expect(page.locator("#state b")).to_have_text("●实时")
        page.evaluate(TIMING)
        ids = page.eval_on_selector_all(".slide:not([data-below])", "all => all.map(s => s.id)")
        assert len(ids) >= 16
        for theme in themes:
            if theme == "dark":
                page.keyboard.press("l")
            page.keyboard.press("Home")
            for n, key in enumerate(ids):
                assert at(page) == key
                texts = measured(page, f"{key} {theme} {size}")
                assert f"{n + 1} / {len(ids)}" in texts
                assert "演示数据" in texts
                assert any(t.startswith("数据截至2022年8月31日") for t in texts)
                assert page.get_by_role("status").inner_text().endswith(page.title())
                if theme == "light" and (size == (1920, 1080) or n % 5 == 0):
                    page.screenshot(path=folder / f"{n + 1:02}-{key}.png")
                page.keyboard.press(("PageDown", "ArrowRight", "Space")[n % 3])
            assert at(page) == ids[-1], "the last slide stays"
        page.keyboard.press("Home")
        page.keyboard.press("End")
        assert at(page) == ids[-1]
        turns = sorted(page.evaluate("turns"))
        assert turns[len(turns) // 2] <= 300, turns

        page.evaluate("location.hash = '#projects'")
        expect(page.locator("#projects")).to_be_visible()  # the address changes before the slide does
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert at(page).startswith("township-")
        measured(page, "a township")
        page.keyboard.press("Backspace")
        assert at(page) == "projects"
        for key, sheet in (("k", "[data-about=projects]"), ("h", "#keys"), ("t", "#task")):
            page.keyboard.press(key)
            assert page.locator(sheet).is_visible()
            measured(page, f"{key} {size}")
            page.keyboard.press("Escape")
            assert page.locator(sheet).is_hidden()
        page.keyboard.press("b")
        assert page.locator("#blank").is_visible()
        page.keyboard.press("b")
        assert page.locator("#blank").is_hidden()
        assert record.outside == []
        assert record.complaints == []
        check.no_english_months(page)
        assert check.visible_english(page) == []
        assert not any(re.search("plot|cdn", address) for address in record.received)


def test_ten_minutes_without_network_a_new_server_and_new_data(own_store, serving, open_window, tmp_path):
    store = Store.open(own_store)
    with open_window() as (page, _):
        page.clock.install()
        dot = page.locator("#state b")
        with serving(ROOT / "dashboard.py", tmp_path / "first.txt", COUNTY_STORE=own_store) as running:
            port = urlsplit(running.url).port
            page.goto(f"{running.url}/meeting/show/county?dwell=15")
            expect(dot).to_have_text("●实时")
            page.keyboard.press("b")
            page.clock.run_for(20_000)
            assert page.locator("#blank").is_visible(), "a black screen stays black"
            page.keyboard.press("b")
            assert at(page) == "year"
            page.clock.run_for(16_000)
            assert at(page) == "risk", "it turns by itself"
            page.keyboard.press("p")
            page.keyboard.press("Home")
            page.keyboard.press("PageDown")
            before = page.locator(".slide.on").inner_text()
            page.context.set_offline(True)
            page.clock.run_for(5000)
            expect(dot).to_have_text("○网络中断")
        page.clock.run_for(600_000)
        assert at(page) == "risk"
        assert page.locator(".slide.on").inner_text() == before
        page.keyboard.press("PageDown")
        page.keyboard.press("PageUp")
        assert page.locator(".slide.on").inner_text() == before
        with serving(
            ROOT / "dashboard.py", tmp_path / "second.txt", port=port, COUNTY_STORE=own_store
        ) as running:
            page.context.set_offline(False)
            page.clock.run_for(5000)
            expect(dot).to_have_text("●实时")
            assert at(page) == "risk"
            assert page.locator(".slide.on").inner_text() == before

            (batch,) = [b.id for b in store.batches() if b.ledger == "monitored" and b.as_of == ON]
            from core.indicators import COUNTINGS

            store.withdraw(batch, COUNTINGS, by="测试")
            page.clock.run_for(5000)
            expect(dot).to_have_text("◆有新数据，按R更新")
            assert page.locator(".slide.on").inner_text() == before
            page.keyboard.press("r")
            expect(dot).to_have_text("●实时", timeout=20_000)  # the whole show is made anew
            assert at(page) == "risk"
            assert page.locator(".slide.on").inner_text() != before

            with open_window() as (elsewhere, _):  # the same show in another room
                elsewhere.goto(f"{running.url}/meeting/show/county")
                raise_a_problem(page)
                expect(elsewhere.locator("#risk .asked")).to_have_text(
                    "已交办：县乡村振兴局局长，9月7日前，逐户研判，9月7日前报结果", timeout=9000
                )
            page.screenshot(path=PICTURES / "task.png")
    county = Scope(frozenset({TREE.county.code}), because="测试")
    assert "逐户研判，9月7日前报结果" in [
        t.next_step for t in open_tasks(store, county, TREE.county_area(), ON)
    ]
    store.engine.dispose()


def raise_a_problem(page):
    """The short form on the wall, first with a person's name, which is refused."""
    page.keyboard.press("t")
    form = page.locator("#task")
    form.locator("[name=owner]").fill("张三丰")
    form.locator("[name=next_step]").fill("逐户研判，9月7日前报结果")
    form.locator("button.main").click()
    expect(form.locator(".wrong")).to_contain_text("职务")
    form.locator("[name=owner]").fill("县乡村振兴局局长")
    form.locator("button.main").click()
    expect(page.locator(".slide.on .asked")).to_contain_text("已交办：县乡村振兴局局长，9月7日前")


def test_the_single_file_plays_and_goes_down_by_touch(server, open_window, tmp_path):
    with open_window() as (page, record):
        page.goto(f"{server.url}/meeting")
        with page.expect_download() as got:
            page.get_by_role("button", name="下载为一个文件").click()
        assert "演示数据" in got.value.suggested_filename
        got.value.save_as(tmp_path / "show.html")
        page.goto((tmp_path / "show.html").as_uri())
        expect(page.locator("#state b")).to_have_text("■单机版")
        page.evaluate("location.hash = '#map'")
        page.locator("#map a path").nth(3).click(force=True)
        assert at(page).startswith("township-")
        page.keyboard.press("Backspace")
        assert at(page) == "map"
        page.evaluate(
            """() => { const at = (type, x) => document.dispatchEvent(new TouchEvent(type, {bubbles: true,
                changedTouches: [new Touch({identifier: 1, target: document.body, clientX: x, clientY: 500})]}));
                at('touchstart', 1200); at('touchend', 600); }"""
        )
        assert at(page) == "funds"
        page.keyboard.press("t")
        assert page.locator("#task").count() == 0
        assert [a for a in record.outside if not a.startswith("file:")] == []
