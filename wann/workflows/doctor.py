"""Doctor: what this machine has of what a search needs, and the cure for what it has not."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wann.records.manifest import installed

_LEAST_PYTHON = (3, 11)
_LEAST_DISK = 100 * 1024**2
_PACKAGES = ("wann", "numpy", "numba", "gymnasium")


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: what it is.
        ok: whether it is there and works.
        found: what was found.
        cure: what to do where it is missing.
        needed: whether a search needs it.
    """

    name: str
    ok: bool
    found: str
    cure: str = ""
    needed: bool = True


def examine(with_cluster: bool = False) -> Iterator[Check]:
    """Yield every check, as it is done; `with_cluster` starts a Ray cluster too, which takes seconds."""
    yield _python()
    yield from _packages()
    for name, look, needed, cure in _LOOKS:
        if name != "ray cluster" or with_cluster:
            try:
                yield look()
            except Exception as error:  # what is broken must not hide the rest
                text = " ".join(f"{type(error).__name__}: {error}".split())
                yield Check(name, False, text, cure, needed)


def _python() -> Check:
    version = platform.python_version()
    wanted = ".".join(map(str, _LEAST_PYTHON))
    return Check("python", sys.version_info >= _LEAST_PYTHON, version, f"install Python {wanted} or newer")


def _packages() -> Iterator[Check]:
    for name in _PACKAGES:
        version = installed(name)
        yield Check(name, version is not None, version or "not installed", f"pip install {name}")
    if version := installed("torch"):
        yield Check("torch", True, version, needed=False)


def _machine() -> Check:
    from wann.evaluation.pools.pools import cores

    system = f"{platform.system()} {platform.machine()}"
    return Check("machine", True, f"{cores()} cores, {_size(_memory())} memory, {system}")


def _processor() -> Check:
    from wann.jit import processor

    name, features = processor()
    return Check("processor", True, f"{name}: {' '.join(features) or 'no SIMD features'}")


def _kernel_cache() -> Check:
    from wann.jit import cache_folder, is_lasting

    folder = cache_folder()
    lasting = is_lasting(folder)
    found = f"{folder}: {_size(_bytes_in(folder))}"
    if lasting and (others := sum(map(_bytes_in, folder.parent.glob("kernels-*"))) - _bytes_in(folder)):
        found += f", and {_size(others)} of other versions beside it"
    cure = "set NUMBA_CACHE_DIR to a folder that can be written; else every start compiles for seconds"
    return Check("kernel cache", lasting, found, cure)


def _ray() -> Check:
    from wann.parallel.on_ray.cluster import ray_version

    return Check("ray", True, f"{ray_version()}, can be imported")


def _cluster() -> Check:
    from wann.parallel.on_ray.cluster import try_cluster

    return Check("ray cluster", True, f"started and answered in {try_cluster():.1f} s")


def _films() -> Check:
    from wann.report.encoders import ffmpeg_version

    return Check("films", True, f"ffmpeg {ffmpeg_version()}", needed=False)


def _data() -> Check:
    from wann.tasks.datasets import home, missing_files

    folder, missing = home("mnist"), missing_files("mnist")
    found = f"{folder}: " + (f"{len(missing)} of MNIST's 4 files missing" if missing else "MNIST is there")
    cure = "only for MNIST: wann data download mnist, or set WANN_DATA_DIR to a folder that holds mnist/"
    return Check("data", not missing, found, cure, needed=False)


def _this_folder() -> Check:
    here = Path.cwd()
    free = shutil.disk_usage(here).free
    writable = os.access(here, os.W_OK)
    found = f"{here}: {_size(free)} free{'' if writable else ', but it cannot be written'}"
    cure = "go to a folder that can be written and has more room, or give --run-dir"
    return Check("this folder", writable and free >= _LEAST_DISK, found, cure)


_AGAIN = "install again, as the README says"
# name, check, whether a search needs it, and the cure where the check itself fails
_LOOKS: tuple[tuple[str, Callable[[], Check], bool, str], ...] = (
    ("machine", _machine, True, _AGAIN),
    ("processor", _processor, True, _AGAIN),
    ("kernel cache", _kernel_cache, True, _AGAIN),
    ("ray", _ray, True, "pip install ray; without it: --backend local"),
    ("ray cluster", _cluster, True, "without it: --backend local"),
    ("films", _films, False, "only for films: pip install imageio-ffmpeg"),
    ("data", _data, False, _AGAIN),
    ("this folder", _this_folder, True, "go to a folder that exists"),
)


def _bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _memory() -> int:
    """Bytes of memory that this process may use."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    try:
        return min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):
        return total


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"
