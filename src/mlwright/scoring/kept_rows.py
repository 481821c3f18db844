"""How a service keeps predictions and outcomes: as tables, of records as they came or as numbers and codes.

What a record holds is cold a second later, and to look it all up again costs more than the answer did. So where a
service has read records column by column, it hands those columns on (`Coded`); only values that are neither plain
numbers nor known names are kept as they came (`Odd`).
"""

from __future__ import annotations

import hmac
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from mlwright.records.served import ANSWER, AT, BUNDLE, ID, OUTCOME, PROBABILITIES, KeptColumn, LogFacts
from mlwright.scoring.spelling import canonical, to_number

if TYPE_CHECKING:
    import pyarrow as pa

HASH_CHARACTERS = 32
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


@dataclass(frozen=True, eq=False)
class Form:
    """What numbers and codes of records mean.

    Parameters
    ----------
    bundle_id : str
        Of the bundle that answered.
    width : int
        Numbers of a record.
    numbers : mapping of str to int
        Where among them stands an input.
    names : mapping of str to sequence of str
        The spelling that goes with each code of an input, in the order of the codes of a record.
    hashes : dict
        Of spellings, once they were needed.
    """

    bundle_id: str
    width: int
    numbers: Mapping[str, int]
    names: Mapping[str, Sequence[str | None]]
    hashes: dict[str | None, str | None] = field(default_factory=dict)


class Odd(NamedTuple):
    """A value as it came, by the place of its record in the request and the name of its input."""

    row: int
    name: str
    value: Any


class Told(NamedTuple):
    """The answers of a request: predictions, and for classes the probabilities of each, one record after another."""

    predictions: Sequence[Any]
    chances: array[float]

    @classmethod
    def of(cls, answers: Sequence[Mapping[str, Any]]) -> Self:
        """From answers as callers get them."""
        chances = array("d", chain.from_iterable([answer.get("probabilities", {}).values() for answer in answers]))
        return cls([answer["prediction"] for answer in answers], chances)


class Coded(NamedTuple):
    """One request that was answered, as `Asked`, its records as numbers and codes.

    Parameters
    ----------
    ids : sequence of str
    at : float
    form : Form
    numbers : array of float64, shape (n_rows, form.width); or list of float, of one record
    codes : array of int32, shape (n_rows, n_names); or list of int, of one record
    odd : sequence of Odd
        What stands in the place of numbers and codes.
    answers : Told; or sequence of mapping, of one record
        To look into an answer costs as much as to hold on to it, and many are cold a second later.
    """

    ids: Sequence[str]
    at: float
    form: Form
    numbers: NDArray[np.float64] | list[float]
    codes: NDArray[np.int32] | list[int]
    odd: Sequence[Odd]
    answers: Told | Sequence[Mapping[str, Any]]


class Outcome(NamedTuple):
    """What came true of a record."""

    id: str
    at: float
    outcome: Any


def can_be_coded(facts: LogFacts) -> bool:
    """Whether numbers and codes are enough for a log; hashes of numbers tell apart what a float does not."""
    return not any(column.kind == "number" and column.treatment == "hashed" for column in facts.columns)


def prediction_table(facts: LogFacts, key: bytes) -> Callable[[Sequence[Asked | Coded]], pa.Table]:
    """From requests to a table, in their order: of the inputs only what may be kept, hashed with `key` where asked."""
    kept = [column for column in facts.columns if column.treatment != "left_out"]

    def table(requests: Sequence[Asked | Coded]) -> pa.Table:
        import pyarrow as pa

        starts = list(accumulate((len(each.ids) for each in requests), initial=0))
        alike: dict[tuple[Form, type] | None, list[int]] = {}
        for place, each in enumerate(requests):
            sort = (each.form, type(each.codes)) if isinstance(each, Coded) else None
            alike.setdefault(sort, []).append(place)
        parts = [
            _table_of_one_sort([requests[place] for place in places], facts, kept, key) for places in alike.values()
        ]
        if len(parts) == 1:
            return parts[0]
        rows = [np.arange(starts[place], starts[place + 1]) for places in alike.values() for place in places]
        return pa.concat_tables(parts).take(np.argsort(np.concatenate(rows)))

    return table


def _table_of_one_sort(requests: Sequence[Any], facts: LogFacts, kept: Sequence[KeptColumn], key: bytes) -> pa.Table:
    import pyarrow as pa

    lengths = [len(each.ids) for each in requests]
    columns = {
        ID: pa.array(list(chain.from_iterable(each.ids for each in requests)), pa.string()),
        AT: _moments(np.repeat([each.at for each in requests], lengths)),
        **_answers(_together([each.answers for each in requests]), facts),
    }
    read = _coded if isinstance(requests[0], Coded) else _spelled
    return pa.table(columns | read(requests, facts, kept, key))


def _spelled(requests: Sequence[Asked], facts: LogFacts, kept: Sequence[KeptColumn], key: bytes) -> dict[str, pa.Array]:
    """The columns of records as they came."""
    import pyarrow as pa

    records = [record for each in requests for record in each.records]
    bundles = [each.bundle_id for each in requests for _ in each.ids]
    columns = {BUNDLE: pa.array(bundles, pa.string())}
    for column in kept:
        columns[column.name] = _input([record[column.name] for record in records], column, key)
    return columns


