"""The page of the documentation that lists every key (docs/config.md)."""

from __future__ import annotations

from wann.config.keys import describe_keys, schema_at

EXAMPLE = """\
task:
  env: CartPole-v1
search:
  population: 64
  generations: 128
evaluation:
  shared_weights: [-2, -1, -0.5, 0.5, 1, 2]
  episodes: 4
run:
  seed: 0
  solved_score: 495
"""

_INTRODUCTION = f"""\
# Config files

<!-- Generated from the models: python -m wann.config > docs/config.md -->

A config is one YAML file that says what to search for and how. Only `task.env`, or `task.dataset`, is
required; every other key has a default.

```yaml
{EXAMPLE}```

```
wann evolve configs/cartpole.yaml --set search.population=256 --set run.max_seconds=60
```

`--set section.key=value` changes one key of the file for this run. The right side is YAML: numbers,
`true`, `null`, lists such as `[0.5, 1]`. It can be given many times, and the last one wins. Keys inside
`task.kwargs` can be set too: `--set task.kwargs.gravity=5`. Quote it where the shell would take `[`, `{{` or
spaces for itself: `--set 'evaluation.shared_weights=[0.5, 1]'`.

Types are strict: `"64"` is text and no number, `true` is no number, and a whole number stays one (`64`, not
`64.0`). Underscores may group digits (`1_000_000`). A run folder keeps the resolved config, with every key
written out.

All faults of a file are told at once, each with its place, what was found and what was expected:

```
configs/mine.yaml:12:3: search.populatoin: unknown key; did you mean 'population'?
```
"""


def page() -> str:
    """Return the page as Markdown."""
    rows: dict[str, list[tuple[str, ...]]] = {}
    for path, *texts in describe_keys():
        section, _, key = path.rpartition(".")
        rows.setdefault(section, []).append((f"`{key}`", *texts))
    return _INTRODUCTION + "".join(_section(name, rows[name]) for name in rows)


def _section(name: str, rows: list[tuple[str, ...]]) -> str:
    lines = [
        f"\n## {name}\n",
        schema_at(name.split("."))["description"] + "\n",
        "| key | type | default | allowed | meaning |",
        "| --- | --- | --- | --- | --- |",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    return "\n".join(lines) + "\n"
