"""The model families: what can be fitted."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from mlwright.core.family import Family
from mlwright.core.record import Scalar
from mlwright.learning.aim import MEAN, Aim
from mlwright.records.model import Candidate
from mlwright.records.profile import Task
from mlwright.scoring.blocks import BlockNames, Blocks
from mlwright.scoring.cores import Core

Params = dict[str, Scalar]
"""The settings of a candidate: plain values, which stand in its record."""

ROWS_TO_FEEL, LEAST_FELT = 2_000, 0.05


@dataclass(frozen=True)
class Facts:
    """What a family may know before it names its candidates.

    Parameters
    ----------
    task : str
    n_classes : int
        2 for two classes, 0 for numbers.
    n_rows : int
        Training rows.
    smallest_class : int
        Rows of the rarest class; `n_rows` for numbers.
    names : BlockNames
    budget_s : float
        Seconds of fitting that all candidates share.
    directions : tuple of int
        For each number: 1 where the answer may only rise with it, -1 where it may only fall, 0 where it is free; empty
        if all are free.
    apart : tuple
        For each wish some sets of places (of numbers, then codes): what the columns of one set do to the answer must
        not depend on those of another.
    aim : Aim
        Numbers: the answer that the metric rewards; fits that can look for it do.
    amount_objectives : tuple of str
        Numbers that are amounts: what fits may make small in place of squared errors, see `amounts`; empty for others.
    elapsed : tuple of int
        Places of the numbers that only count the time on, where the rows to come are later than those that learn.
    has_groups : bool
        Whether rows come in groups, and the rows to come are of other ones.
    felt : float or None
        The columns as boosting feels them, see `felt_columns`; None where all count.
    """

    task: Task
    n_classes: int
    n_rows: int
    smallest_class: int
    names: BlockNames
    budget_s: float
    directions: tuple[int, ...] = ()
    apart: tuple[tuple[frozenset[int], ...], ...] = ()
    aim: Aim = MEAN
    amount_objectives: tuple[str, ...] = ()
    elapsed: tuple[int, ...] = ()
    has_groups: bool = False
    felt: float | None = None

    @property
    def n_felt(self) -> float:
        """Columns by which the costs of boosting on histograms are guessed, four at least."""
        return max(4.0, len(self.names.all) if self.felt is None else self.felt)


def felt_columns(blocks: Blocks) -> float:
    """How many columns boosting on histograms feels: one that seldom leaves its usual value costs next to nothing.

    Libraries bundle such columns and pass their usual values over. Told by 2,000 rows.

    >>> rare = np.where(np.arange(100) == 7, 1.0, 0.0)
    >>> felt_columns(Blocks(np.column_stack([np.arange(100.0), rare]), np.zeros((100, 1), np.int32)))
    2.05
    """
    some = blocks.numbers[:: max(1, len(blocks.numbers) // ROWS_TO_FEEL)]
    usual = np.sort(some, axis=0)[len(some) // 2]  # whatever more than half of the rows hold stands in the middle
    differs = (some != usual) & ~(np.isnan(some) & np.isnan(usual))
    return float(np.clip(2 * differs.mean(axis=0), LEAST_FELT, 1.0).sum() + blocks.codes.shape[1])


@dataclass(frozen=True)
class Rows:
    """Encoded rows with their target, shape (n_rows,): class places or numbers."""

    blocks: Blocks
    target: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.target)


@dataclass(frozen=True)
class FitContext:
    """The circumstances of one fit.

    Parameters
    ----------
    facts : Facts
    seed : int
    n_threads : int
    time_up : callable
        Asked in every iteration; once true the fit ends at once with the best it has. Raises `RunCancelled` where
        somebody asked the run to end, which a fit lets pass.
    heard : callable
        Told the mean loss on the validation rows after every step among which a fit chooses by them, in the order of
        the steps and in a unit of the family's own.
    """

    facts: Facts
    seed: int
    n_threads: int
    time_up: Callable[[], bool]
    heard: Callable[[float], None] = lambda loss: None


@dataclass(frozen=True)
class Fitted:
    """A fitted core.

    Parameters
    ----------
    core : Core
    cut : bool
        Whether the deadline ended the fit early.
    chosen : mapping
        What was chosen by the validation rows; see `ModelFamily.refit`.
    """

    core: Core
    cut: bool = False
    chosen: Mapping[str, float] = field(default_factory=dict)


class ModelFamily(ABC):
    """A kind of model.

    Attributes
    ----------
    title : str
    keeps_directions : bool
        Whether its fits keep `Facts.directions`; a family that does not is not asked where there are any.
    keeps_apart : bool
        Whether its fits keep `Facts.apart`, likewise.
    one_is_enough : bool
        Whether one fit on all training rows is better than the mean of the fits on the folds, so that it takes their
        place already before the test.
    opens : bool
        Whether its best bet is among those that every search looks at first, and counts its folds by; so it is where
        the user names the family.
    """

    title: ClassVar[str]
    keeps_directions: ClassVar[bool] = False
    keeps_apart: ClassVar[bool] = False
    one_is_enough: ClassVar[bool] = False
    opens: ClassVar[bool] = True

    @abstractmethod
    def candidates(self, facts: Facts) -> list[Candidate]:
        """What to try, best bet first; empty if the family does not suit."""

    def vary(self, facts: Facts, rng: np.random.Generator) -> Params | None:
        """Other settings, drawn at random from where good ones lie; None where others bring nothing.

        They are asked for once the candidates were tried and there is time left; see `tune`. The same generator must
        give the same settings for every machine, and much the same for like data, so that experience can be told of
        them.
        """
        return None

    @abstractmethod
    def cost_s(self, candidate: Candidate, facts: Facts) -> float:
        """A guess of the seconds that one fit on all training rows takes with one thread."""

    @abstractmethod
    def fit(self, candidate: Candidate, train: Rows, valid: Rows, context: FitContext) -> Fitted:
        """Fit on `train`; `valid` is for early stopping alone."""

    def refit(
        self, candidate: Candidate, rows: Rows, chosen: Sequence[Mapping[str, float]], context: FitContext
    ) -> Fitted | None:
        """Fit once more, on all rows and without validation rows; see `finish`.

        Parameters
        ----------
        candidate : Candidate
        rows : Rows
        chosen : sequence of mapping
            What the fits on the folds chose by their validation rows.
        context : FitContext

        Returns
        -------
        Fitted or None
            To take the place of the cores of all folds; None where they shall stay.
        """
        return None


MODELS: Family[ModelFamily] = Family("mlwright.learning.models", ModelFamily)
