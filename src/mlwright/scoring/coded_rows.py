"""Rows of a log that wait as bytes: numbers and codes, as a service has read and answered them.

What a record holds is cold a moment later. An object for each of its values, kept for a second, makes every record
after it dearer: memory is not used again while it is in the processor's caches, and the collector walks over all. So
where a service has read records column by column, what it has read is copied at once into a few bytes, and columns are
made of many rows at a time.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.records.served import ANSWER, AT, BUNDLE, PROBABILITIES, KeptColumn
from mlwright.scoring.kept_values import TEXTS, finite, hashed, lists, moments
from mlwright.scoring.spelling import canonical

if TYPE_CHECKING:
    import pyarrow as pa


class Odd(NamedTuple):
    """Names that no code says, as they came: the places of their records, those of their inputs, and what was sent."""

    rows: list[int]
    names: list[int]
    values: list[Any]


Coded = tuple[str, str, int, bytes, Odd | None]
"""The answers of one request: the bundle's id, its own, the number of records, their rows as `Form.row` says, and what
stands in the place of codes. A plain tuple of plain values, so that the collector need not look at those that wait."""


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
        self.numbers = numbers
        self.names = names
        self.classes = tuple(map(canonical, classes))
        self._places = {label: place for place, label in enumerate(classes)}
        n_classes, n_names = len(classes), len(names)
        self.row = np.dtype(
            [
                ("at", "<f8"),
                ("answer", "<f8"),
                ("numbers", "<f8", (width,)),
                ("chances", "<f8", (n_classes,)),
                ("codes", "<i4", (n_names,)),
            ]
        )
        self._pack = struct.Struct(f"<{2 + width + n_classes}d{n_names}i").pack
        self._known: dict[str, Sequence[str | None]] = {}

    def one(
        self,
        id: str,
        at: float,
        numbers: Sequence[float],
        codes: Sequence[int],
        odd: Odd | None,
        answer: Any,
        scores: Any,
    ) -> Coded:
        """One record, as it was read, and its answer."""
        if self.classes:
            row = self._pack(at, self._places[answer], *numbers, *scores, *codes)
        else:
            row = self._pack(at, answer, *numbers, *codes)
        return self.bundle_id, id, 1, row, odd

    def many(
        self,
        id: str,
        at: float,
        numbers: NDArray[np.float64],
        codes: NDArray[np.int32],
        odd: Odd | None,
        answers: Sequence[Any],
        scores: NDArray[np.float64],
    ) -> Coded:
        """As `one` of several records, of shape (n_rows, n_numbers), (n_rows, n_names) and (n_rows, n_classes)."""
        rows = np.empty(len(answers), dtype=self.row)
        rows["at"] = at
        rows["numbers"] = numbers
        rows["codes"] = codes
        places = self._places
        rows["answer"] = [places[answer] for answer in answers] if places else answers
        if places:
            rows["chances"] = scores
        return self.bundle_id, id, len(rows), rows.tobytes(), odd

    def known(self, column: KeptColumn, key: bytes) -> Sequence[str | None]:
        """The spellings of an input as they are kept, by code."""
        if column.name not in self._known:
            names = self.names[column.name]
            is_hashed = column.treatment == "hashed"
            self._known[column.name] = list(map(partial(hashed, key=key), names)) if is_hashed else names
        return self._known[column.name]


class _AllOdd(NamedTuple):
    """As `Odd` of several requests, by the places among all rows."""

    rows: NDArray[np.int64]
    names: NDArray[np.int64]
    values: list[Any]

    def of(self, name: int) -> tuple[NDArray[np.int64], list[Any]]:
        """The rows and the values of one input."""
        places = np.flatnonzero(self.names == name)
        return self.rows[places], [self.values[place] for place in places.tolist()]


def coded_columns(requests: Sequence[Coded], form: Form, kept: Sequence[KeptColumn], key: bytes) -> dict[str, pa.Array]:
    """The columns of requests of one form: when, what was answered, and of the inputs what is kept."""
    import pyarrow as pa

    rows = np.frombuffer(b"".join([rows for _, _, _, rows, _ in requests]), dtype=form.row)
    numbers, codes = rows["numbers"].T.copy(), rows["codes"].T + np.int32(1)
    columns = {AT: moments(rows["at"]), **_answered(rows, form)}
    columns[BUNDLE] = pa.repeat(pa.scalar(form.bundle_id), len(rows))
    odd, of_name = _together(requests), {name: place for place, name in enumerate(form.names)}
    for column in kept:
        if (number := form.numbers.get(column.name)) is not None:
            columns[column.name] = finite(numbers[number])
        else:
            place = of_name[column.name]
            columns[column.name] = _names(codes[place], form.known(column, key), *odd.of(place), column, key)
    return columns


def _answered(rows: NDArray[Any], form: Form) -> dict[str, pa.Array]:
    """A class by its spelling and the probabilities of all, or a number."""
    import pyarrow as pa

    if not form.classes:
        return {ANSWER: pa.array(rows["answer"].copy())}
    names = pa.array(form.classes, pa.string())
    answers = names.take(pa.array(rows["answer"].astype(np.int32)))
    return {ANSWER: answers, PROBABILITIES: lists(rows["chances"].ravel(), len(rows))}


def _names(
    places: NDArray[np.int32],
    known: Sequence[str | None],
    rows: NDArray[np.int64],
    values: Sequence[Any],
    column: KeptColumn,
    key: bytes,
) -> pa.Array:
    """Names by their places among those that are known, but for some that came otherwise."""
    import pyarrow as pa

    if values:
        texts = values if TEXTS.issuperset(map(type, values)) else list(map(canonical, values))
        behind = {text: place for place, text in enumerate(dict.fromkeys(texts), len(known))}
        places[rows] = [behind[text] for text in texts]
        found = map(canonical, behind)
        known = [*known, *(map(partial(hashed, key=key), found) if column.treatment == "hashed" else found)]
    return pa.array(known, pa.string()).take(pa.array(places))


def _together(requests: Sequence[Coded]) -> _AllOdd:
    """What is odd of several requests."""
    starts = accumulate((n_rows for _, _, n_rows, _, _ in requests), initial=0)
    odd = [(start, request[-1]) for start, request in zip(starts, requests, strict=False) if request[-1] is not None]
    rows = np.array([start + row for start, one in odd for row in one.rows], dtype=np.int64)
    names = np.array(list(chain.from_iterable(one.names for _, one in odd)), dtype=np.int64)
    return _AllOdd(rows, names, list(chain.from_iterable(one.values for _, one in odd)))
