"""The JavaScript version of the formulas, run by node: NumPy's bits."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pytest

from wann.activations import ACTIVATIONS, CLAMP, NAMES
from wann.export.formulas.javascript import FORMULAS, javascript

_rng = np.random.default_rng(3)
_HALVES = np.arange(-20, 21) * 0.5
POINTS = np.concatenate(
    [
        _rng.normal(size=2000) * 3,
        _rng.uniform(-50, 50, 2000),
        _rng.choice([-1.0, 1.0], 500) * 10.0 ** _rng.uniform(-320, 100, 500),
        _HALVES,
        np.nextafter(_HALVES, np.inf),
        np.nextafter(_HALVES, -np.inf),
        [0.0, -0.0, 5e-324, -5e-324, 40.0, 2.0**52, 2.0**53 + 2, -(2.0**53), CLAMP, -CLAMP, np.nan],
    ]
)
DOMAINS = {
    "decay": np.abs(POINTS),
    "log": np.abs(POINTS)[(np.abs(POINTS) >= 1) & (np.abs(POINTS) < 2**32)],
    "single": POINTS[~(np.abs(POINTS) > 3e38)],
}

RUN = """
const { readFileSync, writeFileSync } = require("node:fs");
const [, , jobs, folder] = process.argv;
for (const [file, name] of JSON.parse(jobs)) {
  const bytes = readFileSync(`${folder}/${file}.in`);
  const x = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  writeFileSync(`${folder}/${file}.out`, new Uint8Array(x.map(eval(name)).buffer));
}
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_every_formula_and_activation_has_the_bits_of_numpy(tmp_path):
    jobs = {f.__name__: (f, f"(x) => {f.__name__}(x)") for f in FORMULAS}
    jobs |= {f"of-{n}": (ACTIVATIONS[n].formula, f"(x) => ACTIVATIONS.{n}(x)") for n in NAMES}
    for name in jobs:
        (tmp_path / f"{name}.in").write_bytes(DOMAINS.get(name, POINTS).tobytes())
    script = tmp_path / "run.js"
    script.write_text(f'"use strict";\n{javascript()}{RUN}')
    names = json.dumps([[name, expression] for name, (_, expression) in jobs.items()])
    done = subprocess.run(["node", script, names, tmp_path], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    for name, (formula, _) in jobs.items():
        points = DOMAINS.get(name, POINTS)
        truth = np.broadcast_to(np.asarray(formula(points), np.float64), points.shape)
        values = np.frombuffer((tmp_path / f"{name}.out").read_bytes())
        # which NaN it is is no one's promise
        assert (np.isnan(values) == np.isnan(truth)).all(), name
        there = ~np.isnan(truth)
        assert values[there].tobytes() == truth[there].tobytes(), name


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_constants_are_declared(tmp_path):
    script = tmp_path / "run.js"
    script.write_text(javascript() + "console.log(PI, CLAMP, Object.keys(ACTIVATIONS).join())")
    done = subprocess.run(["node", script], capture_output=True, text=True, timeout=60)
    pi, clamp, names = done.stdout.split()
    assert (float(pi), float(clamp)) == (np.pi, 1e100)
    assert names.split(",") == list(ACTIVATIONS)
