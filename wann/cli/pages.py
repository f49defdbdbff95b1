"""The pages of docs/commands, one for each command, made of its own help.

python -m wann.cli.pages docs/commands
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from wann.cli.main import app

# Where there is more to say than the help does.
_MORE = {
    "evolve": ("config", "results", "environments", "python"),
    "resume": ("architecture", "python"),
    "tasks": ("environments", "datasets"),
    "test": ("comparing", "results"),
    "tune": ("tune",),
    "prune": ("prune", "pruning"),
    "compare": ("comparing", "prune", "results"),
    "render": ("gallery",),
    "report": ("gallery",),
    "export": ("export", "network-file"),
    "import": ("network-file",),
    "data": ("datasets",),
}


def pages() -> dict[str, str]:
    """Return the text of each page by its file's name."""
    commands: Any = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    made = {f"{name}.md": _page(name, command) for name, command in commands.items()}
    lines = [f"- [wann {name}]({name}.md): {_first_line(command)}" for name, command in commands.items()]
    made["README.md"] = "# Commands\n\n" + "\n".join(lines) + "\n"
    return made


def _first_line(command: Any) -> str:
    return (command.help or "").strip().partition("\n")[0]


def _page(name: str, command: Any) -> str:
    inner = getattr(command, "commands", None)
    parts = [f"# wann {name}"]
    if inner:
        parts.append(_first_line(command))
        parts += [f"## wann {name} {key}\n\n{_body(f'{name} {key}', sub)}" for key, sub in inner.items()]
    else:
        parts.append(_body(name, command))
    if name in _MORE:
        links = ", ".join(f"[{page}](../{page}.md)" for page in _MORE[name])
        parts.append(f"More: {links}.")
    return "\n\n".join(parts) + "\n"


def _body(name: str, command: Any) -> str:
    told, _, example = (command.help or "").strip().partition("Example:")
    parts = [" ".join(told.split())]
    if example:
        parts.append(f"```\n{' '.join(example.split())}\n```")
    rows = list(_rows(command))
    if rows:
        parts.append("\n".join(["| | |", "| --- | --- |", *rows]))
    return "\n\n".join(parts)


def _rows(command: Any) -> Iterator[str]:
    for parameter in command.params:
        if parameter.name == "help":
            continue
        if parameter.param_type_name == "argument":
            name = parameter.metavar or parameter.name.upper()
        else:
            name = ", ".join([*parameter.opts, *parameter.secondary_opts])
            if parameter.metavar and not parameter.is_flag:
                name += f" {parameter.metavar}"
        told = " ".join((getattr(parameter, "help", None) or "").split())
        if isinstance(parameter.default, int | float | str) and not isinstance(parameter.default, bool):
            told += f" Default: {parameter.default}."
        yield f"| `{_cell(name)}` | {_cell(told)} |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the pages into the folder that is named."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text)


if __name__ == "__main__":
    main()
