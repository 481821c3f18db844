"""A service under steady load for a long time, whose processes are killed at random meanwhile.

Usage: python benchmarks/soak.py [BUNDLE] [--seconds 600] [--quick] [--check]

Two processes answer; callers ask at 70 % of what they bear. Every few seconds one of them is killed, or the one that
they are forked from, but never the first that answers. Every answer must be the right one; a request that was in work
when its process was killed may break, and nothing else; the memory of the first, which lives through all of it, must
stay flat; and the log may lack no more than what the stated window says.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path
from statistics import median
from typing import NamedTuple

from mlwright.data.sources.prediction_log import answered_ids
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.kept.spool import WINDOW_S
from serve import SERVE, make_bundle
from serve_load import Memory, answering, children, memory_of

CALLERS = 8
SHARE = 0.7
GROWTH = 0.10
"""How much more memory the first process may need in the last fifth of the time than in the second tenth (medians)."""

BEHIND_S = 1.0
"""A caller that is further behind its pace does not make up for it."""


class Seen(NamedTuple):
    """What a caller saw."""

    statuses: Counter[str]
    wrong: list[str]
    ids: dict[str, float]


def ask_on(port: int, rows: list[str], right: list[float], pause_s: float, ends: float, seen: Seen) -> None:
    """Ask for a while, one request every `pause_s`; connect again when a connection breaks."""
    connection, place, due = None, 0, time.time()
    while (now := time.time()) < ends:
        due = max(due, now - BEHIND_S) + pause_s
        place = (place + 1) % len(rows)
        try:
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10.0)
            connection.request("POST", "/predict", rows[place], {"Content-Type": "application/json"})
            reply = connection.getresponse()
            answer = json.loads(reply.read())
        except (OSError, http.client.HTTPException, ValueError):
            seen.statuses["broken"] += 1
            connection = None
            time.sleep(pause_s)
            continue
        seen.statuses[str(reply.status)] += 1
        found = list(answer.get("probabilities", {}).values()) or [answer.get("prediction")]
        if reply.status != 200 or abs(found[-1] - right[place]) > 1e-6 * max(1.0, abs(right[place])):
            seen.wrong.append(f"{reply.status}: {found} is not {right[place]}")
        seen.ids[answer.get("id", "")] = time.time()
        time.sleep(max(0.0, due - time.time()))


def together(port: int, rows: list[str], right: list[float], pause_s: float, seconds: float) -> list[Seen]:
    seen = [Seen(Counter(), [], {}) for _ in range(CALLERS)]
    ends = time.time() + seconds
    callers = [threading.Thread(target=ask_on, args=(port, rows, right, pause_s, ends, each)) for each in seen]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    return seen


def kill_on(pid: int, every_s: float, ended: threading.Event, kills: list[float], memory: list[Memory]) -> None:
    """Kill one of the processes now and then, once it has lived for a while, but for the first that answers, and note
    what that one needs.
    """
    last, first = time.time(), answering(pid)[0]
    since: dict[int, float] = {}
    while not ended.wait(0.5):
        now = time.time()
        memory.append(memory_of(first))
        origins = {each for each in children(pid) if children(each)}  # those that one has forked live on without it
        others = ({*since, *answering(pid)} | origins) - {first}
        since = {each: since.get(each, now) for each in others if memory_of(each).rss_mb}
        old = [each for each, began in since.items() if now - began > every_s]
        if now - last > every_s and old:
            os.kill(random.choice(old), signal.SIGKILL)
            kills.append(time.time())
            last = time.time()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--quick", action="store_true", help="25 s")
    parser.add_argument("--check", action="store_true", help="exit with 1 if something is not as it must be")
    options = parser.parse_args()
    seconds = 25.0 if options.quick else options.seconds
    random.seed(0)
    with tempfile.TemporaryDirectory() as place:
        path = options.bundle or make_bundle(Path(place))
        bundle = Bundle.load(path)
        golden = [dict(each.row) for each in bundle.manifest.golden]
        right = [float(each.answer[-1]) for each in bundle.manifest.golden]
        rows = [json.dumps(row) for row in golden]
        log = Path(place) / "log"
        command = [sys.executable, "-c", SERVE, str(path), json.dumps({"workers": 2, "log": {"folder": str(log)}})]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert process.stdout is not None
        port = int(process.stdout.readline().split()[-1].rpartition(":")[2])
        most = sum(sum(each.statuses.values()) for each in together(port, rows, right, 0.0, 3.0)) / 3.0
        ended, kills, memory = threading.Event(), list[float](), list[Memory]()
        killer = threading.Thread(target=kill_on, args=(process.pid, max(8.0, seconds / 40), ended, kills, memory))
        killer.start()
        seen = together(port, rows, right, CALLERS / (SHARE * most), seconds)
        ended.set()
        killer.join()
        process.terminate()
        process.wait()
        kept = answered_ids(log)
    statuses: Counter[str] = sum((each.statuses for each in seen), Counter())
    wrong = [one for each in seen for one in each.wrong]
    lost = {one: at for each in seen for one, at in each.ids.items() if one not in kept}
    unexplained = [at for at in lost.values() if not any(-1.0 <= kill - at <= 2 * WINDOW_S for kill in kills)]
    rss, pss = [each.rss_mb for each in memory], [each.pss_mb for each in memory]
    early, late = median(rss[len(rss) // 10 : len(rss) // 5 + 1]), median(rss[-len(rss) // 5 :])
    figures = {
        "benchmark": "soak",
        "seconds": seconds,
        "per_s": round(sum(statuses.values()) / seconds),
        "share_of_most": round(sum(statuses.values()) / seconds / most, 2),
        "statuses": dict(statuses),
        "wrong": len(wrong),
        "kills": len(kills),
        "broken_per_kill": round(statuses["broken"] / max(len(kills), 1), 2),
        "lost_from_log": len(lost),
        "lost_beyond_window": len(unexplained),
        "mb_early": round(early),
        "mb_late": round(late),
        "mb_most": round(max(rss)),
        "pss_mb_late": round(median(pss[-len(pss) // 5 :])),
        "first_lives": rss[-1] > 0.0,
    }
    for name, value in figures.items():
        print(f"{name:>20}  {value}")
    print(json.dumps(figures))
    grown = late > (1 + GROWTH) * early
    bad = wrong or unexplained or grown or not rss[-1] or statuses["broken"] > 3 * CALLERS * max(len(kills), 1)
    if options.check and bad:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
