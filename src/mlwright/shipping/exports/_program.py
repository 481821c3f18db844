"""All that a model computes, as one graph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mlwright.shipping.exports._graph import Node, in_order
from mlwright.shipping.exports._inputs import Input


@dataclass(frozen=True)
class Program:
    """All that a model computes.

    Parameters
    ----------
    name : str
    bundle_id : str
    inputs : tuple of Input
        In the order in which every form takes them.
    scores : Node
        Probabilities in the order of `classes`, or one number.
    classes : tuple of str, int, float or bool
        Empty for numbers.
    threshold : float or None
        Two classes: the second is answered from this probability of it on.
    is_decided : bool
        Whether one more number follows the scores: the place of the class that is answered. So it is where each case
        is answered by its own amounts, or by what answers are worth.
    """

    name: str
    bundle_id: str
    target: str
    inputs: tuple[Input, ...]
    scores: Node
    classes: tuple[Any, ...]
    threshold: float | None
    is_decided: bool = False

    @property
    def n_scores(self) -> int:
        """How many scores there are, without the place of the answer."""
        return self.scores.width - self.is_decided

    def in_order(self) -> list[Node]:
        """Every operation once, each after those that it needs."""
        return in_order(self.scores)
