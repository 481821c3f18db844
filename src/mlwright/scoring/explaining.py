"""Explains single answers of a bundle in words: reasons with their size, and what would alter the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mlwright.records.bundle import Manifest
from mlwright.records.explained import Change, Explained, Reason
from mlwright.records.model import ModelSpec
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.changes import smallest_change
from mlwright.scoring.columns import Row
from mlwright.scoring.model import Model
from mlwright.scoring.reasons import Reasoner
from mlwright.scoring.spelling import canonical

MOST_REASONS = 5
LEAST_POINTS = 0.005
"""A reason that adds less than half a point is not told."""
LEAST_SHARE = 0.02
"""Of a number: less than this share of the largest reason."""


class Explainer:
    """Explains the answers of one bundle; safe to use from many threads.

    Parameters
    ----------
    manifest : Manifest
    model : Model
    """

    def __init__(self, manifest: Manifest, model: Model) -> None:
        self.manifest = manifest
        self.model = model
        self._reasoner = Reasoner(model, manifest.typical or tuple(one.row for one in manifest.golden))
        self._profiles = {column.name: column for column in manifest.reference}

    def explain(self, record: Row, *, most: int = MOST_REASONS, change: bool = False) -> Explained:
        """Why this record is answered as it is.

        Parameters
        ----------
        record : mapping
            Every input, null where it is not known.
        most : int
            Reasons.
        change : bool
            Whether the smallest change that alters the answer is sought, of the inputs that can be changed.

        Raises
        ------
        TableError
            If an input is missing.
        """
        spec = self.model.spec
        blocks = self.model.encoder.encode_records([record])
        scores = self.model.predict(blocks)
        answer = float(self.model.answers(scores, [record])[0])
        output = int(answer) if spec.task == "multiclass" else 0
        own, typical, reasons = reasons_of(self._reasoner, record, blocks, output, most)
        found = self._change(record, answer) if change else (None, "")
        return Explained(
            prediction=answer_named(answer, spec),
            of_what=_of_what(spec, self.manifest.target, output),
            score=own,
            typical=typical,
            reasons=reasons,
            change=found[0],
            no_change=found[1],
        )

    def _change(self, record: Row, answer: float) -> tuple[Change | None, str]:
        names = [name for name in self.manifest.changeable if name in self._profiles]
        if not self.model.spec.classes:
            return None, "A number has no other answer; look at the reasons."
        if not names:
            return None, "No input is said to be changeable: name some under [explain] changeable in mlwright.toml."
        found = smallest_change(self.model, record, [self._profiles[name] for name in names])
        if found is None:
            return None, f"No change of {_listed(names)} that was tried alters the answer."
        changed, what = found
        scores = self.model.predict(self.model.encoder.encode_records([changed]))
        then = answer_named(float(self.model.answers(scores, [changed])[0]), self.model.spec)
        moves = _listed([f"{name} {_valued(value)}" for name, value in what.values.items()])
        return Change(values=what.values, prediction=then, sentence=f"If {moves}, the answer would be '{then}'."), ""


def reasons_of(
    reasoner: Reasoner, record: Row, blocks: Blocks, output: int, most: int = MOST_REASONS
) -> tuple[float, float, tuple[Reason, ...]]:
    """The score of one case, the typical score, and the largest reasons for the difference.

    Parameters
    ----------
    reasoner : Reasoner
    record : mapping
        The case as it is told.
    blocks : Blocks
        The same case as the model reads it, one row.
    output : int
        Which column of the scores.
    most : int
        Reasons.
    """
    has_classes = bool(reasoner.model.spec.classes)
    own, typical, added = reasoner.added(blocks, output)
    pairs = zip(reasoner.inputs, added, strict=True)
    reasons = [_reason(name, record, float(adds), has_classes=has_classes) for name, adds in pairs]
    reasons.sort(key=lambda reason: -abs(reason.adds))
    least = LEAST_POINTS if has_classes else LEAST_SHARE * abs(reasons[0].adds)
    return own, typical, tuple(reason for reason in reasons[:most] if abs(reason.adds) >= least)


def _reason(name: str, record: Row, adds: float, *, has_classes: bool) -> Reason:
    value = _valued(record.get(name))
    size = f"{100 * adds:+.0f} points" if has_classes else f"{adds:+,.4g}"
    return Reason(input=name, value=value, adds=adds, sentence=f"{name} {value}: {size}")


def _of_what(spec: ModelSpec, target: str, output: int) -> str:
    if not spec.classes:
        return target
    return f"the probability of '{spec.classes[output if spec.task == 'multiclass' else -1]}'"


def answer_named(answer: float, spec: ModelSpec) -> str:
    """An answer as people read it: the name of the class, or the number."""
    return spec.classes[int(answer)] if spec.classes else f"{answer:.6g}"


def _valued(value: object) -> str:
    """A value as it reads after the name of its column."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return "is missing"
    if isinstance(value, bool | str):
        return f"is '{value}'"
    return f"is {canonical(value)}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def as_row(record: Mapping[str, object], manifest: Manifest) -> Row:
    """A record with every input; those that it lacks are not known."""
    return {clause.name: record.get(clause.name) for clause in manifest.inputs}
