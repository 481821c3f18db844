"""What this machine has."""

from __future__ import annotations

import math
import os
from pathlib import Path

QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux says how much processor time a container gets (control groups, version 2)."""


def processors() -> int:
    """How many processors this process may use; of a part of one it has one."""
    n = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        return min(n, whole_quota(QUOTA.read_text()))
    except (OSError, ValueError):  # another system, or no limit
        return n


def whole_quota(said: str) -> int:
    """The processors that a quota comes to, rounded up.

    Raises
    ------
    ValueError
        If there is no limit.

    >>> whole_quota("50000 100000"), whole_quota("250000 100000")
    (1, 3)
    """
    time, period = said.split()
    return max(1, math.ceil(int(time) / int(period)))
