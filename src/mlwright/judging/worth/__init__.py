"""What the model's answers are worth, compared with what is done today or can be done without a model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlwright.judging.worth.break_even import break_even, if_off
from mlwright.judging.worth.case_by_case import case_by_case
from mlwright.judging.worth.few_cases import few_cases
from mlwright.judging.worth.gains import Contest, least
from mlwright.judging.worth.outcomes import worth_estimate
from mlwright.judging.worth.pilot import pilot_of
from mlwright.judging.worth.practice import PER_CASES, Choosing, Practice, of_model, without_a_look
from mlwright.judging.worth.surest import surest
from mlwright.learning.benefit import Benefit, expected_gain, threshold_of
from mlwright.learning.benefit_table import amounts_of, capacity_share
from mlwright.learning.yardstick import Scored
from mlwright.records.decision import Capacity, CaseByCase, Compared, Worth
from mlwright.records.evaluation import Estimate
from mlwright.records.profile import Roles
from mlwright.records.settings import DecideSettings
from mlwright.statistics.sampling import Draws

Array = NDArray[np.float64]

N_THRESHOLDS = 101


class Cases(NamedTuple):
    """Cases with their truth, and what the model says of them.

    Parameters
    ----------
    target : array, shape (n_rows,)
    model : Scored
    draws : Draws
    today : Practice or None
        What is done with them today, if that was said.
    shift : float
        Numbers: what is added to the prediction where too much and too little cost differently.
    past : tuple of Practice
        What the past of the target says of them.
    """

    target: Array
    model: Scored
    draws: Draws
    today: Practice | None = None
    shift: float = 0.0
    past: tuple[Practice, ...] = ()

    @property
    def by_own_amounts(self) -> bool:
        """Two classes: whether each case has a threshold of its own."""
        return np.ndim(self.model.threshold) == 1


def worth_of(
    cases: Cases,
    roles: Roles,
    training_target: Array,
    benefit: Benefit,
    level: float = 0.95,
    settings: DecideSettings | None = None,
    *,
    tries_amounts: bool = False,
) -> Worth:
    """What answers are worth per 1,000 cases.

    The gain is the one over what is done today. Where that was not said, it is the best that can be done without
    looking at a case; there are few ways to do so, and where two are about as good, the gain counts as sure only if
    it is sure against both.

    Parameters
    ----------
    cases : Cases
        Rows on which the model was not trained.
    roles : Roles
    training_target : array
        From which the usual answer is known.
    benefit : Benefit
        On these rows.
    level : float
    settings : DecideSettings, optional
    tries_amounts : bool
        Whether to tell how far the amounts that were said may be off, which takes some thirty estimates more.
    """
    settings = settings or DecideSettings()
    share = capacity_share(settings)
    chosen = by_model(cases, roles, benefit, share)
    against = _against(chosen, cases, _others(cases, roles, training_target, benefit, share), benefit, level)
    today = against.today
    usual = _per_1000(today, benefit)
    thresholds, curve = _curve(cases, usual, benefit) if roles.task == "binary" else ((), ())
    worth = Worth(
        unit=benefit.unit,
        assumed=benefit.assumed,
        table=benefit.table,
        model=worth_estimate(chosen, None, benefit, cases.draws, level),
        today=worth_estimate(today, None, benefit, cases.draws, level),
        today_is=today.told,
        today_said=cases.today is not None,
        gain=least(against.gains[: against.n_decisive]),
        curve_threshold=thresholds,
        curve_gain=curve,
        from_columns={key: amount.column for key, amount in amounts_of(settings).items()},
        positive_share=float(chosen.positive.mean()) if isinstance(chosen, Choosing) else None,
        shift=cases.shift,
        compared=against.compared,
        capacity=_capacity(chosen, settings),
        pilot=pilot_of(_per_1000(chosen, benefit), usual, cases.draws.sampling, settings),
        case_by_case=_case_by_case(cases, chosen, benefit, share),
        line=float(cases.model.threshold) if benefit.chooses else None,
        few_cases=few_cases(chosen.worth(benefit.amounts)),
    )
    if benefit.assumed or not tries_amounts:
        return worth
    contest = Contest(chosen, against.rivals, cases.draws, level)
    tried = {"break_even": tuple(break_even(contest, benefit)), "if_off": tuple(if_off(contest, benefit))}
    return worth.model_copy(update=tried)


class _Against(NamedTuple):
    """How else cases can be answered, and the model's gain over each way; the first `n_decisive` decide."""

    ways: list[Practice]
    gains: list[Estimate]
    n_decisive: int

    @property
    def today(self) -> Practice:
        """The best of those that decide."""
        return self.ways[min(range(self.n_decisive), key=lambda place: self.gains[place].value)]

    @property
    def compared(self) -> tuple[Compared, ...]:
        """The gain over each."""
        return tuple(Compared(what=way.told, gain=gain) for way, gain in zip(self.ways, self.gains, strict=True))

    @property
    def rivals(self) -> list[Practice]:
        """Those that another amount may turn the verdict to: all, if the model is better than all."""
        return self.ways if min(gain.value for gain in self.gains) > 0 else self.ways[: self.n_decisive]


