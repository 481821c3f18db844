"""From which probability on the positive class is answered."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit

from mlwright.data.words import percent
from mlwright.learning.benefit import Benefit, either_way, expected_gain, threshold_of, worth_per_case
from mlwright.learning.metrics import metric_of
from mlwright.learning.search.judge import Array, HeldOut, Judge, mean_and_error
from mlwright.records.profile import Roles

N_THRESHOLDS = 200
N_PARTS = 5
SURELY = 2.0
REACH, N_TRIED, WIDTH = 1.5, 61, 0.4
"""Log-odds around the threshold for right probabilities in which the curve is looked at, and how far it is smoothed."""
LEANING = 1.0 / 3.0
SMALLEST = 1e-4


def known_threshold(metric: str, roles: Roles, benefit: Benefit) -> float | None:
    """The threshold by which candidates are judged, where it does not depend on what they say.

    None for metrics that have a best threshold of their own, unless the user says what answers are worth.
    """
    if roles.task != "binary" or (benefit.assumed and metric_of(metric).has_threshold):
        return None
    return threshold_of(benefit.table)


def choose_threshold(judge: Judge, probability: Array, benefit: Benefit, capacity: float = 1.0) -> tuple[float, str]:
    """The threshold and how it was chosen, as a sentence.

    A metric that has a best threshold of its own gets that, unless the user says what answers are worth. Else: if
    probabilities are right, the table alone says from where on answering "positive" pays. A threshold that is found by
    trying is taken only if finding it on some folds gained something on the others, by two standard errors: the best
    of many thresholds is always a little lucky. Without such proof the threshold leans a third of the way, in log-odds,
    to the top of the smoothed curve of what held-out answers were worth: that moves it where probabilities near it are
    a little off, and hardly where they are not.

    Parameters
    ----------
    judge : Judge
        Of the held-out rows.
    probability : array, shape (n_rows, 1)
    benefit : Benefit
        On the training rows.
    capacity : float
        The largest share of cases that can be answered positive.
    """
    threshold, reason = _for_benefit(judge, probability, benefit)
    if capacity >= 1.0 or (probability[:, 0] >= threshold).mean() <= capacity:
        return threshold, reason
    cut = float(np.quantile(probability[:, 0], 1.0 - capacity))
    return cut, (
        f"{cut:.3f}: from there on lie the surest {percent(capacity)} of the cases, as many as can be answered so; "
        f"without that limit it would be {threshold:.3f}"
    )


def line_of(predicted: Array, benefit: Benefit, capacity: float) -> float:
    """Numbers of which only some are acted upon: from which predicted number on.

    Parameters
    ----------
    predicted : array, shape (n_rows,)
        Of held-out rows.
    benefit : Benefit
    capacity : float
        The largest share of cases that can be acted upon.
    """
    pays = -benefit.table["per_chosen"] / benefit.table["per_unit_chosen"]
    known = predicted[np.isfinite(predicted)]
    return max(pays, float(np.quantile(known, 1.0 - capacity))) if capacity < 1.0 else pays


def least_expected(
    judge: Judge, probability: Array, benefit: Benefit, threshold: float, capacity: float = 1.0
) -> tuple[float, str] | None:
    """How much has to be expected of a case for a positive answer, where each is answered by its own amounts.

    None where amounts are the same for all, or where that was worth less than one threshold on the held-out rows. As
    no truth was looked at to choose who is answered positive, these rows tell without flattery.

    Parameters
    ----------
    judge, probability, benefit, capacity
        As in `choose_threshold`.
    threshold : float
        The one that was chosen for all.
    """
    if not benefit.by_row:
        return None
    held, amounts = judge.held, benefit.take(judge.held.rows).amounts
    expected = expected_gain(probability[:, 0], amounts)
    least = 0.0 if (expected >= 0).mean() <= capacity else float(np.quantile(expected, 1.0 - capacity))
    yes, no = either_way(held.target, amounts)
    gain = float((np.where(expected >= least, yes, no) - _worth(held, probability, benefit, threshold)).mean())
    if gain <= 0:
        return None
    return least, (
        f"is each case's own, by its own amounts: that was worth {1000 * gain:,.0f} per 1,000 held-out cases more than "
        f"one threshold for all ({threshold:.3f})"
    )


def _for_benefit(judge: Judge, probability: Array, benefit: Benefit) -> tuple[float, str]:
    held = judge.held
    if benefit.assumed and judge.metric.has_threshold:
        own = float(judge.threshold_of(probability))
        return own, f"{own:.3f}: the best for the metric '{judge.metric.title}', as probabilities say ([train] metric)"
    expected = threshold_of(benefit.table)
    gain, error = _gain_of_trying(held, probability, benefit, expected)
    source = "each class counts the same in total, as no benefits were given" if benefit.assumed else "your benefits"
    if gain > SURELY * error:
        best = _best_seen(held, probability, benefit)
        return best, (
            f"{best:.3f}: found by trying, which was worth {gain * 1000:,.1f} {benefit.unit} per 1,000 held-out cases "
            f"more than {expected:.3f}, the threshold for probabilities that are right ({source})"
        )
    leaning = _leaning(held, probability, benefit, expected)
    pays = f"from there on a positive answer pays ({source})"
    if f"{leaning:.3f}" == f"{expected:.3f}":
        return leaning, f"{leaning:.3f}: {pays}"
    return leaning, f"{leaning:.3f}: by probabilities alone {expected:.3f}, {pays}; it leans to what paid when held out"


def _leaning(held: HeldOut, probability: Array, benefit: Benefit, expected: float) -> float:
    """From the threshold for probabilities that are right, part of the way to where the smoothed curve is highest."""
    if not 0.0 < expected < 1.0:
        return expected
    yes, no = either_way(held.target, benefit.take(held.rows).amounts)
    gained, start = yes - no, float(logit(expected))
    at = start + np.linspace(-REACH, REACH, N_TRIED)
    order = np.argsort(said := logit(np.clip(probability[:, 0], SMALLEST, 1.0 - SMALLEST)))
    above = np.append(np.cumsum(gained[order][::-1])[::-1], 0.0)
    curve = above[np.searchsorted(said[order], at)]
    near = np.exp(-0.5 * ((at[:, None] - at) / WIDTH) ** 2)
    top = float(at[int(np.argmax(near @ curve / near.sum(axis=1)))])
    return float(expit(start + LEANING * (top - start)))


def _gain_of_trying(held: HeldOut, probability: Array, benefit: Benefit, expected: float) -> tuple[float, float]:
    """What thresholds that were found on other folds are worth more than the expected one, and the standard error."""
    parts = held.fold if len(np.unique(held.fold)) > 1 else np.arange(len(held)) % N_PARTS
    gains = -_worth(held, probability, benefit, expected)
    for part in np.unique(parts):
        here, elsewhere = np.flatnonzero(parts == part), np.flatnonzero(parts != part)
        best = _best_seen(held.take(elsewhere), probability[elsewhere], benefit)
        gains[here] += _worth(held.take(here), probability[here], benefit, best)
    return mean_and_error(gains, held.groups)


def _best_seen(held: HeldOut, probability: Array, benefit: Benefit) -> float:
    seen = np.unique(np.quantile(probability, np.linspace(0.0, 1.0, N_THRESHOLDS)))
    worth = [_worth(held, probability, benefit, threshold).mean() for threshold in seen]
    return float(seen[int(np.argmax(worth))])


def _worth(held: HeldOut, probability: Array, benefit: Benefit, threshold: float) -> Array:
    return worth_per_case("binary", held.target, probability, benefit.take(held.rows).amounts, threshold)
