"""A table of one's own from its file to a champion: what is said, what names the classes, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from wann.cli.commands.judge.test import test as judge
from wann.cli.commands.search.evolve import evolve
from wann.cli.commands.show.export import export
from wann.errors import GenomeError, WannError
from wann.records.network.file import NetworkFile

NAMES = ("setosa <& Co>", 'the "other" */ one')


def table(names: tuple[str, ...] = NAMES, columns: str = "a,b") -> str:
    rows = (f'{k},{k % 5},{k % 2 - 0.5},"{names[k % 3 > 0]}"\n' for k in range(60))
    quoted = [row.replace('"the "other"', '"the ""other""') for row in rows]
    return f",{columns},Class\n" + "".join(quoted)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("table")
    (folder / "own.csv").write_text(table())
    (folder / "own.yaml").write_text(
        f"task: {{dataset: {folder / 'own.csv'}}}\nsearch: {{population: 16, generations: 3}}\n"
        "evaluation: {backend: local, workers: 1}\n"
    )
    evolve(folder / "own.yaml", run_dir=folder / "run", as_json=True)
    return folder / "run"


def test_the_network_file_knows_the_classes(run):
    provenance = NetworkFile.load(run / "champion.json").provenance
    assert provenance["classes"] == list(NAMES)
    assert provenance["inputs"] == ["a", "b"]


def test_what_was_guessed_is_said_before_the_search(run, capsys):
    evolve(run.parent / "own.yaml", run_dir=run.parent / "again", as_json=True)
    told = capsys.readouterr()
    assert "the label is the column 'Class'" in told.err
    assert "the first column has no name" in told.err
    json.loads(told.out)


def test_the_share_of_the_most_frequent_class_stands_beside_the_accuracy(run, capsys):
    judge(str(run), episodes=2, workers=1, as_json=True)
    found = json.loads(capsys.readouterr().out)["most_frequent_class"]
    assert found["class"] == NAMES[1]
    assert 0.5 < found["share"] < 1
    judge(str(run), episodes=2, workers=1)
    line = next(text for text in capsys.readouterr().out.splitlines() if "most frequent" in text)
    assert f"{100 * found['share']:.1f}" in line


@pytest.mark.parametrize("kind", ["svg", "graphml", "gexf", "dot", "json", "c", "torch"])
def test_exports_stand_class_names_of_any_kind(run, kind, tmp_path, capsys):
    file = tmp_path / f"net.{ {'torch': 'py'}.get(kind, kind) }"
    export(str(run), format=kind, output=file)
    text = file.read_text()
    if kind in ("svg", "graphml", "gexf"):
        ElementTree.fromstring(text)
        assert NAMES[0] in "".join(ElementTree.fromstring(text).itertext()) or "&amp; Co" in text
    if kind == "c":
        assert text.count("/*") == text.count("*/")
    if kind == "torch":
        compile(text, "net.py", "exec")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (table((NAMES[1], NAMES[0])), None),  # the order of rows says nothing
        (table(("a", "b")), "has classes that are not those of"),
        (table(columns="b,a"), "has its inputs in another order than"),
        (table(columns="a,c"), r"has inputs that are not those of .*\('b', not 'c'\)"),
    ],
)
def test_other_data_are_refused(run, tmp_path, content, told):
    (tmp_path / "other.csv").write_text(content)
    (tmp_path / "other.yaml").write_text(f"task: {{dataset: {tmp_path / 'other.csv'}}}\n")
    if told is None:
        judge(str(run), task=tmp_path / "other.yaml", episodes=2, workers=1)
        return
    with pytest.raises(GenomeError, match=told):
        judge(str(run), task=tmp_path / "other.yaml", episodes=2, workers=1)


def test_a_wrong_label_leaves_nothing(run, tmp_path):
    with pytest.raises(WannError, match="no column is called 'Clas'; did you mean 'Class'"):
        evolve(run.parent / "own.yaml", ["task.label=Clas"], run_dir=tmp_path / "new")
    assert not (tmp_path / "new").exists()
