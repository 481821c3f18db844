"""Requests that the service answers over loopback, beside servers that do nothing and others that serve a like model.

Usage: python benchmarks/serve.py [BUNDLE] [--seconds 10] [--peers PYTHON] [--quick] [--check]
           [--log-turns N | --granian-turns N | --memory]

Without BUNDLE, a model is made first, from the data that comes with mlwright: cores of LightGBM, by a counted search,
so that it is the same every time. What is asked are rows of that data as JSON, one or 100 different ones a request; of
a BUNDLE that wants others its golden rows. The client, one process on the same machine, costs time of its own.

What a server bears is told by core: requests a second of its processor time. The ceiling is granian, a server written
in Rust, which calls an application in Python that does nothing. Our own server with an application that does nothing is
told too, but is no goal: the less it takes, the further off its half would be, though nobody is answered later.

With ``--peers PYTHON``, the Python of an environment that has them (``pip install mlflow bentoml litserve fastapi
uvicorn granian lightgbm scikit-learn pandas``), granian does nothing beside it, and `mlflow models serve`, BentoML,
LitServe and FastAPI answer, one worker each, with a pipeline of scikit-learn on the same data: gaps filled, names
one-hot, and one LightGBM of as many trees as all cores of our model have, of as many leaves each (`serve_peers.py`).
So both sides walk trees of one size; theirs has no calibration and no look at what is asked. Goals that speak of others
are looked at only there. How many times the CPU time of mlwright they take is what counts: load disturbs it least.

What granian takes swings by a third from one moment to the next, and ours less, so a single reading of the share says
little: both are measured in turn, and the median of the shares of all turns counts, with how far they lie apart.

With ``--log-turns N`` only the cost of the prediction log is measured: N turns without and with it, one after the
other, of which the medians are told. Beside other work CPU time says it, not requests per second. With
``--granian-turns N`` and ``--peers`` only the share of granian is, and with ``--memory`` only what 1, 2 and 4 processes
take: RSS, which counts shared pages for each of them, and PSS, which divides them.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import re
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Any

from serve_load import Row, cpu_s, free_port, measure, quickest, running, running_peer
from serve_peers import NOTHING as EMPTY
from serve_turns import Share, in_turns, share_of
from serve_workers import of_workers, show_workers, until_answered

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
"""Requests of one record from 16 clients by second of processor time, as a share of what granian does that answers
nothing, in the median of turns."""

GOAL_TIMES_NEXT = 8.0
"""The CPU time of the next peer as a multiple of ours, for one record and for 100, at one client and at 16."""

GOAL_TIMES_MLFLOW = 80.0
"""That of `mlflow models serve`, for one record at 16 clients."""

GOAL_READY_S = 1.0
"""From the start of the process to the first answer that the model gives."""

GOAL_RSS_MB = 150
"""What a process that answers takes, when it has answered for a while."""

TURNS = 3
"""With and without a log are measured in turns, and the best of each figure counts: a shared machine swings."""

GRANIAN_TURNS, GRANIAN_TURN_S = 15, 1.0
"""Ours and granian's, one after the other."""

WORKERS = (1, 2, 4)
"""Of which the memory is told."""

CANDIDATES = 2
"""That the search for the model tries."""

MLFLOW, GRANIAN = "mlflow models serve", "granian, nothing"
NOTHING_SERVED, PLAIN, KEPT = "nothing", "mlwright serve", "mlwright serve, with a log"
SERVE = """
import json, sys
from mlwright.shipping.serving.server import serve
from mlwright.shipping.serving.settings import settings_of
serve(sys.argv[1], settings_of({"port": 0, **json.loads(sys.argv[2])}))
"""
PEERS = Path(__file__).with_name("serve_peers.py")
TARGET = "deposit"
NOTHING = b'{"prediction":"No","probabilities":{"No":0.9,"Yes":0.1},"model":"000000000000"}'


@dataclass
class Start:
    """How a service comes up, and how large it is in the end."""

    ready_s: float
    ready_cpu_s: float
    rss_mb: float


