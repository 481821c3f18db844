"""How a service keeps predictions and outcomes: as tables, of records as they came or as numbers and codes.

What a record holds is cold a second later, and to look it all up again costs more than the answer did. So where a
service has read records column by column, it hands those columns on (`Coded`); only values that are neither plain
numbers nor known names are kept as they came (`Odd`).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any, NamedTuple

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
    names: Mapping[str, Sequence[str]]
    hashes: dict[str, str | None] = field(default_factory=dict)


class Odd(NamedTuple):
    """A value as it came, by the place of its record in the request and the name of its input."""

    row: int
    name: str
    value: Any


class Coded(NamedTuple):
    """One request that was answered, as `Asked`, its records as numbers and codes.

    Parameters
    ----------
    ids : sequence of str
    at : float
    form : Form
    numbers : bytes of float64, shape (n_rows, form.width)
    codes : bytes of int32, shape (n_rows, n_names)
    odd : sequence of Odd
        What stands in the place of numbers and codes.
    predictions : sequence
        As in the answers.
    chances : bytes of float64, shape (n_rows, n_classes)
        The probabilities; empty for numbers.
    """

    ids: Sequence[str]
    at: float
    form: Form
    numbers: bytes
    codes: bytes
    odd: Sequence[Odd]
    predictions: Sequence[Any]
    chances: bytes


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
        alike: dict[Form | None, list[int]] = {}
        for place, each in enumerate(requests):
            alike.setdefault(each.form if isinstance(each, Coded) else None, []).append(place)
        parts = [
            _table_of_one_form([requests[place] for place in places], facts, kept, key) for places in alike.values()
        ]
        if len(parts) == 1:
            return parts[0]
        rows = [np.arange(starts[place], starts[place + 1]) for places in alike.values() for place in places]
        return pa.concat_tables(parts).take(np.argsort(np.concatenate(rows)))

    return table


def _table_of_one_form(requests: Sequence[Any], facts: LogFacts, kept: Sequence[KeptColumn], key: bytes) -> pa.Table:
    import pyarrow as pa

    lengths = [len(each.ids) for each in requests]
    columns = {
        ID: pa.array(list(chain.from_iterable(each.ids for each in requests)), pa.string()),
        AT: _moments(np.repeat([each.at for each in requests], lengths)),
    }
    read = _coded if isinstance(requests[0], Coded) else _spelled
    return pa.table(columns | read(requests, facts, kept, key))


def _spelled(requests: Sequence[Asked], facts: LogFacts, kept: Sequence[KeptColumn], key: bytes) -> dict[str, pa.Array]:
    """The columns of records as they came."""
    import pyarrow as pa

    records = [record for each in requests for record in each.records]
    answers = [answer for each in requests for answer in each.answers]
    bundles = [each.bundle_id for each in requests for _ in each.ids]
    chances = np.array([list(answer["probabilities"].values()) for answer in answers]) if facts.classes else None
    columns = {BUNDLE: pa.array(bundles, pa.string())}
    columns |= _answers([answer["prediction"] for answer in answers], chances)
    for column in kept:
        columns[column.name] = _input([record[column.name] for record in records], column, key)
    return columns


def _coded(requests: Sequence[Coded], facts: LogFacts, kept: Sequence[KeptColumn], key: bytes) -> dict[str, pa.Array]:
    """The columns of numbers and codes."""
    import pyarrow as pa

    form, starts = requests[0].form, accumulate((len(each.ids) for each in requests), initial=0)
    odd: dict[str, list[tuple[int, Any]]] = {}
    for start, each in zip(starts, requests, strict=False):
        for row, name, value in each.odd:
            odd.setdefault(name, []).append((start + row, value))
    predictions = list(chain.from_iterable(each.predictions for each in requests))
    n_rows = len(predictions)
    numbers = np.frombuffer(b"".join([each.numbers for each in requests])).reshape(n_rows, form.width)
    codes = np.frombuffer(b"".join([each.codes for each in requests]), dtype=np.int32).reshape(n_rows, len(form.names))
    chances = np.frombuffer(b"".join([each.chances for each in requests])).reshape(n_rows, -1)
    columns = {BUNDLE: pa.repeat(pa.scalar(form.bundle_id), n_rows)}
    columns |= _answers(predictions, chances if facts.classes else None)
    of_name = {name: place for place, name in enumerate(form.names)}
    for column in kept:
        name, beside = column.name, odd.get(column.name, [])
        if name in form.numbers:
            columns[name] = _numbers_but(numbers[:, form.numbers[name]], beside)
        else:
            columns[name] = _names_but(codes[:, of_name[name]], form, column, beside, key)
    return columns


def _numbers_but(numbers: NDArray[np.float64], odd: Sequence[tuple[int, Any]]) -> pa.Array:
    """Numbers, but for some that came otherwise."""
    numbers = numbers.copy()
    for row, value in odd:
        numbers[row] = to_number(value)
    return _finite(numbers)


def _names_but(
    codes: NDArray[np.int32], form: Form, column: KeptColumn, odd: Sequence[tuple[int, Any]], key: bytes
) -> pa.Array:
    """Names by their codes, but for some that came otherwise."""
    import pyarrow as pa

    known, codes = form.names[column.name], codes.copy()
    spellings: list[str | None] = [*known, *(canonical(value) for _, value in odd)]
    codes[[row for row, _ in odd]] = range(len(known), len(spellings))
    if column.treatment == "hashed":
        for spelling in known:
            if spelling not in form.hashes:
                form.hashes[spelling] = _hashed(spelling, key)
        spellings = [*map(form.hashes.get, known), *(_hashed(spelling, key) for spelling in spellings[len(known) :])]
    return pa.DictionaryArray.from_arrays(codes, pa.array(spellings, pa.string())).dictionary_decode()


def _answers(predictions: Sequence[Any], chances: NDArray[np.float64] | None) -> dict[str, pa.Array]:
    """What was answered: a class by its spelling and the probabilities of all, or a number."""
    import pyarrow as pa

    if chances is None:
        return {ANSWER: pa.array(predictions, pa.float64())}
    ends = np.arange(len(chances) + 1, dtype=np.int32) * chances.shape[1]
    lists = pa.ListArray.from_arrays(ends, chances.reshape(-1))
    return {ANSWER: pa.array(_each_once(canonical, predictions), pa.string()), PROBABILITIES: lists}


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

    kinds = set(map(type, values))
    if column.treatment == "hashed":
        return pa.array([_hashed(value, key) for value in values], pa.string())
    if column.kind != "number":
        return pa.array(_each_once(canonical, values) if kinds <= TEXTS else [*map(canonical, values)], pa.string())
    plain = values if kinds <= NUMBERS else list(map(to_number, values))
    return _finite(np.array(plain, dtype=np.float64))


def _finite(numbers: NDArray[np.float64]) -> pa.Array:
    import pyarrow as pa

    return pa.array(numbers, pa.float64(), mask=~np.isfinite(numbers))


def _each_once(spell: Callable[[Any], str | None], values: Sequence[Any]) -> list[str | None]:
    """Each distinct value spelled once."""
    spelling = {value: spell(value) for value in set(values)}
    return [spelling[value] for value in values]


def _hashed(value: Any, key: bytes) -> str | None:
    """The same for equal values, and of no use to who does not know the key."""
    spelling = canonical(value)
    return None if spelling is None else hmac.new(key, spelling.encode(), "sha256").hexdigest()[:HASH_CHARACTERS]
