"""Every page on every screen, in light and dark: whole, in Chinese, from here alone, for eyes, ears and keyboard."""

import re

import pytest
from matrix import LATIN, NAME, PAGES, SCREENS, THEMES


def test_the_table_of_pages_is_the_menu(open_page):
    page = open_page("/")
    menu = {
        link.get_attribute("href").rsplit("/", 1)[1]
        for link in page.locator("[data-testid=stTopNavLink]").all()
    }
    assert menu | {"accounts"} == {path.strip("/").partition("?")[0] for path in PAGES} | {"accounts"}


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_right_on_every_screen_in_light_and_dark(open_page, check, path):
    """Opened on one screen, then taken to the others, as a turned tablet or a plugged-in projector does."""
    title, charts, maps, words = PAGES[path]
    turn = list(PAGES).index(path)
    sizes = [*SCREENS.values()][turn % 4 :] + [*SCREENS.values()][
        : turn % 4
    ]  # every size is the first on some pages
    themes = THEMES[:: 1 if turn % 8 < 4 else -1]
    page = open_page(path, size=sizes[0], theme=themes[0])
    # 颜色不挪动文字，第二种颜色只看两种屏；投影放在最后，其余各项在它上面看。
    projected = [SCREENS["笔记本"], SCREENS["投影"]]
    for theme, screens in zip(themes, (sizes, projected), strict=True):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for size in screens:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            check.settle(page, quiet=0.3)
            check.opens_well(page)
            check.readable_across(page)
            latin = check.visible_english(page, *LATIN.get(path, ()))
            assert [text for text in latin if not text.endswith(".xlsx")] == []  # a file is called as it is
        colour = page.evaluate(
            "getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor"
        )
        assert (sum(map(int, re.findall(r"\d+", colour)[:3])) < 200) == (theme == "dark")
        check.axe_finds_nothing(page)

    assert page.title() == f"{title} · {NAME}"
    assert page.locator("[data-testid=stTopNavLink][aria-current=page]").inner_text().strip() == title
    assert page.get_by_text("演示数据", exact=True).first.is_visible()
    assert page.get_by_text(words).first.is_visible()
    assert page.locator("[data-testid=stPlotlyChart] .main-svg").count() >= charts
    assert page.locator("[data-testid=stDeckGlJsonChart] canvas").count() == maps
    check.charts_speak(page)
    check.keyboard_reaches_everything(page)
