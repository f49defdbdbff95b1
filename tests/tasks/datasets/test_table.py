"""Tables as people have them: what they say is read, what was guessed is said, what cannot be is refused."""

from __future__ import annotations

import codecs
import csv
import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wann.errors import DataError, UnknownDataset
from wann.tasks.datasets import Dataset, load
from wann.tasks.datasets.table import read_table

ROWS = [(0.5 * k, -3.25 + k, k % 3) for k in range(30)]


def body(separator: str = ",", end: str = "\n", names: str = "a,b,label") -> str:
    lines = [names.replace(",", separator), *(separator.join(map(str, row)) for row in ROWS)]
    return end.join(lines) + end


def write(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(data: Dataset) -> list[tuple[float, ...]]:
    """All rows, each with the name of its class, in the order of their first input."""
    splits = (data.train, data.validation, data.test)
    found = [
        (*map(float, image), data.classes[label])
        for split in splits
        for image, label in zip(split.images, split.labels, strict=True)
    ]
    return sorted(found)


PLAIN = [(a, b, str(label)) for a, b, label in ROWS]


@pytest.mark.parametrize(
    "content",
    [
        body(),
        body(end="\r\n"),
        body(end="\r"),
        body(";"),
        body("\t"),
        body("|"),
        body("  "),
        body(", "),
        "sep=;\n" + body(";"),
        codecs.BOM_UTF8 + body().encode(),
        codecs.BOM_UTF16_LE + body().encode("utf-16-le"),
        codecs.BOM_UTF16_BE + body(";").encode("utf-16-be"),
        body().encode("utf-16-le"),
        gzip.compress(body().encode()),
        body() + "\n\n \n",
        body() + ",,\n,,\n",
        body(names='"a","b","label"'),
        body(names="'a','b','label'"),
        body(names="# a,b,label"),
        "# made by hand\n" + body(),
        body(names="a,b,Target"),
        body(names="a,b,CLASS"),
        body(names="a,b,Y"),
        body(",").replace("label", "label,", 1).replace("\n", ",\n").replace(",,\n", ",\n", 1),
        "".join(
            f"{'' if n == 0 else n - 1},{line}\n"
            for n, line in enumerate(body(names="a,b,label").splitlines())
        ),
        "".join(f"{'' if n == 0 else f'row {n},'}{line}\n" for n, line in enumerate(body().splitlines())),
        body(";").replace(".", ","),
        "".join(
            ",".join(f'"{v}"' for v in line.replace(".", "#").split(",")).replace("#", ",") + "\n"
            for line in body().splitlines()
        ),
        body().replace(",0\n", ",0.0\n").replace(",1\n", ",1.\n"),
    ],
)
def test_one_table_in_many_forms(tmp_path, content):
    assert rows_of(read_table(write(tmp_path / "t.csv", content))) == PLAIN


def test_a_table_without_a_header(tmp_path):
    text = "".join(f"{a},{b},{'pqr'[label]}\n" for a, b, label in ROWS)
    path = write(tmp_path / "iris.data", text)
    data = load(str(path), label="3")
    assert rows_of(data) == [(a, b, "pqr"[label]) for a, b, label in ROWS]
    assert (data.inputs, data.classes) == (("1", "2"), ("p", "q", "r"))
    assert any("no header" in note for note in data.notes)
    with pytest.raises(DataError, match=r"no column is called label.*task\.label: 3"):
        read_table(path)


def test_columns_that_are_numbered_have_a_header(tmp_path):
    """As pandas writes arrays."""
    text = ",0,1,target\n" + "".join(f"{k},{a},{b},{label}\n" for k, (a, b, label) in enumerate(ROWS))
    data = read_table(write(tmp_path / "t.csv", text))
    assert data.inputs == ("0", "1")
    assert rows_of(data) == PLAIN


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (("1", "2", "5"), ("1", "2", "5")),
        (("-1", "1"), ("-1", "1")),
        (("10", "9", "0.0"), ("0", "9", "10")),
        (("True", "False"), ("False", "True")),
        (("+", "-"), ("+", "-")),
        (("setosa", "Iris  versicolor", "é, ü"), ("Iris versicolor", "setosa", "é, ü")),
        (("two\nlines", "one"), ("one", "two lines")),
        (("none", "mild"), ("mild", "none")),
        (("0.5 mg", "1 mg"), ("0.5 mg", "1 mg")),
    ],
)
def test_classes_go_by_name(tmp_path, labels, classes):
    with (tmp_path / "t.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["x", "label"])
        writer.writerows([k, labels[k % len(labels)]] for k in range(24))
    data = read_table(tmp_path / "t.csv")
    assert data.classes == classes
    expected = {" ".join(text.split()).removesuffix(".0") for text in labels}
    assert {row[1] for row in rows_of(data)} == expected
    for x, name in rows_of(data):
        assert name == " ".join(labels[int(x) % len(labels)].split()).removesuffix(".0")


def test_the_label_is_named(tmp_path):
    path = write(tmp_path / "t.csv", body(names="label,b,Kind"))
    data = load(str(path), label="Kind")
    assert data.inputs == ("label", "b")
    assert load(str(path), label="kind").classes == data.classes
    with pytest.raises(DataError, match="did you mean 'Kind'"):
        load(str(path), label="Kinds")
    with pytest.raises(DataError, match=r"task\.label: is for tables"):
        load("digits", label="Kind")


def test_candidates_for_the_label(tmp_path):
    with pytest.raises(DataError, match="'label' and 'target' may be the label"):
        read_table(write(tmp_path / "t.csv", body(names="target,b,label")))
    data = read_table(write(tmp_path / "u.csv", body(names="x,y,label")))  # a point in the plane
    assert data.inputs == ("x", "y")
    assert any("'y' is an input" in note for note in data.notes)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (body(), "the label is the column 'label'"),
        (body(";"), "separated by semicolons"),
        (body(";").replace(".", ","), "decimal commas"),
        (body(names="a,é,label").encode("cp1252"), "read as Windows-1252"),
        (body(names="a,b\x81,label").encode("latin-1"), "read as Latin-1"),
        (codecs.BOM_UTF16_LE + body().encode("utf-16-le"), "read as UTF-16"),
        ("," + body().replace("\n", "\n7,").removesuffix("7,"), "the first column has no name"),
        (body() + ",,\n", "rows without any value are left out, the first in line 32"),
        (body() + "1,2,9\n", "classes with one row, which cannot be both learned and tested: '9'"),
        (
            "a,c,label\n" + "".join(f"{k},4,{k % 2}\n" for k in range(20)),
            "the same in every row, so of no use: 'c'",
        ),
        ("a,label\n" + "".join(f"{k},{'Cc'[k % 2]}\n" for k in range(20)), "differ in their case alone"),
    ],
)
def test_what_was_guessed_or_is_odd_is_said(tmp_path, content, told):
    notes = read_table(write(tmp_path / "t.csv", content)).notes
    assert any(told in note for note in notes), notes
    assert all(note.startswith(str(tmp_path)) and "\n" not in note for note in notes)


