"""What the rest of the time goes to: other settings of the families that carry the model.

Every family that says so (`ModelFamily.vary`) has a fixed list of further settings, drawn once from where good ones
lie: the same for everybody, so that experience can tell which of them paid on like data. Which family's turn it is
follows from what it weighs in the ensemble, from how many of its variants helped so far, and from what a fit costs.

References
----------
Bergstra, J. and Bengio, Y. (2012). Random search for hyper-parameter optimization. Journal of Machine Learning
Research 13. Salinas, D. and Erickson, N. (2024). TabRepo. AutoML: a fixed list, in the order of what paid elsewhere.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean

import numpy as np

from mlwright.learning.models import Facts, ModelFamily
from mlwright.records.model import Candidate

N_VARIANTS = 24
"""Of each family, at most."""
MARK = "-v"
SHARE_OF_ALL = 0.25
"""What every family counts beside its weight in the ensemble: one that has none now may have a better form."""


def variant(name: str, family: ModelFamily, facts: Facts, number: int) -> Candidate | None:
    """The family's variant of that number, from 1 on; None if it has none for such data.

    The chance is that of the name, not that of the project: the list is the same in every project. Where rows follow
    each other in time, every second variant does not see how it counts on.
    """
    own = f"{name}{MARK}{number}"
    params = family.vary(facts, np.random.default_rng(zlib.crc32(own.encode())))
    timeless = bool(facts.elapsed) and number % 2 == 0
    return None if params is None else Candidate(name=own, family=name, params=params, timeless=timeless)


def is_variant(name: str) -> bool:
    """Whether a candidate of that name came from such a list."""
    return name.rpartition(MARK)[2].isdigit()


@dataclass
class Tuner:
    """Names the next variants to try.

    Parameters
    ----------
    models : mapping of str to ModelFamily
    facts : Facts
    worth : mapping
        What candidates were worth on like data, the variants among them; see `experience`.
    """

    models: Mapping[str, ModelFamily]
    facts: Facts
    worth: Mapping[str, float] = field(default_factory=dict)
    _left: dict[str, list[Candidate]] = field(init=False)
    _drawn: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Draw the lists, what was worth most elsewhere first."""
        self._drawn = {name: [] for name in self.models}
        numbers = range(1, N_VARIANTS + 1)
        usual = fmean(self.worth.values()) if self.worth else 0.0
        self._left = {}
        for name, family in sorted(self.models.items()):
            found = [one for number in numbers if (one := variant(name, family, self.facts, number)) is not None]
            self._left[name] = sorted(found, key=lambda one: -self.worth.get(one.name, usual))

    def draw(self, most: int, weights: Mapping[str, float], families: Mapping[str, str]) -> list[Candidate]:
        """The next variants, fewer than `most` where the lists end.

        A family's promise is its weight and a quarter, times the share of its variants that help (as if one of two had
        before any was tried), by the root of what a fit costs.

        Parameters
        ----------
        most : int
        weights : mapping
            Of the members of the ensemble as it stands, by name.
        families : mapping
            Of the members.
        """
        share = {name: sum(weight for one, weight in weights.items() if families[one] == name) for name in self.models}
        found: list[Candidate] = []
        while len(found) < most and (open_to := [name for name, left in self._left.items() if left]):
            best = max(open_to, key=lambda name: self._promise(name, share[name], weights))
            one = self._left[best].pop(0)
            self._drawn[best].append(one.name)
            found.append(one)
        return found

    def _promise(self, family: str, share: float, weights: Mapping[str, float]) -> float:
        drawn: Sequence[str] = self._drawn[family]
        helped = sum(name in weights for name in drawn)
        cost_s = self.models[family].cost_s(self._left[family][0], self.facts)
        return (share + SHARE_OF_ALL) * (1 + helped) / (2 + len(drawn)) / math.sqrt(cost_s)
