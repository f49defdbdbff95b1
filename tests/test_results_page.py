"""docs/results.md says what the tables in benchmarks/results/ say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_committed_page_is_the_generated_one():
    command = [sys.executable, str(ROOT / "benchmarks" / "results_page.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
