"""Ctrl-C, so that it is neither lost nor met twice.

Python raises `KeyboardInterrupt` wherever the main thread happens to be: where that is the end of an object's life,
the exception is dropped. And libraries that were interrupted send the signal on, so that it may come again while the
process is ending. So the signal is remembered too, and every clock tells it; once the process is leaving it is not
heard.
"""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import Any

_asked = threading.Event()
_leaving = threading.Event()


def listen() -> None:
    """Remember Ctrl-C from now on; where somebody has it ignored or handled otherwise, that stays."""
    is_main = threading.current_thread() is threading.main_thread()
    if is_main and signal.getsignal(signal.SIGINT) in (signal.default_int_handler, _hear):
        signal.signal(signal.SIGINT, _hear)
        sys.unraisablehook = _tell_unless_asked
        _asked.clear()
        _leaving.clear()


def asked() -> bool:
    """Whether somebody has pressed Ctrl-C."""
    return _asked.is_set()


def leave() -> None:
    """The process is ending: Ctrl-C changes nothing any more."""
    _leaving.set()


def _hear(number: int, frame: FrameType | None) -> None:
    _asked.set()
    if not _leaving.is_set():
        raise KeyboardInterrupt


def _tell_unless_asked(dropped: Any) -> None:
    """An exception that Python had to drop: that of Ctrl-C is known already."""
    if not issubclass(dropped.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(dropped)
