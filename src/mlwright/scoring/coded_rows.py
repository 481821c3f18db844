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
        self.width = width
        self.numbers = numbers
        self.names = names
        self.classes = tuple(map(canonical, classes))
        self._places = {label: place for place, label in enumerate(classes)}
        n_classes, n_names = len(classes), len(names)
        self.row = row_type(width, n_classes, n_names)
        self._pack = struct.Struct(f"<{2 + width + n_classes}d{n_names}i").pack

    def few(
        self,
        id: str,
        at: float,
        numbers: Sequence[Sequence[float]],
        codes: Sequence[Sequence[int]],
        odd: Odd | None,
        answers: Sequence[Any],
        scores: Sequence[Sequence[float]],
    ) -> Coded:
        """A few records, as they were read, and their answers."""
        pack, places = self._pack, self._places
        if places:
            rows = [pack(at, places[a], *n, *s, *c) for n, c, a, s in zip(numbers, codes, answers, scores, strict=True)]
        else:
            rows = [pack(at, a, *n, *c) for n, c, a in zip(numbers, codes, answers, strict=True)]
        return self.bundle_id, id, len(rows), b"".join(rows), odd

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
        """As `few` of arrays of shape (n_rows, n_numbers), (n_rows, n_names) and (n_rows, n_classes)."""
        rows = np.empty(len(answers), dtype=self.row)
        rows["at"] = at
        rows["numbers"] = numbers
        rows["codes"] = codes
        places = self._places
        rows["answer"] = [places[answer] for answer in answers] if places else answers
        if places:
            rows["chances"] = scores
        return self.bundle_id, id, len(rows), rows.tobytes(), odd


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

    def frames(self, requests: Sequence[Coded]) -> Iterator[bytes]:
        """The frames of requests that have this form, in their order."""
        step = max(1, MOST_ROWS // max(request[2] for request in requests))
        for start in range(0, len(requests), step):
            bundles, ids, counts, rows, odd = zip(*requests[start : start + step], strict=True)
            header = {"of": bundles[0], "ids": ids, "counts": counts}
            if found := [self._odd(place, one) for place, one in enumerate(odd) if one is not None]:
                header["odd"] = found
            yield frame(header, rows if self._is_open else [self._taken_out(rows)])

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
