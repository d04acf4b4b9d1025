"""A paper as .docx: an official one in the frame of GB/T 9704-2012, a one-page sheet in a tighter one.

No 文号, red head or seal: those belong to the office. Faces are those of government computers; they are named with
their fallbacks in the file's font table and never shipped.
"""

import re
from datetime import date
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

from core.reports.package import midnight, settled
from core.views.paper import (
    Block,
    Form,
    Grid,
    Heading,
    Lines,
    PageBreak,
    Paper,
    Paragraph,
    written,
)

TITLE, BODY, LEVEL1, LEVEL2, TABLE = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
FALLBACKS = {
    TITLE: "小标宋,方正小标宋_GBK,华文中宋,宋体,SimSun,Noto Serif CJK SC,Noto Sans CJK SC",
    BODY: "仿宋,FangSong,华文仿宋,Noto Serif CJK SC,Noto Sans CJK SC",
    LEVEL1: "SimHei,微软雅黑,Noto Sans CJK SC",
    LEVEL2: "楷体,KaiTi,华文楷体,Noto Serif CJK SC,Noto Sans CJK SC",
    TABLE: "SimSun,Noto Serif CJK SC,Noto Sans CJK SC",
}
LATIN = "Times New Roman"
LINES, CHARACTERS = 22, 28  # GB/T 9704 5.2.4: 每面22行，每行28字
TOP, BOTTOM, LEFT, RIGHT = 37, 35, 28, 26  # 毫米：版心156×225
PITCH = int(225 / 25.4 * 1440 / LINES)  # twips a line
SPACING = round((156 / 25.4 * 72 / CHARACTERS - 16) * 4096)  # w:charSpace, 1/4096 point more than 3号字
# 每行28字靠字距（3号字收紧0.25磅），每面22行靠固定行距，与文档网格的格子一致；正文不再对齐到网格，
# 否则LibreOffice给略宽于一格的字两格，转出的PDF每行只有十几个字。
TIGHTER = -5  # 1/20 point a character
TWO_SPACES = 200  # 左空二字, in hundredths of a character
GREY = RGBColor(0x6B, 0x72, 0x80)
SMALLEST, USUAL = 8.5, 10.5
BODY_SIZE = 16  # 3号
SHEET_TITLE = 20
NUMBER = re.compile(r"([0-9][0-9.,]*[0-9%]%?)")
AFTER_SPACING = ("w:w", "w:kern", "w:position", "w:sz", "w:szCs", "w:highlight", "w:u", "w:effect", "w:lang")


def word_file(paper: Paper, on: date, *, is_demo: bool, mark: str = "") -> bytes:
    """The paper as .docx; `mark` (account and time) stands small in the header. The same arguments give the same bytes."""
    document = Document()
    _name_fonts(document)
    _styles(document)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if paper.is_official:
        _official(document, section)
    else:
        _tight(section)
    _running(section, paper, is_demo=is_demo, mark=mark)
    _head(document, paper)
    for block in paper.blocks:
        _block(document, block, section, is_official=paper.is_official)
    if paper.is_official:
        _ending(document, paper)
        _annexes(document, paper)
    else:
        for line in paper.note:
            _run(_bare(document, after=0), line, BODY, SMALLEST, grey=True)
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = paper.title, "", ""
    properties.created = properties.modified = midnight(on)
    properties.comments = "演示数据" if is_demo else ""
    properties.revision = 1
    out = BytesIO()
    document.save(out)
    return settled(out.getvalue(), on)


# ---- 版面 ---------------------------------------------------------------------------------------------


def _name_fonts(document: Any) -> None:
    part = next(p for p in document.part.package.iter_parts() if str(p.partname).endswith("fontTable.xml"))
    named = "".join(
        f'<w:font w:name="{face}"><w:altName w:val="{also}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for face, also in FALLBACKS.items()
    )
    part._blob = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts '
        'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:font w:name="{LATIN}"/>{named}</w:fonts>'
    ).encode()


def _styles(document: Any) -> None:
    normal = document.styles["Normal"]
    _face(normal.element.get_or_add_rPr(), BODY)
    normal.font.size = Pt(16)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.widow_control = False  # 每面22行，不为孤行留白
    normal.element.get_or_add_rPr().append(_element("w:lang", val="zh-CN", eastAsia="zh-CN"))


def _official(document: Any, section: Any) -> None:
    section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
    section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
    section.header_distance, section.footer_distance = Mm(18), Mm(25)  # 页码距版心下边缘7毫米
    _grid(section, SPACING)
    document.settings.odd_and_even_pages_header_footer = True


