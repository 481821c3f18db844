"""From the sums that a model computes to calibrated scores."""

from __future__ import annotations

import numpy as np

from mlwright.records.model import Calibrator
from mlwright.scoring.calibrate import SMALLEST
from mlwright.shipping.exports._graph import Clip, Fold, Node, Unary, as_node

WIDEST_POWER = 700.0
"""Powers of e beyond are cut off, so that none overflows where that is an error; the answer is 0 or 1 either way."""


def linked(sums: Node, link: int) -> Node:
    return (lambda of: of, sigmoid, _softmax, _power)[link](sums)


def sigmoid(sums: Node) -> Node:
    ends = np.full(sums.width, WIDEST_POWER)
    return 1.0 / (1.0 + Unary("exp", Clip(0.0 - sums, -ends, ends)))


def _power(sums: Node) -> Node:
    ends = np.full(sums.width, WIDEST_POWER)
    return Unary("exp", Clip(sums, -ends, ends))


def _softmax(sums: Node) -> Node:
    below = sums - Fold("largest", sums)
    powers = Unary("exp", Clip(below, np.full(sums.width, -WIDEST_POWER), np.zeros(sums.width)))
    return powers / Fold("sum", powers)


def calibrated(scores: Node, calibrator: Calibrator | None) -> Node:
    """`scoring.calibrate`."""
    if calibrator is None:
        return scores
    parameters = np.array(calibrator.parameters)
    if calibrator.form == "beta":
        p = Clip(scores, np.array([SMALLEST]), np.array([1.0 - SMALLEST]))
        a, b, c = parameters.tolist()
        return sigmoid(a * Unary("log", p) - b * Unary("log", 1.0 - p) + c)
    n_classes = scores.width
    floor = Clip(scores, np.full(n_classes, SMALLEST), np.ones(n_classes))
    return _softmax(Unary("log", floor) * as_node(parameters[:n_classes]) + as_node(parameters[n_classes:]))
