"""What several processes of one service take of memory, and how soon one that is killed is back; used by `serve.py`."""

from __future__ import annotations

import http.client
import json
import os
import signal
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from serve_load import Server, answering, children, family, measure, memory_of, running


@dataclass
class Workers:
    """Of so many processes that answer: the memory of one (median) and of all that there are, and the seconds until a
    killed one answers again, where it is the only one.
    """

    n: int
    rss_mb: float
    pss_mb: float
    whole_pss_mb: float
    back_s: float | None


def of_workers(command: list[str], bundle: Path, body: bytes, seconds: float, counts: Iterable[int]) -> list[Workers]:
    """Measured after so many seconds of answering."""
    found = []
    for n in counts:
        with running([*command, str(bundle), json.dumps({"workers": n})]) as server:
            until_answered(server, body)
            measure("warm", server, body, 1, 16, seconds)
            memory = [memory_of(pid) for pid in answering(server.pid) or children(server.pid)]
            found.append(
                Workers(
                    n,
                    statistics.median(each.rss_mb for each in memory),
                    statistics.median(each.pss_mb for each in memory),
                    sum(memory_of(pid).pss_mb for pid in family(server.pid)),
                    back_s(server, body) if n == 1 else None,
                )
            )
    return found


def back_s(server: Server, body: bytes) -> float:
    """From the kill of the one that answers to the next answer."""
    began = time.perf_counter()
    os.kill((answering(server.pid) or children(server.pid))[0], signal.SIGKILL)
    until_answered(server, body)
    return time.perf_counter() - began


def until_answered(server: Server, body: bytes) -> None:
    """Ask until the model answers."""
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5.0)
            connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except (OSError, http.client.HTTPException):
            time.sleep(0.002)


def show_workers(found: Iterable[Workers]) -> None:
    """As a table."""
    print("\n| processes that answer | RSS of one, MB | PSS of one, MB | PSS of the whole service, MB |")
    print("|---|---|---|---|")
    for each in found:
        print(f"| {each.n} | {each.rss_mb:.0f} | {each.pss_mb:.0f} | {each.whole_pss_mb:.0f} |")
        if each.back_s is not None:
            back = f"One that is killed answers again after {each.back_s:.2f} s."
    print(f"\n{back}")
