"""Made-up cases whose truth is known, a model that is given, and what its answers are worth; see known_worth.py."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, softmax

from known_worlds import Said
from mlwright.judging.worth import Cases, worth_of
from mlwright.judging.worth.practice import Choosing, without_a_look
from mlwright.learning.benefit import Benefit, best_quantile, either_way, expected_gain, threshold_of
from mlwright.learning.benefit_table import amounts_of, benefit_table, capacity_share
from mlwright.learning.metrics import METRICS
from mlwright.learning.search.choosing.threshold import choose_threshold
from mlwright.learning.search.judge import HeldOut, Judge
from mlwright.learning.tasks import TASKS
from mlwright.learning.yardstick import Scored
from mlwright.records.profile import Asked, Roles, Task
from mlwright.records.settings import DecideSettings
from mlwright.statistics.sampling import Draws, Sampling, Strata

Array = NDArray[np.float64]
Places = NDArray[np.int64]

N_ALL = 400_000
"""Cases that the truth is taken from."""
PER_CASES = 1000.0
ONE_IN = 5
"""Of so many rows that were collected one is tested."""
OVER_BEST = "gain over the best way"
"""What is gained over the way without the model that is best in truth, which nobody knows who draws."""


class Made(NamedTuple):
    """Cases: what is true of them, what the model says, columns of amounts, and who is acted upon today."""

    target: Array
    said: Array
    columns: Mapping[str, Array] = {}
    today: Array | None = None

    def take(self, places: Places) -> Made:
        """Some of the cases."""
        today = None if self.today is None else self.today[places]
        columns = {name: values[places] for name, values in self.columns.items()}
        return Made(self.target[places], self.said[places], columns, today)


@dataclass(frozen=True)
class World:
    """How cases come about, and what is done with them.

    Parameters
    ----------
    name : str
    make : callable
        Cases, from a generator and their number.
    decide : dict
        The settings, as in ``[decide]``.
    classes : tuple of str
        Empty for numbers.
    tested : str
        ``dealt``: a fifth of the rows of each class is judged; ``drawn``: rows are, one by one; ``same``: likewise, and
        the threshold (numbers: what is added) was chosen on these very rows.
    sizes : tuple of int
        How many rows are judged.
    """

    name: str
    make: Callable[[np.random.Generator, int], Made]
    decide: Mapping[str, Any]
    classes: tuple[str, ...] = ("no", "yes")
    tested: Literal["dealt", "drawn", "same"] = "dealt"
    sizes: tuple[int, ...] = field(default=(100, 300, 1000, 5000))

    @property
    def task(self) -> Task:
        """As models know it."""
        return "regression" if not self.classes else "binary" if len(self.classes) == 2 else "multiclass"

    @property
    def roles(self) -> Roles:
        """Of a table with such a target."""
        return Roles(asked=Asked(target="y", task=self.task, classes=self.classes), inputs=("x",))

    @property
    def settings(self) -> DecideSettings:
        """What the user said."""
        return DecideSettings.model_validate(self.decide)

    @cached_property
    def _whole(self) -> tuple[Made, Benefit]:
        """The whole world, and what answers are worth in it."""
        made = self.make(self._rng(), N_ALL)
        return made, self.benefit(made)

    @cached_property
    def _known(self) -> dict[str, float]:
        return {}

    def forget(self) -> None:
        """Let go of the whole world."""
        self.__dict__.pop("_whole", None)

    def _rng(self, *seed: int) -> np.random.Generator:
        return np.random.default_rng([zlib.crc32(self.name.encode()), *seed])

    def benefit(self, made: Made) -> Benefit:
        """What answers to these cases are worth."""
        names = {amount.column for amount in amounts_of(self.settings).values()}
        columns = {name: made.columns[name] for name in names}
        return benefit_table(self.task, self.classes, (), self.settings, columns)

    def draw(self, n: int, seed: int) -> dict[str, Said]:
        """What is said of `n` cases, and what is true."""
        rng = self._rng(n, seed)
        judged, learned, behind = self._judged(n, rng)
        benefit = self.benefit(judged)
        decides = self._decides(judged if self.tested == "same" else learned)
        draws = Draws(Sampling(n, strata=behind), seed)
        today = None if judged.today is None else Choosing("today", judged.target, judged.today)
        shift = float(decides) if self.task == "regression" and not benefit.chooses else 0.0
        scored = Scored(judged.said, _own(benefit, decides) if self.task == "binary" else decides)
        cases = Cases(judged.target, scored, draws, today, shift)
        found = worth_of(cases, self.roles, learned.target, benefit, settings=self.settings)
        worth, without = self._true(decides, learned.target)
        told = {"worth": (found.model, worth), "gain": (found.gain, worth - max(without))}
        if today is None and len(without) > 1:
            told[OVER_BEST] = (found.compared[without.index(max(without))].gain, worth - max(without))
        return {what: Said(each.low, each.value, each.high, true) for what, (each, true) in told.items()}

    def _judged(self, n: int, rng: np.random.Generator) -> tuple[Made, Made, Strata | None]:
        """Cases that are judged, those that were learned from, and how the former were dealt out."""
        made = self.make(rng, n * ONE_IN)
        if self.tested != "dealt":
            return made.take(np.arange(n)), made.take(np.arange(n, n * ONE_IN)), None
        order = np.lexsort((rng.random(n * ONE_IN), made.target))
        here = np.arange(n * ONE_IN) % ONE_IN == rng.integers(ONE_IN)
        judged = made.take(order[here])
        counts = np.bincount(made.target.astype(int), minlength=len(self.classes))
        return judged, made.take(order[~here]), Strata(judged.target.astype(int), counts.astype(float))

    def _decides(self, made: Made) -> Any:
        """What turns what the model says into answers, as the search finds it on some cases."""
        benefit, share = self.benefit(made), capacity_share(self.settings)
        if self.task == "multiclass":
            return np.array(benefit.matrix)
        if benefit.chooses:
            pays = -benefit.table["per_chosen"] / benefit.table["per_unit_chosen"]
            return max(pays, float(np.quantile(made.said, 1 - share))) if share < 1 else pays
        if self.task == "regression":
            level = best_quantile(benefit.table)
            return 0.0 if level == 0.5 else float(np.quantile(made.target - made.said[:, 0], level))
        if benefit.by_row or share < 1:
            return threshold_of(benefit.table)
        n = len(made.target)
        held = HeldOut(np.arange(n), made.target, np.arange(n) % ONE_IN)
        judge = Judge(TASKS.get("binary")(), METRICS.get("log_loss")(), held)
        return choose_threshold(judge, made.said, benefit)[0]

    def _true(self, decides: Any, learned: Array) -> tuple[float, list[float]]:
        """What the model is worth per 1,000 cases of the whole world, and what today or each way without it is."""
        (made, benefit), share = self._whole, capacity_share(self.settings)
        model = self._mean(f"{decides}", lambda: self._by_model(made, benefit, share, decides))
        if made.today is not None:
            today = Choosing("today", made.target, made.today)
            return model, [self._mean("today", lambda: today.worth(benefit.amounts))]
        ways = without_a_look(made.target, self.roles, learned, benefit, share)
        return model, [self._mean(way.told, partial(way.worth, benefit.amounts)) for way in ways]

    def _mean(self, key: str, rows: Callable[[], Array]) -> float:
        """Per 1,000 cases of the whole world; what was asked before is known."""
        if key not in self._known:
            self._known[key] = PER_CASES * float(rows().mean())
        return self._known[key]

    def _by_model(self, made: Made, benefit: Benefit, share: float, decides: Any) -> Array:
        """What each answer is worth."""
        if self.task == "multiclass":
            return decides[made.target.astype(int), (made.said @ decides).argmax(axis=1)]
        if self.task == "regression" and not benefit.chooses:
            off = made.said[:, 0] + decides - made.target
            over, under = benefit.table["per_unit_over"], benefit.table["per_unit_under"]
            return np.where(off > 0, over * off, -under * off)
        rank = expected_gain(made.said[:, 0], benefit.amounts) if benefit.by_row else made.said[:, 0]
        least = 0.0 if benefit.by_row else float(decides)
        if share < 1:
            least = max(0.0 if benefit.by_row else _pays(benefit), float(np.quantile(rank, 1 - share)))
        yes, no = either_way(made.target, benefit.amounts)
        return np.where(rank >= least, yes, no)


def _pays(benefit: Benefit) -> float:
    if benefit.chooses:
        return -benefit.table["per_chosen"] / benefit.table["per_unit_chosen"]
    return threshold_of(benefit.table)


def _own(benefit: Benefit, decides: float) -> float | Array:
    """The threshold of each case, where amounts are its own."""
    if not benefit.by_row:
        return decides
    saved = benefit.amounts["true_positive"] - np.asarray(benefit.amounts["false_negative"])
    spent = benefit.amounts["true_negative"] - np.asarray(benefit.amounts["false_positive"])
    return np.asarray(spent / (spent + saved))


def buyers(share: float, knows: float = 0.7) -> Callable[[np.random.Generator, int], Made]:
    """Who buys, what each would pay, and who is called today: those of whom one thing speaks for it."""

    def make(rng: np.random.Generator, n: int) -> Made:
        seen, hidden = rng.normal(size=(2, n))
        chance = expit(logit(share) - 0.6 + 1.6 * (knows * seen + np.sqrt(1 - knows**2) * hidden))
        said = expit(logit(share) - 0.3 + 1.3 * knows * seen)
        amount = rng.lognormal(3.5 + 0.3 * seen, 1.0)
        today = (seen + rng.normal(size=n) > 1.5).astype(float)
        return Made((rng.random(n) < chance).astype(float), said[:, None], {"amount": amount}, today)

    return make


def _no_today(make: Callable[[np.random.Generator, int], Made]) -> Callable[[np.random.Generator, int], Made]:
    return lambda rng, n: make(rng, n)._replace(today=None)


def ills(rng: np.random.Generator, n: int) -> Made:
    """Colds, an illness that one in ten has, and people who are well."""
    x = rng.normal(size=(n, 3))
    said = softmax(x + np.array([0.5, -1.0, 1.0]), axis=1)
    true = softmax(1.2 * x + np.array([0.4, -1.2, 1.0]), axis=1)
    target = (rng.random(n)[:, None] > np.cumsum(true, axis=1)).sum(axis=1).clip(0, 2)
    return Made(target.astype(float), said)


def demand(rng: np.random.Generator, n: int) -> Made:
    """How many are asked for, and what the model expects; some days stand out far."""
    said = rng.lognormal(3.5, 0.6, n)
    return Made(said * (1 + 0.3 * rng.standard_t(3, n) / np.sqrt(3)), said[:, None])


def claims(spread: float) -> Callable[[np.random.Generator, int], Made]:
    """What is claimed, and what the model expects of it."""

    def make(rng: np.random.Generator, n: int) -> Made:
        said = rng.lognormal(5, 1, n)
        return Made(said * rng.lognormal(-(spread**2) / 2, spread, n), said[:, None])

    return make


def rare_claims(rng: np.random.Generator, n: int) -> Made:
    """Nine in ten claim nothing; what the others claim has a Pareto tail of index 3."""
    risk = rng.gamma(1.0, 1.0, n)
    amount = 500 * (1 + rng.pareto(3, n)) * (rng.random(n) < 0.1 * risk.clip(0, 5))
    return Made(amount, (75 * risk)[:, None])


OFFER = {"true_positive": 60, "false_positive": -8}
BY_AMOUNT = {"true_positive": {"column": "amount"}, "false_positive": -8}
FEW = {"capacity": 50, "cases": 1000}
LOOK_INTO = {"per_unit_chosen": 0.1, "per_chosen": -20}
MISS = {"right": 0, "wrong": -1, "ill as well": -20, "ill as cold": -20}

WORLDS = (
    World("offers", _no_today(buyers(0.12)), {"benefit": OFFER}),
    World(
        "offers, one in fifty buys", _no_today(buyers(0.02)), {"benefit": {"true_positive": 400, "false_positive": -8}}
    ),
    World("offers, threshold by the same rows", _no_today(buyers(0.12)), {"benefit": OFFER}, tested="same"),
    World("offers, who is called today", buyers(0.12), {"benefit": OFFER}),
    World("offers, 50 of 1,000", _no_today(buyers(0.12)), {"benefit": OFFER, **FEW}),
    World("offers, 50 of 1,000, one in fifty buys", _no_today(buyers(0.02)), {"benefit": OFFER, **FEW}),
    World("offers, 50 of 1,000, drawn", _no_today(buyers(0.12)), {"benefit": OFFER, **FEW}, tested="drawn"),
    World("offers, 50 of 1,000, who is called today", buyers(0.12), {"benefit": OFFER, **FEW}),
    World("offers by amount", _no_today(buyers(0.12)), {"benefit": BY_AMOUNT}),
    World("offers by amount, 50 of 1,000", _no_today(buyers(0.12)), {"benefit": BY_AMOUNT, **FEW}),
    World("three classes, a miss costs 20", ills, {"benefit": MISS}, ("cold", "ill", "well")),
    World("stock, too little 3 to 1", demand, {"benefit": {"per_unit_over": -1, "per_unit_under": -3}}, (), "drawn"),
    World("stock, by the same rows", demand, {"benefit": {"per_unit_over": -1, "per_unit_under": -3}}, (), "same"),
    World("claims, 50 of 1,000", claims(0.5), {"benefit": LOOK_INTO, **FEW}, (), "drawn"),
    World("claims, 50 of 1,000, heavy tails", claims(1.2), {"benefit": LOOK_INTO, **FEW}, (), "drawn"),
    World("claims, 200 of 1,000", claims(0.5), {"benefit": LOOK_INTO, "capacity": 200, "cases": 1000}, (), "drawn"),
    World("claims, 50 of 1,000, no amounts", claims(0.5), FEW, (), "drawn"),
    World(
        "claims, all that are worth it",
        claims(0.5),
        {"benefit": {"per_unit_chosen": 0.1, "per_chosen": -40}},
        (),
        "drawn",
    ),
    World("rare claims, 50 of 1,000", rare_claims, {"benefit": LOOK_INTO, **FEW}, (), "drawn"),
)
