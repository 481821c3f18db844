"""Two groups of rows in which the target differs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from mlwright.data.insights._candidate import LEAST_SIZE, Candidate, Measured
from mlwright.data.insights._evidence import MIN_ROWS, Array, Evidence, Mask, Outcome
from mlwright.data.words import figure, percent, shortened
from mlwright.statistics.means import effective_rows
from mlwright.statistics.proportions import difference_of_shares, ratio_of_shares
from mlwright.statistics.sampling import Sampling
from mlwright.statistics.shares import Bounds, quantile_of

LEAST_TOLD_AS_RATIO = 1.5
MOST_TOLD_AS_RATIO = 1000.0


@dataclass(frozen=True, eq=False)
class Contrast(Candidate):
    """The target in one group of rows against another one.

    Parameters
    ----------
    columns : tuple of str
        What the groups are made of.
    outcome : Outcome
    more, less : array of bool, shape (n_rows,)
        The group with the larger figure in the first half, and the other one.
    where_more, where_less : str
        The groups as clauses: "'plan' is 'basic'".
    """

    columns: tuple[str, ...]
    outcome: Outcome
    more: Mask
    less: Mask
    where_more: str
    where_less: str

    def code(self) -> NDArray[np.float64]:
        """1 in one group, -1 in the other."""
        return self.more.astype(np.float64) - self.less

    def measure(self, evidence: Evidence, level: float) -> Measured | None:
        """Both figures with the interval of their ratio, or of their difference where that says more."""
        values = self.outcome.values[evidence.second]
        more, less = self.more[evidence.second], self.less[evidence.second]
        if min(more.sum(), less.sum()) < MIN_ROWS // 2:
            return None
        difference = self.difference(values, more, less, evidence.sampling, level)
        least = difference.low / self.outcome.spread
        if not least >= LEAST_SIZE or not self._holds_in_ranks(evidence, more, less, level):
            return None
        high, low = float(values[more].mean()), float(values[less].mean())
        measure, value, bounds = "difference", high - low, difference
        ratio = self._ratio(values, more, less, evidence.sampling, level)
        if ratio is not None and LEAST_TOLD_AS_RATIO <= high / low <= MOST_TOLD_AS_RATIO:
            measure, value, bounds = "ratio", high / low, ratio
        return Measured(
            sentence=self.sentence(high, low, measure, bounds),
            measure=measure,
            value=value,
            low=bounds.low,
            high=bounds.high,
            n_rows=int(more.sum() + less.sum()),
            size=least * (4 * float(more.mean()) * float(less.mean())) ** 0.25,
        )

    def difference(self, values: Array, more: Mask, less: Mask, sampling: Sampling, level: float) -> Bounds:
        """Interval of the figure of one group less that of the other."""
        if self.outcome.is_share:
            return difference_of_shares(
                *_share(values, more, sampling, level), *_share(values, less, sampling, level), level
            )
        return difference_of_means(values, more, less, sampling, level)

    def _ratio(self, values: Array, more: Mask, less: Mask, sampling: Sampling, level: float) -> Bounds | None:
        if not values[less].mean() > 0 or values.min() < 0:
            return None
        if self.outcome.is_share:
            shares = _share(values, more, sampling, level), _share(values, less, sampling, level)
            found = ratio_of_shares(*shares[0], *shares[1], level)
        else:
            found = ratio_of_means(values, more, less, sampling, level)
        return found if math.isfinite(found.high) else None

    def _holds_in_ranks(self, evidence: Evidence, more: Mask, less: Mask, level: float) -> bool:
        """Whether the ranks differ too: their tails are light, so that their interval can be believed."""
        if self.outcome.is_share:
            return True
        ranks = self.outcome.ranks[evidence.second]
        return difference_of_means(ranks, more, less, evidence.sampling, level).low > 0

    def sentence(self, high: float, low: float, measure: str, bounds: Bounds) -> str:
        """The fact in words."""
        what, is_share = subject(self.outcome), self.outcome.is_share
        verb = what if is_share else f"{what} is"
        if measure == "ratio":
            how = f"{times(high / low)} as {'often' if is_share else 'high'} as where {self.where_less}"
        else:
            how = f"{'more often' if is_share else 'higher'} than where {self.where_less}, by {self.gap(high - low)}"
        return f"Where {self.where_more}, {verb} {how}: {self.figures(high, low)} ({self.interval(measure, bounds)})."

    def gap(self, value: float) -> str:
        """A difference as words."""
        return f"{figure(float(f'{100 * value:.2g}'))} points" if self.outcome.is_share else figure(_three(value))

    def figures(self, high: float, low: float) -> str:
        """Both figures as words."""
        return f"{self.spell(high)} against {self.spell(low)}"

    def spell(self, value: float) -> str:
        """One figure as words."""
        return percent(value) if self.outcome.is_share else figure(_three(value))

    def interval(self, measure: str, bounds: Bounds) -> str:
        """The interval as words."""
        if measure == "ratio":
            return f"95 % interval of the ratio {rounded(bounds.low)} to {rounded(bounds.high)}"
        return (
            f"95 % interval of the difference {self.gap(bounds.low).removesuffix(' points')} to {self.gap(bounds.high)}"
        )


@dataclass(frozen=True, eq=False)
class Apart(Contrast):
    """Some rows against all others, whichever of the two has the larger figure; told as "where ..., elsewhere".

    Parameters
    ----------
    where : str
        The rows as a clause.
    is_above : bool
        Whether they are those with the larger figure.
    """

    where: str = ""
    is_above: bool = True

    def sentence(self, high: float, low: float, measure: str, bounds: Bounds) -> str:
        """The fact in words, the rows it is about first."""
        own, others = (high, low) if self.is_above else (low, high)
        told = f"{subject(self.outcome)} {'in ' if self.outcome.is_share else 'is '}{self.spell(own)}"
        elsewhere = f"elsewhere {'in ' if self.outcome.is_share else ''}{self.spell(others)}"
        return f"Where {self.where}, {told}, {elsewhere} ({self.interval(measure, bounds)})."


def subject(outcome: Outcome) -> str:
    """What is compared, as the words before "more often" or "is higher"."""
    target = shortened(outcome.target)
    return f"'{target}' is '{shortened(outcome.answer)}'" if outcome.is_share else f"the mean of '{target}'"


def difference_of_means(values: Array, a: Mask, b: Mask, sampling: Sampling, level: float) -> Bounds:
    """Interval of the mean in `a` less the mean in `b` (Welch), rows that are alike counting for less.

    Degrees of freedom are those of the part that has rows of the fewest units, which is on the safe side.
    """
    moved = _pull(values, a) - _pull(values, b)
    middle = float(values[a].mean() - values[b].mean())
    half = reach((a, b), sampling, level) * sampling.error_of_mean(moved)
    return Bounds(middle - half, middle + half)


def ratio_of_means(values: Array, a: Mask, b: Mask, sampling: Sampling, level: float) -> Bounds:
    """Interval of the mean in `a` over the mean in `b`, both positive, on the scale of logarithms."""
    moved = _pull(values, a) / values[a].mean() - _pull(values, b) / values[b].mean()
    middle = math.log(float(values[a].mean() / values[b].mean()))
    half = reach((a, b), sampling, level) * sampling.error_of_mean(moved)
    return Bounds(math.exp(middle - half), math.exp(min(middle + half, 700.0)))


def reach(parts: Sequence[Mask], sampling: Sampling, level: float) -> float:
    """How many standard errors an interval reaches to either side, where the parts may have rows of few units.

    Student's quantile, and a little more: a standard error from `m` units is too small by the root of ``(m - 1) / m``.
    """
    fewest = max(2, min(sampling.units_in(part) for part in parts))
    return float(student.ppf(0.5 + level / 2, fewest - 1)) * math.sqrt(fewest / (fewest - 1))


def _pull(values: Array, part: Mask) -> Array:
    """How much each row moves the mean of a part."""
    pull: Array = part * (values - values[part].mean()) / part.mean()
    return pull


def _share(values: Array, part: Mask, sampling: Sampling, level: float) -> tuple[float, float]:
    """A share of a part and how many independent rows say as much about it, fewer where it has rows of few units."""
    n_rows = effective_rows(values, part, sampling)
    if sampling.is_plain:
        return float(values[part].mean()), n_rows
    return float(values[part].mean()), n_rows * (quantile_of(level) / reach((part,), sampling, level)) ** 2


def times(ratio: float) -> str:
    """A ratio as the words before "as often".

    >>> times(2.04), times(14.7)
    ('twice', '15 times')
    """
    text = rounded(ratio)
    return "twice" if text == "2" else f"{text} times"


def rounded(ratio: float) -> str:
    """A ratio with two digits that matter."""
    return figure(float(f"{ratio:.2g}"))


def _three(value: float) -> float:
    return float(f"{value:.3g}")
