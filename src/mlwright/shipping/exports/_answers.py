"""From scores to the answer, where more than one threshold decides it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from mlwright.records.model import Linear, ModelSpec, OwnAmounts
from mlwright.shipping.exports._graph import Choose, Fold, Missing, Node, Product, Take, as_node


def answered(spec: ModelSpec, scores: Node, amount: Callable[[str], Node]) -> Node | None:
    """The place of the answered class, as `scoring.deciding` finds it; None where the scores alone tell it.

    Parameters
    ----------
    spec : ModelSpec
    scores : Node
        The probability of each class.
    amount : callable
        The numbers of a column by its name, NaN where they are not known.
    """
    if spec.amounts is not None:
        return _by_own_amounts(spec.amounts, Take(scores, (1,)), amount)
    if spec.worth:
        return _first_largest(Product(scores, np.array(spec.worth)))
    return None


def _by_own_amounts(amounts: OwnAmounts, probability: Node, amount: Callable[[str], Node]) -> Node:
    """`deciding.own_thresholds`, step by step as there, so that no rounding differs."""
    known = {name: _or_usual(amount(name), usual) for name, usual in amounts.usual.items()}
    saved, spent = _sum(amounts.saved, known), _sum(amounts.spent, known) + amounts.least
    whole = saved + spent - amounts.least
    return Choose(as_node(0.0) < whole, spent / whole <= probability, spent <= whole / 2.0)


def _or_usual(number: Node, usual: float) -> Node:
    return Choose(Missing(number), as_node(usual), number)


def _sum(amount: Linear, columns: dict[str, Node]) -> Node:
    total: Node = as_node(0.0)
    for name, times in amount.times.items():
        total = total + times * columns[name]
    return amount.plus + total


def _first_largest(numbers: Node) -> Node:
    """The place of the largest number; the first of those that are equal."""
    largest, places = Fold("largest", numbers), range(numbers.width)
    return _first([largest <= Take(numbers, (place,)) for place in places])


def _first(flags: Sequence[Node]) -> Node:
    """The place of the first flag that is 1; one of them is."""
    found: Node = as_node(float(len(flags) - 1))
    for place in reversed(range(len(flags) - 1)):
        found = Choose(flags[place], as_node(float(place)), found)
    return found