def _against(chosen: Practice, cases: Cases, ways: list[Practice], benefit: Benefit, level: float) -> _Against:
    gains = Contest(chosen, ways, cases.draws, level).gains(benefit)
    return _Against(ways, gains, len(ways) if cases.today is None else 1)


def _others(cases: Cases, roles: Roles, training_target: Array, benefit: Benefit, share: float) -> list[Practice]:
    """What is done today first, if that was said; then what can be done without a look, and what the past says."""
    ways = [*without_a_look(cases.target, roles, training_target, benefit, share), *cases.past]
    return ways if cases.today is None else [cases.today, *(way for way in ways if way.told != cases.today.told)]


def _case_by_case(cases: Cases, chosen: Practice, benefit: Benefit, share: float) -> CaseByCase | None:
    if not cases.by_own_amounts:
        return None
    return case_by_case(cases.target, cases.model, chosen, benefit, share, cases.draws)


def by_model(cases: Cases, roles: Roles, benefit: Benefit, share: float) -> Practice:
    """What the model does, where no more than a share of the cases can be answered positive or acted upon."""
    if share < 1:
        return surest(cases.target, *_ranked(cases, benefit), share)
    return of_model(cases.target, cases.model, roles.task, cases.shift, choosing=benefit.chooses)


def _ranked(cases: Cases, benefit: Benefit) -> tuple[Array, float]:
    """Which cases come first, and from which rank on one is worth it."""
    said = cases.model.prediction[:, 0]
    if benefit.chooses:
        return said, -benefit.table["per_chosen"] / benefit.table["per_unit_chosen"]
    if cases.by_own_amounts:
        return expected_gain(said, benefit.amounts), 0.0
    return said, threshold_of(benefit.table)


def _per_1000(practice: Practice, benefit: Benefit) -> Array:
    return np.asarray(PER_CASES * practice.counted(benefit.amounts))


def _capacity(chosen: Practice, settings: DecideSettings) -> Capacity | None:
    if settings.capacity is None or settings.cases is None or not isinstance(chosen, Choosing):
        return None
    share = capacity_share(settings)
    return Capacity(
        n_positive=settings.capacity,
        n_cases=settings.cases,
        period=settings.period,
        binds=_binds(chosen, share),
    )


def _binds(chosen: Practice, share: float) -> bool:
    """Whether more would be answered positive if there were no limit to it."""
    if share >= 1 or not isinstance(chosen, Choosing):
        return False
    return bool(chosen.positive.mean() > share - 1 / len(chosen.target))


def _curve(cases: Cases, today: Array, benefit: Benefit) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The gain from every threshold; for the picture alone, as the threshold was chosen on training rows."""
    thresholds, probability = np.linspace(0.0, 1.0, N_THRESHOLDS), cases.model.prediction[:, 0]
    answers = [Choosing("", cases.target, (probability >= threshold).astype(np.float64)) for threshold in thresholds]
    gains = [_per_1000(answer, benefit).mean() - today.mean() for answer in answers]
    return tuple(float(threshold) for threshold in thresholds), tuple(float(f"{gain:.6g}") for gain in gains)
