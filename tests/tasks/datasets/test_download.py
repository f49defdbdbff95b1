"""Downloading, from a server of the test's own."""

from __future__ import annotations

import gzip
import hashlib
import threading
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from wann.errors import DataError
from wann.tasks.datasets.download import download
from wann.tasks.datasets.files import COLLECTIONS, NAMES, checked_files
from wann.tasks.datasets.packed import read_unpacked

PACKED = [f"{name}.gz" for name in NAMES]


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def mirror(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A folder that is served as the second mirror of mnist; the first one does not answer."""
    served = tmp_path / "served"
    served.mkdir()
    for name in NAMES:
        (served / f"{name}.gz").write_bytes(gzip.compress(name.encode() * 1000))
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(served)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sums = tuple(hashlib.md5(name.encode() * 1000).hexdigest() for name in NAMES)
    mirrors = ("http://127.0.0.1:9/", f"http://127.0.0.1:{server.server_port}/")
    changed = replace(COLLECTIONS["mnist"], checksums=sums, mirrors=mirrors)
    monkeypatch.setitem(COLLECTIONS, "mnist", changed)
    monkeypatch.setenv("WANN_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    yield served
    server.shutdown()
    server.server_close()


def test_files_come_from_the_first_mirror_that_has_them(mirror):
    seen: list[tuple[str, int, int | None]] = []
    folder = download("mnist", lambda *told: seen.append(told))
    found = [read_unpacked(path) for path in checked_files("mnist")]
    assert found == [name.encode() * 1000 for name in NAMES]
    assert sorted(path.name for path in folder.iterdir()) == sorted(PACKED)
    assert {name for name, _, _ in seen} == set(PACKED)
    assert seen[-1][1] == seen[-1][2]


def test_what_is_there_is_not_fetched_again_and_what_is_damaged_is(mirror):
    folder = download("mnist")
    (folder / PACKED[1]).write_bytes(b"torn")
    seen: list[str] = []
    download("mnist", lambda name, done, total: seen.append(name))
    assert set(seen) == {PACKED[1]}
    checked_files("mnist")
    (folder / NAMES[2]).write_bytes(b"torn")  # unpacked, so it is what would be read
    download("mnist")
    checked_files("mnist")


def test_another_file_is_refused_and_nothing_is_kept(mirror, tmp_path):
    (mirror / PACKED[0]).write_bytes(b"something else")
    with pytest.raises(DataError, match=r"another file \(unpacked MD5 [0-9a-f]{32}, published is") as caught:
        download("mnist")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "data" / "mnist").iterdir()) == []


def test_without_a_network_the_cure_is_said(mirror, monkeypatch):
    monkeypatch.setitem(COLLECTIONS, "mnist", replace(COLLECTIONS["mnist"], mirrors=("http://127.0.0.1:9/",)))
    with pytest.raises(DataError, match=r"Connection refused.*by hand"):
        download("mnist")


def test_a_mirror_of_ones_own(mirror, monkeypatch):
    good = COLLECTIONS["mnist"].mirrors[1]
    monkeypatch.setitem(COLLECTIONS, "mnist", replace(COLLECTIONS["mnist"], mirrors=()))
    download("mnist", mirror=good.rstrip("/"))
    checked_files("mnist")
    with pytest.raises(DataError, match=r"--mirror: expected an address"):
        download("mnist", mirror="ftp//x")


def test_what_is_not_there_is_said_of_a_mirror_of_ones_own(mirror):
    (mirror / PACKED[3]).write_bytes(gzip.compress(b"1")[:-4])
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte.gz: no mirror gives it"):
        download("mnist", mirror=COLLECTIONS["mnist"].mirrors[1])
    with pytest.raises(DataError, match=r"no mirror gives it .*Not Found|not found"):
        download("mnist", mirror=f"{COLLECTIONS['mnist'].mirrors[1]}nothing/")


def test_an_unknown_collection():
    with pytest.raises(DataError, match="did you mean 'mnist'"):
        download("mnits")
