"""Requests that the service answers over loopback, against the same server with an application that does nothing.

Usage: python benchmarks/serve.py [BUNDLE] [--seconds 10] [--peers PYTHON] [--quick] [--log-turns N] [--check]

Without BUNDLE, a model is made first, from the data that comes with mlwright. One record is one of the bundle's golden
rows, sent as JSON. The client, one process on the same machine, costs time of its own: what it measures of the server
that does nothing is the limit.

With ``--peers PYTHON``, the Python of an environment that has them (``pip install mlflow bentoml litserve fastapi
uvicorn granian lightgbm scikit-learn pandas``), `mlflow models serve`, BentoML, LitServe and FastAPI answer beside it,
one worker each, with a pipeline of scikit-learn and LightGBM on the data that comes with mlwright, and granian with an
application that does nothing. How many times the CPU time of mlwright they take is told too: load disturbs it least.

With ``--log-turns N`` only the cost of the prediction log is measured: N turns without and with it, one after the
other, of which the medians are told. Beside other work CPU time says it, not requests per second.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import select
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

GOAL_P50_MS = 0.2
"""The median time of one record at one client."""

GOAL_PER_S = 10_000
"""Requests of one record a second from 16 clients, of one process."""

GOAL_P99_MS = 3.0
"""Of one record at one client, 99 of 100 times."""

GOAL_LOG_SHARE = 0.10
"""How much more of CPU time the prediction log may take, or how many requests fewer be answered with it, with one
record at one client and at 16, and with 100."""

GOAL_OF_NOTHING = 0.5
"""Requests of one record a second from 16 clients, as a share of what the same server does that answers nothing."""

GOAL_READY_S = 1.0
"""From the start of the process to the first answer that the model gives."""

GOAL_RSS_MB = 150
"""What a process that answers takes, when it has answered for a while."""

TURNS = 3
"""With and without a log are measured in turns, and the best of each figure counts: a shared machine swings."""

WARM_UP_S = 0.5
NOTHING_SERVED, PLAIN, KEPT = "nothing", "mlwright serve", "mlwright serve, with a log"
SERVE = """
import json, sys
from mlwright.shipping.serving.server import serve
from mlwright.shipping.serving.settings import settings_of
serve(sys.argv[1], settings_of({"port": 0, **json.loads(sys.argv[2])}))
"""
PEERS = Path(__file__).with_name("serve_peers.py")
START_S = 120.0
NOTHING = b'{"prediction":"No","probabilities":{"No":0.9,"Yes":0.1},"model":"000000000000"}'


@dataclass
class Row:
    what: str
    clients: int
    records: int
    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float


@dataclass
class Server:
    pid: int
    port: int

    @property
    def rss_mb(self) -> float:
        """The memory of the largest of its processes: the one that answers, or one of those."""
        return max(_rss_mb(pid) for pid in family(self.pid))


@dataclass
class Start:
    """How a service comes up, and how large it is in the end."""

    ready_s: float
    ready_cpu_s: float
    rss_mb: float


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


def family(pid: int) -> list[int]:
    """A process and its children, and theirs."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in family(int(child)))]


def cpu_s(pid: int) -> float:
    """CPU seconds that a process and its children have used, in user and system mode."""
    ticks = [Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:13] for each in family(pid)]
    return sum(int(tick) for pair in ticks for tick in pair) / os.sysconf("SC_CLK_TCK")


def _rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


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
def running(command: list[str]) -> Iterator[Server]:
    """A server as a process; where it is."""
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        yield Server(process.pid, int(first.split()[-1].rpartition(":")[2]))
    finally:
        process.terminate()
        process.wait(timeout=60)