def _grid(section: Any, spacing: int) -> None:
    for old in section._sectPr.findall(qn("w:docGrid")):
        section._sectPr.remove(old)
    section._sectPr.append(
        _element("w:docGrid", type="linesAndChars", linePitch=str(PITCH), charSpace=str(spacing))
    )


def _tight(section: Any) -> None:
    section.top_margin, section.bottom_margin = Mm(15), Mm(13)
    section.left_margin = section.right_margin = Mm(16)
    section.header_distance, section.footer_distance = Mm(7), Mm(6)


def _running(section: Any, paper: Paper, *, is_demo: bool, mark: str) -> None:
    """The mark in the header, the page number in the footer: — 1 — outside, one character in."""
    words = "　".join(w for w in ("演示数据" if is_demo else "", f"数据截至{paper.as_of}", mark) if w)
    sides = [(section.header, section.footer, WD_ALIGN_PARAGRAPH.RIGHT)]
    if paper.is_official:
        sides.append((section.even_page_header, section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT))
    for header, footer, side in sides:
        header.is_linked_to_previous = footer.is_linked_to_previous = False
        top = _off_grid(header.paragraphs[0])
        top.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(top, words, TABLE, 9, grey=True)
        bottom = _off_grid(footer.paragraphs[0])
        bottom.alignment = side if paper.is_official else WD_ALIGN_PARAGRAPH.CENTER
        if paper.is_official:
            edge = "right" if side == WD_ALIGN_PARAGRAPH.RIGHT else "left"
            _indent(bottom, **{f"{edge}Chars": "100"})
        size = 14 if paper.is_official else 9
        _run(bottom, "— ", TABLE, size)
        _page_number(bottom, size)
        _run(bottom, " —", TABLE, size)


def _page_number(paragraph: Any, size: float) -> None:
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = _one_run(paragraph, "", TABLE, size)
        if kind:
            field = _element("w:fldChar", fldCharType=kind)
        else:
            field = OxmlElement("w:instrText")
            field.set(qn("xml:space"), "preserve")
            field.text = text
        run._r.append(field)


# ---- 文字 ---------------------------------------------------------------------------------------------


