"""Another model that answers the same requests, unseen by who asks: its answers are kept to be compared.

What was asked waits until there is time; so many rows are then answered together, which costs far less than one by one.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from mlwright.core.errors import SettingsError, name_list
from mlwright.records.bundle import Manifest
from mlwright.records.served import SHADOWS, LogFacts
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.kept_rows import Asked, Frames
from mlwright.scoring.matching import same_classes
from mlwright.shipping.serving.answering import Answer, Answerer
from mlwright.shipping.serving.counters import Counters
from mlwright.shipping.serving.kept.spool import Spool

log = logging.getLogger("mlwright.serving")

PAUSE_S = 0.25
MOST_ROWS = 256
"""Rows that are answered together, so that callers are not kept waiting for long."""

MOST_WAITING = 50_000
"""Rows that may wait; more are lost, and counted."""


class _Waiting(NamedTuple):
    id: str
    at: float
    records: Sequence[Mapping[str, Any]]
    answers: Sequence[Answer]


class Shadow:
    """Answers beside the model in use.

    Parameters
    ----------
    bundle : Bundle
        The other model.
    served : Manifest
        Of the model in use.
    folder : Path
        Of the prediction log.
    counters : Counters

    Raises
    ------
    SettingsError
        If it needs other inputs than callers send, or answers something else.
    """

    def __init__(self, bundle: Bundle, served: Manifest, folder: Path, counters: Counters) -> None:
        _refuse_other_question(bundle.manifest, served)
        facts = LogFacts(target=served.target, columns=(), classes=served.model.classes)
        self._answerer = Answerer(bundle)
        self._names = [item.name for item in bundle.manifest.inputs]
        self._spool = Spool(folder / SHADOWS, Frames(facts, b"", {}), self._lose_kept)
        self._bundle_id = bundle.bundle_id
        self._classes = served.model.classes
        self._is_reordered = bundle.manifest.model.classes != self._classes
        self._counters = counters
        self._waiting: deque[_Waiting] = deque()
        self._n_rows = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work, name="mlwright-shadow", daemon=True)
        self._thread.start()

    def put(self, id: str, at: float, records: Sequence[Mapping[str, Any]], answers: Sequence[Answer]) -> None:
        """Let records be answered later; returns at once."""
        with self._lock:
            if has_room := self._n_rows <= MOST_WAITING:
                self._n_rows += len(records)
                self._waiting.append(_Waiting(id, at, records, answers))
        if not has_room:
            self._lose(len(records))

    def close(self) -> None:
        """Answer what waits, and keep it."""
        self._ended.set()
        self._thread.join()
        self._spool.close()

    def _work(self) -> None:
        while not self._ended.wait(PAUSE_S):
            self._answer_all()
        self._answer_all()

    def _answer_all(self) -> None:
        while self._waiting:
            taken = [self._waiting.popleft()]
            while self._waiting and sum(len(one.records) for one in taken) < MOST_ROWS:
                taken.append(self._waiting.popleft())
            n_rows = sum(len(one.records) for one in taken)
            with self._lock:
                self._n_rows -= n_rows
            try:
                self._answer(taken)
            except Exception:  # a shadow that stumbles goes on, and never touches what is answered
                log.exception("the shadow could not answer %d rows", n_rows)
                self._lose(n_rows)

    def _answer(self, taken: Sequence[_Waiting]) -> None:
        records = [{name: record[name] for name in self._names} for one in taken for record in one.records]
        found = self._answerer.answer(records)
        if self._is_reordered:
            found = [one | {"probabilities": _by_name(one["probabilities"], self._classes)} for one in found]
        start = 0
        for one in taken:
            answers = found[start : start + len(one.records)]
            start += len(one.records)
            self._spool.put([Asked(one.id, one.at, self._bundle_id, (), answers)])
            self._counters.add("shadow_rows_total", by=len(answers))
            other = sum(a["prediction"] != b["prediction"] for a, b in zip(answers, one.answers, strict=True))
            self._counters.add("shadow_otherwise_total", by=other)

    def _lose_kept(self, some: Sequence[Asked]) -> None:
        self._lose(sum(len(one.answers) for one in some))

    def _lose(self, n_rows: int) -> None:
        self._counters.add("shadow_lost_total", by=n_rows)


def _by_name(probabilities: Mapping[str, float], classes: Sequence[str]) -> dict[str, float]:
    """Probabilities in the order in which the log has the classes."""
    return {name: probabilities[name] for name in classes}


def _refuse_other_question(shadow: Manifest, served: Manifest) -> None:
    known = {item.name for item in served.inputs}
    if lacking := [item.name for item in shadow.inputs if item.name not in known]:
        raise SettingsError(
            f"The shadow {shadow.bundle_id} needs {name_list(lacking)}, which callers do not send.",
            "Name a bundle that needs no other inputs than the one that is served.",
        )
    if shadow.target != served.target or not same_classes(shadow.model.classes, served.model.classes):
        raise SettingsError(
            f"The shadow {shadow.bundle_id} answers {shadow.target!r}, with other classes than the bundle in use.",
            "Name a bundle of the same target and classes.",
        )