SEX = "a,sex,label\n" + "".join(f"{k},{'male' if k % 2 else 'female'},{k % 3}\n" for k in range(30))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "holds nothing"),
        ("a,label\n", "holds a header without rows"),
        (body().replace("\n1.0,", "\n,"), r"t.csv:4: column 'a': the value is missing, as in 1 of 30 rows"),
        (body().replace("\n1.0,", "\n?,"), r"t.csv:4: column 'a': the value is missing \(\?\)"),
        (body().replace("\n1.0,", "\nNaN,"), r"t.csv:4: column 'a': the value is missing"),
        (body().replace("\n1.0,", "\nNA,"), r"t.csv:4: column 'a': the value is missing \(NA\)"),
        (body().replace("\n1.0,-1.25,2", "\n1.0,-1.25,"), r"t.csv:4: column 'label': the label is missing"),
        (
            body().replace("\n1.0,-1.25,2", "\n1.0,-1.25,NaN"),
            r"t.csv:4: column 'label': the label is missing",
        ),
        (body().replace("\n1.0,", "\ninf,"), r"t.csv:4: column 'a': inf is no number of at most"),
        (body().replace("\n1.0,", "\n1e39,"), r"t.csv:4: column 'a': 1e\+39 is no number of at most"),
        (body().replace("\n1.0,", "\n1_0,"), r"t.csv:4: column 'a': '1_0' is no number"),
        (body().replace("\n1.0,", "\nabc,"), r"t.csv:4: column 'a': 'abc' is no number"),
        (body().replace("\n1.0,", "\n1.0,1,"), r"t.csv:4: has 4 fields, expected 3 as the header has"),
        (body().replace("\n1.0,", '\n"1.0,'), r"t.csv:4: .*quote that is not closed"),
        (SEX, r"t.csv:2: column 'sex': 'female' is no number.*task\.label: sex"),
        (body(names="a,a,label"), r"t.csv:1: 2 columns are called 'a'"),
        (body(names="a,,label"), r"column 2 has no name"),
        (body(names="a,b,c"), r"t.csv:1: no column is called label.*task\.label: c.*'a', 'b', 'c'"),
        ("label\n" + "1\n0\n" * 10, "no column beside the label"),
        ("x,label\n" + "1,a\n" * 10, "is 'a' in every row; expected at least 2 classes"),
        ("x,label\n" + "".join(f"1,{k}\n" for k in range(10)), "another one in every row"),
        ("x,label\n" + "".join(f"1,{k % 2 + 0.5}\n" for k in range(10)), "is measured"),
        ("x,label\n1,0\n2,1\n", "has 2 rows; expected at least 7"),
        ("x,label\n" + '"1,234",0\n"2,345",1\n' * 9, "its comma may mean this or that; write 1.234 or 1234"),
        (b"PK\x03\x04 and so on", "an Excel workbook"),
        (b"\x00\x01\x02\x03" * 9, "no text"),
        (gzip.compress(body().encode())[:-9], "truncated or corrupt"),
        (codecs.BOM_UTF8 + body(names="a,\xe9,label").encode("latin-1"), "t.csv:1: is marked as UTF-8"),
    ],
)
def test_what_cannot_be_used_is_told_by_line_and_column(tmp_path, content, told):
    with pytest.raises(DataError, match=told) as caught:
        read_table(write(tmp_path / "t.csv", content))
    assert "\n" not in str(caught.value)


