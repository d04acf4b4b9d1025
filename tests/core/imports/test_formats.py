"""The same ledger in every format that counties send gives the same rows; LibreOffice wrote .xls and .ods in files/."""

import io
import struct
import zipfile
from datetime import date
from pathlib import Path

import pytest

from core.imports.reading import read
from core.imports.values import plain
from core.imports.workbook import read_workbook
from core.places import place_tree

TREE = place_tree()
FILES = Path(__file__).parent / "files"
ROWS = read_workbook((FILES / "projects.xlsx").read_bytes(), "projects.xlsx")[0].rows


def csv(encoding):
    return "\r\n".join(",".join(plain(c) for c in row) for row in ROWS).encode(encoding)


def xlsb():
    """A workbook in the binary format, as small as the format allows."""

    def record(kind, body=b""):
        out = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        size = len(body)
        while True:
            out += bytes([size & 0x7F | (0x80 if size > 127 else 0)])
            size >>= 7
            if not size:
                return out + body

    def words(text):
        return struct.pack("<I", len(text)) + text.encode("utf-16-le")

    def cell(column, value):
        at = struct.pack("<II", column, 0)
        if isinstance(value, float):
            return record(5, at + struct.pack("<d", value))
        return record(6, at + words(plain(value)))

    sheet = (
        record(0x81) + record(0x94, struct.pack("<4I", 0, len(ROWS) - 1, 0, len(ROWS[0]) - 1)) + record(0x91)
    )
    for number, row in enumerate(ROWS):
        sheet += record(0, struct.pack("<I", number) + bytes(21))
        sheet += b"".join(cell(c, value) for c, value in enumerate(row) if value != "")
    sheet += record(0x92) + record(0x82)
    # Record numbers above 127 are written in two bytes, low seven bits first.
    book = (
        record(0x83)
        + record(0x8F)
        + record(0x9C, struct.pack("<II", 0, 1) + words("rId1") + words("项目台账"))
    )
    book += record(0x90) + record(0x84)
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("xl/workbook.bin", book)
        out.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{space}"><Relationship Id="rId1" Type="{kind}" Target="worksheets/sheet1.bin"/>'
            "</Relationships>",
        )
        out.writestr("xl/worksheets/sheet1.bin", sheet)
    return file.getvalue()


FORMATS = {
    ".xlsx": lambda: (FILES / "projects.xlsx").read_bytes(),
    ".xls": lambda: (FILES / "projects.xls").read_bytes(),
    ".ods": lambda: (FILES / "projects.ods").read_bytes(),
    ".xlsb": xlsb,
    ".csv in UTF-8": lambda: csv("utf-8-sig"),
    ".csv in GB18030": lambda: csv("gb18030"),
}


@pytest.mark.parametrize(("kind", "make"), FORMATS.items(), ids=FORMATS)
def test_every_format_gives_the_same_rows(kind, make):
    draft = read(make(), f"项目台账-20220831{kind.split()[0]}", None, TREE)
    assert [str(p) for p in draft.problems] == []
    first, second = draft.rows
    assert (first.key, first.values["approved_on"], first.values["central_fen"]) == (
        "FC2022001", date(2022, 3, 20), 100_000_000,
    )  # fmt: skip
    assert (second.values["approved_on"], second.values["first_planned_on"]) == (
        date(2022, 3, 21),
        date(2022, 9, 30),
    )
    assert second.values["integrated_fen"] == 7_500_000
    assert [TREE[row.leaf].name for row in draft.rows] == ["大河口村", "村不详"]
