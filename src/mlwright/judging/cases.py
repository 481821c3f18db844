"""Single test rows as examples: the surest, the least sure and the furthest off, each with its reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.data.words import figure
from mlwright.learning.unseen import Unseen
from mlwright.records.understanding import Case
from mlwright.scoring.explaining import answer_named, reasons_of
from mlwright.scoring.model import Model
from mlwright.scoring.reasons import MOST_TYPICAL, Reasoner
from mlwright.scoring.single_row import as_records

Array = NDArray[np.float64]

MOST_CASES = 5
MOST_ROWS = 20_000
"""Rows that are scored for one of them, over all cores: nobody waits for the answer, so that all typical rows count."""
OUTERMOST = 0.05
"""Share of the rows at either end among which no typical one is sought."""


class Said(NamedTuple):
    """What a model said of the test rows, and their truth.

    Parameters
    ----------
    unseen : Unseen
    model : Model
    scores : array, shape (n_rows, n_outputs)
    target : array, shape (n_rows,)
        Class places, or numbers.
    """

    unseen: Unseen
    model: Model
    scores: Array
    target: Array


def cases(said: Said, most: int = MOST_CASES) -> Iterator[Case]:
    """At most `most` rows, each an example of something else.

    Parameters
    ----------
    said : Said
    most : int
    """
    chosen: dict[int, str] = {}
    for title, place in _examples(said):
        chosen.setdefault(place, title)
    picked = list(chosen.items())[:most]
    if not picked:
        return
    order = np.argsort(said.scores[:, -1], kind="stable")
    spaced = np.linspace(OUTERMOST, 1 - OUTERMOST, min(MOST_TYPICAL, len(order)))
    typical = said.unseen.take(np.sort(order[np.round(spaced * (len(order) - 1)).astype(int)]))
    reasoner = Reasoner(said.model, as_records(typical.table), most_rows=MOST_ROWS)
    for place, title in picked:
        yield _case(title, place, said, reasoner)


def _case(title: str, place: int, said: Said, reasoner: Reasoner) -> Case:
    spec = said.model.spec
    record = as_records(said.unseen.take(np.array([place])).table)[0]
    blocks = said.model.encoder.encode_records([record])
    # an amount that the case is answered by need be no input; it then counts as the usual one
    amounts = dict.fromkeys(spec.amounts.usual) if spec.amounts is not None else {}
    answer = float(said.model.answers(said.model.predict(blocks), [{**amounts, **record}])[0])
    output = int(answer) if spec.task == "multiclass" else 0
    score, typical, reasons = reasons_of(reasoner, record, blocks, output)
    truth = float(said.target[place])
    named = spec.classes[output if spec.task == "multiclass" else -1] if spec.classes else ""
    return Case(
        title=title,
        row=int(said.unseen.positions[place]) + 1,
        truth=spec.classes[int(truth)] if spec.classes else figure(truth),
        answer=answer_named(answer, spec) if spec.classes else figure(answer),
        of_what=f"the probability of '{named}'" if spec.classes else said.unseen.profile.roles.target,
        score=score,
        typical=typical,
        reasons=reasons,
    )


def _examples(said: Said) -> Iterator[tuple[str, int]]:
    """What is worth seeing, and the row that shows it most."""
    task = said.model.spec.task
    if task == "regression":
        return _of_numbers(said.scores[:, 0], said.target)
    return _of_two(said) if task == "binary" else _of_several(said)


def _of_two(said: Said) -> Iterator[tuple[str, int]]:
    score, is_it, classes = said.scores[:, 0], said.target == 1, said.model.spec.classes
    threshold = said.model.spec.threshold
    yield f"The surest '{classes[-1]}'", int(score.argmax())
    yield f"The surest '{classes[0]}'", int(score.argmin())
    yield "Where it wavers most", int(np.abs(score - (0.5 if threshold is None else threshold)).argmin())
    if is_it.any():
        yield f"'{classes[-1]}' in truth, and least expected", int(np.where(is_it, score, np.inf).argmin())
    if not is_it.all():
        yield f"'{classes[0]}' in truth, and least expected", int(np.where(is_it, -np.inf, score).argmax())


def _of_several(said: Said) -> Iterator[tuple[str, int]]:
    highest, answers = said.scores.max(axis=1), said.scores.argmax(axis=1)
    is_right = answers == said.target
    yield "The surest of all", int(highest.argmax())
    yield "Where it wavers most", int(highest.argmin())
    if not is_right.all():
        yield "The surest mistake", int(np.where(is_right, -np.inf, highest).argmax())


def _of_numbers(answer: Array, truth: Array) -> Iterator[tuple[str, int]]:
    yield "The highest answer", int(answer.argmax())
    yield "The lowest answer", int(answer.argmin())
    yield "Furthest above the truth", int((answer - truth).argmax())
    yield "Furthest below the truth", int((answer - truth).argmin())
    yield "An answer like most", int(np.abs(answer - np.median(answer)).argmin())
