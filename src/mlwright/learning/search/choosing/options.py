"""The models that a search could end with: the ensemble, and one candidate alone, with several cores or with one.

Who wants speed or a small file gets the fastest or the simplest of those that the data cannot tell from the best.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from mlwright.core.errors import LimitsMissed
from mlwright.data.words import told_size
from mlwright.learning.search.judge import Array, Judge
from mlwright.records.settings import Prefer

ENSEMBLE = "ensemble"
ALPHA = 0.05


@dataclass(frozen=True)
class Option:
    """A model that the search could end with.

    Parameters
    ----------
    name : str
        As the leaderboard shows it.
    weights : dict
        By the members' names; they sum to 1.
    n_cores : int
        How many cores each member may have.
    size_bytes : int or None
        Of its cores.
    row_ms : float or None
        Median time to score one record; None if that was not measured.
    """

    name: str
    weights: dict[str, float]
    n_cores: int
    size_bytes: int | None = None
    row_ms: float | None = None

    @property
    def is_ensemble(self) -> bool:
        """Whether it is the ensemble, with all its cores or with one of each member."""
        return self.name in (ENSEMBLE, one_core(ENSEMBLE))

    @property
    def simplicity(self) -> tuple[int, int, int]:
        """Less is simpler: members, then cores, then bytes."""
        return len(self.weights), len(self.weights) * self.n_cores, self.size_bytes or 0


class Wishes(NamedTuple):
    """What a user wants of the model besides accuracy.

    Parameters
    ----------
    prefer : str
    max_latency_s : float or None
        For one record.
    max_size_bytes : int or None
    measure : callable
        The option with its size and its time for one record.
    """

    measure: Callable[[Option], Option]
    prefer: Prefer = "accuracy"
    max_latency_s: float | None = None
    max_size_bytes: int | None = None

    @property
    def are_there(self) -> bool:
        """Whether anything but accuracy counts."""
        return self.prefer != "accuracy" or self.max_latency_s is not None or self.max_size_bytes is not None

    def allow(self, option: Option) -> bool:
        """Whether a measured option is within the limits."""
        slow = self.max_latency_s is not None and (option.row_ms or 0.0) > 1000 * self.max_latency_s
        large = self.max_size_bytes is not None and (option.size_bytes or 0) > self.max_size_bytes
        return not slow and not large


def options_of(weights: dict[str, float], names: Sequence[str], n_cores: int) -> list[Option]:
    """The ensemble with all its cores and with one of each member, and every candidate alone, likewise."""
    forms = [(ENSEMBLE, weights)] if len(weights) > 1 else []
    forms += [(name, {name: 1.0}) for name in names]
    found = [Option(name, members, n_cores) for name, members in forms]
    return found if n_cores == 1 else found + [Option(one_core(name), members, 1) for name, members in forms]


def one_core(name: str) -> str:
    """What an option with one core of each member is called."""
    return f"{name}, one core"


def distinct(options: Sequence[Option]) -> list[Option]:
    """Measured options without those that are another one under a second name.

    A member that was fitted anew on all rows has one core, with "one core" or without.
    """
    found: dict[tuple[object, ...], Option] = {}
    for option in options:
        same = (*sorted(option.weights.items()), option.size_bytes)
        found[same] = replace(found.get(same, option), n_cores=option.n_cores)
    return list(found.values())


def within(measured: Sequence[Option], wishes: Wishes) -> list[Option]:
    """The measured options that keep the limits.

    Raises
    ------
    LimitsMissed
        If none does.
    """
    allowed = [option for option in measured if wishes.allow(option)]
    if not allowed:
        raise LimitsMissed(*_what_there_is(measured, wishes))
    return allowed


def pick(options: Sequence[Option], predictions: Sequence[Array], judge: Judge, prefer: Prefer) -> int:
    """The place of the option to take: the best, or the fastest or simplest that cannot be told from it.

    The ensemble with all its cores is taken as the best wherever it is among the options.
    """
    best = min(range(len(options)), key=lambda i: (options[i].name != ENSEMBLE, judge.loss(predictions[i])))
    if prefer == "accuracy":
        return best
    worse = surely_worse(predictions, best, judge)
    tied = [place for place in range(len(options)) if not worse[place]]
    if prefer == "simple":
        return min(tied, key=lambda i: options[i].simplicity)
    return min(tied, key=lambda i: options[i].row_ms or 0.0)


def surely_worse(predictions: Sequence[Array], best: int, judge: Judge) -> list[bool]:
    """Of which predictions the data says that they are worse than the best ones, by the metric of the search.

    Scores are paired on the same rows, rows of one group count as one, and the level is divided by the number of
    comparisons (Bonferroni). So the predictions that are best in truth are called worse in at most 5 of 100 cases,
    whichever look best here. Of several that are all as good, one or another is called so more often, as those that
    look best are the luckiest: of two in 10 of 100 cases, of 15 in 30.

    References
    ----------
    Hsu, J. C. (1981). Simultaneous confidence intervals for all distances from the "best". Annals of Statistics 9.
    """
    reach = student.ppf(1.0 - ALPHA / max(len(predictions) - 1, 1), judge.freedom(predictions[best]))
    return [bool(gap > 0 and gap > reach * error) for gap, error in judge.behind(predictions, best)]


def _what_there_is(measured: Sequence[Option], wishes: Wishes) -> tuple[str, str]:
    wanted, there, change = [], [], []
    if wishes.max_latency_s is not None:
        fastest = min(measured, key=lambda option: option.row_ms or np.inf)
        wanted.append(f"train.max_latency = {1000 * wishes.max_latency_s:.3g} ms")
        there.append(f"the fastest, {fastest.name!r}, answers one record in {fastest.row_ms:.3g} ms")
        change.append("train.max_latency")
    if wishes.max_size_bytes is not None:
        smallest = min(measured, key=lambda option: option.size_bytes or 0)
        wanted.append(f"train.max_size = {told_size(wishes.max_size_bytes)}")
        there.append(f"the smallest, {smallest.name!r}, has {told_size(smallest.size_bytes or 0)}")
        change.append("train.max_size")
    message = f"No model keeps {' and '.join(wanted)}: {'; '.join(there)}."
    return message, f"Raise {' or '.join(change)} in mlwright.toml."
