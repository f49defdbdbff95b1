"""What user code writes goes to standard error; standard output holds what the command says."""

from __future__ import annotations

import subprocess
import sys

import pytest

NOISY = """
import atexit, ctypes, os, subprocess, sys
from wann.cli.output import apart, say, send_to_stderr

def command():
    print("python"); os.write(1, b"descriptor\\n"); (sys.__stdout__ or sys.stdout).write("dunder\\n")
    ctypes.CDLL(None).puts(b"libc")
    subprocess.run(["echo", "child"])
    say("± {} …")

apart(command)()
"""


def run(code: str, shell: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "-c", f'"$0" "$@" {shell}', sys.executable, "-c", code]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", **env}, timeout=60
    )


def test_user_code_writes_to_standard_error():
    done = run(NOISY, PYTHONUTF8="1")
    assert (done.returncode, done.stdout) == (0, "± {} …\n"), done.stderr
    assert sorted(done.stderr.split()) == ["child", "descriptor", "dunder", "libc", "python"]


def test_plain_letters_where_the_terminal_has_no_others():
    assert run(NOISY, PYTHONIOENCODING="ascii").stdout == "+- {} ...\n"


@pytest.mark.parametrize("shell", [">&-", "2>&-", ">&- 2>&-", "| head -0; exit ${PIPESTATUS[0]}"])
def test_output_that_is_closed_or_hung_up_stops_nothing(shell):
    done = run(NOISY, shell)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
