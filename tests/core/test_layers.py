"""The house rules that a machine can hold: lint, format, types, layers, and what a stranger needs to find."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
PRODUCT = [
    ROOT / "dashboard.py",
    *sorted((ROOT / "core").rglob("*.py")),
    *sorted((ROOT / "pages").rglob("*.py")),
]


def run(*command):
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
        ("lint-imports",),
    ],
    ids=" ".join,
)
def test_the_checks_are_clean(command):
    code, said = run(*command)
    assert code == 0, said


def test_the_import_contracts_are_there_and_have_no_exceptions():
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    contracts = settings.get("contracts", [])
    assert {"layers", "forbidden"} <= {contract["type"] for contract in contracts}
    assert [contract["name"] for contract in contracts if contract.get("ignore_imports")] == []


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


def test_only_the_pages_and_the_launcher_know_streamlit():
    """core/serving wraps the launcher's server: it reads Streamlit's bundle, and imports it for nothing else."""
    knowing = {path.relative_to(ROOT).as_posix() for path in PRODUCT if "streamlit" in imported(path)}
    beyond = {path for path in knowing if not path.startswith("pages/") and path != "dashboard.py"}
    assert beyond == set()


def test_the_core_knows_nothing_of_pages_or_tests():
    for path in sorted((ROOT / "core").rglob("*.py")):
        assert imported(path).isdisjoint({"pages", "dashboard", "tests", "oracle"}), path


def test_no_file_of_the_product_needs_what_stands_beside_the_repository():
    texts = [
        p for folder in ("core", "pages", "data/reference") for p in (ROOT / folder).rglob("*") if p.is_file()
    ]
    readable = {".py", ".toml", ".csv", ".geojson", ".mako"}
    for path in [*texts, ROOT / "dashboard.py"]:
        if path.suffix in readable:
            content = path.read_text(encoding="utf-8")
            assert "../shared" not in content, path
            assert "/work/" not in content, path


def test_every_public_function_and_class_of_the_core_says_what_it_is():
    """ruff's D1 asks it too; it cannot see a rule that is switched off in the file."""
    silent = []
    for path in sorted((ROOT / "core").rglob("*.py")):
        if "versions" in path.parts:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.read_text(encoding="utf-8").strip() and not ast.get_docstring(tree):
            silent.append(path.name)
        for owner in [tree, *(n for n in tree.body if isinstance(n, ast.ClassDef))]:
            for node in owner.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    public = not node.name.startswith("_")
                    inside_private = isinstance(owner, ast.ClassDef) and owner.name.startswith("_")
                    if public and not inside_private and not ast.get_docstring(node):
                        silent.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")
    assert silent == []
