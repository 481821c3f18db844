"""Ctrl-C ends a run even where Python drops its exception, and is not heard once the process is leaving."""

import subprocess
import sys

DROPPED = """
import os, signal, sys, time
from pathlib import Path
from mlwright.core import interrupts
from mlwright.core.errors import RunCancelled
from mlwright.core.run import Clock

class Ending:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        for _ in range(1000):
            pass

interrupts.listen()
clock = Clock(Path("no such file"), None)
clock.check()
Ending()
try:
    clock.check()
except RunCancelled as cancelled:
    print(cancelled)
interrupts.leave()
os.kill(os.getpid(), signal.SIGINT)
time.sleep(0.05)
print("still here")
"""


def test_an_interrupt_that_python_drops_is_told_by_the_clock_and_a_late_one_is_not_heard():
    done = subprocess.run([sys.executable, "-c", DROPPED], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["Stopped by Ctrl-C; what was finished is kept.", "still here"]
    assert done.stderr == ""
    assert done.returncode == 0
