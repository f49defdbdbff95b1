"""The table over several seeds."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import mean, stdev

from rich.table import Table

from wann.cli.output import console, say
from wann.records.storage.files import finite
from wann.workflows.search.seeds import TEST_EPISODES, SeedResult

_WIDTH = 80
_NUMBERS = {"generations": 0, "seconds": 1, "connections": 0, "held_out_mean": 1}  # name -> decimals


def show_seeds(results: Sequence[SeedResult], as_json: bool) -> None:
    """Print a row a seed, and the mean and standard deviation over those that came to their own end."""
    if as_json:
        say(json.dumps(finite([asdict(result) for result in results]), indent=1))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    complete = [asdict(result) for result in results if result.complete]
    table.show_footer = bool(complete)
    table.add_column("seed", "mean ± std")
    table.add_column("status", f"of {len(complete)}", max_width=12)
    for name in _NUMBERS:
        title = "held-out" if name == "held_out_mean" else name
        table.add_column(title, _spread([row[name] for row in complete]), justify="right")
    for result in results:
        row = asdict(result)
        numbers = (_number(row[name], decimals) for name, decimals in _NUMBERS.items())
        table.add_row(str(result.seed), result.status, *numbers)
    shown = console()
    shown.print()
    shown.print(table, width=min(shown.width, _WIDTH))
    if any(result.held_out_mean is not None for result in results):
        say(f"\nheld-out: mean return over the search's weights on {TEST_EPISODES} episodes it never saw")
    say(f"In {Path(results[0].run).parent}")


def _number(value: float | None, decimals: int) -> str:
    return "-" if value is None or math.isnan(value) else f"{value:.{decimals}f}"


def _spread(values: Sequence[float | None]) -> str:
    """Mean ± standard deviation, as of a sample."""
    known = [value for value in values if value is not None and not math.isnan(value)]
    if not known:
        return ""
    return f"{mean(known):.1f}" + (f" ± {stdev(known):.1f}" if len(known) > 1 else "")
