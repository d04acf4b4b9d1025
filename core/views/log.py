"""The log as its reader sees it, on the page and as a workbook."""

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from core.journal import KINDS, Line
from core.places import PlaceTree
from core.units import CHINA

COLUMNS = ("时间", "事项", "账号", "来源地址", "地方", "说明")


def rows(lines: Iterable[Line], tree: PlaceTree) -> list[tuple[str, ...]]:
    """One row a line, under COLUMNS, in China's time."""
    return [
        (
            f"{line.at.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
            KINDS.get(line.kind, line.kind),
            line.account,
            line.address,
            _places(line.places, tree),
            line.detail,
        )
        for line in lines
    ]


def _places(codes: Sequence[str], tree: PlaceTree) -> str:
    """Names of places; the whole county rather than its nineteen townships one by one."""
    if len(codes) >= len(tree.townships):
        return tree.county.name
    return "、".join(tree[code].name if code in tree else code for code in codes)


def workbook(shown: Sequence[tuple[str, ...]], watermark: str) -> bytes:
    """The rows as .xlsx under a line that says who took them out, and when. No cell is a formula."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("日志")
        for number, row in enumerate([(f"导出：{watermark}",), COLUMNS, *shown]):
            for at, cell in enumerate(row):
                sheet.write_string(number, at, _plain(cell))
        sheet.set_column(0, len(COLUMNS) - 1, 24)
        sheet.freeze_panes(2, 0)
    return out.getvalue()


def _plain(text: str) -> str:
    """Saved as CSV and opened again, a text must not become a formula either."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
