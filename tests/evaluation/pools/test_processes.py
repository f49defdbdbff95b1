"""Worker processes: whatever happens to them, results are the same, and none is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from wann.errors import EvaluationError
from wann.evaluation.lanes import Lanes
from wann.evaluation.play import play
from wann.evaluation.pools.processes import ProcessPool
from wann.genome.genome import Genome
from wann.genome.population import Population
from wann.network.network import Networks
from wann.network.plan import compile_genome, compile_population
from wann.tasks.environments.environment import make_task

STRAIGHT = Genome(1, 1, [0], [1], [2], [True], [0])
ONE = Networks.of(compile_genome(STRAIGHT))
EIGHT = compile_population(Population.of([STRAIGHT] * 8))
WEIGHTS = np.array([[-0.5], [0.25]])
LANES = Lanes.product(2, np.arange(3))


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    patience = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.005)


def pids(folder: Path) -> set[int]:
    """The processes that have stepped a `Slow` environment."""
    return {int(path.name) for path in folder.iterdir()}


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def slow(toys, tmp_path):
    (tmp_path / "pids").mkdir()
    return make_task(
        f"{toys}:toys/Slow-v0", kwargs={"folder": str(tmp_path / "pids"), "length": 8, "seconds": 0.005}
    )


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_processes_that_are_killed_at_work_are_replaced(slow, tmp_path):
    killed = []

    def kill_two() -> None:
        for _ in range(2):
            wait_for(lambda: pids(tmp_path / "pids") - set(killed))
            time.sleep(0.05)
            killed.append(min(pids(tmp_path / "pids") - set(killed)))
            os.kill(killed[-1], signal.SIGKILL)

    killer = threading.Thread(target=kill_two)
    killer.start()
    with ProcessPool(slow, 2) as pool:
        played = pool.play(EIGHT, WEIGHTS, LANES)
    killer.join()
    assert len(set(killed)) == 2
    assert len(pids(tmp_path / "pids") - set(killed)) >= 2
    assert not any(map(alive, pids(tmp_path / "pids")))
    expected = play(slow, EIGHT, WEIGHTS, LANES)
    assert played.error is None
    assert played.returns.tobytes() == expected.returns.tobytes()
    assert played.steps.tobytes() == expected.steps.tobytes()


def test_a_process_that_is_killed_while_it_waits_is_replaced(slow, tmp_path):
    with ProcessPool(slow, 1) as pool:
        for _ in range(2):
            first = pool.play(ONE, WEIGHTS, LANES)
            (pid,) = (pid for pid in pids(tmp_path / "pids") if alive(pid))
            os.kill(pid, signal.SIGKILL)
        assert pool.play(ONE, WEIGHTS, LANES).returns.tobytes() == first.returns.tobytes()


def test_an_environment_that_always_crashes_is_told_in_one_line(toys):
    task = make_task(f"{toys}:toys/Fatal-v0")
    with ProcessPool(task, 1) as pool, pytest.raises(EvaluationError) as caught:
        pool.play(ONE, WEIGHTS, LANES)
    message = str(caught.value)
    assert "4 worker processes ended while playing the same episodes, the last with exit status 3" in message
    assert "\n" not in message


def test_a_fault_of_the_evaluation_itself_comes_with_its_traceback_and_the_pool_works_on(slow):
    with ProcessPool(slow, 2) as pool:
        broken = replace(ONE, codes=ONE.codes.astype(np.float64))  # no kernel takes these
        with pytest.raises(RuntimeError, match="TypeError"):
            pool.play(broken, WEIGHTS, LANES)
        with pytest.raises(EvaluationError, match="weight rows"):
            pool.play(ONE, WEIGHTS, Lanes.product(3, np.arange(2)))
        assert pool.play(ONE, WEIGHTS, LANES).returns[0].tolist() == [-4.0] * 3 + [2.0] * 3


def test_an_interruption_ends_the_processes_at_once(slow, tmp_path):
    def interrupt() -> None:
        wait_for(lambda: len(pids(tmp_path / "pids")) == 2)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    many = Lanes.product(2, np.arange(500))
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), ProcessPool(slow, 2) as pool:
        pool.play(EIGHT, WEIGHTS, many)
    assert time.monotonic() - started < 30
    assert not any(map(alive, pids(tmp_path / "pids")))


def test_libraries_for_linear_algebra_use_one_thread_in_workers(toys, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    with ProcessPool(make_task(f"{toys}:toys/Threads-v0"), 1) as pool:
        assert pool.play(ONE, WEIGHTS, LANES).returns.tolist() == [[1.0] * 6]
    assert "OMP_NUM_THREADS" not in os.environ
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    with ProcessPool(make_task(f"{toys}:toys/Threads-v0"), 1) as pool:
        assert pool.play(ONE, WEIGHTS, LANES).returns.tolist() == [[7.0] * 6]
    assert os.environ["OMP_NUM_THREADS"] == "7"


SCRIPT = """
import sys
import numpy as np
from wann.evaluation.lanes import Lanes
from wann.evaluation.pools.processes import ProcessPool
from wann.genome.genome import Genome
from wann.network.network import Networks
from wann.network.plan import compile_genome
from wann.tasks.environments.environment import make_task

if __name__ == "__main__":
    task = make_task("wann_toys:toys/Slow-v0", kwargs={"folder": sys.argv[1], "length": 100})
    network = compile_genome(Genome(1, 1, [0], [1], [2], [True], [0]))
    ProcessPool(task, 2).play(Networks.of(network), np.ones((1, 1)), Lanes.product(1, np.arange(600)))
"""


def run_script(text: str, folder: Path, *arguments: object) -> subprocess.Popen[str]:
    (folder / "script.py").write_text(text)
    return subprocess.Popen(
        [sys.executable, str(folder / "script.py"), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_no_process_outlives_a_driver_that_is_killed(toys, tmp_path):
    (tmp_path / "pids").mkdir()
    driver = run_script(SCRIPT, tmp_path, tmp_path / "pids")
    wait_for(lambda: len(pids(tmp_path / "pids")) == 2, 60)
    driver.kill()
    wait_for(lambda: not any(map(alive, pids(tmp_path / "pids"))), 10)
    driver.communicate()


UNGUARDED = """
import sys
import wann
from dataclasses import replace

wann.evolve(sys.argv[1], run_dir=sys.argv[2], backend="local")
"""


def test_a_script_without_a_guard_is_told_so_once(tmp_path):
    (tmp_path / "config.yaml").write_text("task: {env: CartPole-v1, compiled: false}")
    script = run_script(UNGUARDED, tmp_path, tmp_path / "config.yaml", tmp_path / "run")
    output, errors = script.communicate(timeout=60)
    assert script.returncode == 1
    assert output == ""
    assert errors.count("Traceback") == 1
    assert 'put what it does below `if __name__ == "__main__":`' in errors.splitlines()[-1]
