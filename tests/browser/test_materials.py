"""材料: looked at as it will be handed out, made, downloaded, and printed again."""

from pathlib import Path

import pptx
from matrix import LATIN

ROOT = Path(__file__).parents[2]


def test_a_material_is_looked_at_made_downloaded_and_listed(own_store, serving, visit, check, tmp_path):
    with serving(
        ROOT / "dashboard.py",
        tmp_path / "log.txt",
        COUNTY_STORE=own_store,
        COUNTY_ISSUED=str(tmp_path / "issued"),
    ) as running:
        page = visit(f"{running.url}/reports")
        for kind in ("一页纸", "督办单", "材料包", "调度会幻灯片"):
            page.get_by_text(kind, exact=True).first.click()
            check.settle(page)
            check.opens_well(page)
            check.readable_across(page)
            check.axe_finds_nothing(page)
            assert check.visible_english(page, *LATIN.get("/reports", ())) == []
        drawn = page.locator("[data-testid=stImage] img").all()
        page.get_by_role("button", name="生成调度会幻灯片并存档").click()
        page.get_by_text("已生成，存档第1号").wait_for()
        with page.expect_download() as waiting:
            page.get_by_role("button", name="下载PPTX").click()
        assert waiting.value.suggested_filename == "方城县调度会幻灯片-20220831-演示数据.pptx"
        waiting.value.save_as(tmp_path / "slides.pptx")
        slides = pptx.Presentation(str(tmp_path / "slides.pptx")).slides
        assert len(drawn) == len(slides)
        for picture, slide in zip(drawn, slides, strict=True):
            assert slide.shapes.title.text_frame.text in picture.get_attribute("alt")
            assert picture.evaluate("e => e.complete && e.naturalWidth > 0")
        assert "已发出1份" in page.inner_text("[data-testid=stMain]")