def _coded(requests: Sequence[Coded], facts: LogFacts, kept: Sequence[KeptColumn], key: bytes) -> dict[str, pa.Array]:
    """The columns of numbers and codes."""
    import pyarrow as pa

    form, starts = requests[0].form, accumulate((len(each.ids) for each in requests), initial=0)
    odd: dict[str, list[Odd]] = {}
    rows: dict[str, list[int]] = {}
    for start, each in zip(starts, requests, strict=False):
        for one in each.odd:
            odd.setdefault(one.name, []).append(one)
            rows.setdefault(one.name, []).append(start + one.row)
    join = np.array if isinstance(requests[0].codes, list) else np.concatenate
    numbers: NDArray[np.float64] = join([each.numbers for each in requests], dtype=np.float64)
    codes: NDArray[np.int32] = join([each.codes for each in requests], dtype=np.int32)
    columns = {BUNDLE: pa.repeat(pa.scalar(form.bundle_id), len(codes))}
    of_name = {name: place for place, name in enumerate(form.names)}
    for column in kept:
        name, values = column.name, [each.value for each in odd.get(column.name, ())]
        if name in form.numbers:
            columns[name] = _numbers_but(numbers[:, form.numbers[name]], rows.get(name, []), values)
        else:
            columns[name] = _names_but(codes[:, of_name[name]], form, column, rows.get(name, []), values, key)
    return columns


def _numbers_but(numbers: NDArray[np.float64], rows: Sequence[int], values: Sequence[Any]) -> pa.Array:
    """Numbers, but for some that came otherwise."""
    numbers = numbers.copy()
    numbers[rows] = _plain_numbers(values)
    return _finite(numbers)


def _names_but(
    codes: NDArray[np.int32], form: Form, column: KeptColumn, rows: Sequence[int], values: Sequence[Any], key: bytes
) -> pa.Array:
    """Names by their codes, but for some that came otherwise."""
    import pyarrow as pa

    known, codes = form.names[column.name], codes.copy()
    found = _spellings(values)
    if column.treatment == "hashed":
        for spelling in known:
            if spelling not in form.hashes:
                form.hashes[spelling] = _hashed(spelling, key)
        known, found = list(map(form.hashes.get, known)), [_hashed(spelling, key) for spelling in found]
    codes[rows] = range(len(known), len(known) + len(found))
    return pa.DictionaryArray.from_arrays(codes, pa.array([*known, *found], pa.string())).dictionary_decode()


def _together(answers: Sequence[Any]) -> Told:
    """The answers of several requests."""
    if not isinstance(answers[0], Told):
        return Told.of(list(chain.from_iterable(answers)))
    chances = array("d", b"".join([each.chances for each in answers]))
    return Told(list(chain.from_iterable(each.predictions for each in answers)), chances)


def _answers(told: Told, facts: LogFacts) -> dict[str, pa.Array]:
    """What was answered: a class by its spelling and the probabilities of all, or a number."""
    import pyarrow as pa

    if not facts.classes:
        return {ANSWER: pa.array(told.predictions, pa.float64())}
    ends = np.arange(len(told.predictions) + 1, dtype=np.int32) * len(facts.classes)
    lists = pa.ListArray.from_arrays(ends, np.frombuffer(told.chances))
    return {ANSWER: pa.array(_spellings(told.predictions), pa.string()), PROBABILITIES: lists}


def outcome_table(outcomes: Sequence[Outcome]) -> pa.Table:
    """From outcomes to a table."""
    import pyarrow as pa

    return pa.table(
        {
            ID: pa.array([each.id for each in outcomes], pa.string()),
            AT: _moments(np.array([each.at for each in outcomes])),
            OUTCOME: pa.array([canonical(each.outcome) for each in outcomes], pa.string()),
        }
    )


def _moments(seconds: NDArray[np.float64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(np.round(seconds * 1e6).astype(np.int64), pa.timestamp("us", tz="UTC"))


def _input(values: Sequence[Any], column: KeptColumn, key: bytes) -> pa.Array:
    """Numbers as such, with null for what is none; everything else as it is spelled."""
    import pyarrow as pa

    if column.treatment == "hashed":
        return pa.array([_hashed(value, key) for value in values], pa.string())
    if column.kind != "number":
        return pa.array(_spellings(values), pa.string())
    return _finite(_plain_numbers(values))


def _plain_numbers(values: Sequence[Any]) -> NDArray[np.float64]:
    plain = values if NUMBERS.issuperset(map(type, values)) else list(map(to_number, values))
    return np.array(plain, dtype=np.float64)


def _spellings(values: Sequence[Any]) -> list[str | None]:
    """`canonical` of values, each distinct text spelled once."""
    if not TEXTS.issuperset(map(type, values)):
        return list(map(canonical, values))
    spelling = {text: canonical(text) for text in set(values)}
    return [spelling[text] for text in values]


def _finite(numbers: NDArray[np.float64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(numbers, pa.float64(), mask=~np.isfinite(numbers))


def _hashed(value: Any, key: bytes) -> str | None:
    """The same for equal values, and of no use to who does not know the key."""
    spelling = canonical(value)
    return None if spelling is None else hmac.new(key, spelling.encode(), "sha256").hexdigest()[:HASH_CHARACTERS]
