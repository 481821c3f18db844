"""What a neural net is to say, in the units in which it is fitted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from mlwright.learning.loss import log_loss_rows
from mlwright.learning.models import Facts, Params
from mlwright.learning.models._descent import ROUNDED
from mlwright.learning.models._target import class_shares, standardised
from mlwright.scoring.links import LINKS

Array = NDArray[np.float64]
Single = NDArray[np.float32]


class Goal:
    """The target of a net.

    Attributes
    ----------
    wanted : array, shape (n_rows, n_sums)
        Standardised numbers, or a 1 where the class is the true one.
    start : array, shape (n_sums,)
        Biases of the last layer to start from.
    link_place : int
        Place in `LINKS` of what makes answers of sums.
    quantile : float or None
        Numbers: the share of truths that should lie below the answer; None for the mean.
    center, scale : float
        Numbers: the way back to their units.
    """

    def __init__(self, target: Array, facts: Facts) -> None:
        self.is_number = facts.task == "regression"
        standard = standardised(target)
        self.center, self.scale = (standard.center, standard.scale) if self.is_number else (0.0, 1.0)
        self.link_place = 0 if self.is_number else min(2, facts.n_classes - 1)
        self.link = LINKS[self.link_place]
        self.wanted, self.start = _wanted(target, standard.values, facts)
        self.aim = facts.aim
        self.quantile = facts.aim.quantile if self.is_number else None
        if self.quantile is not None:
            self.start = np.array([(self.aim.constant(target) - self.center) / self.scale], dtype=np.float32)

    def slope(self, sums: Single, wanted: Single) -> Single:
        """How the loss of each row rises with its sums, shape (n_rows, n_sums)."""
        if self.quantile is None:
            return np.asarray(self.link(sums.astype(np.float64)) - wanted, dtype=np.float32)
        found: Single = 2.0 * (expit((sums - wanted) / np.float32(ROUNDED)) - np.float32(self.quantile))
        return found

    def loss(self, answers: Any, target: Array) -> float:
        """Mean loss of answers (sums that went through the link) on rows with this target."""
        if self.is_number:
            found = self.aim.rows(target, answers[:, 0] * self.scale + self.center)
            return float(found.mean()) / (self.scale**2 if self.aim.is_mean else self.scale)
        return float(log_loss_rows(target, answers).mean())


def course(n_rows: int) -> Params:
    """Fewer and larger batches the more rows there are; with few rows a step must not wait for many of them."""
    sizes = ((4_000, 32, 100), (10_000, 64, 80), (20_000, 128, 60), (100_000, 256, 30))
    batch_size, n_epochs = next(((size, n) for most, size, n in sizes if n_rows <= most), (512, 15))
    return {"batch_size": batch_size, "n_epochs": n_epochs, "patience": max(15, n_epochs * 3 // 10)}


def _wanted(target: Array, standard: Array, facts: Facts) -> tuple[Single, Single]:
    if facts.task == "regression":
        return standard[:, None].astype(np.float32), np.zeros(1, dtype=np.float32)
    shares = class_shares(target, facts.n_classes)
    if facts.n_classes == 2:
        return target[:, None].astype(np.float32), np.log(shares[1:] / shares[:1]).astype(np.float32)
    return np.eye(facts.n_classes, dtype=np.float32)[target.astype(np.int64)], np.log(shares).astype(np.float32)
