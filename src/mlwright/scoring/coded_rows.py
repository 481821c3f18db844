"""Rows of a log as bytes: numbers and codes, as a service has read and answered them.

What a record holds is cold a moment later. An object for each of its values, kept until it is written, makes every
record after it dearer: memory is not used again while it is in the processor's caches, and the collector walks over
all. So where a service has read records column by column, what it has read is copied at once into a few bytes, and they
go to the disk as they are. Columns are made of them where the log is read or sealed (see `kept_tables`).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.records.served import LogFacts
from mlwright.scoring.kept_values import hashed
from mlwright.scoring.open_segments import frame
from mlwright.scoring.spelling import canonical

MOST_ROWS = 16_384
"""Of one frame."""


class Odd(NamedTuple):
    """Names that no code says, as they came: the places of their records, those of their inputs, and what was sent."""

    rows: list[int]
    names: list[int]
    values: list[Any]


CodedRequest = tuple[bytes, int, Odd | None]
"""The records of one request and their answers: their rows as `Form.row` says, how many they are, and what stands in
the place of codes."""

Coded = tuple[str, str, int, bytes, tuple[Odd | None, ...] | None]
"""Requests that were answered at the same moment: the bundle's id, their own as `said_ids` says them, how many there
are, their rows, and what stands in the place of codes, request by request. One plain tuple of plain values for all of
them, so that little waits for the disk, and the collector need not look at it."""

TIMES = "*"
"""No id of a request has it, nor a comma."""


class Form:
    """What the bytes of a row mean.

    Parameters
    ----------
    bundle_id : str
        Of the bundle that answered.
    width : int
        Numbers of a record.
    numbers : mapping of str to int
        Where among them stands an input.
    names : mapping of str to sequence of str
        The spelling that goes with each code of an input, from the code -1 on, in the order of the codes of a record.
    classes : sequence
        As they are answered; empty for numbers.
    """

    def __init__(
        self,
        bundle_id: str,
        width: int,
        numbers: Mapping[str, int],
        names: Mapping[str, Sequence[str | None]],
        classes: Sequence[Any],
    ) -> None:
        self.bundle_id = bundle_id
        self.width = width
        self.numbers = numbers
        self.names = names
        self.classes = tuple(map(canonical, classes))
        self._places = {label: place for place, label in enumerate(classes)}
        n_classes, n_names = len(classes), len(names)
        self.row = row_type(width, n_classes, n_names)
        self._pack = struct.Struct(f"<{2 + width + n_classes}d{n_names}i").pack

    def one(
        self, at: float, numbers: Sequence[float], codes: Sequence[int], answer: Any, scores: Sequence[float]
    ) -> bytes:
        """The row of a record as it was read, and its answer."""
        if self._places:
            return self._pack(at, self._places[answer], *numbers, *scores, *codes)
        return self._pack(at, answer, *numbers, *codes)

    def many(
        self,
        at: float,
        numbers: NDArray[np.float64],
        codes: NDArray[np.int32],
        decided: NDArray[Any],
        scores: NDArray[np.float64],
    ) -> bytes:
        """The rows of many, of arrays of shape (n_rows, n_numbers), (n_rows, n_names) and (n_rows, n_classes).

        `decided` holds the places of the classes that are answered, or the numbers.
        """
        rows = np.empty(len(decided), dtype=self.row)
        rows["at"] = at
        rows["answer"] = decided
        rows["numbers"] = numbers
        rows["codes"] = codes
        if self._places:
            rows["chances"] = scores
        return rows.tobytes()

    def together(self, ids: Sequence[str], requests: Sequence[CodedRequest]) -> Coded:
        """Requests that were answered at the same moment."""
        rows, counts, odd = zip(*requests, strict=True)
        return self.bundle_id, said_ids(ids, counts), len(ids), b"".join(rows), odd if any(odd) else None


def said_ids(ids: Sequence[str], counts: Sequence[int]) -> str:
    """The ids of requests in one text, with the number of their records where it is not one.

    >>> said_ids(["a", "b"], [1, 3])
    'a,b*3'
    """
    if counts.count(1) == len(counts):
        return ",".join(ids)
    return ",".join([id if n == 1 else f"{id}{TIMES}{n}" for id, n in zip(ids, counts, strict=True)])


def ids_said(text: str) -> tuple[list[str], NDArray[np.int64]]:
    """The ids and the counts that `said_ids` has said.

    >>> ids_said("a,b*3")
    (['a', 'b'], array([1, 3]))
    """
    said = text.split(",")
    if TIMES not in text:
        return said, np.ones(len(said), dtype=np.int64)
    parts = [each.partition(TIMES) for each in said]
    return [id for id, _, _ in parts], np.array([int(n or 1) for _, _, n in parts])


def row_type(n_numbers: int, n_classes: int, n_names: int) -> np.dtype[np.void]:
    """How a row stands in bytes."""
    return np.dtype(
        [
            ("at", "<f8"),
            ("answer", "<f8"),
            ("numbers", "<f8", (n_numbers,)),
            ("chances", "<f8", (n_classes,)),
            ("codes", "<i4", (n_names,)),
        ]
    )


class Shielded:
    """Rows of one form as they go to the disk, where nothing stands of an input that may not be stored.

    Numbers and names that are left out are taken out of the rows. The codes of a name that is hashed are dealt anew, in
    the order of the hashes, so that they tell no more than those.

    Parameters
    ----------
    form : Form
    facts : LogFacts
        What is kept of each input.
    key : bytes
        Of the hashes.
    """

    def __init__(self, form: Form, facts: LogFacts, key: bytes) -> None:
        treatment = {column.name: column.treatment for column in facts.columns}
        self._form = form
        self._kept = [name for name in form.names if treatment.get(name) != "left_out"]
        self._hashed = {place for place, name in enumerate(form.names) if treatment.get(name) == "hashed"}
        self._columns = [column.name for column in facts.columns if column.treatment != "left_out"]
        self._is_open = set(treatment.values()) <= {"kept"}
        self._numbers = {name: place for name, place in form.numbers.items() if treatment.get(name) == "kept"}
        self._stays = np.isin(np.arange(form.width), list(self._numbers.values()))
        self._names = {place: name for place, name in enumerate(form.names) if name in self._kept}
        self._spellings = {name: form.names[name] for name in self._kept}
        self._hash = partial(hashed, key=key)
        self._dealt: dict[int, NDArray[np.int32]] = {}
        for place in self._hashed:
            name = self._names[place]
            hashes = list(map(self._hash, form.names[name]))
            order = sorted(range(len(hashes)), key=lambda code: hashes[code] or "")
            self._dealt[place] = (np.argsort(order) - 1).astype(np.int32)
            self._spellings[name] = [hashes[code] for code in order]

    def meaning(self) -> bytes:
        """The frame that says what the rows behind it mean."""
        return frame(
            {
                "form": self._form.bundle_id,
                "width": self._form.width,
                "numbers": self._numbers,
                "n_names": len(self._form.names),
                "names": [[place, name, self._spellings[name]] for place, name in self._names.items()],
                "hashed": sorted(self._hashed),
                "classes": self._form.classes,
                "columns": self._columns,
            }
        )

    def frames(self, several: Sequence[Coded]) -> Iterator[bytes]:
        """The frames of what has this form, in its order."""
        most_bytes = MOST_ROWS * self._form.row.itemsize
        start = n_bytes = 0
        for place, each in enumerate(several, 1):
            n_bytes += len(each[3])
            if n_bytes >= most_bytes or place == len(several):
                yield self._frame(several[start:place])
                start, n_bytes = place, 0

    def _frame(self, several: Sequence[Coded]) -> bytes:
        _, ids, n_requests, rows, odd = zip(*several, strict=True)
        header: dict[str, Any] = {"of": self._form.bundle_id, "ids": ",".join(ids)}
        if any(odd):
            starts = accumulate(n_requests, initial=0)
            found = [
                self._odd(start + place, one)
                for start, some in zip(starts, odd, strict=False)
                for place, one in enumerate(some or ())
                if one is not None
            ]
            header["odd"] = found
        return frame(header, rows if self._is_open else [self._taken_out(rows)])

    def _odd(self, place: int, odd: Odd) -> tuple[int, list[int], list[int], list[str | None]]:
        """What no code says of one request, with its place in the frame; as texts, hashed where asked."""
        texts = [value if type(value) is str else canonical(value) for value in odd.values]
        if self._is_open:
            return place, odd.rows, odd.names, texts
        stays = [at for at, name in enumerate(odd.names) if name in self._names]
        names = [odd.names[at] for at in stays]
        told = [self._hash(texts[at]) if odd.names[at] in self._hashed else texts[at] for at in stays]
        return place, [odd.rows[at] for at in stays], names, told

    def _taken_out(self, parts: Iterable[bytes]) -> bytes:
        rows = np.frombuffer(b"".join(parts), dtype=self._form.row).copy()
        rows["numbers"][:, ~self._stays] = np.nan
        for place in range(len(self._form.names)):
            if place not in self._names:
                rows["codes"][:, place] = -1
            elif place in self._dealt:
                codes = rows["codes"][:, place] + 1  # beyond all spellings where what was sent is odd
                rows["codes"][:, place] = self._dealt[place].take(codes, mode="clip")
        return rows.tobytes()