def nothing(environ, start_response):
    """The application that does nothing but read and answer."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(NOTHING)))])
    return [NOTHING]


def serve_nothing() -> None:
    from mlwright.shipping.serving.answered import answered_by
    from mlwright.shipping.serving.listening import listen
    from mlwright.shipping.serving.place import listening_socket
    from mlwright.shipping.serving.seats import Seats

    with listening_socket("127.0.0.1", 0) as listening:
        where = f"nothing at {listening.getsockname()[1]}"
        listen(
            listening,
            lambda environs: [answered_by(nothing, environ) for environ in environs],
            most_body_bytes=1_000_000,
            headers_s=60.0,
            drain_s=5.0,
            began=lambda: print(where, flush=True),
            seat=Seats(1)[0],
        )


def example(workspace: Path) -> Path:
    """The data that comes with mlwright."""
    data = workspace / "bank_marketing.csv.gz"
    data.write_bytes((files("mlwright") / "example" / "bank_marketing.csv.gz").read_bytes())
    return data


def make_bundle(workspace: Path) -> Path:
    """Cores of LightGBM, the family of the peers' pipeline; candidates are counted, so that it is always the same."""
    import mlwright

    sections = {
        "project": {"target": TARGET},
        "collect": {"source": str(example(workspace))},
        "train": {"families": ["lightgbm"], "candidates": CANDIDATES, "experience": False},
    }
    project = mlwright.Project.create(workspace / "project", sections)
    project.run()
    return project.bundle().save(workspace / "bundle")


def leaves_of(bundle: Path) -> list[int]:
    """Of each LightGBM tree of a bundle."""
    texts = [file.read_bytes() for file in sorted((bundle / "model").iterdir())]
    return [
        int(n) for text in texts if text.startswith(b"tree\n") for n in re.findall(rb"^num_leaves=(\d+)", text, re.M)
    ]


def records_for(bundle: Path, n_records: int = 100) -> list[dict[str, object]]:
    """Rows of the data as a caller would send them; golden rows, again and again, if the bundle wants others."""
    manifest = json.loads((bundle / "manifest.json").read_text())
    golden: list[dict[str, object]] = [each["row"] for each in manifest["golden"]]
    with tempfile.TemporaryDirectory() as place, gzip.open(example(Path(place)), "rt", newline="") as file:
        rows = [row for _, row in zip(range(n_records), csv.DictReader(file), strict=False)]
    if not golden[0].keys() <= rows[0].keys() - {TARGET}:
        return (golden * n_records)[:n_records]
    is_text = {name: isinstance(value, str) for name, value in golden[0].items()}
    return [{name: row[name] if is_text[name] else json.loads(row[name]) for name in is_text} for row in rows]


def bodies(records: list[dict[str, object]], wrap: str | None) -> list[tuple[int, bytes]]:
    """Requests of one record and of all, as a server takes them; `wrap` names the list, None is a bare one."""
    several = [records[:1], records]
    return [(len(each), json.dumps(each if wrap is None else {wrap: each}).encode()) for each in several]


def starting(bundle: Path, body: bytes, seconds: float, compiled: Path) -> Start:
    """How long a service takes from its start to its first answer, and its memory after some seconds of answering.

    Code that was changed is compiled at the first of several starts, as a rule by the installation.
    """
    began = time.perf_counter()
    with running(["-c", SERVE, str(bundle), "{}"], compiled) as server:
        until_answered(server, body)
        ready_s, ready_cpu_s = time.perf_counter() - began, cpu_s(server.pid)
        measure("warm", server, body, 1, 16, seconds)
        return Start(ready_s, ready_cpu_s, server.rss_mb)


def run(bundle: Path, seconds: float) -> list[Row]:
    one = json.dumps(records_for(bundle)[0]).encode()
    rows = []
    with running([__file__, "--nothing"]) as server:
        time.sleep(1.0)
        rows += [quickest(measure(NOTHING_SERVED, server, one, 1, n, seconds) for _ in range(TURNS)) for n in (1, 16)]
    for without, with_log in with_and_without_log(bundle, seconds, TURNS):
        rows += [quickest(without), quickest(with_log)]
    return rows


def with_and_without_log(bundle: Path, seconds: float, n_turns: int) -> Iterator[list[list[Row]]]:
    """Without and with a log, one after the other, for each number of records and of clients."""
    records = records_for(bundle)
    asked = [(1, json.dumps(records[0]).encode()), bodies(records, "records")[1]]
    with (
        tempfile.TemporaryDirectory() as log,
        running(["-c", SERVE, str(bundle), "{}"]) as without,
        running(["-c", SERVE, str(bundle), json.dumps({"log": {"folder": log}})]) as with_log,
    ):
        for n, body in asked:
            for c in (1, 16):
                ours = partial(measure, PLAIN, without, body, n, c, seconds)
                yield in_turns([ours, partial(measure, KEPT, with_log, body, n, c, seconds)], n_turns)


def log_cost(bundle: Path, seconds: float, n_turns: int) -> dict[str, dict[str, float]]:
    """What a log costs, as shares of the figures without it: by medians, and by the least CPU time of any turn."""
    print("| clients | records | CPU µs without | with a log | median | least | requests/s without | with | median |")
    print("|---|---|---|---|---|---|---|---|---|")
    costs = {}
    for without, with_log in with_and_without_log(bundle, seconds, n_turns):
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


