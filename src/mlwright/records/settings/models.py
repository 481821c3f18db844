"""Settings of the search for a model and of its test."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from mlwright.core.family import MembersOf
from mlwright.core.record import Settings
from mlwright.records.settings.quantities import Bytes, Seconds

MOST_APART = 5
"""Wishes: what may stand together is worked out for each choice of one column from every wish."""

Prefer = Literal["accuracy", "speed", "simple"]


class TrainSettings(Settings):
    """``[train]``: how long and what to try.

    Parameters
    ----------
    budget : duration
        Wall clock of the whole run, from the start of the process, kept to within 5 % where the machine has nothing
        else to do.
    candidates : int
        How many candidates are tried, the dummy not counted, in place of a clock: the same data, settings and versions
        then give the same bundle. `budget` no longer ends the search when it is up; it tells how large a fit may be
        planned, and what the time of further candidates is worth.
    families : list
        Model families to try, by name; default: all that suit.
    metric : str
        What to optimise; default: log loss for classes, root mean squared error for numbers.
    prefer : str
        ``accuracy``: the best model; ``speed`` or ``simple``: of those that the data cannot tell from the best, the one
        that answers a record fastest, or the simplest one.
    max_latency : duration
        The time in which one record must be answered (``1ms``); the best model that keeps it is chosen.
    max_size : bytes
        The size that the model's files may have (``10MB``); the best model that keeps it is chosen.
    monotone : table
        Number columns with which the answer may only rise (for two classes: the probability of the positive one), or
        only fall: ``{age = "rising"}``. Families that cannot keep that are not tried.
    apart : list
        Lists of input columns, such as ``[["age", "region"]]``: in no part of the model depends what one of them does
        to the answer (two classes: to the log odds) on another of the same list. Families that cannot keep that are not
        tried.
    least_gain : float
        What further candidates must gain for the search to go on, as a share of what the model gains over the dummy
        (``0.01`` for one hundredth); whatever it says, the search ends where more is not expected to be worth its time.
    refit : bool
        Whether the chosen model is fitted once more on all rows, those of the test among them, before it is packed. The
        figures stay those of the model that had not seen these rows.
    experience : bool
        Whether which candidates paid is noted in the user's own file (no data, no names), and what was noted before
        tells what to try first from 10,000 rows on; ``MLWRIGHT_EXPERIENCE=off`` switches it off everywhere.
    """

    of_the_end: ClassVar[frozenset[str]] = frozenset({"prefer", "max_latency", "max_size"})

    budget: Seconds = 300.0
    candidates: int | None = Field(default=None, ge=1)
    families: Annotated[tuple[str, ...], MembersOf("mlwright.learning.models")] = ()
    metric: str | None = None
    prefer: Prefer = "accuracy"
    max_latency: Seconds | None = None
    max_size: Bytes | None = None
    monotone: dict[str, Literal["rising", "falling"]] = {}
    apart: Annotated[tuple[tuple[str, ...], ...], Field(max_length=MOST_APART)] = ()
    least_gain: float = Field(default=0.0, ge=0.0, lt=1.0)
    refit: bool = True
    experience: bool = True

    @property
    def limit_s(self) -> float | None:
        """The wall clock that ends a run, in seconds; None where the number of candidates does."""
        return None if self.candidates else self.budget


class EvaluateSettings(Settings):
    """``[evaluate]``: how sure the figures must be, and for whom they are told.

    Parameters
    ----------
    level : float
        The share of cases in which an interval holds the truth.
    groups : list
        Columns whose groups are compared (``["sex", "region"]``): what the model does to each, and how far they are
        apart. A column need not be an input of the model.
    """

    level: float = Field(default=0.95, gt=0.5, lt=1.0)
    groups: tuple[str, ...] = ()