def nothing(environ, start_response):
    """The application that does nothing but read and answer."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(NOTHING)))])
    return [NOTHING]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def serve_nothing() -> None:
    from ctypes import c_int
    from multiprocessing.sharedctypes import RawArray

    from mlwright.shipping.serving.answered import answered_by
    from mlwright.shipping.serving.listening import listen
    from mlwright.shipping.serving.place import listening_socket

    with listening_socket("127.0.0.1", 0) as listening:
        where = f"nothing at {listening.getsockname()[1]}"
        listen(
            listening,
            lambda environs: [answered_by(nothing, environ) for environ in environs],
            most_body_bytes=1_000_000,
            headers_s=60.0,
            drain_s=5.0,
            began=lambda: print(where, flush=True),
            counts=RawArray(c_int, 1),
            place=0,
        )


def example(workspace: Path) -> Path:
    """The data that comes with mlwright."""
    from importlib.resources import files

    data = workspace / "bank_marketing.csv.gz"
    data.write_bytes((files("mlwright") / "example" / "bank_marketing.csv.gz").read_bytes())
    return data


def make_bundle(workspace: Path, budget: str) -> Path:
    """Cores of LightGBM, the family of the peers' pipeline: what a search chooses from all would differ run by run."""
    import mlwright

    sections = {
        "project": {"target": "deposit"},
        "collect": {"source": str(example(workspace))},
        "train": {"families": ["lightgbm"], "budget": budget},
    }
    project = mlwright.Project.create(workspace / "project", sections)
    project.run()
    bundle = project.bundle()
    if not any(core.form == "lightgbm" for member in bundle.manifest.model.members for core in member.cores):
        raise SystemExit(f"In {budget} no model of LightGBM was made here; make one beforehand, and give BUNDLE.")
    return bundle.save(workspace / "bundle")


def bodies(records: list[dict[str, object]], wrap: str | None) -> list[tuple[int, bytes]]:
    """Requests of one record and of 100, as a server takes them; `wrap` names the list, None is a bare one."""
    many = [records[:1], (records * 100)[:100]]
    return [(len(each), json.dumps(each if wrap is None else {wrap: each}).encode()) for each in many]


def first_answer(server: Server, body: bytes, began: float) -> Start:
    """Ask until the model answers."""
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5.0)
            connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
            if connection.getresponse().status == http.HTTPStatus.OK:
                return Start(time.perf_counter() - began, cpu_s(server.pid), server.rss_mb)
        except OSError:
            time.sleep(0.005)


def starting(bundle: Path, body: bytes, seconds: float) -> Start:
    """How long a service takes from its start to its first answer, and its memory after some seconds of answering."""
    began = time.perf_counter()
    with running(["-c", SERVE, str(bundle), "{}"]) as server:
        found = first_answer(server, body, began)
        measure("warm", server, body, 1, 16, seconds)
        return replace(found, rss_mb=server.rss_mb)


def run(bundle: Path, seconds: float) -> list[Row]:
    one = json.dumps(golden_rows(bundle)[0]).encode()
    rows = []
    with running([__file__, "--nothing"]) as server:
        time.sleep(1.0)
        rows += [quickest(measure(NOTHING_SERVED, server, one, 1, n, seconds) for _ in range(TURNS)) for n in (1, 16)]
    for without, with_log in in_turns(bundle, seconds, TURNS):
        rows += [quickest(without), quickest(with_log)]
    return rows


def in_turns(bundle: Path, seconds: float, n_turns: int) -> Iterator[tuple[list[Row], list[Row]]]:
    """Without and with a log, one after the other, for each number of records and of clients."""
    records = golden_rows(bundle)
    asked = [(1, json.dumps(records[0]).encode()), bodies(records, "records")[1]]
    with (
        tempfile.TemporaryDirectory() as log,
        running(["-c", SERVE, str(bundle), "{}"]) as without,
        running(["-c", SERVE, str(bundle), json.dumps({"log": {"folder": log}})]) as with_log,
    ):
        for n, body in asked:
            for c in (1, 16):
                found: tuple[list[Row], list[Row]] = ([], [])
                for _ in range(n_turns):
                    found[0].append(measure(PLAIN, without, body, n, c, seconds))
                    found[1].append(measure(KEPT, with_log, body, n, c, seconds))
                yield found