def test_lines_are_those_of_the_file(tmp_path):
    """Also where a quoted field goes on over lines."""
    text = 'a,"b\nb",label\n\n1,"2",0\n2,3,"x\ny"\n' + "1,2,0\n" * 9 + "1,oops,0\n"
    with pytest.raises(DataError, match=r"t.csv:16: column 'b b': 'oops'"):
        read_table(write(tmp_path / "t.csv", text))


def test_booleans_and_whole_floats_are_numbers(tmp_path):
    text = "a,b,label\n" + "".join(f"{k % 2 == 0},{k}.0,{k % 2}.0\n" for k in range(20))
    data = read_table(write(tmp_path / "t.csv", text))
    assert data.classes == ("0", "1")
    assert rows_of(data) == sorted((float(k % 2 == 0), float(k), str(k % 2)) for k in range(20))


def test_columns_without_name_and_values_are_left_out(tmp_path):
    """As some programs end each line with a separator, and pandas calls it then."""
    text = "a,label,Unnamed: 2\n" + "".join(f"{k},{k % 2},\n" for k in range(20))
    data = read_table(write(tmp_path / "t.csv", text))
    assert data.inputs == ("a",)
    assert any("column 3 has neither a name nor values" in note for note in data.notes)


@pytest.mark.parametrize("name", ["t.csv", "t.CSV", "t.tsv", "t.txt", "t.data", "t.csv.gz", "t.tab"])
def test_endings_of_tables(tmp_path, name):
    packed = gzip.compress(body("\t").encode()) if name.endswith("gz") else body("\t")
    assert rows_of(load(str(write(tmp_path / name, packed)))) == PLAIN


def test_a_file_that_is_not_there(tmp_path):
    write(tmp_path / "wine.csv", body())
    with pytest.raises(UnknownDataset, match=r"no such file; did you mean 'wine.csv'"):
        load(str(tmp_path / "wines.csv"))
    (tmp_path / "d.csv").mkdir()
    with pytest.raises(UnknownDataset, match="is a folder"):
        load(str(tmp_path / "d.csv"))


@given(
    st.lists(
        st.tuples(
            st.floats(-1e30, 1e30),
            st.integers(-(10**6), 10**6),
            st.sampled_from(["a b", 'say "x"', "semi;colon", "comma, here", "tab\there", "ü", "1"]),
        ),
        min_size=8,
        max_size=40,
    ),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_the_standard_module_writes_is_read(tmp_path_factory, rows, separator, end, quoting, encoding):
    rows = [*rows, (0.0, 0, "one"), (1.0, 1, "two"), (2.0, 2, "two")]
    path = tmp_path_factory.mktemp("t") / "t.csv"
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting)
        writer.writerow(["first", "second one", "Class"])
        writer.writerows(rows)
    found = rows_of(read_table(path))
    expected = sorted((float(np.float32(a)), float(b), " ".join(c.split())) for a, b, c in rows)
    assert found == expected


def test_labels_that_numpy_writes_are_classes(tmp_path):
    """`numpy.savetxt` writes whole numbers as 1.000000000000000000e+00."""
    rows = np.column_stack([np.random.default_rng(0).normal(size=60), np.arange(60) % 3])
    np.savetxt(tmp_path / "t.csv", rows, delimiter=",", header="a,label", comments="")
    assert load(str(tmp_path / "t.csv")).classes == ("0", "1", "2")


@pytest.mark.parametrize("names", [",Unnamed: 0,a,label", "Unnamed: 0.1,Unnamed: 0,a,label"])
def test_every_index_that_was_written_over_and_over_is_left_out(tmp_path, names):
    text = f"{names}\n" + "".join(f"{k},{k},{0.5 * k},{k % 2}\n" for k in range(20))
    data = read_table(write(tmp_path / "t.csv", text))
    assert data.inputs == ("a",)
    assert sum("taken for an index" in note for note in data.notes) == 2


@pytest.mark.parametrize(("names", "label"), [("5,6,7", "7"), ("400.5,1990,2020", "2020")])
def test_a_header_of_numbers_alone_is_known_by_the_label(tmp_path, names, label):
    data = read_table(write(tmp_path / "t.csv", body(names=names)), label)
    assert data.inputs == tuple(names.split(",")[:2])
    assert len(rows_of(data)) == len(ROWS)


def test_a_number_that_is_a_position_is_no_header(tmp_path):
    text = "".join(f"{k},{-k},{k % 3}\n" for k in range(3, 30))
    data = read_table(write(tmp_path / "t.csv", text), "3")
    assert len(rows_of(data)) == 27
