"""How many requests a service bears, and how long each waits: asked with records that the model knows.

One process asks over several connections; each sends its next request when the last one is answered, so that the
service is never asked more than it can answer. What is measured holds for callers on this machine that do the same.
"""

from __future__ import annotations

import selectors
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import orjson

from mlwright.core.record import Record
from mlwright.shipping.asking import Address, Asking, Client

LONGEST_S = 600.0
MOST_CLIENTS = 256
STEPS_MS = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 500.0, 1000.0)


class Load(Record):
    """What was measured.

    Parameters
    ----------
    url : str
    n_clients, n_records : int
        Connections, and records of each request.
    seconds : float
    n_requests : int
        That were answered, however.
    statuses : dict of str to int
        Of the answers; under ``broken`` those that never came.
    per_s, records_per_s : float
        Of answers with status 200.
    p50_ms, p90_ms, p99_ms, max_ms : float
        Of the time from the first byte sent to the last byte read.
    histogram : tuple of (float, int)
        How many took at most so many milliseconds, and more than the step before; the last step has no end (0).
    """

    url: str
    n_clients: int
    n_records: int
    seconds: float
    n_requests: int
    statuses: dict[str, int]
    per_s: float
    records_per_s: float
    p50_ms: float
    p90_ms: float
    p99_ms: float
    max_ms: float
    histogram: tuple[tuple[float, int], ...]

    @property
    def n_failed(self) -> int:
        """Requests without a good answer."""
        return sum(count for status, count in self.statuses.items() if status != "200")


def load(
    address: Address,
    records: Sequence[dict[str, Any]],
    *,
    seconds: float = 10.0,
    n_clients: int = 8,
    n_records: int = 1,
    most_requests: int = 1_000_000,
    token: str | None = None,
) -> Load:
    """Ask a service for a while.

    Parameters
    ----------
    address : Address
    records : sequence of dict
        What is asked, in turns.
    seconds : float
        At most `LONGEST_S`.
    n_clients : int
        Connections, at most `MOST_CLIENTS`.
    n_records : int
        Of each request.
    most_requests : int
        It ends sooner after so many.
    token : str, optional

    Raises
    ------
    StorageError
        If nobody answers there.
    """
    bodies = cycle(_bodies(records, n_records))
    asking = Asking(address, token)
    clients = [Client(asking, next(bodies)) for _ in range(min(n_clients, MOST_CLIENTS, most_requests))]
    began = time.perf_counter()
    ends = began + min(seconds, LONGEST_S)
    with selectors.DefaultSelector() as selector:
        for client in clients:
            client.open(selector)
        while (now := time.perf_counter()) < ends and asking.n_asked < most_requests:
            for key, _ in selector.select(min(ends - now, 0.5)):
                key.data.receive(selector, next(bodies))
            asking.give_up_if_gone(clients, selector)
        for client in clients:
            client.close()
    return _told(address, asking, len(clients), n_records, time.perf_counter() - began)


def _bodies(records: Sequence[dict[str, Any]], n_records: int) -> list[bytes]:
    """What is sent, in turns."""
    if n_records == 1:
        return [orjson.dumps(record) for record in records]
    turns = [[records[(start + i) % len(records)] for i in range(n_records)] for start in range(len(records))]
    return [orjson.dumps({"records": turn}) for turn in turns]


def _told(address: Address, asking: Asking, n_clients: int, n_records: int, seconds: float) -> Load:
    times = sorted(1000.0 * each for each in asking.times) or [0.0]
    n_good = asking.statuses["200"]
    steps = [0] * (len(STEPS_MS) + 1)
    for each in asking.times:
        steps[next((i for i, step in enumerate(STEPS_MS) if 1000.0 * each <= step), len(STEPS_MS))] += 1
    return Load(
        url=f"http://{address.host}:{address.port}{address.path}",
        n_clients=n_clients,
        n_records=n_records,
        seconds=round(seconds, 3),
        n_requests=asking.n_asked,
        statuses={status: count for status, count in sorted(asking.statuses.items()) if count},
        per_s=round(n_good / seconds, 1),
        records_per_s=round(n_good * n_records / seconds, 1),
        p50_ms=_quantile(times, 0.5),
        p90_ms=_quantile(times, 0.9),
        p99_ms=_quantile(times, 0.99),
        max_ms=round(times[-1], 3),
        histogram=tuple(zip((*STEPS_MS, 0.0), steps, strict=True)),
    )


def _quantile(times: Sequence[float], share: float) -> float:
    return round(times[min(len(times) - 1, int(share * len(times)))], 3)