def log_cost(bundle: Path, seconds: float, n_turns: int) -> dict[str, dict[str, float]]:
    """What a log costs, as shares of the figures without it: by medians, and by the least CPU time of any turn."""
    print("| clients | records | CPU µs without | with a log | median | least | requests/s without | with | median |")
    print("|---|---|---|---|---|---|---|---|---|")
    costs = {}
    for without, with_log in in_turns(bundle, seconds, n_turns):
        cpu, per_s = (
            [statistics.median(getattr(row, figure) for row in rows) for rows in (without, with_log)]
            for figure in ("cpu_us", "per_s")
        )
        least = [min(row.cpu_us for row in rows) for rows in (without, with_log)]
        shares = {
            "cpu": cpu[1] / cpu[0] - 1.0,
            "least_cpu": least[1] / least[0] - 1.0,
            "per_s": per_s[1] / per_s[0] - 1.0,
        }
        c, n = without[0].clients, without[0].records
        print(
            f"| {c} | {n} | {cpu[0]:,.0f} | {cpu[1]:,.0f} | {shares['cpu']:+.1%} | {shares['least_cpu']:+.1%} "
            f"| {per_s[0]:,.0f} | {per_s[1]:,.0f} | {shares['per_s']:+.1%} |",
            flush=True,
        )
        costs[f"{c} x {n}"] = {name: round(share, 3) for name, share in shares.items()}
    return costs


def quickest(turns: Iterable[Row]) -> Row:
    """The turn with the most requests a second, with the least CPU time of any: each is disturbed by other things."""
    rows = list(turns)
    return replace(max(rows, key=lambda row: row.per_s), cpu_us=min(row.cpu_us for row in rows))


def golden_rows(bundle: Path) -> list[dict[str, object]]:
    return [golden["row"] for golden in json.loads((bundle / "manifest.json").read_text())["golden"]]


