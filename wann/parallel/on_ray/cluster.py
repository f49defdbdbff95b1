"""Ray clusters, joined by their address or started here; the only place where ray is imported."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wann.errors import EvaluationError

RETRIES = 5
_OBJECT_STORE_BYTES = 128 * 1024 * 1024
_PROBE_SECONDS = 5.0
_SETTINGS_FRAME = b"\0\0\0\x04\0\0\0\0\0"  # empty: length 0, type 4, no flags, stream 0
_TOKEN = (
    "where a local search has left a token in the home folder, clusters started by hand need "
    "RAY_AUTH_MODE=token on every node"
)


@contextmanager
def connected(address: str | None) -> Iterator[None]:
    """Use the Ray cluster at `address` ("host:port" of its head node) for every pool inside; None: nothing.

    Every node needs this package, and the packages of the task's environment.

    Raises:
        EvaluationError: the address is malformed, nothing answers there, or it is no cluster that lets us in.
    """
    if address is None:
        yield
        return
    _probe(address)
    ray = import_ray()
    try:
        with _own_sigterm():
            ray.init(address=address, log_to_driver=False, logging_level=logging.CRITICAL)
    except Exception as error:
        reason = " ".join(str(error).split())[:200]
        raise EvaluationError(f"--address {address}: Ray cannot connect ({reason}); {_TOKEN}") from error
    try:
        yield
    finally:
        ray.shutdown()


def _probe(address: str) -> None:
    """See whether anything listens there: Ray itself would wait two minutes and then end the process."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise EvaluationError(
            f"--address {address}: expected HOST:PORT of the head node, such as 10.0.0.1:6379"
        )
    try:
        with socket.create_connection((host, int(port)), _PROBE_SECONDS) as line:
            greeted = os.environ.get("RAY_USE_TLS", "0") != "0" or _speaks_grpc(line)
    except OSError as error:
        reason = error.strerror or error
        raise EvaluationError(
            f"--address {address}: nothing answers there ({reason}); is the head node started "
            f"(ray start --head), and is this its address? {_TOKEN}"
        ) from error
    if not greeted:
        raise EvaluationError(
            f"--address {address}: what answers there is no head node of Ray's; expected the address that "
            "`ray start --head` shows"
        )


def _speaks_grpc(line: socket.socket) -> bool:
    """Whether the other side answers a greeting of HTTP/2 with its settings (RFC 9113, 3.4), as gRPC does."""
    line.settimeout(_PROBE_SECONDS / 2)
    line.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + _SETTINGS_FRAME)
    try:
        return line.recv(len(_SETTINGS_FRAME))[3:4] == b"\x04"
    except (TimeoutError, ConnectionError):
        return False


def ray_version() -> str:
    """Import Ray and return its version.

    Raises:
        EvaluationError: it is not installed.
    """
    return import_ray().__version__


def try_cluster() -> float:
    """Start a cluster on this machine, let it answer, end it; return the seconds that this took.

    Raises:
        EvaluationError: Ray is not installed.
    """
    ray, started = import_ray(), time.perf_counter()
    start_ray(ray, 1)
    try:
        ray.get(ray.remote(num_cpus=1)(_answer).remote())
    finally:
        ray.shutdown()
    return time.perf_counter() - started


def _answer() -> bool:
    return True


def object_store_bytes(context: Any) -> int:
    """Return how large an object store has to be for what every worker is given once.

    What is large says so by `n_bytes`, as a task of images does.
    """
    return _OBJECT_STORE_BYTES + 2 * getattr(context, "n_bytes", 0)


def start_ray(ray: Any, workers: int, store_bytes: int = _OBJECT_STORE_BYTES) -> None:
    """Start a cluster on this machine, without a dashboard."""
    with _own_sigterm():
        ray.init(
            address="local",  # whatever RAY_ADDRESS says
            num_cpus=workers,
            include_dashboard=False,
            log_to_driver=False,
            logging_level=logging.ERROR,
            object_store_memory=store_bytes,
        )


@contextmanager
def _own_sigterm() -> Iterator[None]:
    """Keep the handler of SIGTERM, which `ray.init` replaces."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if handler is not None:  # one that was not set from Python cannot be put back
            signal.signal(signal.SIGTERM, handler)


def import_ray() -> Any:
    """Return the package, without its usage statistics.

    Raises:
        EvaluationError: it is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    try:
        import ray
    except ImportError as error:
        raise EvaluationError(
            "backend: 'ray' needs the package ray, which is not installed; try: pip install ray, "
            "or --backend local"
        ) from error
    return ray
