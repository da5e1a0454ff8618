"""Large ODM files: time and memory stay within what 200 MB may take, megabyte by megabyte."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_large_files_are_read_within_the_limits_of_the_benchmark() -> None:
    command = [sys.executable, str(ROOT / "tests" / "benchmarks" / "bench_odm.py"), "12"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == 4
