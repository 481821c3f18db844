"""Which candidates to try first, from what paid on like data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

import numpy as np

from mlwright.learning.models import Facts
from mlwright.learning.search.choosing.choice import Choice
from mlwright.learning.search.standing import Standing
from mlwright.records.experience import Advice, Paid, Trace

NEAREST = 5
OWN_COUNTS = 2.0
"""A search of the user's own counts as two of those that are shipped."""
DOUBT = 1.0
"""What candidates are usually worth counts as one search on data that is just like this."""
EXPERIENCED_ROWS = 10_000
"""With fewer rows another order mostly changes who is lucky."""
QUALITY_SHARE = 0.25
"""A place in the ensemble says more than a good score: who only says what others say adds nothing."""


def advise(facts: Facts, own: Sequence[Trace], prior: Sequence[Trace] = ()) -> Advice:
    """What candidates were worth in the searches on the data sets that are most like this one.

    Data sets are compared by their size, the sorts of their columns and their classes, on a logarithmic scale; only
    those of the same task count, the nearer the more.

    Parameters
    ----------
    facts : Facts
    own, prior : sequence of Trace
        The user's own searches, and those that are shipped. The former do not count where there are few rows, so that
        what else a user has done changes nothing there.
    """
    here = _place(_features_of(facts))
    mine = own if facts.n_rows >= EXPERIENCED_ROWS else ()
    weighed = [(_closeness(here, trace) * OWN_COUNTS, trace) for trace in mine if trace.task == facts.task]
    weighed += [(_closeness(here, trace), trace) for trace in prior if trace.task == facts.task]
    nearest = sorted(weighed, key=lambda pair: -pair[0])[:NEAREST]
    seen = {name: _seen(name, nearest) for name in sorted({name for _, trace in nearest for name in trace.paid})}
    usual = fmean(value for pairs in seen.values() for _, value in pairs) if seen else 0.0
    return Advice(worth={name: _worth(pairs, usual) for name, pairs in seen.items()}, n_searches=len(nearest))


def trace_of(facts: Facts, standing: Standing, choice: Choice) -> Trace:
    """What a finished search taught."""
    losses = {
        name: standing.judge(len(trials)).loss(standing.bench.prediction(trials))
        for name, trials in standing.trials.items()
    }
    baseline = losses[standing.baseline()]
    most = max(baseline - min(losses.values()), 0.0)
    paid = {
        name: Paid(
            weight=round(choice.weights.get(name, 0.0), 3),
            quality=round(float(np.clip((baseline - loss) / most, 0.0, 1.0)), 3) if most > 0 else 0.0,
            seconds=round(sum(trial.seconds for trial in standing.trials[name]), 2),
        )
        for name, loss in losses.items()
        if name != standing.baseline() and math.isfinite(loss)
    }
    return trace(facts, paid)


def trace(facts: Facts, paid: Mapping[str, Paid]) -> Trace:
    """What candidates were good for on such data."""
    return Trace(task=facts.task, paid=dict(paid), **_features_of(facts))


def _features_of(facts: Facts) -> dict[str, float]:
    return {
        "n_rows": facts.n_rows,
        "n_numbers": len(facts.names.numbers),
        "n_codes": len(facts.names.codes),
        "n_terms": facts.names.n_terms,
        "n_classes": facts.n_classes,
        "smallest_share": round(facts.smallest_class / facts.n_rows, 3),
    }


def _place(features: Mapping[str, float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.log1p([features[name] * (20 if name == "smallest_share" else 1) for name in sorted(features)])


def _closeness(here: np.ndarray[tuple[int], np.dtype[np.float64]], trace: Trace) -> float:
    features = trace.model_dump(exclude={"task", "paid"})
    return 1.0 / (1.0 + float(np.abs(_place(features) - here).sum()))


def _seen(name: str, nearest: Sequence[tuple[float, Trace]]) -> list[tuple[float, float]]:
    """What a candidate was worth in each of these searches that tried it, with how close the data is."""
    tried = [(weight, trace.paid[name]) for weight, trace in nearest if name in trace.paid]
    return [(weight, (1 - QUALITY_SHARE) * paid.weight + QUALITY_SHARE * paid.quality**4) for weight, paid in tried]


def _worth(seen: Sequence[tuple[float, float]], usual: float) -> float:
    """The mean of what was seen, the nearer the more, drawn towards what is usual where that is little."""
    total = sum(weight for weight, _ in seen)
    return (sum(weight * value for weight, value in seen) + DOUBT * usual) / (total + DOUBT)
