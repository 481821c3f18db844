"""Servers as processes, and callers who ask again as soon as they are answered: how `serve.py` measures."""

from __future__ import annotations

import os
import re
import select
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

WARM_UP_S = 0.5
START_S = 120.0
PATIENCE_S = 60.0


@dataclass
class Row:
    what: str
    clients: int
    records: int
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


class Memory(NamedTuple):
    """What a process takes: all pages that it sees, and those with each divided by how many processes share it."""

    rss_mb: float
    pss_mb: float


@dataclass
class Server:
    pid: int
    port: int

    @property
    def rss_mb(self) -> float:
        """The memory of the largest of its processes: one that answers, or the one that those are forked from."""
        return max(memory_of(pid).rss_mb for pid in family(self.pid))


class Client:
    """A connection that sends the same request again as soon as it is answered, and keeps the time of each."""

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.times: list[float] = []
        self.buffer = b""

    def send(self) -> None:
        self.began = time.perf_counter()
        self.socket.sendall(self.request)

    def receive(self) -> None:
        self.buffer += self.socket.recv(1 << 20)
        head, end, body = self.buffer.partition(b"\r\n\r\n")
        if not end or len(body) < int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0]):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(self.buffer.decode(errors="replace"))
        self.times.append(time.perf_counter() - self.began)
        self.buffer = b""
        self.send()


def drive(clients: list[Client], seconds: float) -> float:
    """Let the clients ask for that long; how long it really was."""
    with select.epoll() as poll:
        of_file = {client.socket.fileno(): client for client in clients}
        for file in of_file:
            poll.register(file, select.EPOLLIN)
        began = now = time.perf_counter()
        while now < began + seconds:
            for file, _ in poll.poll(1.0):
                of_file[file].receive()
            now = time.perf_counter()
    return now - began


def children(pid: int) -> list[int]:
    try:
        return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:  # it has ended
        return []


def family(pid: int) -> list[int]:
    """A process and its children, and theirs."""
    return [pid, *(each for child in children(pid) for each in family(child))]


def answering(pid: int) -> list[int]:
    """The processes of mlwright's service that answer: those that its children have forked."""
    return [each for child in children(pid) for each in children(child)]


def cpu_s(pid: int) -> float:
    """CPU seconds that a process and its children have used, in user and system mode."""
    ticks = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:13] for each in family(pid)]
    return sum(int(tick) for pair in ticks for tick in pair) / os.sysconf("SC_CLK_TCK")


def memory_of(pid: int) -> Memory:
    """In 1,000,000 bytes; nothing of one that has ended."""
    try:
        told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return Memory(0.0, 0.0)
    kb = dict(re.findall(r"^(\w+):\s+(\d+) kB", told, re.MULTILINE))
    return Memory(int(kb.get("Rss", 0)) * 1024 / 1e6, int(kb.get("Pss", 0)) * 1024 / 1e6)


def measure(
    what: str, server: Server, body: bytes, n_records: int, n_clients: int, seconds: float, path: str = "/predict"
) -> Row:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    clients = [Client(server.port, request) for _ in range(n_clients)]
    for client in clients:
        client.send()
    ends = time.perf_counter() + START_S
    drive(clients, WARM_UP_S)
    while not all(client.times for client in clients) and time.perf_counter() < ends:  # some load their model late
        drive(clients, WARM_UP_S)
    for client in clients:
        client.times.clear()
    cpu_before = cpu_s(server.pid)
    took = drive(clients, seconds)
    cpu_us = 1e6 * (cpu_s(server.pid) - cpu_before)
    times = sorted(t for client in clients for t in client.times)
    for client in clients:
        client.socket.close()
    if not times:
        raise SystemExit(f"{what} has answered nothing in {took:.1f} s; give it longer: --seconds {2 * seconds:g}")
    p99 = times[min(len(times) - 1, int(len(times) * 0.99))]
    p50 = statistics.median(times)
    return Row(what, n_clients, n_records, len(times) / took, 1000 * p50, 1000 * p99, cpu_us / len(times))


@contextmanager
def running(command: list[str], compiled: Path | None = None) -> Iterator[Server]:
    """A server as a process; where it is.

    Parameters
    ----------
    command : list of str
        Of Python.
    compiled : Path, optional
        A folder where Python keeps what it compiles, as an installation does beside the code, whatever the environment
        says.
    """
    environment = dict(os.environ)
    if compiled is not None:
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(compiled)
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        yield Server(process.pid, int(first.split()[-1].rpartition(":")[2]))
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)


def quickest(turns: Iterable[Row]) -> Row:
    """The turn with the most requests a second, with the least CPU time of any: each is disturbed by other things."""
    rows = list(turns)
    return replace(max(rows, key=lambda row: row.per_s), cpu_us=min(row.cpu_us for row in rows))


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def running_peer(command: list[str], port: int, path: str, folder: Path) -> Iterator[Server]:
    """Another server, when its port is open."""
    near = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": near, "OMP_NUM_THREADS": "1", "BENTOML_DO_NOT_TRACK": "True"}
    environment.pop("PYTHONPATH", None)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        ends = time.time() + START_S
        while not is_open(port):
            if process.poll() is not None or time.time() > ends:
                raise SystemExit(f"It does not start: {' '.join(command)}")
            time.sleep(0.2)
        time.sleep(2.0)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_S)
        with suppress(ProcessLookupError):  # some leave processes behind, which would take time from the next one
            os.killpg(process.pid, signal.SIGKILL)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
