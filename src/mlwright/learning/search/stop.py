"""When trying more candidates no longer pays.

What can still be gained is small beside the noise of the rows that tell it: of 1,000 held-out rows the gain of a few
candidates is known to one or two percent of what the model gains over the dummy, and is a tenth of that. So what the
latest candidates brought is weighed against what such candidates bring on other tables, by how sure it is, and what is
then expected is held against what the time of the next ones is worth.

References
----------
Efron, B. and Morris, C. (1975). Data analysis using Stein's estimator and its generalizations. JASA 70: why a noisy
figure is drawn to what is usual elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from mlwright.learning.search.judge import Array, Places, mean_and_error
from mlwright.records.trials import Lately

LEAST_PATIENCE, PATIENCE_SHARE = 8, 0.25
"""How many candidates the latest are: so many at least, and this share of all that were tried and of what they cost."""
USUAL, SPREAD = 0.001, 0.005
"""What a quarter of a search in further settings brings on other tables, as a share of the gain over the dummy, and how
much that differs from table to table; it differs as much from one quarter to the next."""
PRICE = 0.01
"""What all the time that a user gives for fitting must gain to be worth it, as such a share."""
MOST_TIMES_REST = 2.0
"""Where a model gains more than so many times what it still loses, as on clean data, gains are shares of the latter."""


class Mark(NamedTuple):
    """Where a search stands.

    Parameters
    ----------
    n_tried : int
        Candidates.
    row_loss : array, shape (n_rows,)
        Of the ensemble of all of them.
    baseline : float
        The mean loss of the dummy.
    cost_s : float
        What their fits were guessed to take: no clock, so that a search can be repeated.
    n_waiting : int
        Usual settings of the families that were not tried yet.
    """

    n_tried: int
    row_loss: Array
    baseline: float = 0.0
    cost_s: float = 0.0
    n_waiting: int = 0


@dataclass
class Progress:
    """How the ensemble got better while candidates were tried.

    Parameters
    ----------
    groups : array of int or None
        Of the held-out rows.
    least_gain : float
        What the latest candidates must have gained to go on, as a share of what the ensemble gains over the dummy.
    least_patience : int
        How many candidates the latest are at least.
    given_s : float
        Seconds that all fits together may take, in the same guesses as `Mark.cost_s`.
    """

    groups: Places | None = None
    least_gain: float = 0.0
    least_patience: int = LEAST_PATIENCE
    given_s: float = math.inf
    marks: list[Mark] = field(default_factory=list)

    def mark(self, mark: Mark) -> None:
        """Remember where the search stands."""
        self.marks.append(mark)

    def verdict(self, each_s: float) -> Literal["no further gain", "further gain is not worth it"] | None:
        """Why to stop, or None to go on.

        No further gain: what as many candidates again are expected to gain is worth less than their time. That is not
        asked before the usual settings of all families were tried. Not worth it: the latest gained less than the user
        wants.

        Parameters
        ----------
        each_s : float
            Seconds that one of the next candidates takes, in the same guesses as `Mark.cost_s`. What the latest took
            says little of it: variants are mostly of other families than the dearest usual settings.
        """
        lately = self.lately(each_s)
        if lately is None:
            return None
        if not self.marks[-1].n_waiting and lately.expected < lately.worth:
            return "no further gain"
        is_too_little = self.least_gain > 0 and lately.error is not None and lately.gain < self.least_gain
        return "further gain is not worth it" if is_too_little else None

    def lately(self, each_s: float) -> Lately | None:
        """What the latest candidates brought, and as many of the next ones should; None if that is not known yet.

        The latest are a quarter of all, eight at least, and have cost a quarter of what all did: a few cheap ones say
        little of a search. `each_s` is that of `verdict`.
        """
        if not self.marks:
            return None
        now, n_latest = self.marks[-1], max(self.least_patience, PATIENCE_SHARE * self.marks[-1].n_tried)
        most_s = (1 - PATIENCE_SHARE) * now.cost_s
        before = [mark for mark in self.marks if now.n_tried - mark.n_tried >= n_latest and mark.cost_s <= most_s]
        if not before or len(before[-1].row_loss) != len(now.row_loss):
            return None
        n_candidates = now.n_tried - before[-1].n_tried
        price = PRICE * n_candidates * each_s / self.given_s
        rest = float(now.row_loss.mean())
        over_dummy = now.baseline - rest
        if over_dummy <= 0:
            return Lately(n_candidates=n_candidates, gain=0.0, error=None, expected=USUAL, worth=price)
        gain, error = mean_and_error(before[-1].row_loss - now.row_loss, self.groups)
        unit = min(over_dummy, MOST_TIMES_REST * rest) or over_dummy
        share = unit / over_dummy
        return Lately(
            n_candidates=n_candidates,
            gain=gain / over_dummy,
            error=error / over_dummy,
            expected=share * expected(gain / unit, error / unit),
            worth=share * price,
        )


def expected(gain: float, error: float) -> float:
    """What as many candidates again will gain, by what the latest have and how sure that is.

    A gain that is surely known counts for half of it, as the next ones are others; one that noise hides for nothing. A
    gain below zero is chance, and counts as none.

    >>> f"{expected(0.02, 0.001):.1%}, {expected(0.02, 0.02):.1%}, {expected(-0.03, 0.02):.1%}"
    '1.0%, 0.2%, 0.1%'
    >>> f"{expected(0.0, 0.0):.2%}"
    '0.05%'
    """
    trust = SPREAD**2 / (2 * SPREAD**2 + error**2)
    return trust * max(gain, 0.0) + (1 - trust) * USUAL
