"""Proves that an export answers what the bundle answers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlwright.core.errors import ExportRefused
from mlwright.records.contract import Clause, Contract
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.deciding import decisive
from mlwright.scoring.moments import DatePattern, to_moment
from mlwright.scoring.spelling import canonical, to_number
from mlwright.shipping.contracts import is_number
from mlwright.shipping.exports import ExportForm, Files, Value
from mlwright.shipping.exports._graph import Array
from mlwright.shipping.exports._inputs import Input, NameInput, NumberInput
from mlwright.shipping.exports._program import Program

EVEN = 1e-9
UNSEEN, UNSEEN_NUMBER = "(never seen)", -987_654_321

Row = Mapping[str, Any]


def proof_rows(bundle: Bundle, program: Program, most_rows: int) -> list[Row]:
    """The stored rows, and each of them with one input missing, unseen or far out; with inputs changed about.

    Every name that a model knows is in one of them.
    """
    contract = bundle.manifest.contract
    stored = [_storable(golden.row, program, contract) for golden in bundle.manifest.golden]
    return list(islice(_rows(stored, program, contract), most_rows))


def _rows(stored: Sequence[Row], program: Program, contract: Contract) -> Iterator[Row]:
    yield from stored
    yield {**stored[0], **{given.name: None for given in program.inputs}}
    for j, given in enumerate(program.inputs):
        for k, value in enumerate(_odd_values(given, contract.clause(given.name))):
            yield {**stored[(j + k) % len(stored)], given.name: value}
    rng = np.random.default_rng(0)
    names = [given.name for given in program.inputs]
    while True:
        picks = rng.integers(len(stored), size=len(names)).tolist()
        yield {**stored[0], **{name: stored[pick][name] for name, pick in zip(names, picks, strict=True)}}


def _storable(row: Row, program: Program, contract: Contract) -> Row:
    """A row as a table of the right types can hold it: a stranger among numbers is a number, one among truth
    values is missing.
    """
    found = dict(row)
    for given in program.inputs:
        value, clause = row[given.name], contract.clause(given.name)
        if isinstance(given, NameInput) and is_number(clause) and math.isnan(to_number(value)):
            found[given.name] = None if value is None else UNSEEN_NUMBER
        if clause.type == "bool" and canonical(value) not in ("true", "false"):
            found[given.name] = None
    return found


def _odd_values(given: Input, clause: Clause) -> list[Any]:
    """Values that a column of that type can store, missing, unknown and extreme ones among them."""
    if isinstance(given, NameInput):
        if clause.type == "bool":
            return [None, True, False]
        if is_number(clause):
            return [None, UNSEEN_NUMBER, *(name for name in given.codes if canonical(to_number(name)) == name)]
        return [None, UNSEEN, *given.codes]
    if isinstance(given, NumberInput):
        return [None, True, False] if clause.type == "bool" else [None, 0.0, -1e30, 1e30, *given.missing]
    return [None, "1900-01-01", "2000-02-29", "2024-12-31"]


def as_values(program: Program, row: Row) -> dict[str, Value]:
    """A row as exports take it."""
    found: dict[str, Value] = {}
    for given in program.inputs:
        value = row[given.name]
        if isinstance(given, NameInput):
            found[given.name] = canonical(value)
        elif isinstance(given, NumberInput):
            found[given.name] = to_number(value)
        else:
            written = None if given.format is None else DatePattern(given.format, given.first_year).written()
            found[given.name] = to_moment(value, written)
    return found


def _expected(bundle: Bundle, program: Program, rows: Sequence[Row]) -> Array:
    """The scores, and the place of the answer where the program tells it."""
    scores = bundle.score_records(rows)
    if not program.is_decided:
        return scores
    return np.column_stack([scores, bundle.model.answers(_own(scores), rows)])


def _own(scores: Array) -> Array:
    """The scores as the model itself gives them: of two classes, those of the second."""
    return scores[:, 1:] if scores.shape[1] == 2 else scores


def _is_close(bundle: Bundle, rows: Sequence[Row], expected: Array) -> NDArray[np.bool_]:
    """Where two answers are worth the same but for rounding, so that either is right."""
    scores, decides = _own(expected[:, :-1]), decisive(bundle.manifest.model, rows)
    if scores.shape[1] == 1:
        return np.asarray(np.abs(scores[:, 0] - decides) < EVEN)
    best = np.sort(scores @ decides, axis=1)
    return np.asarray(best[:, -1] - best[:, -2] < EVEN * np.abs(decides).max())


def largest_difference(form: ExportForm, files: Files, program: Program, bundle: Bundle) -> tuple[float, int]:
    """How far the answers of an export are from the bundle's at most, and on how many rows that was tried.

    For numbers as a share of the number, or of how much numbers differ, whichever is more.

    Raises
    ------
    ExportRefused
        If they are further away than the form allows.
    NotApplicable
        If the export cannot be run here.
    """
    rows = proof_rows(bundle, program, form.n_proof_rows)
    expected = _expected(bundle, program, rows)
    found = form.run(files, program, bundle.manifest, [as_values(program, row) for row in rows])
    apart = np.abs(found - expected) / (np.maximum(np.std(expected), np.abs(expected)) if not program.classes else 1.0)
    if program.is_decided:
        apart[_is_close(bundle, rows, expected), -1] = 0.0
    worst = float(np.max(np.where(np.isnan(apart), math.inf, apart)))
    if worst > form.tolerance:
        row = int(np.argmax(apart.max(axis=1)))
        raise ExportRefused(
            f"The {form.title} form answers {found[row].tolist()} where the bundle answers {expected[row].tolist()}, "
            f"on row {row} of {len(rows)}: it is not handed over."
        )
    return worst, len(rows)
