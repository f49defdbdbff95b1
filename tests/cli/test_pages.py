"""The pages of the commands are what the commands say of themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from wann.cli.pages import pages

FOLDER = Path(__file__).parents[2] / "docs" / "commands"


def test_the_pages_are_those_that_the_help_gives():
    hint = "run: python -m wann.cli.pages docs/commands"
    assert {path.name: path.read_text() for path in FOLDER.glob("*.md")} == pages(), hint


@pytest.mark.parametrize("name", sorted(pages()))
def test_links_lead_somewhere(name):
    for link in pages()[name].split("](")[1:]:
        assert (FOLDER / link.partition(")")[0]).exists(), f"{name}: {link}"
