"""The plan of the house, checked: floors, doors, no cycles, and what stays light (docs/architecture.md)."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

# From the ground up. A module imports from its own floor and from lower ones.
FLOORS = (
    {"errors", "formulas"},
    {"activations", "seeding", "jit", "fingerprint", "mutations"},
    {"parallel"},
    {"config"},
    {"genome"},
    {"tasks"},
    {"network"},
    {"evaluation"},
    {"judging"},
    {"search"},
    {"training"},
    {"pruning"},
    {"records"},
    {"export"},
    {"report"},
    {"zoo"},
    {"workflows"},
    {"cli"},
    {"__main__"},
)
LEVEL = {name: level for level, names in enumerate(FLOORS) for name in names}

# Every package from elsewhere -> the only modules or packages that import it, be it inside a function.
DOORS = {
    "numpy": ("wann", "wann_envs"),
    "numba": ("wann.jit", "wann.genome", "wann.tasks", "wann.network", "wann.evaluation", "wann.search"),
    "ray": ("wann.parallel.on_ray.cluster",),
    "gymnasium": ("wann.tasks", "wann_envs"),
    "pygame": ("wann_envs",),
    "torch": ("wann.tasks.vision", "wann.training", "wann.pruning", "wann.export"),
    "cma": ("wann.training",),
    "threadpoolctl": ("wann.training",),
    "sklearn": ("wann.tasks",),
    "networkx": ("wann.export",),
    "onnx": ("wann.export",),
    "yaml": ("wann.config",),
    "pydantic": ("wann.config", "wann.records.network.file"),
    "pydantic_core": ("wann.config",),
    "matplotlib": ("wann.export", "wann.report"),
    "PIL": ("wann.report",),
    "imageio": ("wann.report",),
    "imageio_ffmpeg": ("wann.report",),
    "rich": ("wann.report", "wann.cli"),
    "tensorboardX": ("wann.records.run.curves",),
    "typer": ("wann.cli",),
}

HEAVY = (
    *("numba", "torch", "ray", "gymnasium", "matplotlib", "networkx", "imageio", "PIL", "scipy"),
    *("sklearn", "cma", "onnx"),
)


@dataclass(frozen=True)
class Import:
    """Module `importer` imports module `target`, when it is itself imported (`eager`) or later."""

    importer: str
    target: str
    line: int
    eager: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"


def module_name(path: Path, base: Path) -> str:
    parts = path.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def find_sources() -> dict[str, Path]:
    found = {}
    for base, package in ((ROOT, "wann"), (ROOT / "envs", "wann_envs")):
        found |= {module_name(path, base): path for path in sorted((base / package).rglob("*.py"))}
    return found


SOURCES = find_sources()
PACKAGES = sorted(name for name, path in SOURCES.items() if path.name == "__init__.py")


def within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def ours(module: str) -> bool:
    return within(module, "wann") or within(module, "wann_envs")


def read_imports(tree: ast.AST, module: str, is_package: bool = False) -> Iterator[Import]:
    """Yield every import of a module, those by `import_module("literal")` too."""
    parts = module.split(".")
    anchor = parts if is_package else parts[:-1]

    def targets(node: ast.AST) -> Iterator[str]:
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=base, names=names, level=level):
                above = anchor[: len(anchor) - level + 1] if level else []
                source = ".".join([*above, base] if base else above)
                for alias in names:
                    inner = f"{source}.{alias.name}"
                    yield inner if inner in SOURCES else source
            case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]) if ast.unparse(
                function
            ).endswith(("import_module", "__import__")):
                yield name

    def visit(node: ast.AST, eager: bool) -> Iterator[Import]:
        for target in targets(node):
            yield Import(module, target, node.lineno, eager)  # type: ignore[attr-defined]
        later: Sequence[ast.AST] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            later = node.body if isinstance(node.body, list) else [node.body]
        elif isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            later = node.body
        for child in ast.iter_child_nodes(node):
            yield from visit(child, eager and child not in later)

    yield from visit(tree, eager=True)


IMPORTS = [
    found
    for module, path in SOURCES.items()
    for found in read_imports(ast.parse(path.read_text("utf-8")), module, path.name == "__init__.py")
]


def level(module: str) -> int:
    return LEVEL[module.split(".")[1]]


def goes_down(found: Import) -> bool:
    importer, target = found.importer, found.target
    if importer == "wann":  # the face of the Python interface: late, and everything but the command line
        return not found.eager and target != "wann" and level(target) <= LEVEL["workflows"]
    if within(importer, "wann_envs"):
        return target == "wann.formulas" or within(target, "wann_envs")
    if within(target, "wann_envs"):
        return within(importer, "wann.tasks")
    return target != "wann" and level(target) <= level(importer)


# The reading of imports itself


def test_all_ways_to_import_are_seen():
    code = """
import os.path, numba
from wann.genome import Genome, population
from . import origin
from .target import find_run
from ..search import state
if TYPE_CHECKING:
    import ray
else:
    import yaml
def late():
    from wann.config import Config
    import_module("torch")
class Body:
    import cma
