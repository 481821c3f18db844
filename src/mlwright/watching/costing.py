"""What a change costs if answers are as good in each cell as they were on the test rows, and where that is not known.

With `now` and `then` the shares of a column's cells and `loss` the mean loss of the test rows of each cell, the loss of
a row changes by the sum of ``(now - then) * loss``. For the model's own answers as cells this is performance from
calibration, for classes and numbers alike. It holds as long as answers mean in each cell what they meant: if the
relation to the target itself has changed, no unlabelled row shows it. Cells in which no test row fell are not known:
their loss may be anything up to the highest of all cells or twice the mean, and only true outcomes tell. So are cells
of numbers into which so many rows crowd that these can hardly be rows such as the test had there: another unit or
another source looks like this, and would be taken for rows of a usual sort.

The interval counts the test rows of each cell and the rows on both sides, as independent as they are worth. Losses lean
to one side, so that their spread is known as badly as that of fewer normal values: the interval is Student's, with the
degrees of freedom of Satterthwaite, a quarter of the rows for each cell (as for exponential losses). And where few rows
of a cell are known, the large losses are mostly not among them: the interval of the loss is moved to the side to which
losses lean (Johnson), by as much as a gamma law of their mean and variance does.

References
----------
Johnson, N. J. (1978). Modified t tests and confidence intervals for asymmetrical populations. Journal of the American
Statistical Association 73.
Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics Bulletin 2.
Garg, S., Balakrishnan, S., Lipton, Z., Neyshabur, B. and Sedghi, H. (2022). Leveraging unlabeled data to predict
out-of-distribution performance. ICLR 2022.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from mlwright.data.cells.telling import cell_words, most_gained
from mlwright.data.words import percent
from mlwright.records.alarms import Harm
from mlwright.records.evaluation import Estimate
from mlwright.records.looks import ANSWERS, TARGET, Baseline, Cells, Cost
from mlwright.statistics.shares import quantile_of
from mlwright.watching.evidence import Evidence

Array = NDArray[np.float64]

LEAST_TESTED = 5
"""Test rows of a cell from which its loss is taken to be known."""
UNKNOWN_SHARE = 0.01
"""More rows than this in cells that are not known, and the harm is not known."""
LEVEL = 0.95
CROWDED = 0.25
"""Share of all rows that a cell of numbers has gained, from which its rows are other ones."""
PRECISION = 0.25
"""Labels are asked for until the loss of the cases is known to within this share of the promised one."""
LEAST_LABELS = 30
ROWS_PER_FREEDOM, LEAST_FREEDOM = 4.0, 4.0
"""Rows with exponential losses whose variance is as certain as that of one normal value more; for the fewest rows."""
DUST = 1e-12
METHOD = "losses of the test rows by cell"


class _Sum(NamedTuple):
    value: float
    error: float
    unknown: float
    freedom: float
    lean: float = 0.0
    """The third cumulant over the variance."""

    def estimate(self, sign: float = 1.0) -> Estimate:
        """The sum with its interval."""
        quantile = float(stdtrit(self.freedom, 0.5 + LEVEL / 2))
        value, reach = sign * self.value, quantile * self.error
        aside = sign * float(np.clip(self.lean * (1 + 2 * quantile**2) / 6, -reach / 2, reach / 2))
        return Estimate(value=value, low=value - reach + aside, high=value + reach + aside, level=LEVEL, method=METHOD)


def harm_of(evidence: Evidence, baseline: Baseline) -> Harm | None:
    """What the change of one column costs; None where nothing is known of its cells."""
    loss, benefit = evidence.column.loss, evidence.column.benefit
    if loss is None or benefit is None:
        return None
    lost, won = _change(evidence, loss, baseline.loss), _change(evidence, benefit, baseline.benefit)
    found = lost._replace(lean=_lean(evidence, loss, lost.error)).estimate()
    harm = Harm(title=baseline.loss_title, loss=found, money=won.estimate(-1.0), unit=baseline.unit)
    n_labels = _labels(baseline.loss)
    if lost.unknown > UNKNOWN_SHARE:
        cases, unknown = _unknown(evidence, loss, lost.unknown)
        n_labels = min(n_labels, math.ceil(lost.unknown * evidence.now.sum()))
    elif found.low <= 0 < found.value and found.value - found.low > PRECISION * abs(baseline.loss.mean[0]):
        cases = "of these rows, chosen at random"
        unknown = "The test had too few rows like these to say whether they cost more."
    else:
        return harm
    update = {"is_known": False, "unknown": unknown, "n_labels": n_labels, "cases": cases}
    return harm.model_copy(update=update)


def least_harm_of(evidence: Evidence, baseline: Baseline) -> Harm | None:
    """What the change of whole rows costs at least: a small model sees a part of it, and outcomes tell the rest."""
    harm = harm_of(evidence, baseline)
    if harm is None or not harm.is_known:
        return harm
    unknown = "A small model sees a part of such a change only: it may cost more than is said here."
    n_labels, cases = _labels(baseline.loss), "of these rows, chosen at random"
    return harm.model_copy(update={"is_known": False, "unknown": unknown, "n_labels": n_labels, "cases": cases})


def _change(evidence: Evidence, cost: Cost, whole: Cost) -> _Sum:
    tested = np.array(cost.n)
    mean, variance = np.array(cost.mean), np.array(cost.variance)
    now, then = evidence.now / max(1e-9, evidence.now.sum()), evidence.then / max(1.0, evidence.then.sum())
    known = ~_unmet(evidence, tested)
    highest = max(2.0 * abs(whole.mean[0]), float(np.abs(mean[known]).max(initial=0.0)))
    level = np.where(known & (tested >= LEAST_TESTED), mean, whole.mean[0])
    spread = np.where(known, variance / np.maximum(tested, 1), highest**2 / 3.0)
    moved = now - then
    inside = _inside(evidence.column.cells, moved, level)
    own = sum(
        float((share * (level - share @ level) ** 2).sum()) / max(1.0, worth)
        for share, worth in ((now, evidence.worth), (then, evidence.then.sum()))
    )
    by_cell = moved**2 * spread
    variance_of_sum = float(by_cell.sum()) + own + inside**2
    return _Sum(
        _without_dust(float(moved @ level), highest),
        _without_dust(math.sqrt(variance_of_sum), highest),
        float(now[~known].sum()),
        _freedom(by_cell, tested, variance_of_sum),
    )


def _freedom(by_cell: Array, tested: Array, whole: float) -> float:
    """Degrees of freedom of the error: the fewer, the more of it comes from cells with few test rows."""
    each = np.maximum(LEAST_FREEDOM, tested / ROWS_PER_FREEDOM)
    uncertain = float((by_cell**2 / each).sum())
    return whole**2 / uncertain if uncertain > 0 else math.inf


def _lean(evidence: Evidence, loss: Cost, error: float) -> float:
    """The third cumulant over the variance of what a row loses more, if losses of a cell follow gamma laws."""
    if error <= 0:
        return 0.0
    tested, mean, variance = (np.array(each, dtype=np.float64) for each in (loss.n, loss.mean, loss.variance))
    moved = evidence.now / max(1e-9, evidence.now.sum()) - evidence.then / max(1.0, evidence.then.sum())
    own = (tested >= LEAST_TESTED) & (mean > 0)
    third = moved[own] ** 3 * 2.0 * variance[own] ** 2 / mean[own] / tested[own] ** 2
    return float(third.sum()) / error**2


def _without_dust(value: float, scale: float) -> float:
    """0 where no more is left than what adding up many figures leaves."""
    return 0.0 if abs(value) < DUST * max(scale, 1e-300) else value


def _inside(cells: Cells, moved: Array, level: Array) -> float:
    """What rows may cost more or less because they moved within the outermost cells too, towards or from their ends."""
    if not cells.edges or len(cells.edges) < 3:
        return 0.0
    last = len(cells.edges) - 1
    ends = ((1, 2), (last, last - 1))
    return sum(abs(float(moved[end])) * abs(float(level[end] - level[beside])) / 2 for end, beside in ends)


def _labels(whole: Cost) -> int:
    """So many true outcomes give the loss of the unknown cases to within `PRECISION`."""
    wanted = PRECISION * max(abs(whole.mean[0]), 1e-12)
    return max(LEAST_LABELS, math.ceil((quantile_of(LEVEL) / wanted) ** 2 * whole.variance[0]))


def _crowded(evidence: Evidence) -> NDArray[np.bool_]:
    """Cells of numbers into which many rows came that lay elsewhere."""
    cells = evidence.column.cells
    if cells.sort != "number" or cells.name in (ANSWERS, TARGET):
        return np.zeros(cells.n, dtype=np.bool_)
    now, then = (counts / max(1e-9, counts.sum()) for counts in (evidence.now, evidence.then))
    gained = now - then
    gained[-2:] = 0.0
    return np.asarray(gained >= CROWDED)


def _unmet(evidence: Evidence, tested: Array) -> NDArray[np.bool_]:
    """Cells whose rows are not such as the test had.

    Of new words it is the one lot that moved, as the others are as ever. Names that nobody knew were some in the test
    too; where they have become many, they are others.
    """
    cells = evidence.column.cells
    if cells.sort == "new word":
        return np.asarray(np.arange(cells.n) == most_gained(cells, evidence.then, evidence.now))
    found = (tested < LEAST_TESTED) | _crowded(evidence)
    if cells.sort == "names":
        now, then = (float(counts[-1] / max(1e-9, counts.sum())) for counts in (evidence.now, evidence.then))
        found[-1] |= now - 2.0 * then > UNKNOWN_SHARE
    return np.asarray(found)


def _unknown(evidence: Evidence, cost: Cost, share: float) -> tuple[str, str]:
    """The rows that the test did not know, and why not, in words."""
    crowded = _crowded(evidence)
    cells = evidence.column.cells
    at = int(np.where(_unmet(evidence, np.array(cost.n)), evidence.now, 0.0).argmax())
    cases = f"rows in which {cell_words(cells, at)}"
    if crowded[at]:
        told = [percent(float(counts[at] / counts.sum())) for counts in (evidence.now, evidence.then)]
        return cases, (
            f"{told[0]} of the rows are {cases}, and {told[1]} were: so many are other rows than the test had. Ask the "
            f"source whether the unit or the meaning of {cells.name!r} has changed. If neither has, it may be a season "
            "that training held too little of; true outcomes will tell."
        )
    return cases, f"{percent(share)} of the rows are {cases}, of which the test had too few to say what they cost."
