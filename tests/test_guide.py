"""The next developer's page is followed word by word, on a copy of the project: an indicator is added by its steps."""

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import demo_county
import pytest

ROOT = Path(__file__).parents[1]
GUIDE = ROOT / "core" / "开发指南.md"
INSERT = re.compile(r"在 `([^`]+)` 里，`([^`]+)` 之前，加：\n\n   ```text\n(.*?)\n   ```", re.S)
COMMANDS = re.compile(r"\n\n   ```\n(.*?)\n   ```", re.S)


def chapter(name: str) -> str:
    text = GUIDE.read_text(encoding="utf-8")
    return re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]


@pytest.fixture
def copied(tmp_path, demo_dir, monkeypatch):
    """The project somewhere else, and the demo county for it: what a developer has after `make run`."""
    monkeypatch.setenv("COUNTY_ORIGINALS", "")  # the making of the store sets it
    to = tmp_path / "project"
    names = ("core", "pages", "data", "tests", "dashboard.py", "pyproject.toml", ".streamlit")
    leave = shutil.ignore_patterns("*.db*", "originals", "logs", "pictures", "secret", "issued")
    for name in names:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, to / name, ignore=leave)
        else:
            shutil.copy(ROOT / name, to / name)
    return to, _small_county(tmp_path / "shared", demo_dir)


def _small_county(shared, demo_dir):
    """The demo county with what it reported on the plan's day, in July and in August alone: to count all years anew, and
    to look whether they are whole, would take twice as long and show no more."""
    books = shared / "demo-workbooks"
    books.mkdir(parents=True)
    with (demo_dir / "manifest.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = [
            line
            for line in csv.DictReader(file)
            if line["as_of"] in ("2022-03-15", "2022-07-31", "2022-08-31")
        ]
    for line in lines:
        (books / line["file"]).symlink_to(demo_dir / line["file"])
    with (books / "manifest.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines)
    demo_county.store(shared / "demo.db", books, shared / "originals")
    return shared


def test_the_steps_for_an_indicator_lead_to_the_indicator(copied):
    project, shared = copied
    words = chapter("加一个指标")
    edits = INSERT.findall(words)
    assert len(edits) == 4
    for file, before, lines in edits:
        path = project / file
        text = path.read_text(encoding="utf-8")
        assert text.count(before) == 1, f"{file}: {before!r}"
        start = text.rindex("\n", 0, text.index(before)) + 1
        path.write_text(text[:start] + lines + "\n" + text[start:], encoding="utf-8")

    environment = {
        **os.environ,
        "COUNTY_STORE": f"sqlite:///{shared / 'demo.db'}",
        "COUNTY_TESTS_SHARED": str(shared),
        "PYTHONPATH": str(project),
    }
    said = {}
    (block,) = COMMANDS.findall(words)
    for line in map(str.strip, block.splitlines()):
        assert line.startswith("python -m ")
        arguments = [re.sub(r'^"|"$', "", word) for word in re.findall(r'"[^"]*"|\S+', line)][1:]
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=project,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
        said[line] = done.stdout + done.stderr
    (figures,) = [words for line, words in said.items() if "core figures" in line]
    (told,) = [line for line in figures.splitlines() if "调整过竣工时间" in line]
    assert re.search(r"[1-9]\d*个", told), told
    assert any("库是完整的" in words for words in said.values())


def test_every_place_that_the_guide_names_is_there():
    text = GUIDE.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:core|pages|tests|data)/[^`*]*?)`", text))
    assert len(named) > 12
    assert [name for name in named if not (ROOT / name).exists()] == ["data/boundary.geojson"]
    years = {
        name
        for name in re.findall(r"`(\w+\.(?:csv|toml|geojson))`", text)
        if "2023" not in name and "pyproject" not in name
    }
    assert all((ROOT / "data" / "reference" / name).exists() for name in years)