def beside_granian(python: Path, bundle: Path, n_turns: int) -> tuple[list[Row], Share]:
    """Our service and granian with an application that does nothing, in turn; and the share of its requests by core."""
    body = json.dumps(records_for(bundle)[0]).encode()
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "empty.py").write_text(EMPTY)
        command = [str(python.parent / "granian"), "--interface", "wsgi", "empty:application", "--port"]
        with (
            running(["-c", SERVE, str(bundle), "{}"]) as server,
            running_peer([*command, str(port := free_port())], port, "/", Path(place)) as granian,
        ):
            ours = partial(measure, PLAIN, server, body, 1, 16, GRANIAN_TURN_S)
            theirs = partial(measure, GRANIAN, granian, body, 1, 16, GRANIAN_TURN_S, "/")
            turns = in_turns([ours, theirs], n_turns)
    cpu = [[row.cpu_us for row in rows] for rows in turns]
    share = share_of(cpu[1], cpu[0])
    for each, us in zip(("mlwright", GRANIAN), cpu, strict=True):
        print(f"{each}: {statistics.median(us):.1f} us a request (median), {min(us):.1f} to {max(us):.1f}.", flush=True)
    print(f"Of what granian answers by core that does nothing: {share}.", flush=True)
    return [quickest(rows) for rows in turns], share