"""
    found = {(i.target, i.eager) for i in read_imports(ast.parse(code), "wann.records.manifest")}
    assert found == {
        ("os.path", True),
        ("numba", True),
        ("wann.genome", True),
        ("wann.genome.population", True),
        ("wann.records.origin", True),
        ("wann.records.target", True),
        ("wann.search.state", True),
        ("ray", False),
        ("yaml", True),
        ("wann.config", False),
        ("torch", False),
        ("cma", True),
    }


def test_the_sources_are_found():
    assert {"wann", "wann.errors", "wann.genome.genome", "wann_envs", "wann_envs.physics"} <= SOURCES.keys()
    assert len(IMPORTS) > 2 * len(SOURCES)


# Floors


def test_every_module_stands_on_a_floor():
    homeless = [name for name in SOURCES if name.startswith("wann.") and name.split(".")[1] not in LEVEL]
    assert homeless == [], "give it a place in FLOORS"


def test_imports_go_down_only():
    assert [str(found) for found in IMPORTS if ours(found.target) and not goes_down(found)] == []


def test_what_is_imported_exists():
    assert [str(found) for found in IMPORTS if ours(found.target) and found.target not in SOURCES] == []


def test_no_module_imports_itself_in_a_circle():
    graph: dict[str, set[str]] = {name: set() for name in SOURCES}
    for found in IMPORTS:
        if not (found.eager and ours(found.target)):
            continue
        parts = found.target.split(".")
        parents = {".".join(parts[:count]) for count in range(1, len(parts))}
        # Importing a.b.c runs a and a.b first; those that the importer lies in are running already.
        graph[found.importer] |= {found.target} | {p for p in parents if not within(found.importer, p)}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail("import cycle: " + " <- ".join(error.args[1]))


# Doors


def test_every_package_from_elsewhere_comes_in_by_its_door():
    faults = []
    for found in IMPORTS:
        package = found.target.split(".")[0]
        if ours(package) or package in sys.stdlib_module_names:
            continue
        if package not in DOORS:
            faults.append(f"{found}, which has no line in DOORS")
        elif not any(within(found.importer, door) for door in DOORS[package]):
            faults.append(f"{found}, allowed only in {', '.join(DOORS[package])}")
    assert faults == []


# Standard output


# Who may write to standard output otherwise than by `wann.cli.output`: what is no command, and --version.
WRITERS = {"wann.cli.output", "wann.cli.pages", "wann.config.__main__"}
VERSION = "typer.echo(f\"wann {version('wann')}\")"


def writes_to_stdout(tree: ast.AST) -> Iterator[str]:
    """Yield what of a module writes to standard output as it finds it."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=function, keywords=keywords):
                name, options = ast.unparse(function), {keyword.arg for keyword in keywords}
                writes = (
                    (name == "print" and "file" not in options)
                    or (name.endswith("echo") and "err" not in options)
                    or (name.rpartition(".")[2] == "Console" and not options & {"stderr", "file"})
                    or name == "os.write"
                )
            case ast.Attribute(ctx=ast.Load()):
                writes = ast.unparse(node) in ("sys.stdout", "sys.__stdout__")
            case _:
                writes = False
        if writes:
            yield ast.unparse(node)


def test_all_ways_to_write_are_seen():
    code = "print(1); echo(2); typer.echo(3); rich.console.Console(); sys.stdout.write(4); os.write(1, b'5')"
    fine = "print(1, file=x); typer.echo(2, err=True); Console(stderr=True); table.print(); sys.stdout = x"
    assert len(list(writes_to_stdout(ast.parse(code)))) == 6
    assert list(writes_to_stdout(ast.parse(fine))) == []


def test_nothing_but_a_command_writes_to_standard_output():
    found = {
        f"{module}: {what}"
        for module, path in SOURCES.items()
        if module not in WRITERS
        for what in writes_to_stdout(ast.parse(path.read_text("utf-8")))
    }
    assert found == {f"wann.cli.main: {VERSION}"}


def test_every_command_is_kept_apart_from_what_user_code_writes():
    from wann.cli.main import app

    def leaves(apps: Any) -> Iterator[Any]:
        yield from (command.callback for command in apps.registered_commands)
        for group in apps.registered_groups:
            yield from leaves(group.typer_instance)

    commands = list(leaves(app))
    assert len(commands) > 12
    assert [command.__name__ for command in commands if not hasattr(command, "__wrapped__")] == []


# Packages and their faces


# A folder that holds more is a heap: something in it is a room of its own.
MOST_MODULES = 15


def test_no_folder_is_a_heap():
    held = Counter(path.parent for path in SOURCES.values() if path.name != "__init__.py")
    assert {str(folder.relative_to(ROOT)) for folder, n in held.items() if n > MOST_MODULES} == set()


def test_every_folder_with_modules_is_a_package():
    folders = {path.parent for path in SOURCES.values()}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_what_it_is_for(package):
    docstring = ast.get_docstring(ast.parse(SOURCES[package].read_text("utf-8"))) or ""
    assert len(docstring.split()) >= 5
    assert "TODO" not in docstring


def heavy_modules_after(code: str) -> list[str]:
    """The heavy packages that a fresh interpreter holds after running `code`."""
    script = f"{code}\nimport sys\nprint('loaded:', *(m for m in {HEAVY} if m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    words = done.stdout.splitlines()[-1].split()
    assert words[0] == "loaded:"
    return words[1:]


def test_faces_are_light():
    assert heavy_modules_after("import " + ", ".join(p for p in PACKAGES if p != "wann_envs")) == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["evolve", "--help"]])
def test_help_is_light(arguments):
    code = f"""
import sys
sys.argv = ["wann", *{arguments}]
from wann.cli.main import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert heavy_modules_after(code) == []
