"""How far from the truth an answer may be, as plain numbers that a deployed model needs."""

from __future__ import annotations

from mlwright.core.record import Record


class Tree(Record):
    """Cuts the rows into regions in which a model is about equally far off.

    Node `i` asks whether the value of `feature[i]` is at most `threshold[i]`, and goes to `left[i]` if so, else to
    `right[i]`; features are the prediction (0; nothing is asked of classes), then the numbers and the codes of the
    plan. Missing is below all.

    Parameters
    ----------
    feature : tuple of int
        -1 for a leaf.
    threshold : tuple of float
    left, right : tuple of int
    region : tuple of int
        The region of a leaf, -1 elsewhere.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    region: tuple[int, ...]


class Familiar(Record):
    """What rows look like that the model has learned from.

    Parameters
    ----------
    places : tuple of int
        Places of the numbers of the plan that are looked at.
    centre, scale : tuple of float
        Median and spread of each; a missing value counts as the median.
    precision : tuple of float
        The inverse of their correlation matrix, row by row.
    limit : float
        The distance that 1 in 1,000 of the training rows lies beyond.
    often_new : tuple of str
        Categories in which names that are rare or new are nothing unusual.
    """

    places: tuple[int, ...] = ()
    centre: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    precision: tuple[float, ...] = ()
    limit: float = 0.0
    often_new: tuple[str, ...] = ()


class Uncertainty(Record):
    """Intervals for numbers, or sets of classes, that hold the truth in a stated share of cases.

    Parameters
    ----------
    levels : tuple of float
        Those shares, rising.
    n_rows : int
        Out-of-fold answers that it was learned from.
    tree : Tree or None
        The regions; None where there is one. Of classes the first region is all rows but those of rare parts.
    below, above : tuple of tuple of float
        Numbers: by region and level, what is added to the prediction for the ends of the interval.
    limits : tuple of tuple of float
        Classes: by class and level, the probability from which on the class is in the set.
    limits_of_parts : tuple of tuple of tuple of float
        Classes: the same in each of the other regions, which are rare parts that are hard to tell.
    familiar : Familiar or None
    """

    levels: tuple[float, ...]
    n_rows: int
    tree: Tree | None = None
    below: tuple[tuple[float, ...], ...] = ()
    above: tuple[tuple[float, ...], ...] = ()
    limits: tuple[tuple[float, ...], ...] = ()
    limits_of_parts: tuple[tuple[tuple[float, ...], ...], ...] = ()
    familiar: Familiar | None = None