def run_peers(python: Path, data: Path, bundle: Path, seconds: float) -> list[Row]:
    """Other servers, one process each, with the plain pipeline; each three times, of which the best counts."""
    records, leaves, rows = records_for(bundle), leaves_of(bundle), []
    if not leaves:
        raise SystemExit("The bundle has no cores of LightGBM: others cannot serve a model of its size.")
    size = [str(len(leaves)), str(round(statistics.mean(leaves)))]
    with tempfile.TemporaryDirectory() as place:
        model = Path(place) / "model"
        subprocess.run([python, PEERS, "make", data, model, *size], check=True, stdout=subprocess.DEVNULL)
        near = python.parent
        for what, command, path, wrap in (
            ("FastAPI, uvicorn", [python, PEERS, "fastapi", model], "/predict", None),
            ("BentoML", [near / "bentoml", "serve", "plain:Plain", "--port"], "/predict", "records"),
            ("LitServe", [python, model / "lit.py"], "/predict", "records"),
            (
                MLFLOW,
                [near / "mlflow", "models", "serve", "--env-manager", "local", "-m", model / "mlflow", "-p"],
                "/invocations",
                "dataframe_records",
            ),
        ):
            with running_peer([*map(str, command), str(port := free_port())], port, path, model) as server:
                for n, body in bodies(records, wrap):
                    turns = ([measure(what, server, body, n, c, seconds, path) for _ in range(TURNS)] for c in (1, 16))
                    rows += map(quickest, turns)
    return rows


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
    parser.add_argument("--quick", action="store_true", help="2 s for each line")
    parser.add_argument("--log-turns", type=int, metavar="N", help="measure the log's cost alone, in so many turns")
    parser.add_argument("--granian-turns", type=int, metavar="N", help="measure the share of granian alone, as often")
    parser.add_argument("--memory", action="store_true", help="measure what several processes take alone")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    parser.add_argument("--nothing", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    # absolute, but not resolved: the link to the interpreter is what makes it that of the environment
    peers = options.peers.absolute() if options.peers else None
    if options.granian_turns and not peers:
        parser.error("--granian-turns needs --peers PYTHON, the environment that granian is in")
    if options.nothing:
        serve_nothing()
        return
    with tempfile.TemporaryDirectory() as workspace:
        bundle = options.bundle or make_bundle(Path(workspace))
        seconds = 2.0 if options.quick else options.seconds
        if options.log_turns:
            costs = log_cost(bundle, seconds, options.log_turns)
            told, is_missed = {"log": costs}, max(cost["cpu"] for cost in costs.values()) > GOAL_LOG_SHARE
        elif options.granian_turns:
            share = beside_granian(peers, bundle, options.granian_turns)[1]
            told, is_missed = {"of_granian": asdict(share)}, share.median < GOAL_OF_NOTHING
        elif options.memory:
            workers = several(bundle, seconds)
            told, is_missed = {"workers": workers}, max(each["pss_mb"] for each in workers) > GOAL_RSS_MB
        else:
            told, is_missed = all_of(bundle, seconds, peers, example(Path(workspace)))
    print(json.dumps({"benchmark": "serve", **told}))
    if options.check and is_missed:
        raise SystemExit(1)


def several(bundle: Path, seconds: float) -> list[dict[str, Any]]:
    """What several processes take."""
    body = json.dumps(records_for(bundle)[0]).encode()
    workers = of_workers(["-c", SERVE], bundle, body, seconds, WORKERS)
    show_workers(workers)
    return [asdict(each) for each in workers]


def all_of(bundle: Path, seconds: float, peers: Path | None, data: Path) -> tuple[dict[str, Any], bool]:
    """All figures, and whether a goal is missed."""
    body, compiled = json.dumps(records_for(bundle)[0]).encode(), data.with_name("compiled")
    starts = [starting(bundle, body, seconds, compiled) for _ in range(3)]
    start = min(starts, key=lambda each: each.ready_s)
    rows, share, workers = run(bundle, seconds), None, several(bundle, seconds)
    if peers:
        turns, share = beside_granian(peers, bundle, GRANIAN_TURNS)
        rows += [*turns[1:], *run_peers(peers, data, bundle, seconds)]
    leaves = leaves_of(bundle)
    show(rows)
    print(
        f"\nFrom the start to the first answer {start.ready_s:.2f} s, the best of three "
        f"({min(each.ready_cpu_s for each in starts):.2f} s of CPU); {start.rss_mb:.0f} MB."
    )
    print(f"The model has {len(leaves)} trees of LightGBM with {sum(leaves):,} leaves.")
    figures = figures_of(rows, share) | asdict(start)
    missed = list(missed_of(figures))
    print("Missed: " + ("; ".join(missed) or "nothing") + ".")
    model = {"trees": len(leaves), "leaves": sum(leaves)}
    told = {**figures, "workers": workers, "model": model, "missed": missed, "rows": [asdict(row) for row in rows]}
    return told, bool(missed)


def figures_of(rows: list[Row], of_granian: Share | None) -> dict[str, Any]:
    """What the goals speak of; says what the log and the model cost beside a service without."""
    found = {(row.what, row.clients, row.records): row for row in rows}
    alone, many = found[PLAIN, 1, 1], found[PLAIN, 16, 1]
    shares = {
        f"{clients} x {records}": round(found[KEPT, clients, records].cpu_us / row.cpu_us - 1.0, 3)
        for (what, clients, records), row in found.items()
        if what == PLAIN
    }
    told = ", ".join(f"{share:+.1%} at {asked}" for asked, share in shares.items())
    print(f"A log takes more of CPU time, by clients and records a request: {told}.")
    of_nothing = round(found[NOTHING_SERVED, 16, 1].cpu_us / many.cpu_us, 3)
    print(f"From 16 clients a core answers so much of what our own server does that does nothing: {of_nothing}.")
    times: dict[str, dict[str, float]] = {}
    for peer in sorted({what for what, _, _ in found} - {NOTHING_SERVED, PLAIN, KEPT, GRANIAN}):
        times[peer] = {
            f"{clients} x {records}": round(row.cpu_us / found[PLAIN, clients, records].cpu_us, 1)
            for (what, clients, records), row in found.items()
            if what == peer
        }
        print(f"{peer} takes so many times the CPU time of mlwright: {times[peer]}")
    figures = {"p50_ms": round(alone.p50_ms, 3), "p99_ms": round(alone.p99_ms, 3), "per_s": round(many.per_s)}
    share = None if of_granian is None else asdict(of_granian)
    return figures | {"of_nothing": of_nothing, "of_granian": share, "log_shares": shares, "times": times}


def missed_of(figures: dict[str, Any]) -> Iterator[str]:
    """The goals that were not reached, in words."""
    goals = [
        ("p50_ms", figures["p50_ms"] < GOAL_P50_MS),
        ("p99_ms", figures["p99_ms"] < GOAL_P99_MS),
        ("requests a second", figures["per_s"] >= GOAL_PER_S),
        ("the log", max(figures["log_shares"].values()) <= GOAL_LOG_SHARE),
        ("ready", figures["ready_s"] < GOAL_READY_S),
        ("memory", figures["rss_mb"] < GOAL_RSS_MB),
        ("half of granian", (figures["of_granian"] or {}).get("median", 1.0) >= GOAL_OF_NOTHING),
        *(
            (f"{GOAL_TIMES_NEXT:g} times {name}, {asked}", times >= GOAL_TIMES_NEXT)
            for name, of_peer in figures["times"].items()
            for asked, times in of_peer.items()
        ),
        *(
            (f"{GOAL_TIMES_MLFLOW:g} times MLflow", of_peer["16 x 1"] >= GOAL_TIMES_MLFLOW)
            for name, of_peer in figures["times"].items()
            if name == MLFLOW
        ),
    ]
    return (name for name, is_reached in goals if not is_reached)


if __name__ == "__main__":
    main()