def _element(name: str, **attributes: str) -> Any:
    """<w:name w:attribute="…"/>."""
    element = OxmlElement(name)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _face(properties: Any, face: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name, value in (("ascii", LATIN), ("hAnsi", LATIN), ("eastAsia", face), ("hint", "eastAsia")):
        fonts.set(qn(f"w:{name}"), value)


def _run(paragraph: Any, text: str, face: str, size: float, *, grey: bool = False) -> None:
    """Words in one face. Numbers stand in runs of their own, as English: LibreOffice breaks a line within a number that
    it takes for Chinese (数字不回行); Word and WPS do not."""
    for at, part in enumerate(NUMBER.split(text)):
        if part:
            run = _one_run(paragraph, part, face, size, grey=grey)
            if at % 2:
                run._r.rPr.append(_element("w:lang", val="en-US", eastAsia="en-US"))


def _one_run(paragraph: Any, text: str, face: str, size: float, *, grey: bool = False) -> Any:
    run = paragraph.add_run(text)
    _face(run._r.get_or_add_rPr(), face)
    run.font.size = Pt(size)
    if size == BODY_SIZE:
        closer = _element("w:spacing", val=str(TIGHTER))
        run._r.get_or_add_rPr().insert_element_before(closer, *AFTER_SPACING)
    if grey:
        run.font.color.rgb = GREY
    return run


def _indent(paragraph: Any, **sides: str) -> None:
    properties = paragraph._p.get_or_add_pPr()
    tag = properties.find(qn("w:ind"))
    if tag is None:
        tag = properties.get_or_add_ind()
    for name, value in sides.items():
        tag.set(qn(f"w:{name}"), value)


def _exact(paragraph: Any, twips: int = PITCH) -> Any:
    form = paragraph.paragraph_format
    form.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    form.line_spacing = Twips(twips)
    return paragraph


def _line(document: Any) -> Any:
    return _off_grid(_exact(document.add_paragraph()))


def _bare(document: Any, *, after: float) -> Any:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.space_after = Pt(after)
    paragraph.paragraph_format.line_spacing = 1.0
    return _off_grid(paragraph)


def _head(document: Any, paper: Paper) -> None:
    if paper.is_official:
        _line(document)
        _title(document, _balanced(paper.title))
        _line(document)
        _run(_line(document), paper.addressee, BODY, 16)
        return
    title = _bare(document, after=2)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(title, paper.title, TITLE, SHEET_TITLE)
    if paper.subtitle:
        under = _bare(document, after=6)
        under.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(under, paper.subtitle, LEVEL2, 11)


MOST_IN_TITLE = 20  # 2号字，一行


def _balanced(title: str) -> list[str]:
    """A long title in lines of a like length, not broken within 工作进展 or a place's name."""
    if len(title) <= MOST_IN_TITLE:
        return [title]
    for mark in ("乡村振兴",):
        head, found, tail = title.partition(mark)
        if found and len(head) <= MOST_IN_TITLE and len(found + tail) <= MOST_IN_TITLE:
            return [head, found + tail]
    half = -(-len(title) // 2)
    return [title[:half], title[half:]]


def _block(document: Any, block: Block, section: Any, *, is_official: bool) -> None:
    match block:
        case Heading(text, level):
            _heading(document, text, level, is_official=is_official)
        case Paragraph():
            _paragraph(document, block, is_official=is_official)
        case Grid():
            _table(document, block, _width(section), is_official=is_official)
        case Lines():
            _lines(document, block, _width(section))
        case PageBreak():
            document.add_page_break()


def _width(section: Any) -> float:
    return float((section.page_width - section.left_margin - section.right_margin) / 12700)


def _heading(document: Any, text: str, level: int, *, is_official: bool) -> None:
    paragraph = _line(document) if is_official else _bare(document, after=2)
    paragraph.paragraph_format.keep_with_next = True
    if level == 0:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, text, TITLE, SHEET_TITLE)
        return
    face = LEVEL1 if level == 1 else LEVEL2
    if is_official:
        _indent(paragraph, firstLineChars=str(TWO_SPACES), firstLine="640")
        _run(paragraph, text, face, 16)
    else:
        paragraph.paragraph_format.space_before = Pt(6)
        _run(paragraph, text, face, 12)


def _paragraph(document: Any, block: Paragraph, *, is_official: bool) -> None:
    paragraph = _line(document) if is_official else _bare(document, after=3)
    size = 16 if is_official else 11
    _indent(paragraph, firstLineChars=str(TWO_SPACES), firstLine=str(size * 40))
    if is_official:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    if block.lead:
        _run(paragraph, block.lead, LEVEL2, size)
    _run(paragraph, block.text, BODY, size)


# ---- 表 -----------------------------------------------------------------------------------------------


def _table(document: Any, grid: Grid, width: float, *, is_official: bool) -> None:
    if grid.title:
        title = _bare(document, after=2)
        title.alignment = WD_ALIGN_PARAGRAPH.CENTER if is_official else WD_ALIGN_PARAGRAPH.LEFT
        title.paragraph_format.space_before = Pt(4)
        title.paragraph_format.keep_with_next = True
        _run(title, grid.title, LEVEL1, 16 if is_official else 12)
        if grid.unit:
            if is_official:
                title = _bare(document, after=2)
                title.alignment = WD_ALIGN_PARAGRAPH.RIGHT
                title.paragraph_format.keep_with_next = True
            _run(title, f"单位：{grid.unit}" if is_official else f"　单位：{grid.unit}", TABLE, 9, grey=True)
    rows = [*grid.rows, *((grid.total,) if grid.total else ())]
    wide = sum(column.width for column in grid.columns)
    size = USUAL if wide * USUAL + 8 * len(grid.columns) <= width else SMALLEST
    table = _ruled(document, 1 + len(rows), [column.width / wide * width for column in grid.columns])
    for at, column in enumerate(grid.columns):
        _cell(table.rows[0].cells[at], column.name, LEVEL1, size, centre=True, shade="E8EEF4")
    _repeat(table.rows[0])
    for line, row in zip(table.rows[1:], rows, strict=True):
        cells = line.cells
        for at, (column, value) in enumerate(zip(grid.columns, row, strict=True)):
            is_total = row is grid.total
            centre = column.form is not Form.TEXT or column.width <= 8
            _cell(
                cells[at],
                written(value, column.form),
                LEVEL1 if is_total else TABLE,
                size,
                centre=centre,
            )
    for remark in grid.remarks:
        _run(_bare(document, after=0), f"注：{remark}", TABLE, 9, grey=True)


def _lines(document: Any, block: Lines, width: float) -> None:
    wide = sum(block.widths)
    table = _ruled(document, len(block.rows), [w / wide * width for w in block.widths])
    for line, row in zip(table.rows, block.rows, strict=True):
        cells = line.cells
        for at, text in enumerate(row):
            head = at == 0
            _cell(
                cells[at],
                text,
                LEVEL1 if head else TABLE,
                USUAL,
                centre=head,
                shade="E8EEF4" if head else "",
            )


def _ruled(document: Any, rows: int, widths: list[float]) -> Any:
    table = document.add_table(rows, len(widths), style="Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
        column.w = Pt(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Pt(width)
        never = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(never)
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margins.append(_element(f"w:{side}", w="50", type="dxa"))
    table._tbl.tblPr.append(margins)
    return table


def _repeat(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _cell(cell: Any, text: str, face: str, size: float, *, centre: bool = False, shade: str = "") -> None:
    cell.vertical_alignment = 1  # middle
    for at, part in enumerate(text.split("\n")):
        paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
        paragraph.paragraph_format.line_spacing = 1.0
        paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(0.5)
        _off_grid(paragraph)
        if centre:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, part, face, size)
        if not part:  # 空格子的高也由字号定，不然按正文的三号字留高
            mark = OxmlElement("w:rPr")
            mark.append(_element("w:sz", val=str(int(size * 2))))
            paragraph._p.get_or_add_pPr().append(mark)
    if shade:
        cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=shade))


def _off_grid(paragraph: Any) -> Any:
    """Not snapped to the grid: its lines and characters are as large as the grid's already, or smaller on purpose."""
    paragraph._p.get_or_add_pPr().insert_element_before(
        _element("w:snapToGrid", val="0"),
        "w:spacing",
        "w:ind",
        "w:contextualSpacing",
        "w:mirrorIndents",
        "w:jc",
        "w:rPr",
        "w:sectPr",
    )
    return paragraph


def _title(document: Any, parts: list[str]) -> None:
    """2号小标宋, centred."""
    title = _off_grid(_exact(document.add_paragraph(), 640))
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for at, part in enumerate(parts):
        if at:
            title.add_run().add_break(WD_BREAK.LINE)
        _run(title, part, TITLE, 22)


# ---- 公文的结尾 ----------------------------------------------------------------------------------------


def _ending(document: Any, paper: Paper) -> None:
    """附件说明, then who and when: the date four characters from the right, the signature above its middle."""
    document.paragraphs[-1].paragraph_format.keep_with_next = True  # 落款不单独成页
    document.paragraphs[-1].paragraph_format.keep_together = True
    if paper.annexes:
        _line(document).paragraph_format.keep_with_next = True
        for at, annex in enumerate(paper.annexes, 1):
            line = _line(document)
            line.paragraph_format.keep_with_next = True
            _indent(line, leftChars="200", left="640")
            head = "附件：" if at == 1 else "　　　"
            number = f"{at}．" if len(paper.annexes) > 1 else ""
            _run(line, f"{head}{number}{annex.title}", BODY, 16)
    for _ in range(2):
        _line(document).paragraph_format.keep_with_next = True
    for words, space in ((paper.signed_by, "200"), (paper.dated, "400")):
        line = _line(document)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.keep_with_next = words is paper.signed_by
        _indent(line, rightChars=space, right=str(int(space) * 16 // 5))
        _run(line, words, BODY, 16)


def _annexes(document: Any, paper: Paper) -> None:
    """Each annex on its own page; one with a wide table lies on its side."""
    for at, annex in enumerate(paper.annexes, 1):
        wide = any(isinstance(block, Grid) and len(block.columns) > 8 for block in annex.blocks)
        section = document.add_section()
        section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (Mm(297), Mm(210)) if wide else (Mm(210), Mm(297))
        if wide:
            section.top_margin, section.bottom_margin = Mm(28), Mm(26)
            section.left_margin, section.right_margin = Mm(20), Mm(20)
            section.header_distance, section.footer_distance = Mm(15), Mm(15)
        else:
            section.top_margin, section.bottom_margin = Mm(TOP), Mm(BOTTOM)
            section.left_margin, section.right_margin = Mm(LEFT), Mm(RIGHT)
            section.header_distance, section.footer_distance = Mm(18), Mm(25)
        _grid(section, SPACING)
        number = str(at) if len(paper.annexes) > 1 else ""
        _run(_line(document), f"附件{number}", LEVEL1, 16)
        _title(document, [annex.title])
        for block in annex.blocks:
            if isinstance(block, Paragraph):
                paragraph = _bare(document, after=1)
                _indent(paragraph, firstLineChars=str(TWO_SPACES), firstLine="420")
                _run(paragraph, block.text, BODY, 9.5)
            else:
                _block(document, block, section, is_official=True)
