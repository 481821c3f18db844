"""How a service keeps predictions and outcomes: as lines of JSON first, as tables then."""

from __future__ import annotations

import hmac
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

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
    kept = [(column.name, column.treatment == "hashed") for column in facts.columns if column.treatment != "left_out"]

    def lines(asked: Asked) -> Iterator[bytes]:
        for one, record, answer in zip(asked.ids, asked.records, asked.answers, strict=True):
            line = {ID: one, AT: asked.at, BUNDLE: bundle_id, ANSWER: answer["prediction"]}
            if facts.classes:
                line[PROBABILITIES] = list(answer["probabilities"].values())
            inputs = [_hashed(record[name], key) if is_hashed else record[name] for name, is_hashed in kept]
            yield orjson.dumps(line | {"inputs": inputs})

    return lines


def prediction_table(facts: LogFacts) -> Callable[[Sequence[Any]], pa.Table]:
    """From parsed lines to a table: numbers as such, everything else as it is spelled."""
    kept = [column for column in facts.columns if column.treatment != "left_out"]

    def table(rows: Sequence[Any]) -> pa.Table:
        import pyarrow as pa

        columns = {ID: pa.array([row[ID] for row in rows], pa.string()), AT: _moments(rows)}
        columns[BUNDLE] = pa.array([row[BUNDLE] for row in rows], pa.string())
        answers = [row[ANSWER] for row in rows]
        if facts.classes:
            columns[ANSWER] = pa.array(list(map(canonical, answers)), pa.string())
            columns[PROBABILITIES] = pa.array([row[PROBABILITIES] for row in rows], pa.list_(pa.float64()))
        else:
            columns[ANSWER] = pa.array(answers, pa.float64())
        for place, column in enumerate(kept):
            columns[column.name] = _input([row["inputs"][place] for row in rows], column)
        return pa.table(columns)

    return table


def outcome_lines(outcome: Outcome) -> Iterator[bytes]:
    """From an outcome to its line."""
    yield orjson.dumps({ID: outcome.id, AT: outcome.at, OUTCOME: canonical(outcome.outcome)})


def outcome_table(rows: Sequence[Any]) -> pa.Table:
    """From parsed lines to a table."""
    import pyarrow as pa

    strings = {name: pa.array([row[name] for row in rows], pa.string()) for name in (ID, OUTCOME)}
    return pa.table({ID: strings[ID], AT: _moments(rows), OUTCOME: strings[OUTCOME]})


def read_lines(path: Path) -> list[Any]:
    """The lines of an open segment; one that a crash has cut short is left out."""
    return [orjson.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def _moments(rows: Sequence[Any]) -> pa.Array:
    import pyarrow as pa

    return pa.array([round(row[AT] * 1e6) for row in rows], pa.timestamp("us", tz="UTC"))


def _input(values: list[Any], column: KeptColumn) -> pa.Array:
    import pyarrow as pa

    if column.kind != "number" or column.treatment == "hashed":
        return pa.array(list(map(canonical, values)), pa.string())
    numbers = [to_number(value) for value in values]
    return pa.array([number if math.isfinite(number) else None for number in numbers], pa.float64())


def _hashed(value: Any, key: bytes) -> str | None:
    """The same for equal values, and of no use to who does not know the key."""
    spelling = canonical(value)
    return None if spelling is None else hmac.new(key, spelling.encode(), "sha256").hexdigest()[:HASH_CHARACTERS]
