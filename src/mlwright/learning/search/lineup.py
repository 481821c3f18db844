"""Who takes part in the search, in which order, and what a fit of each will cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import NamedTuple

from mlwright.core.errors import ExtraMissing, MemberBroken, SettingsError, offers
from mlwright.core.run import Run
from mlwright.learning.models import MODELS, Facts, ModelFamily
from mlwright.learning.search.ensemble import cap
from mlwright.learning.search.ladder import base_of
from mlwright.learning.search.order import in_order
from mlwright.learning.search.timeless import twins
from mlwright.records.model import Candidate
from mlwright.records.trials import Trial

BASELINE, SIMPLE = "dummy", "linear"
TRUST_S, KIN_TRUST_S, MOST_WRONG = 3.0, 0.5, 3.0
LEAST_COST_S = 1e-3


@dataclass(frozen=True)
class LineUp:
    """The candidates.

    Parameters
    ----------
    baseline : Candidate
        What is answered without looking at the row.
    simple : Candidate or None
        What the chosen model must be worth more than.
    opening : tuple of Candidate
        The best bet of every other family, and the second one of the simple model's, cheapest first.
    extra : tuple of Candidate
        The further candidates of the families, best bets first.
    costs_s : dict
        Guessed seconds of one fit, by the candidates' names.
    compete : bool
        Whether the simple model may be a part of the chosen one.
    sampled : tuple of Candidate
        Candidates that learn from a sample; see `ladder`.
    most : int or None
        How many candidates there may be besides the baseline, variants and all; None for as many as suit the rows.
    n_threads : int
        Threads of one fit, by which its seconds are guessed.
    """

    baseline: Candidate
    simple: Candidate | None
    opening: tuple[Candidate, ...]
    extra: tuple[Candidate, ...]
    costs_s: dict[str, float]
    compete: bool = True
    sampled: tuple[Candidate, ...] = ()
    most: int | None = None
    n_threads: int = 1

    @property
    def everybody(self) -> dict[str, Candidate]:
        """All candidates by name."""
        floor = [self.baseline] if self.simple is None else [self.baseline, self.simple]
        return {candidate.name: candidate for candidate in (*floor, *self.sampled, *self.opening, *self.extra)}

    def guessed_s(self, trials: Mapping[str, Sequence[Trial]]) -> float:
        """What the fits of some trials were guessed to take, in seconds."""
        return sum(self.costs_s.get(name, LEAST_COST_S) * len(done) for name, done in trials.items())

    def each_s(self, candidates: Sequence[Candidate]) -> float:
        """What a fit of some candidates is guessed to take in the mean, in seconds."""
        return fmean(self.costs_s.get(one.name, LEAST_COST_S) for one in candidates)

    def with_variants(self, candidates: Sequence[Candidate], costs_s: Mapping[str, float]) -> LineUp:
        """The same with further candidates."""
        return replace(self, extra=(*self.extra, *candidates), costs_s={**self.costs_s, **costs_s})

    def with_samples(self, candidates: Sequence[Candidate], n_rows: int) -> LineUp:
        """The same with candidates that learn from a sample of so many rows in all; a part costs its share."""
        costs = {one.name: self.costs_s[base_of(one.name)] * (one.most_rows or n_rows) / n_rows for one in candidates}
        known = {one.name: one for one in (*self.sampled, *candidates) if one.most_rows is not None}
        return replace(self, sampled=tuple(known.values()), costs_s=self.costs_s | costs)


class Promise(NamedTuple):
    """What every part of the model must keep: the attribute of the families that can, and the setting that asks."""

    attribute: str
    setting: str


DIRECTIONS = Promise("keeps_directions", "train.monotone")
APART = Promise("keeps_apart", "train.apart")


def open_families(wanted: Sequence[str], run: Run, promises: Sequence[Promise] = ()) -> dict[str, ModelFamily]:
    """The model families by name: those that are wanted, or all; the baseline and the simple model in any case.

    Parameters
    ----------
    wanted : sequence of str
    run : Run
    promises : sequence of Promise
        What not every family can keep.

    Raises
    ------
    SettingsError
        If a family is wanted that there is not, or that cannot keep a promise.
    ExtraMissing
        If a wanted family does not work, or needs a package that is not installed; others are passed over.
    """
    known = MODELS.names()
    for name in wanted:
        if name not in known:
            raise SettingsError(
                f"train.families names {name!r}; there is no such family.", f"Try: {offers(name, known)}"
            )
    models: dict[str, ModelFamily] = {}
    for name in sorted({BASELINE, SIMPLE, *(wanted or known)}):
        try:
            models[name] = MODELS.get(name)()
        except ExtraMissing as missing:
            if name in wanted:
                raise
            if isinstance(missing, MemberBroken):
                run.note(f"Not tried: {missing.message}")
    for promise in promises:
        models = _keeping(promise, models, wanted, run)
    return models


def _keeping(
    promise: Promise, models: Mapping[str, ModelFamily], wanted: Sequence[str], run: Run
) -> dict[str, ModelFamily]:
    """Those that keep a promise, and the baseline and the simple model, which others are compared with."""
    able = [name for name, model in models.items() if getattr(model, promise.attribute)]
    unable = sorted(set(models) - set(able))
    if asked := [name for name in unable if name in wanted]:
        raise SettingsError(
            f"train.families names {asked[0]!r}, which cannot keep what {promise.setting} asks for.",
            f"Leave one of the two out, or use: {', '.join(name for name in able if name != BASELINE)}",
        )
    run.note(f"Not tried, as they cannot keep {promise.setting}: {', '.join(unable)}.")
    return {name: model for name, model in models.items() if name in able or name == SIMPLE}


def line_up(
    models: Mapping[str, ModelFamily],
    facts: Facts,
    wanted: Sequence[str] = (),
    n_threads: int = 1,
    most: int | None = None,
    worth: Mapping[str, float] | None = None,
) -> LineUp:
    """Ask every family for its candidates and put them into order.

    Parameters
    ----------
    models : mapping of str to ModelFamily
        The dummy among them.
    facts : Facts
    wanted : sequence of str
        The families that the user named; none means all.
    n_threads : int
        Threads of one fit.
    most : int, optional
        How many candidates there may be besides the baseline; never more than suit the rows, see `cap`.
    worth : mapping, optional
        What candidates were worth on like data. Only further candidates follow it, see `order`: at equal seconds the
        best bets of the families reach more in the order of their cost.
    """
    named = {name: model.candidates(facts) for name, model in models.items()}
    costs = {
        candidate.name: max(models[name].cost_s(candidate, facts) / n_threads, LEAST_COST_S)
        for name, candidates in named.items()
        for candidate in candidates
    }
    may = SIMPLE in named and (models[SIMPLE].keeps_directions or not any(facts.directions))
    compete = may and (not wanted or SIMPLE in wanted)
    simple = named.get(SIMPLE, [])
    queues = {name: candidates for name, candidates in named.items() if name not in (BASELINE, SIMPLE)}
    queues[SIMPLE] = simple[1:] if compete else []
    first = {name: queue[:1] if models[name].opens or name in wanted else [] for name, queue in queues.items() if queue}
    cheapest_first = sorted((best for bets in first.values() for best in bets), key=lambda one: costs[one.name])
    opening = _with_twins(cheapest_first, facts, costs)
    rest = [queues[name][len(bets) :] for name, bets in first.items()]
    extra = in_order(_with_twins(_in_turns(rest), facts, costs), worth or {}, costs)
    if most is not None:
        opening = opening[: max(most - len(simple[:1]), 0)]
    n_extra = min(cap(facts.n_rows), most or cap(facts.n_rows)) - len(opening) - len(simple[:1])
    return LineUp(
        baseline=named[BASELINE][0],
        simple=simple[0] if simple else None,
        opening=tuple(opening),
        extra=tuple(extra[: max(n_extra, 0)]),
        costs_s=costs,
        compete=compete,
        most=most,
        n_threads=n_threads,
    )


def expected_cost_s(
    one: Candidate, costs_s: Mapping[str, float], trials: Mapping[str, Sequence[Trial]], times: float = 1.0
) -> float:
    """Seconds of the next fit of a candidate.

    What its own fits took, if there were any; else what it took on the largest sample, and what rows are more; else
    the guess, corrected by how wrong the guesses for others turned out to be.

    Parameters
    ----------
    one : Candidate
    costs_s : mapping
        Guessed seconds of a quiet machine, by the candidates' names.
    trials : mapping
        What was fitted, likewise.
    times : float
        Seconds of this machine for one of a quiet one, as far as that is known without fits.
    """
    own = [trial.seconds + trial.predict_s for trial in trials.get(one.name, ())]
    if own:
        return max(fmean(own), LEAST_COST_S)
    samples = [(costs_s[other], trials[other][-1]) for other in trials if base_of(other) == base_of(one.name)]
    if samples:
        guessed_s, largest = max(samples, key=lambda pair: pair[0])
        return (largest.seconds + largest.predict_s) * costs_s[one.name] / guessed_s
    done = [(trial, costs_s[name]) for name, several in trials.items() for trial in several]
    return costs_s[one.name] * _correction(one.family, done, times)


def _correction(family: str, done: Sequence[tuple[Trial, float]], times: float) -> float:
    """How many times its guess a fit of a family will take, by fits and their guesses.

    A slow machine is slow for all, but a few short fits prove little: the correction is drawn to `times` as if three
    seconds of fitting had been guessed rightly. A guess that was more than three times too low says something of its
    family alone; for that it counts more than all others.
    """
    whole = [(trial.seconds, guess) for trial, guess in done if not trial.cut]
    took = [min(seconds, MOST_WRONG * times * guess) for seconds, guess in whole]
    general = (sum(took) + TRUST_S * times) / (sum(guess for _, guess in whole) + TRUST_S)
    alike = [(trial, guess) for trial, guess in done if trial.candidate.family == family]
    kin = [(trial.seconds, guess) for trial, guess in alike if not trial.cut or trial.seconds > general * guess]
    took_s, guessed_s = sum(seconds for seconds, _ in kin), sum(guess for _, guess in kin)
    return (took_s + KIN_TRUST_S * general) / (guessed_s + KIN_TRUST_S)


def answering_s(candidate: Candidate, trials: Mapping[str, Sequence[Trial]]) -> float:
    """Seconds in which a fit answers the rows that are held out, which comes after its deadline: at most as its kin."""
    kin = [done for done in trials.values() if done and done[0].candidate.family == candidate.family]
    return max((trial.predict_s for done in kin for trial in done), default=0.0)


def _with_twins(candidates: Sequence[Candidate], facts: Facts, costs_s: dict[str, float]) -> list[Candidate]:
    """The candidates, then those of them that do not see the time, if there is a time to see; notes what these cost."""
    found = twins(candidates, facts)
    costs_s.update({twin.name: costs_s[one.name] for one, twin in zip(candidates, found, strict=False)})
    return [*candidates, *found]


def _in_turns(queues: Sequence[Sequence[Candidate]]) -> list[Candidate]:
    """The first of every queue, then the second of every queue, and so on."""
    longest = max(map(len, queues), default=0)
    return [queue[place] for place in range(longest) for queue in queues if place < len(queue)]
