"""What the service counts, in the text format that Prometheus reads.

All series are known from the bundle before the first request, so nothing that a caller sends can add one. The
counts of a process lie in an array; where several processes answer, in a file of one folder, and whoever is asked adds
them up (see `counted`).
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlwright.records.bundle import Manifest
from mlwright.records.profile import Kind
from mlwright.shipping.serving.counted import CountsFolder, Series
from mlwright.shipping.serving.refusals import REASONS

if TYPE_CHECKING:
    from mlwright.shipping.serving.tally import Tally

BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
STATUSES = (200, 202, *sorted({reason.status for reason in REASONS.values()}))
PREFIX = "mlwright_"


class Measure(NamedTuple):
    """One thing that is counted: its name, what it means, and the names of its labels."""

    name: str
    meaning: str
    labels: tuple[str, ...] = ()


MEASURES = (
    Measure("requests_total", "Requests, by path and HTTP status.", ("path", "status")),
    Measure("rows_total", "Records that were answered."),
    Measure("answers_total", "Answers, by class.", ("answer",)),
    Measure("refusals_total", "Requests that were refused, by reason.", ("reason",)),
    Measure("log_lost_total", "Requests and outcomes that the log could not keep."),
    Measure("shadow_rows_total", "Records that the shadow has answered too."),
    Measure("shadow_otherwise_total", "Records to which the shadow gave another answer."),
    Measure("shadow_lost_total", "Records that the shadow could not answer or keep."),
    Measure("missing_values_total", "Values that were missing in answered records, by field.", ("field",)),
    Measure("unknown_names_total", "Names that training had seen too rarely or never, by field.", ("field",)),
    Measure("out_of_range_total", "Numbers and dates outside the range seen in training, by field.", ("field",)),
    Measure("unlike_pattern_total", "Texts that do not match the pattern of their field, by field.", ("field",)),
    Measure("wrong_values_total", "Values of another kind that were taken as missing, by field.", ("field",)),
    Measure(
        "taken_as_missing_total", "Values that broke the contract and were taken as missing, by field.", ("field",)
    ),
    Measure(
        "ignored_columns_total", "Values of columns of the data that the model does not use, by column.", ("column",)
    ),
    Measure("extra_fields_total", "Fields that the data never had and that were ignored."),
    Measure("contract_refusals_total", "Requests that were refused for a value that breaks the contract.", ("field",)),
)
IMPOSSIBLE: Mapping[str, frozenset[Kind]] = {
    "unknown_names_total": frozenset({"number", "date", "text"}),
    "out_of_range_total": frozenset({"category", "boolean", "text"}),
    "unlike_pattern_total": frozenset({"number", "date", "boolean"}),
}
"""Kinds of fields of which there is nothing to count."""

SECONDS = Measure("predict_seconds", "Seconds from the first byte of a prediction request to its answer.")


class Counters:
    """The counts of one service.

    Parameters
    ----------
    manifest : Manifest
    paths : iterable of str
        The paths of the service; every other one counts as ``other``.
    folder : Path, optional
        Where the processes of one service keep their counts; default: in memory.
    """

    def __init__(self, manifest: Manifest, paths: Iterable[str], folder: Path | None = None) -> None:
        self._folder = None if folder is None else CountsFolder(folder)
        self._lock = threading.Lock()
        self._lay_out(manifest, paths)

    def follow(self, manifest: Manifest, paths: Iterable[str]) -> None:
        """Another bundle, with the same inputs and classes, answers from now on; what was counted still counts."""
        with self._lock:
            before = zip(self._places, self._cells, strict=True)
            self._lay_out(manifest, paths)
            if self._folder is None:
                for series, count in before:
                    if (place := self._places.get(series)) is not None:
                        self._cells[place] += count

    def _lay_out(self, manifest: Manifest, paths: Iterable[str]) -> None:
        """Where each series is counted."""
        paths = (*paths, "other")
        places = {series: i for i, series in enumerate(_all_series(manifest, paths))}
        self._cells = self._open(places)  # first, for a disk may be full
        self._manifest, self._places = manifest, places
        self._seconds = self._places[SECONDS.name, (str(BUCKETS_S[0]),)], self._places[f"{SECONDS.name}_sum", ()]
        self._requests: dict[tuple[str, int], int] = {
            (path, status): self._places["requests_total", (path, str(status))]
            for path, status in product(paths, STATUSES)
        }
        self._rows = self._places["rows_total", ()]
        self._answers = {name: self._places["answers_total", (name,)] for name in manifest.model.classes}

    def add(self, measure: str, *labels: str, by: float = 1.0) -> None:
        """Count something; what was not foreseen is not counted."""
        self.add_each({(measure, labels): by})

    def add_each(self, counts: Mapping[Series, float]) -> None:
        """Count several things at once, each by its name and its labels; what was not foreseen is not counted."""
        with self._lock:
            places, cells = self._places, self._cells
            for series, by in counts.items():
                if (place := places.get(series)) is not None:
                    cells[place] += by

    def take(self, tally: Tally) -> None:
        """Count what came together."""
        with self._lock:
            cells, answers, places = self._cells, self._answers, self._places
            cells[self._rows] += len(tally.classes)
            for name in tally.classes:
                if name is not None:
                    cells[answers[name]] += 1.0
            for series in tally.seen:
                cells[places[series]] += 1.0
            for path, status, seconds in tally.requests:
                self._add_request(path, status, seconds)

    def request(self, path: str, status: int) -> None:
        """Count a request that asked for no prediction."""
        with self._lock:
            self._add_request(path, status, None)

    def _add_request(self, path: str, status: int, seconds: float | None) -> None:
        place = self._requests.get((path, status))
        if place is None:
            place = self._requests.get(("other", status))
        if place is not None:
            self._cells[place] += 1.0
        if seconds is not None:
            first, total = self._seconds
            self._cells[first + bisect_left(BUCKETS_S, seconds)] += 1.0
            self._cells[total] += seconds

    def text(self) -> str:
        """All counts, of all processes, as Prometheus reads them."""
        counts = self._total()
        lines = self._facts()
        for measure in MEASURES:
            lines += _head(measure, "counter")
            for (name, labels), place in self._places.items():
                if name == measure.name and (counts[place] or name != "requests_total"):
                    lines.append(_line(name, dict(zip(measure.labels, labels, strict=True)), counts[place]))
        return "\n".join([*lines, *self._histogram(counts), ""])

    def _open(self, places: Mapping[Series, int]) -> memoryview[float]:
        if self._folder is None:
            return memoryview(bytearray(len(places) * 8)).cast("d")
        return self._folder.cells(list(places))

    def _total(self) -> list[float]:
        if self._folder is None:
            return list(self._cells)
        total = self._folder.total()
        return [total.get(series, 0.0) for series in self._places]

    def _facts(self) -> list[str]:
        measure = Measure("bundle_info", "The bundle that answers.", ("bundle", "name"))
        labels = {"bundle": self._manifest.bundle_id, "name": self._manifest.name}
        return [*_head(measure, "gauge"), _line(measure.name, labels, 1)]

    def _histogram(self, counts: Sequence[float]) -> list[str]:
        lines, below = _head(SECONDS, "histogram"), 0.0
        for bound in (*BUCKETS_S, "+Inf"):
            below += counts[self._places[SECONDS.name, (str(bound),)]]
            lines.append(_line(f"{SECONDS.name}_bucket", {"le": str(bound)}, below))
        lines.append(_line(f"{SECONDS.name}_sum", {}, counts[self._places[f"{SECONDS.name}_sum", ()]]))
        return [*lines, _line(f"{SECONDS.name}_count", {}, below)]


def _all_series(manifest: Manifest, paths: Sequence[str]) -> list[Series]:
    kinds = {item.name: item.kind for item in manifest.inputs}
    values: dict[str, Iterable[str]] = {
        "path": paths,
        "status": map(str, STATUSES),
        "answer": manifest.model.classes,
        "reason": REASONS,
        "field": kinds,
        "column": manifest.unused,
    }
    plain = [
        (measure.name, labels)
        for measure in MEASURES
        for labels in product(*(list(values[label]) for label in measure.labels))
        if measure.labels != ("field",) or kinds[labels[0]] not in IMPOSSIBLE.get(measure.name, ())
    ]
    buckets = [(SECONDS.name, (str(bound),)) for bound in (*BUCKETS_S, "+Inf")]
    return [*plain, *buckets, (f"{SECONDS.name}_sum", ())]


def _head(measure: Measure, kind: str) -> list[str]:
    name = PREFIX + measure.name
    return [f"# HELP {name} {measure.meaning}", f"# TYPE {name} {kind}"]


def _line(name: str, labels: Mapping[str, str], value: float) -> str:
    inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    number = f"{value:.0f}" if float(value).is_integer() else repr(value)
    return f"{PREFIX}{name}{{{inside}}} {number}" if inside else f"{PREFIX}{name} {number}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace('"', '\\"')
