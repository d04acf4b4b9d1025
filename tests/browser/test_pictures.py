"""Pages whose layout matters look as they were kept; `make pictures` keeps them anew, after somebody has looked."""

import io
import os
from pathlib import Path

import pytest
from looks import KEPT, differences, shrunk
from PIL import Image, ImageChops, ImageFilter

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "test-results" / "pictures"
LAPTOP, WALL, PHONE = (1366, 768), (1920, 1080), (390, 844)
SHOWN = {
    "overview": ("/", WALL, "light"),
    "overview-laptop": ("/", LAPTOP, "light"),
    "overview-dark": ("/", WALL, "dark"),
    "overview-phone": ("/", PHONE, "light"),
    "projects": ("/projects", WALL, "light"),
    "war-zones": ("/war-zones", WALL, "light"),
    "meeting-risk": ("/meeting/show/county#risk", WALL, "light"),
    "meeting-map": ("/meeting/show/county#map", WALL, "dark"),
}


def photographed(page) -> Image.Image:
    """The window once two looks at it are the same: maps are drawn after everything else."""
    last = None
    for _ in range(40):
        seen = Image.open(io.BytesIO(page.screenshot()))
        if last is not None and not ImageChops.difference(last.convert("RGB"), seen.convert("RGB")).getbbox():
            return seen
        last = seen
        page.wait_for_timeout(250)
    raise AssertionError("the page does not come to rest")


@pytest.mark.parametrize("name", SHOWN)
def test_a_page_looks_as_it_was_kept(server, open_page, open_window, name):
    path, size, theme = SHOWN[name]
    if "/show/" in path:
        with open_window(size, theme) as (page, _):
            page.goto(f"{server.url}{path}")
            page.get_by_text("●实时").wait_for()
            if theme == "dark":
                page.keyboard.press("l")
            seen = photographed(page)
    else:
        seen = photographed(open_page(path, size, theme))
    kept, now = KEPT / f"{name}.png", shrunk(seen)
    if os.environ.get("PICTURES") == "keep":
        KEPT.mkdir(exist_ok=True)
        now.save(kept, optimize=True)
    apart = differences(Image.open(kept), now)
    if apart:
        RESULTS.mkdir(parents=True, exist_ok=True)
        seen.save(RESULTS / f"{name}-now.png")
        Image.open(kept).resize(seen.size).save(RESULTS / f"{name}-kept.png")
    assert apart == [], f"not as kept around {apart[0]}: compare test-results/pictures/{name}-*.png"


# --- the comparison itself


@pytest.fixture(scope="module")
def screen():
    """总览 as the README shows it, as large as a window."""
    return Image.open(ROOT / "data" / "pictures" / "overview.png").convert("RGB").resize(WALL)


def moved(picture, box, by):
    part = picture.crop(box)
    changed = picture.copy()
    changed.paste((255, 255, 255), box)
    changed.paste(part, (box[0] + by[0], box[1] + by[1]))
    return changed


def test_another_machine_with_other_hinting_sees_the_same_page(screen):
    softer = screen.filter(ImageFilter.GaussianBlur(1.2))
    shifted = ImageChops.offset(screen, 3, 3)
    for other in (softer, shifted):
        assert differences(shrunk(screen), shrunk(other)) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda p: moved(p, (100, 330, 500, 600), (60, 0)),
        lambda p: moved(p, (100, 330, 500, 600), (0, 48)),
        lambda p: moved(p, (1300, 400, 1800, 800), (2000, 0)),  # gone
        lambda p: p.crop((0, 0, 1600, 1080)),  # narrower
    ],
    ids=["moved aside", "moved down", "missing", "cut"],
)
def test_what_moved_is_missing_or_cut_is_seen(screen, change):
    assert differences(shrunk(screen), shrunk(change(screen))) != []
