"""What the tests need beside Python packages: Debian's chromium (the shell without windows, which takes a third less
of the processor than the browser), LibreOffice, a Chinese font and PostgreSQL.

As root on Debian they are installed by apt; otherwise the line to run is printed, and the tests do not start. While
that goes on, the demo county that the tests read is made where a folder is named for it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NEEDED = {
    "chromium-headless-shell": lambda: shutil.which("chromium-headless-shell") or shutil.which("chromium"),
    "libreoffice-writer": lambda: _has_office("writer"),  # turns the materials into PDF
    "libreoffice-calc": lambda: _has_office("calc"),
    "libreoffice-impress": lambda: _has_office("impress"),
    "poppler-utils": lambda: shutil.which("pdftotext"),
    "fonts-noto-cjk": lambda: _has_font("Noto Sans CJK SC"),
    "systemd": lambda: shutil.which("systemd-analyze"),  # checks the service units
    "gcc": lambda: shutil.which("cc"),  # makes the clock that is set back
    "libc6-dev": lambda: Path("/usr/include/time.h").exists(),
    "postgresql": lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
}


def _has_font(name: str) -> bool:
    listed = (
        shutil.which("fc-list") and subprocess.run(["fc-list", f":family={name}"], capture_output=True).stdout
    )
    return bool(listed)


PARTS = {"writer": "libswlo.so", "calc": "libsclo.so", "impress": "libsdlo.so"}  # what each package brings


def _has_office(part: str) -> bool:
    return (
        shutil.which("soffice") is not None and Path(f"/usr/lib/libreoffice/program/{PARTS[part]}").exists()
    )


def main(*shared: str) -> int:
    """0 when everything is there (or was just installed), 1 with the line to run otherwise."""
    missing = [package for package, found in NEEDED.items() if not found()]
    may_install = os.geteuid() == 0 and shutil.which("apt-get")
    if missing and not may_install:
        print(f"测试还需要：sudo apt-get install -y fontconfig {' '.join(missing)}", file=sys.stderr)
        return 1
    making = [sys.executable, Path(__file__).with_name("demo_county.py"), *shared]
    county = subprocess.Popen(making, env=_ours()) if shared else None
    if missing:
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        print(f"安装测试所需：{' '.join(missing)} ……", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=True, stdout=subprocess.DEVNULL)
        command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "fontconfig", *missing]
        subprocess.run(command, env=quiet, check=True, stdout=subprocess.DEVNULL)
    return county.wait() if county else 0


def _ours() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
