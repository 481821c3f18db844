"""How a service keeps predictions and outcomes: as tables, of records as they came or of bytes (see `coded_rows`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.records.served import ANSWER, AT, BUNDLE, ID, OUTCOME, PROBABILITIES, KeptColumn, LogFacts
from mlwright.scoring.coded_rows import Coded, Form, coded_columns
from mlwright.scoring.kept_values import column_of, lists, moments, spellings
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


def ids_of(request_id: str, n_records: int) -> list[str]:
    """The ids of the records of a request: its own, with the place of the record behind it if there are several."""
    return [request_id] if n_records == 1 else [f"{request_id}-{place}" for place in range(n_records)]


def can_be_coded(facts: LogFacts) -> bool:
    """Whether numbers and codes are enough for a log; hashes of numbers tell apart what a float does not."""
    return not any(column.kind == "number" and column.treatment == "hashed" for column in facts.columns)


def prediction_tables(
    facts: LogFacts, key: bytes, forms: Mapping[str, Form]
) -> Callable[[Sequence[Asked | Coded]], Iterator[pa.Table]]:
    """From requests to tables, in their order: of the inputs only what may be kept, hashed with `key` where asked.

    Parameters
    ----------
    facts : LogFacts
    key : bytes
    forms : mapping of str to Form
        What coded requests mean, by the bundle that has answered them; looked at when tables are made.
    """
    kept = [column for column in facts.columns if column.treatment != "left_out"]

    def table(requests: Sequence[Asked | Coded]) -> pa.Table:
        import pyarrow as pa

        sorts = [None if isinstance(each, Asked) else each[0] for each in requests]
        parts, order = [], []
        for sort in dict.fromkeys(sorts):
            some: list[Any] = [each for each, of_each in zip(requests, sorts, strict=True) if of_each == sort]
            counts = np.array([_n_rows(each) for each in some])
            ids = _ids([each.id if isinstance(each, Asked) else each[1] for each in some], counts)
            if sort is None:
                read = _asked_columns(some, facts, kept, key)
            else:
                read = coded_columns(some, forms[sort], kept, key)
            parts.append(pa.table({ID: ids, **read}))
            order.append(np.repeat([place for place, of_each in enumerate(sorts) if of_each == sort], counts))
        if len(parts) == 1:
            return parts[0]
        return pa.concat_tables(parts).take(np.argsort(np.concatenate(order), kind="stable"))

    return lambda requests: map(table, _batches(requests))


def _batches(requests: Sequence[Asked | Coded]) -> Iterator[list[Asked | Coded]]:
    """The requests in their order, about `BATCH_ROWS` rows at a time."""
    start = n_rows = 0
    for place, each in enumerate(requests, 1):
        n_rows += _n_rows(each)
        if n_rows >= BATCH_ROWS or place == len(requests):
            yield list(requests[start:place])
            start, n_rows = place, 0


def _n_rows(request: Asked | Coded) -> int:
    return len(request.answers) if isinstance(request, Asked) else request[2]


def _ids(requests: Sequence[str], counts: NDArray[np.int64]) -> pa.Array:
    """`ids_of` of several requests."""
    import pyarrow as pa
    import pyarrow.compute as pc

    ids = pa.array(requests, pa.string())
    if (counts == 1).all():
        return ids
    of_row = np.repeat(np.arange(len(counts)), counts)
    places = np.arange(len(of_row)) - np.repeat(np.cumsum(counts) - counts, counts)
    behind = pa.array(["", *(f"-{place}" for place in range(counts.max()))], pa.string())
    behind = behind.take(pa.array(np.where(counts[of_row] == 1, 0, places + 1)))
    return pc.binary_join_element_wise(ids.take(pa.array(of_row)), behind, "")


def _asked_columns(
    requests: Sequence[Asked], facts: LogFacts, kept: Sequence[KeptColumn], key: bytes
) -> dict[str, pa.Array]:
    """The columns of records as they came: when, what was answered, and of the inputs what is kept."""
    import pyarrow as pa

    answers = [answer for each in requests for answer in each.answers]
    predictions = [answer["prediction"] for answer in answers]
    columns = {AT: moments(np.repeat([each.at for each in requests], list(map(_n_rows, requests))))}
    if facts.classes:
        chances = np.fromiter(chain.from_iterable(answer["probabilities"].values() for answer in answers), np.float64)
        columns |= {ANSWER: pa.array(spellings(predictions), pa.string()), PROBABILITIES: lists(chances, len(answers))}
    else:
        columns[ANSWER] = pa.array(predictions, pa.float64())
    columns[BUNDLE] = pa.array([each.bundle_id for each in requests for _ in each.answers], pa.string())
    records = [record for each in requests for record in each.records]
    return columns | {column.name: column_of([r[column.name] for r in records], column, key) for column in kept}


def outcome_tables(outcomes: Sequence[Outcome]) -> Iterator[pa.Table]:
    """From outcomes to a table."""
    import pyarrow as pa

    yield pa.table(
        {
            ID: pa.array([each.id for each in outcomes], pa.string()),
            AT: moments(np.array([each.at for each in outcomes])),
            OUTCOME: pa.array([canonical(each.outcome) for each in outcomes], pa.string()),
        }
    )
