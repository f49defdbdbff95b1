"""What documents say: commands that are run, and no path of one machine."""

from __future__ import annotations

import importlib.util
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXTS = (".md", ".yaml", ".json", ".csv", ".svg", ".html", ".toml", ".txt")
MACHINE = re.compile(r"(?<![\w.$}~])/(?:tmp|home|root|work|Users|var|mnt|scratch)/[\w.-]+")


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("documented", ROOT / ".ci" / "documented_commands.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tracked() -> list[Path]:
    """What git keeps of the texts for people and of the figures that they are made from."""
    kept = ["*.md", "docs", "configs", "examples", "benchmarks/results", "runs", "pyproject.toml"]
    told = subprocess.run(
        ["git", "ls-files", "-z", *kept], cwd=ROOT, capture_output=True, check=True, text=True
    )
    return [
        ROOT / name for name in told.stdout.split("\0") if name.endswith(TEXTS) and (ROOT / name).is_file()
    ]


def test_no_document_shows_a_path_of_one_machine():
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in tracked()
        for match in MACHINE.finditer(path.read_text(errors="replace"))
    ]
    assert found == []


def test_every_command_page_has_a_command_that_is_run(script):
    pages = [page for page in (ROOT / "docs" / "commands").glob("*.md") if page.name != "README.md"]
    for page in pages:
        named = [command for command in script.commands(page) if not script.reason(command)]
        assert any(command.startswith(f"wann {page.stem}") for command in named), page.name


def test_every_line_that_begins_with_wann_is_found(script):
    documents = [ROOT / "README.md", *(ROOT / "docs" / "commands").glob("*.md")]
    lines = [line.strip() for document in documents for line in document.read_text().splitlines()]
    shown = {re.split(r"\s{2,}", line)[0] for line in lines if re.match(r"wann [a-z]+( |$)", line)}
    in_blocks = {line for line in shown if not re.search(r"[`,]", line)}
    assert in_blocks - set(script.documented()) == set()
    assert len(script.documented()) > 30


def test_a_new_command_is_run_as_it_stands(script, tmp_path):
    page = tmp_path / "README.md"
    page.write_text(
        "Try `wann list there`:\n\n```\nwann brandnew x.csv     what it is; also: wann other y\n```\n"
    )
    assert script.commands(page) == ["wann brandnew x.csv", "wann other y", "wann list there"]
    assert script.shortened("wann brandnew x.csv", "http://here/") == "wann brandnew x.csv"
    assert script.reason("wann brandnew x.csv") is None


def test_what_is_not_run_has_a_reason_and_is_shown(script):
    for pattern, why in script.NOT_RUN:
        assert why
        assert pattern in (r"\bCONFIG\b",) or any(re.search(pattern, c) for c in script.documented()), pattern
