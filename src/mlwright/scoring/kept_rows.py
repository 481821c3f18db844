"""How a service keeps predictions and outcomes: as frames, of records as they came or of bytes (see `coded_rows`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from mlwright.records.served import ANSWER, AT, BUNDLE, ID, OUTCOME, PROBABILITIES, KeptColumn, LogFacts
from mlwright.scoring.coded_rows import Coded, Form, Shielded
from mlwright.scoring.kept_tables import ids_of_rows
from mlwright.scoring.kept_values import column_of, lists, moments, spellings
from mlwright.scoring.open_segments import frame
from mlwright.scoring.spelling import canonical

if TYPE_CHECKING:
    import pyarrow as pa


BATCH_ROWS = 4096
"""Of which a table is made at a time: who answers waits for Python's lock for a fraction of a millisecond at most."""


class Asked(NamedTuple):
    """One request that was answered, its records as they came.

    Parameters
    ----------
    id : str
        Of the request; see `ids_of`.
    at : float
        Seconds since 1970.
    bundle_id : str
        Of the bundle that answered.
    records : sequence of mapping
    answers : sequence of mapping
    """

    id: str
    at: float
    bundle_id: str
    records: Sequence[Mapping[str, Any]]
    answers: Sequence[Mapping[str, Any]]


class Outcome(NamedTuple):
    """What came true of a record."""

    id: str
    at: float
    outcome: Any


ROW_BYTES = 1_000
"""About what a record and its answer take as they came, without their texts, and what is kept around any request."""

_PLACES = tuple(f"-{place}" for place in range(1000))
"""To write them for every request takes twice the time."""


def ids_of(request_id: str, n_records: int) -> list[str]:
    """The ids of the records of a request: its own, with the place of the record behind it if there are several."""
    if n_records == 1:
        return [request_id]
    if n_records <= len(_PLACES):
        return [request_id + place for place in _PLACES[:n_records]]
    return [f"{request_id}-{place}" for place in range(n_records)]


def waiting_bytes(kept: Asked | Coded | Outcome) -> int:
    """About what something takes in memory until it is written."""
    if isinstance(kept, Outcome):
        return ROW_BYTES
    if isinstance(kept, Asked):
        texts = sum(len(value) for record in kept.records for value in record.values() if type(value) is str)
        return ROW_BYTES * (1 + len(kept.answers)) + texts
    ids, rows, odd = kept[1], kept[3], kept[4]
    n_odd = 0 if odd is None else sum(len(one.values) for one in odd if one is not None)
    return ROW_BYTES * (1 + n_odd) + len(ids) + len(rows)


def n_requests(kept: Sequence[Asked | Coded | Outcome]) -> int:
    """How many requests, or outcomes, that is."""
    return sum(1 if isinstance(one, (Asked, Outcome)) else one[2] for one in kept)


def can_be_coded(facts: LogFacts) -> bool:
    """Whether numbers and codes are enough for a log; hashes of numbers tell apart what a float does not."""
    return not any(column.kind == "number" and column.treatment == "hashed" for column in facts.columns)


class Frames:
    """From answered requests to the frames of a segment: of the inputs only what may be kept, hashed where asked.

    Parameters
    ----------
    facts : LogFacts
    key : bytes
        Of the hashes.
    forms : mapping of str to Form
        What coded requests mean, by the bundle that has answered them; looked at when frames are made.
    """

    def __init__(self, facts: LogFacts, key: bytes, forms: Mapping[str, Form]) -> None:
        self._facts, self._key, self._forms = facts, key, forms
        self._kept = [column for column in facts.columns if column.treatment != "left_out"]
        self._shielded: dict[str, Shielded] = {}

    def __call__(self, requests: Sequence[Asked | Coded], told: set[str]) -> Iterator[bytes]:
        """Frames of requests, in their order; `told` are the forms whose meaning stands in the segment already."""
        for form, some in groupby(requests, _form_of):
            if form is None:
                yield from map(table_frame, self._tables(cast("list[Asked]", list(some))))
                continue
            shielded = self._shielded.get(form)
            if shielded is None:
                shielded = self._shielded[form] = Shielded(self._forms[form], self._facts, self._key)
            if form not in told:
                yield shielded.meaning()
                told.add(form)
            yield from shielded.frames(cast("list[Coded]", list(some)))

    def _tables(self, requests: Sequence[Asked]) -> Iterator[pa.Table]:
        """About `BATCH_ROWS` rows at a time."""
        import pyarrow as pa

        start = n_rows = 0
        for place, each in enumerate(requests, 1):
            n_rows += len(each.answers)
            if n_rows >= BATCH_ROWS or place == len(requests):
                some = requests[start:place]
                ids = ids_of_rows([one.id for one in some], np.array([len(one.answers) for one in some]))
                yield pa.table({ID: ids, **_asked_columns(some, self._facts, self._kept, self._key)})
                start, n_rows = place, 0


def _form_of(request: Asked | Coded) -> str | None:
    return None if isinstance(request, Asked) else request[0]


def table_frame(table: pa.Table) -> bytes:
    """Rows that are a table already, as a frame."""
    batches = [batch.serialize() for batch in table.combine_chunks().to_batches()]
    return frame({"table": len(table)}, [table.schema.serialize(), *batches])


def _asked_columns(
    requests: Sequence[Asked], facts: LogFacts, kept: Sequence[KeptColumn], key: bytes
) -> dict[str, pa.Array]:
    """The columns of records as they came: when, what was answered, and of the inputs what is kept."""
    import pyarrow as pa

    answers = [answer for each in requests for answer in each.answers]
    predictions = [answer["prediction"] for answer in answers]
    columns = {AT: moments(np.repeat([each.at for each in requests], [len(each.answers) for each in requests]))}
    if facts.classes:
        chances = np.fromiter(chain.from_iterable(answer["probabilities"].values() for answer in answers), np.float64)
        columns |= {ANSWER: pa.array(spellings(predictions), pa.string()), PROBABILITIES: lists(chances, len(answers))}
    else:
        columns[ANSWER] = pa.array(predictions, pa.float64())
    columns[BUNDLE] = pa.array([each.bundle_id for each in requests for _ in each.answers], pa.string())
    records = [record for each in requests for record in each.records]
    return columns | {column.name: column_of([r[column.name] for r in records], column, key) for column in kept}


def outcome_frames(outcomes: Sequence[Outcome], told: set[str]) -> Iterator[bytes]:
    """From outcomes to a frame."""
    import pyarrow as pa

    table = pa.table(
        {
            ID: pa.array([each.id for each in outcomes], pa.string()),
            AT: moments(np.array([each.at for each in outcomes])),
            OUTCOME: pa.array([canonical(each.outcome) for each in outcomes], pa.string()),
        }
    )
    yield table_frame(table)
