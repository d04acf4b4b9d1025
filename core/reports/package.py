"""Office files whose bytes depend on what they say alone: no clock, no order of the machine."""

import re
import zipfile
from datetime import date, datetime
from io import BytesIO

CLOCK = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
EARLIEST = (1980, 1, 1, 0, 0, 0)  # zip knows no earlier day


def midnight(on: date) -> datetime:
    """The data date as the moment that a file says it was made."""
    return datetime(on.year, on.month, on.day)


def packed(files: list[tuple[str, bytes]], on: date, *, compress: bool = True) -> bytes:
    """A zip of files in the order given, each dated with the data date."""
    out = BytesIO()
    stamp = (on.year, on.month, on.day, 0, 0, 0) if on.year >= EARLIEST[0] else EARLIEST
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files:
            info = zipfile.ZipInfo(name, stamp)
            info.compress_type = zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


def settled(office_file: bytes, on: date) -> bytes:
    """The same office file with every part dated with the data date, the workbooks within its charts too."""
    files = []
    with zipfile.ZipFile(BytesIO(office_file)) as archive:
        for info in archive.infolist():
            content = archive.read(info)
            if info.filename.endswith(".xlsx"):
                content = settled(content, on)
            elif info.filename == "docProps/core.xml":
                content = CLOCK.sub(f"{on.isoformat()}T00:00:00Z".encode(), content)
            files.append((info.filename, content))
    return packed(files, on)
