"""How fast the exported C file computes a step, next to the NumPy reference and the other exports.

    python benchmarks/export_speed.py --json

Prints one JSON object; times are nanoseconds of processor time per step of one observation, the median of
seven measurements, for a fixed network of 50 connections with all kinds of activations:

    reference                  wann.network.reference.forward
    reference_of_1000          the same for 1000 observations at once, per observation
    c                          the C file by double, float and fixed, `cc -std=c99 -O2`, called in a loop in C
    torch, onnx                one call for one observation; onnx where onnxruntime is installed
    ratio                      reference / c of double; 5 is promised
    text_bytes                 machine code and tables of the three on this machine, by `size`, with -Os
    memory                     RAM and flash as the files state them
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from throughput import fixed_network

from wann.export.c.size import memory
from wann.export.c.source import c_source
from wann.export.network_export import NetworkExport
from wann.export.onnx_model import onnx_model
from wann.export.torch_source import torch_source
from wann.network.reference import forward

NUMBERS = ("double", "float", "fixed")
REPEATS = 7

# The next observation depends on the last output, so that no step can be left out or computed ahead.
HARNESS = """
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
int main(int argc, char **argv)
{
    long k, steps = argc > 1 ? atol(argv[1]) : 1;
    NUMBER observation[NETWORK_INPUTS] = {0}, output[NETWORK_OUTPUTS] = {0};
    clock_t started = clock();
    for (k = 0; k < steps; k++) {
        observation[k % NETWORK_INPUTS] = output[0] / 2 + (NUMBER)(k % 7);
        network_step(observation, ONE, output);
    }
    printf("%.17g %.17g\\n", (double)(clock() - started) / CLOCKS_PER_SEC, (double)output[0]);
    return 0;
}
"""


def main() -> None:
    """Measure everything and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object (also the default)")
    parser.parse_args()
    network = fixed_network(25, 50, seed=0)
    names = [f"input {k}" for k in range(network.n_inputs)]
    export = NetworkExport(network, names, ["output"] * network.n_outputs)
    row, rows = np.ones((1, network.n_inputs)), np.ones((1000, network.n_inputs))
    reference = _nanoseconds(lambda: forward(network, row[:, :1], row), 300)
    c = {number: c_step(replace(export, number=number)) for number in NUMBERS}
    result: dict[str, Any] = {
        "connections": network.n_connections,
        "nodes": network.n_nodes,
        "machine": platform.machine(),
        "reference": round(reference),
        "reference_of_1000": round(_nanoseconds(lambda: forward(network, rows[:, :1], rows), 100) / 1000),
        "c": {number: round(time, 1) for number, (time, _) in c.items()},
        "torch": round(_torch(export, row)),
        "onnx": _onnx(export, row),
        "ratio": round(reference / c["double"][0], 1),
        "text_bytes": {number: size for number, (_, size) in c.items()},
        "memory": {number: asdict(memory(replace(export, number=number))) for number in NUMBERS},
    }
    print(json.dumps(result, indent=1))


def _nanoseconds(call: Callable[[], Any], calls: int) -> float:
    """Median processor time of a call, as the C program measures it."""
    times = []
    for _ in range(REPEATS):
        started = time.process_time()
        for _ in range(calls):
            call()
        times.append((time.process_time() - started) / calls * 1e9)
    return statistics.median(times)


def c_step(export: NetworkExport, steps: int = 1_000_000) -> tuple[float, int]:
    """Nanoseconds of a step in C, and bytes of the compiled file."""
    number = {"double": "double", "float": "float", "fixed": "int32_t"}[export.number]
    with tempfile.TemporaryDirectory() as folder:
        plain, timed, program = (Path(folder) / name for name in ("network.c", "timed.c", "timed"))
        plain.write_text(c_source(export))
        timed.write_text(c_source(export) + HARNESS.replace("NUMBER", number))
        subprocess.run(["cc", "-std=c99", "-O2", timed, "-o", program], check=True)
        runs = [
            subprocess.run([program, str(steps)], check=True, capture_output=True) for _ in range(REPEATS)
        ]
        seconds = statistics.median(float(run.stdout.split()[0]) for run in runs)
        part = plain.with_suffix(".o")
        subprocess.run(["cc", "-std=c99", "-Os", "-c", plain, "-o", part], check=True)
        table = subprocess.run(["size", part], check=True, capture_output=True, text=True).stdout
        return seconds / steps * 1e9, int(table.splitlines()[1].split()[0])


def _torch(export: NetworkExport, row: np.ndarray) -> float:
    import torch

    torch.set_num_threads(1)
    space: dict[str, Any] = {}
    exec(torch_source(export), space)
    module, observation = space["Network"](), torch.tensor(row)
    with torch.no_grad():
        return _nanoseconds(lambda: module(observation), 100)


def _onnx(export: NetworkExport, row: np.ndarray) -> int | None:
    try:
        import onnxruntime
    except ImportError:
        return None
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(onnx_model(export).SerializeToString(), options)
    return round(_nanoseconds(lambda: session.run(None, {"observation": row}), 300))


if __name__ == "__main__":
    main()
