"""Answers that were sure and wrong, more of them than the model itself allows for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from mlwright.core.family import NotApplicable
from mlwright.data.words import percent
from mlwright.judging.examined import Examined, Gain
from mlwright.judging.probes.label_noise import SHARE_AT_MOST, LabelNoise
from mlwright.judging.remedies import NOT_KNOWN, Cure, Remedy, Suspected
from mlwright.records.evaluation import Estimate
from mlwright.records.robustness import ProbeResult
from mlwright.statistics.means import mean_estimates

Array = NDArray[np.float64]

SURE = 0.9
FEWEST_SURE = 30
FAR = 3.0
"""Numbers: an error beyond so many times the reach of the interval of 95 %."""
FEWEST_FAR = 3
MOST_SHOWN = 20


class LabelsToLookAt(Remedy):
    """Where the model was sure (90 % or more) and wrong, the label may be.

    A model that is right about its own doubt is wrong in one of ten cases of which it is 90 % sure. Beyond that number,
    sure mistakes are either wrong labels, or the model is too sure. Numbers that lie further off than three times the
    interval of 95 % are listed without a claim, as heavy tails have some too.
    """

    title = "Sure and wrong"

    def suspects(self, examined: Examined) -> Iterator[Suspected]:
        """Sure mistakes, if there are surely more than promised."""
        yield _far_off(examined) if examined.rows.task == "regression" else _sure_and_wrong(examined)

    def cure(self, suspected: Suspected, examined: Examined) -> Cure:
        """Look at the labels; the gain by what the probe of wrong labels has cost, scaled to as many."""
        if examined.rows.task == "regression":
            return Cure(
                "Look at the values that lie far off what it says: are they measured and typed right?", NOT_KNOWN
            )
        said, sure = _sureness(examined)
        beyond = np.where(sure, _mistaken(examined) - (1.0 - said), 0.0)
        wrong = mean_estimates(beyond[:, None], examined.measure.draws, examined.rows.level)[0]
        told = f"About {percent(max(0.0, wrong.value))} of all labels may be wrong"
        return Cure(
            f"Look at the labels where it was sure and wrong, the surest first. {told}.", _gain(wrong, examined)
        )


def _sureness(examined: Examined) -> tuple[Array, NDArray[np.bool_]]:
    """How sure the model is of the likeliest class, and whether that is sure."""
    prediction = examined.rows.said.prediction
    said = np.maximum(prediction, 1 - prediction)[:, 0] if prediction.shape[1] == 1 else prediction.max(axis=1)
    return said, said >= SURE


def _mistaken(examined: Examined) -> NDArray[np.bool_]:
    """Where the likeliest class is not the true one, whatever the threshold."""
    prediction = examined.rows.said.prediction
    likeliest = prediction[:, 0] >= 0.5 if prediction.shape[1] == 1 else prediction.argmax(axis=1)
    return np.asarray(likeliest != examined.rows.target)


def _sure_and_wrong(examined: Examined) -> Suspected:
    said, sure = _sureness(examined)
    if sure.sum() < FEWEST_SURE:
        raise NotApplicable(f"the model is sure of fewer than {FEWEST_SURE} rows")
    wrong = _mistaken(examined) & sure
    places = np.flatnonzero(sure)
    beyond = (_mistaken(examined) - (1.0 - said))[places]
    error = examined.rows.sampling.take(places).error_of_mean(beyond)
    p_value = float(student.sf(beyond.mean() / error, len(places) - 1)) if error > 0 else 1.0
    found = np.flatnonzero(wrong)
    worst = found[np.argsort(-said[found], kind="stable")][:MOST_SHOWN]
    expected = float((1.0 - said[places]).sum())
    where = f"the model was at least {percent(SURE)} sure and is wrong ({expected:.0f} such rows were to be expected)"
    return Suspected(where, wrong, p_value, worst)


def _far_off(examined: Examined) -> Suspected:
    if examined.uncertain is None:
        raise NotApplicable("no intervals were learned")
    prediction = examined.rows.said.prediction
    low, high = examined.uncertain.intervals(examined.blocks, prediction, 0.95).T
    said, target = prediction[:, 0], examined.rows.target
    reach = np.where(target > said, high - said, said - low)
    times = np.abs(target - said) / np.maximum(reach, np.finfo(float).tiny)
    far = times > FAR
    if far.sum() < FEWEST_FAR:
        raise NotApplicable(f"fewer than {FEWEST_FAR} values lie that far off")
    found = np.flatnonzero(far)
    worst = found[np.argsort(-times[found], kind="stable")][:MOST_SHOWN]
    return Suspected(f"the truth lies beyond {FAR:g} times the interval of 95 %", far, None, worst)


def _gain(wrong: Estimate, examined: Examined) -> Gain:
    """What so many wrong labels cost, by the probe that made some wrong: about in proportion to their number."""
    tried = [result for result in examined.robustness.results if result.probe == "label_noise" and result.quick_model]
    if not tried or wrong.value <= 0:
        return NOT_KNOWN._replace(rests_on="What wrong labels cost was not tried.")
    probed = min(tried, key=lambda result: abs(SHARE_AT_MOST * result.strength - wrong.value))
    share = SHARE_AT_MOST * probed.strength
    money = None if probed.cost is None else _scaled(probed.cost, wrong, share)
    return Gain(_scaled(probed.loss, wrong, share), money, "about", _rests_on(probed))


def _rests_on(probed: ProbeResult) -> str:
    return f"What it cost when {LabelNoise().describe(probed.strength)} ({probed.quick_model}), in proportion."


def _scaled(cost: Estimate, wrong: Estimate, share: float) -> Estimate:
    """The ends of both intervals together: rather too wide."""
    ends = [end * part / share for end in (cost.low, cost.high) for part in (max(0.0, wrong.low), wrong.high)]
    value = cost.value * wrong.value / share
    return Estimate(
        value=value, low=min(*ends, value), high=max(*ends, value), level=cost.level, method="in proportion"
    )
