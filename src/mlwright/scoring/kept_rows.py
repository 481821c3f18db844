"""How a service keeps predictions and outcomes: as lines of JSON first, as tables then."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from mlwright.records.served import ANSWER, AT, BUNDLE, ID, OUTCOME, PROBABILITIES, KeptColumn, LogFacts
from mlwright.scoring.spelling import canonical, to_number

if TYPE_CHECKING:
    import pyarrow as pa

HASH_CHARACTERS = 32
REQUESTS_A_LINE = 256
TEXTS = frozenset({str, type(None)})
NUMBERS = frozenset({int, float, type(None)})


class Asked(NamedTuple):
    """One request that was answered.

    Parameters
    ----------
    ids : sequence of str
        Of each record.
    at : float
        Seconds since 1970.
    bundle_id : str
        Of the bundle that answered.
    records : sequence of mapping
    answers : sequence of mapping
    """

    ids: Sequence[str]
    at: float
    bundle_id: str
    records: Sequence[Mapping[str, Any]]
    answers: Sequence[Mapping[str, Any]]


class Outcome(NamedTuple):
    """What came true of a record."""

    id: str
    at: float
    outcome: Any


def prediction_facts(facts: LogFacts, key: bytes) -> Callable[[Sequence[Asked]], list[list[Any]]]:
    """From requests to what their lines say, column by column; of the inputs only what may be kept.

    Many requests share a line: to go over each column of all of them at once costs a tenth of a list for each value.
    """
    kept = [(column.name, column.treatment == "hashed") for column in facts.columns if column.treatment != "left_out"]

    def line(bundle_id: str, asked: Sequence[Asked]) -> list[Any]:
        records = [record for each in asked for record in each.records]
        columns = [[record[name] for record in records] for name, _ in kept]
        for place, (_, is_hashed) in enumerate(kept):
            if is_hashed:
                columns[place] = [_hashed(value, key) for value in columns[place]]
        answers = [answer for each in asked for answer in each.answers]
        chances = [list(answer["probabilities"].values()) for answer in answers] if facts.classes else None
        ids, moments = [one for each in asked for one in each.ids], [each.at for each in asked for _ in each.ids]
        return [ids, moments, bundle_id, [answer["prediction"] for answer in answers], chances, columns]

    def lines(asked: Sequence[Asked]) -> list[list[Any]]:
        found = []
        for bundle_id, of_bundle in groupby(asked, attrgetter("bundle_id")):
            of_one = list(of_bundle)
            starts = range(0, len(of_one), REQUESTS_A_LINE)
            found += [line(bundle_id, of_one[start : start + REQUESTS_A_LINE]) for start in starts]
        return found

    return lines


def prediction_table(facts: LogFacts) -> Callable[[Sequence[Any]], pa.Table]:
    """From what lines say to a table: numbers as such, everything else as it is spelled."""
    kept = [column for column in facts.columns if column.treatment != "left_out"]

    def table(lines: Sequence[Any]) -> pa.Table:
        import pyarrow as pa

        ids, moments, bundles, answers, chances, inputs = zip(*lines, strict=True)
        lengths = list(map(len, ids))
        columns = {
            ID: pa.array(_joined(ids), pa.string()),
            AT: _moments(_joined([_repeated(at, n) for at, n in zip(moments, lengths, strict=True)])),
            BUNDLE: pa.array(np.repeat(bundles, lengths).tolist(), pa.string()),
        }
        if facts.classes:
            columns[ANSWER] = pa.array(list(map(canonical, _joined(answers))), pa.string())
            columns[PROBABILITIES] = _lists(_joined(chances), len(facts.classes))
        else:
            columns[ANSWER] = pa.array(_joined(answers), pa.float64())
        for column, values in zip(kept, zip(*inputs, strict=True), strict=True):
            columns[column.name] = _input(_joined(values), column)
        return pa.table(columns)

    return table


def outcome_facts(outcomes: Sequence[Outcome]) -> list[list[Any]]:
    """From outcomes to what their lines say."""
    return [[outcome.id, outcome.at, canonical(outcome.outcome)] for outcome in outcomes]


def outcome_table(rows: Sequence[Any]) -> pa.Table:
    """From what lines say to a table."""
    import pyarrow as pa

    ids, moments, outcomes = zip(*rows, strict=True)
    return pa.table({ID: pa.array(ids, pa.string()), AT: _moments(moments), OUTCOME: pa.array(outcomes, pa.string())})


def read_lines(path: Path) -> list[Any]:
    """The lines of an open segment; one that a crash has cut short is left out."""
    return [orjson.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def _repeated(at: float | list[float], n_rows: int) -> list[float]:
    """The moment of each record of a line; lines of earlier versions hold one request, and its moment."""
    return at if isinstance(at, list) else [at] * n_rows


def _joined(parts: Sequence[list[Any]]) -> list[Any]:
    return list(chain.from_iterable(parts))


def _lists(rows: Sequence[Sequence[float]], width: int) -> pa.Array:
    """Rows of so many numbers each."""
    import pyarrow as pa

    numbers = np.array(rows, dtype=np.float64).reshape(-1)
    return pa.ListArray.from_arrays(np.arange(len(rows) + 1, dtype=np.int32) * width, numbers)


def _moments(seconds: Sequence[float] | NDArray[np.float64]) -> pa.Array:
    import pyarrow as pa

    microseconds = np.round(np.asarray(seconds, dtype=np.float64) * 1e6).astype(np.int64)
    return pa.array(microseconds, pa.timestamp("us", tz="UTC"))


def _input(values: Sequence[Any], column: KeptColumn) -> pa.Array:
    """Numbers as such, with null for what is none; everything else as it is spelled."""
    import pyarrow as pa

    kinds = set(map(type, values))
    if column.kind != "number" or column.treatment == "hashed":
        return pa.array(_spellings(values) if kinds <= TEXTS else list(map(canonical, values)), pa.string())
    plain = values if kinds <= NUMBERS else list(map(to_number, values))
    numbers = np.array(plain, dtype=np.float64)
    return pa.array(numbers, pa.float64(), mask=~np.isfinite(numbers))


def _spellings(texts: Sequence[str | None]) -> list[str | None]:
    """`canonical` of texts, each distinct one spelled once."""
    spelling = {text: canonical(text) for text in set(texts)}
    return [spelling[text] for text in texts]


def _hashed(value: Any, key: bytes) -> str | None:
    """The same for equal values, and of no use to who does not know the key."""
    spelling = canonical(value)
    return None if spelling is None else hmac.new(key, spelling.encode(), "sha256").hexdigest()[:HASH_CHARACTERS]
