"""How a service keeps predictions and outcomes: as lines of JSON first, as tables then."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson

from mlwright.records.served import ANSWER, AT, BUNDLE, ID, OUTCOME, PROBABILITIES, KeptColumn, LogFacts
from mlwright.scoring.spelling import canonical, to_number

if TYPE_CHECKING:
    import pyarrow as pa

HASH_CHARACTERS = 32


class Asked(NamedTuple):
    """One request that was answered.

    Parameters
    ----------
    ids : sequence of str
        Of each record.
    at : float
        Seconds since 1970.
    records : sequence of mapping
    answers : sequence of mapping
    """

    ids: Sequence[str]
    at: float
    records: Sequence[Mapping[str, Any]]
    answers: Sequence[Mapping[str, Any]]


class Outcome(NamedTuple):
    """What came true of a record."""

    id: str
    at: float
    outcome: Any


def prediction_lines(facts: LogFacts, bundle_id: str, key: bytes) -> Callable[[Asked], Iterator[bytes]]:
    """From a request to lines; of the inputs only what may be kept."""
    names = [column.name for column in facts.columns if column.treatment != "left_out"]
    hashed = [place for place, name in enumerate(names) if _treatment(facts, name) == "hashed"]

    def lines(asked: Asked) -> Iterator[bytes]:
        for one, record, answer in zip(asked.ids, asked.records, asked.answers, strict=True):
            inputs = [record[name] for name in names]
            for place in hashed:
                inputs[place] = _hashed(inputs[place], key)
            chances = list(answer["probabilities"].values()) if facts.classes else None
            yield orjson.dumps([one, asked.at, bundle_id, answer["prediction"], chances, inputs])

    return lines


def prediction_table(facts: LogFacts) -> Callable[[Sequence[Any]], pa.Table]:
    """From parsed lines to a table: numbers as such, everything else as it is spelled."""
    kept = [column for column in facts.columns if column.treatment != "left_out"]

    def table(rows: Sequence[Any]) -> pa.Table:
        import pyarrow as pa

        ids, moments, bundles, answers, chances, inputs = zip(*rows, strict=True)
        columns = {ID: pa.array(ids, pa.string()), AT: _moments(moments), BUNDLE: pa.array(bundles, pa.string())}
        if facts.classes:
            columns[ANSWER] = pa.array(list(map(canonical, answers)), pa.string())
            columns[PROBABILITIES] = pa.array(chances, pa.list_(pa.float64()))
        else:
            columns[ANSWER] = pa.array(answers, pa.float64())
        for column, values in zip(kept, zip(*inputs, strict=True), strict=True):
            columns[column.name] = _input(values, column)
        return pa.table(columns)

    return table


def outcome_lines(outcome: Outcome) -> Iterator[bytes]:
    """From an outcome to its line."""
    yield orjson.dumps([outcome.id, outcome.at, canonical(outcome.outcome)])


def outcome_table(rows: Sequence[Any]) -> pa.Table:
    """From parsed lines to a table."""
    import pyarrow as pa

    ids, moments, outcomes = zip(*rows, strict=True)
    return pa.table({ID: pa.array(ids, pa.string()), AT: _moments(moments), OUTCOME: pa.array(outcomes, pa.string())})


def read_lines(path: Path) -> list[Any]:
    """The lines of an open segment; one that a crash has cut short is left out."""
    return [orjson.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def _treatment(facts: LogFacts, name: str) -> str:
    return next(column.treatment for column in facts.columns if column.name == name)


def _moments(seconds: Sequence[float]) -> pa.Array:
    import pyarrow as pa

    return pa.array([round(moment * 1e6) for moment in seconds], pa.timestamp("us", tz="UTC"))


def _input(values: Sequence[Any], column: KeptColumn) -> pa.Array:
    """Numbers as such, with null for what is none; everything else as it is spelled."""
    import pyarrow as pa

    if column.kind != "number" or column.treatment == "hashed":
        return pa.array([_spelled(value) for value in values], pa.string())
    numbers = np.array([value if type(value) is float else to_number(value) for value in values], dtype=np.float64)
    return pa.array(numbers, pa.float64(), mask=~np.isfinite(numbers))


def _spelled(value: Any) -> str | None:
    """As `canonical`, quicker for text."""
    return (value.strip() or None) if type(value) is str else canonical(value)


def _hashed(value: Any, key: bytes) -> str | None:
    """The same for equal values, and of no use to who does not know the key."""
    spelling = canonical(value)
    return None if spelling is None else hmac.new(key, spelling.encode(), "sha256").hexdigest()[:HASH_CHARACTERS]