def run_peers(python: Path, data: Path, records: list[dict[str, object]], seconds: float) -> list[Row]:
    """Other servers, one process each, with the plain pipeline."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        model = Path(place) / "model"
        subprocess.run([python, PEERS, "make", data, model], check=True, stdout=subprocess.DEVNULL)
        near = python.parent
        for what, command, path, wrap in (
            ("granian, nothing", [near / "granian", "--interface", "wsgi", "empty:application", "--port"], "/", None),
            ("FastAPI, uvicorn", [python, PEERS, "fastapi", model], "/predict", None),
            ("BentoML", [near / "bentoml", "serve", "plain:Plain", "--port"], "/predict", "records"),
            ("LitServe", [python, model / "lit.py"], "/predict", "records"),
            (
                "mlflow models serve",
                [near / "mlflow", "models", "serve", "--env-manager", "local", "-m", model / "mlflow", "-p"],
                "/invocations",
                "dataframe_records",
            ),
        ):
            with running_peer([*map(str, command), str(port := free_port())], port, path, model) as server:
                for n, body in bodies(records, wrap):
                    rows += [measure(what, server, body, n, c, seconds, path) for c in (1, 16)]
    return rows


@contextmanager
def running_peer(command: list[str], port: int, path: str, folder: Path) -> Iterator[Server]:
    """Another server, when its port is open."""
    near = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": near, "OMP_NUM_THREADS": "1", "BENTOML_DO_NOT_TRACK": "True"}
    environment.pop("PYTHONPATH", None)
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
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
        process.wait(timeout=60)


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def show(rows: list[Row]) -> None:
    print(
        "| server | clients | records a request | requests/s | records/s | p50 ms | p99 ms | server CPU µs a request |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for r in rows:
        rates = f"{r.per_s:,.0f} | {r.per_s * r.records:,.0f}"
        print(f"| {r.what} | {r.clients} | {r.records} | {rates} | {r.p50_ms:.2f} | {r.p99_ms:.2f} | {r.cpu_us:.0f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0, help="for each line of the table")
    parser.add_argument("--peers", type=Path, metavar="PYTHON", help="the Python of an environment with the others")
    parser.add_argument("--quick", action="store_true", help="2 s for each line, and a model of 15 s")
    parser.add_argument("--log-turns", type=int, metavar="N", help="measure the log's cost alone, in so many turns")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    parser.add_argument("--nothing", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.nothing:
        serve_nothing()
        return
    with tempfile.TemporaryDirectory() as workspace:
        bundle = options.bundle or make_bundle(Path(workspace), "15s" if options.quick else "60s")
        seconds = 2.0 if options.quick else options.seconds
        if options.log_turns:
            costs = log_cost(bundle, seconds, options.log_turns)
            print(json.dumps({"benchmark": "serve", "log": costs}))
            if options.check and max(cost["cpu"] for cost in costs.values()) > GOAL_LOG_SHARE:
                raise SystemExit(1)
            return
        starts = [starting(bundle, json.dumps(golden_rows(bundle)[0]).encode(), seconds) for _ in range(3)]
        start = min(starts, key=lambda each: each.ready_s)
        rows = run(bundle, seconds)
        if options.peers:
            # absolute, but not resolved: the link to the interpreter is what makes it that of the environment
            python = options.peers.absolute()
            rows += run_peers(python, example(Path(workspace)), golden_rows(bundle), seconds)
    show(rows)
    print(
        f"\nFrom the start to the first answer {start.ready_s:.2f} s, the best of three "
        f"({min(each.ready_cpu_s for each in starts):.2f} s of CPU); {start.rss_mb:.0f} MB."
    )
    figures = figures_of(rows) | asdict(start)
    print(json.dumps({"benchmark": "serve", **figures, "rows": [asdict(row) for row in rows]}))
    missed = figures["p50_ms"] >= GOAL_P50_MS or figures["p99_ms"] >= GOAL_P99_MS or figures["per_s"] < GOAL_PER_S
    missed = missed or max(figures["log_shares"].values()) > GOAL_LOG_SHARE or figures["of_nothing"] < GOAL_OF_NOTHING
    missed = missed or start.ready_s >= GOAL_READY_S or start.rss_mb >= GOAL_RSS_MB
    if options.check and missed:
        raise SystemExit(1)


def figures_of(rows: list[Row]) -> dict[str, Any]:
    """What the goals speak of; says what the log and the model cost beside a service without."""
    found = {(row.what, row.clients, row.records): row for row in rows}
    alone, many = found[PLAIN, 1, 1], found[PLAIN, 16, 1]
    shares = {
        f"{clients} x {records}": round(found[KEPT, clients, records].cpu_us / row.cpu_us - 1.0, 3)
        for (what, clients, records), row in found.items()
        if what == PLAIN
    }
    of_nothing = many.per_s / found[NOTHING_SERVED, 16, 1].per_s
    told = ", ".join(f"{share:+.1%} at {asked}" for asked, share in shares.items())
    print(f"A log takes more of CPU time, by clients and records a request: {told}.")
    print(f"From 16 clients {of_nothing:.2f} of what the same server does that answers nothing.")
    figures = {"p50_ms": round(alone.p50_ms, 3), "p99_ms": round(alone.p99_ms, 3), "per_s": round(many.per_s)}
    others = {what for what, _, _ in found} - {NOTHING_SERVED, PLAIN, KEPT}
    times: dict[str, dict[str, float]] = {}
    for peer in sorted(others):
        times[peer] = {
            f"{clients} x {records}": round(row.cpu_us / found[PLAIN, clients, records].cpu_us, 1)
            for (what, clients, records), row in found.items()
            if what == peer
        }
        print(f"{peer} takes so many times the CPU time of mlwright: {times[peer]}")
    return figures | {"of_nothing": round(of_nothing, 3), "log_shares": shares, "times": times}


if __name__ == "__main__":
    main()
