"""Executes a model: rows through the plan, the cores, their weights and the calibrator to an answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mlwright.records.model import EncodingPlan, ModelSpec, TextColumn
from mlwright.scoring.arrays import arrays_from_bytes
from mlwright.scoring.blocks import Blocks, OneRow
from mlwright.scoring.boosted import FEWEST_ROWS
from mlwright.scoring.calibrate import calibrate, calibration_of_row
from mlwright.scoring.columns import is_records, one_record, read_columns
from mlwright.scoring.cores import CORES, Core
from mlwright.scoring.deciding import decisive, places_answered
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.together import Together

Array = NDArray[np.float64]


class Model:
    """A model that answers; safe to use from many threads.

    Parameters
    ----------
    spec : ModelSpec
    encoder : Encoder
        Executes `spec.plan`.
    cores : sequence of sequence of Core
        Those of each member of the ensemble.
    """

    def __init__(self, spec: ModelSpec, encoder: Encoder, cores: Sequence[Sequence[Core]]) -> None:
        self.spec = spec
        self.encoder = encoder
        self.weighted = [
            (member.weight / len(of_member), core)
            for member, of_member in zip(spec.members, cores, strict=True)
            for core in of_member
        ]
        self._calibrated = calibration_of_row(spec.calibrator)
        self._ends = None if spec.low is None or spec.high is None else (spec.low, spec.high)

    @classmethod
    def load(cls, spec: ModelSpec, get: Callable[[str], bytes]) -> Self:
        """Read the cores and arrays that a specification names.

        Parameters
        ----------
        spec : ModelSpec
        get : callable
            The bytes of a blob.

        Raises
        ------
        BundleError
            If they are not what they claim to be.
        """
        cores = [[CORES.get(ref.form).from_bytes(get(ref.blob)) for ref in member.cores] for member in spec.members]
        return cls(spec, load_encoder(spec.plan, get), cores)

    @property
    def needs(self) -> tuple[str, ...]:
        """What a reader of its cores must know; see `Manifest.needs`."""
        return tuple(sorted(frozenset().union(*(core.needs for _, core in self.weighted))))

    def predict(self, blocks: Blocks) -> Array:
        """Scores of encoded rows: calibrated probabilities, or numbers; shape (n_rows, n_outputs)."""
        if len(blocks) == 1:
            return np.array([self.predict_row(blocks.first)])
        scores = calibrate(self.totals(blocks), self.spec.calibrator)
        return scores if self.spec.low is None else np.clip(scores, self.spec.low, self.spec.high)

    def totals(self, blocks: Blocks) -> Array:
        """Weighted sums of the cores' answers, before they are calibrated and clipped; shape (n_rows, n_outputs)."""
        return self._together.scores_of_many(blocks)

    def predict_row(self, row: OneRow) -> list[float]:
        """As `predict` of a single row."""
        return self._finished_row(self._together.scores(row))

    def predict_rows(self, rows: Sequence[OneRow]) -> list[list[float]]:
        """As `predict_row` of each, to the last bit; together where that is quicker."""
        if len(rows) < FEWEST_ROWS or not self.is_looked_up:
            return [self.predict_row(row) for row in rows]
        return list(map(self._finished_row, self._together.scores_of_many(Blocks.of(rows)).tolist()))

    @property
    def is_looked_up(self) -> bool:
        """Whether several rows are answered together to the last bit as each of them alone."""
        return self._together.is_looked_up

    def _finished_row(self, total: list[float]) -> list[float]:
        scores = self._calibrated(total)
        return scores if self._ends is None else [min(max(score, self._ends[0]), self._ends[1]) for score in scores]

    @cached_property
    def _together(self) -> Together:
        return Together(self.weighted, self.encoder.names.n_levels)

    def scores(self, table: Any) -> Array:
        """Scores of the rows of any table, a part of it at a time; see `columns.read_columns`.

        Raises
        ------
        TableError
            If it is no table, or lacks an input.
        """
        if is_records(table):
            return self.predict(self.encoder.encode_records(table))
        record = one_record(table, self.encoder.inputs)
        if record is not None:
            return np.array([self.predict_row(self.encoder.encode_record(record))])
        return np.vstack([self.predict(blocks) for blocks in self.encoder.chunks(read_columns(table, coded=True))])

    def answers(self, scores: Array, rows: Any = None) -> Array:
        """The answer of each row, shape (n_rows,): the place of the class in `spec.classes`, or the number.

        Two classes: the positive one from the threshold on, or by the amounts of the case itself. Several: the one of
        which most is expected, or the most probable one.

        Parameters
        ----------
        scores : array, shape (n_rows, n_outputs)
        rows : table, optional
            See `deciding.decisive`.
        """
        if self.spec.task == "regression":
            numbers: Array = scores[:, 0]
            return numbers
        return places_answered(scores, decisive(self.spec, rows)).astype(np.float64)


def scores_of(models: Sequence[Model], table: Any) -> list[Array]:
    """What several models say of the same rows, which are encoded once where all of them read rows alike."""
    first = models[0]
    if any(model.spec.plan != first.spec.plan for model in models):
        return [model.scores(table) for model in models]
    parts = [
        [model.predict(blocks) for model in models] for blocks in first.encoder.chunks(read_columns(table, coded=True))
    ]
    return [np.vstack(said) for said in zip(*parts, strict=True)]


def load_encoder(plan: EncodingPlan, get: Callable[[str], bytes]) -> Encoder:
    """The encoder of a plan, with the arrays that it names."""
    if plan.arrays is None:
        return Encoder(plan)
    texts = [column for column in plan.columns if isinstance(column, TextColumn)]
    names = [name for text in texts for name in (text.idf, text.projection) if name is not None]
    return Encoder(plan, arrays_from_bytes(get(plan.arrays), names, "The encoding plan"))
