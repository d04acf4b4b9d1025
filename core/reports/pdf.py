"""PDF through LibreOffice, where it is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

SECONDS = 180
MISSING = (
    "这台机器没有安装LibreOffice，不能转成PDF。请用Word或WPS打开后另存为PDF，或请管理员安装libreoffice。"
)


class NoPdf(RuntimeError):
    """The file cannot be turned into PDF here; says in Chinese why and what to do."""


def office() -> str | None:
    """LibreOffice's command, or None where it is not installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def pdf(content: bytes, ending: str) -> bytes:
    """An office file (docx, pptx, xlsx) as PDF. NoPdf where LibreOffice is not installed or fails."""
    command = office()
    if command is None:
        raise NoPdf(MISSING)
    with tempfile.TemporaryDirectory(prefix="county-pdf-") as folder:
        source = Path(folder) / f"material.{ending}"
        source.write_bytes(content)
        profile = f"-env:UserInstallation=file://{folder}/profile"
        try:
            subprocess.run(
                [command, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(source)],
                check=True,
                capture_output=True,
                timeout=SECONDS,
            )
            return source.with_suffix(".pdf").read_bytes()
        except (subprocess.SubprocessError, OSError):
            raise NoPdf("LibreOffice没有转成PDF。请直接使用原文件，或稍后再试。") from None
