"""What may go wrong, why not to use it, and where not to rely on it, for the first screen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, zip_longest

from markupsafe import Markup

from mlwright.data.words import quoted
from mlwright.faces.render.facts import Facts
from mlwright.faces.render.sources import Sources
from mlwright.learning.footing import is_thin
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Estimate
from mlwright.records.robustness import ProbeResult, Robustness

MOST, MOST_LIMITS, MOST_DOUBTS, MOST_COLUMNS = 3, 3, 2, 2
MUCH = 0.5
"""From this share of the gain on a disturbance is told on the first screen."""
NOTICED = 0.5
GAIN = "evaluation/metrics/0/gain_over_baseline"


def _unequal(diagnosis: Diagnosis, sources: Sources) -> Iterator[Markup]:
    """Groups of which one is surely served worse, one sentence for a column."""
    for place, groups in enumerate(diagnosis.groups):
        sure = next((at for at, each in enumerate(groups.disparities) if each.is_sure), None)
        if sure is not None:
            said = sources.words(f"diagnosis/groups/{place}/disparities/{sure}/sentence")
            yield Markup("Groups of {} are treated differently. {}").format(
                sources.words(f"diagnosis/groups/{place}/column"), said
            )


def risks(facts: Facts, sources: Sources) -> Iterator[Markup]:
    """What may go wrong with the data of tomorrow, the worst first; what nobody would notice before what is noticed."""
    results = facts.robustness.results
    if not results:
        yield Markup("Nothing could be tried out on it.")
        return
    heavy = _heavy(facts.robustness)
    for result in heavy[:MOST]:
        place = f"robustness/results/{results.index(result)}"
        lost = (
            Markup("it is no better than no model")
            if result.lost_share >= 1
            else Markup("{} of what it is good for is lost").format(sources.number(f"{place}/lost_share", "share"))
        )
        yield Markup("{}, {}{}.").format(_named(result, place, sources), lost, _noted(result, place, sources))
    if not heavy:
        worst = max(results, key=lambda result: result.lost_share)
        place = f"robustness/results/{results.index(worst)}"
        lost = sources.number(f"{place}/lost_share", "share")
        yield Markup("Of {} disturbances that were tried none costs half of what it is good for.").format(
            sources.number("robustness/results", "count")
        )
        yield Markup("The worst: {}, {} is lost.").format(_named(worst, place, sources), lost)


def _heavy(robustness: Robustness) -> list[ProbeResult]:
    """What surely costs much, each disturbance once at its lightest strength; the unnoticed ones first."""
    found: dict[str, ProbeResult] = {}
    for result in sorted(robustness.results, key=lambda each: (each.strength, -each.lost_share)):
        if result.lost_share > MUCH and result.loss.low > 0:
            found.setdefault(result.probe, result)
    return sorted(found.values(), key=lambda each: (_is_noted(each), each.strength, -each.lost_share))


def _is_noted(result: ProbeResult) -> bool:
    return (result.noted_share or 0.0) >= NOTICED


def _named(result: ProbeResult, place: str, sources: Sources) -> Markup:
    """What was done, as far as the sentence says it before it comes to the metric."""
    done = result.sentence.split(" goes from ")[0].rpartition(", ")[0] or result.title
    return Markup("<b>{}</b>").format(sources.words(f"{place}/sentence", done))


def _noted(result: ProbeResult, place: str, sources: Sources) -> Markup:
    if result.noted_share is None:
        return Markup()
    if _is_noted(result):
        return Markup("; the service notices it")
    if result.noted_share < 0.01:
        return Markup("; <b>no single record shows it</b>")
    return Markup("; the service notices it in {} of such records").format(
        sources.number(f"{place}/noted_share", "share")
    )


def doubts(facts: Facts, sources: Sources) -> Iterator[Markup]:
    """Why a model is not to be used, or not yet: what gives the answer away, else how it did where it was tried."""
    if any(ruling.rule == "no_leak" and ruling.outcome == "broken" for ruling in facts.decision.rulings):
        for place in range(min(MOST_DOUBTS, len(facts.decision.reasons))):
            yield sources.words(f"decision/reasons/{place}")
        return
    yield Markup("It was tried on {} cases that it had not learned from.").format(
        sources.number("evaluation/n_rows", "count")
    )
    first = facts.evaluation.metrics[0]
    if first.baseline.value > 0:
        at, low, high = (_smaller(first.gain_over_baseline, end, sources) for end in ("value", "low", "high"))
        is_whole = first.gain_over_baseline.high >= first.baseline.value  # no error can be smaller than nothing
        certain = Markup("{} at least").format(low) if is_whole else Markup("between {} and {}").format(low, high)
        yield Markup("Its error is {} than that of saying the same of every case; allowing for chance, {}.").format(
            at, certain
        )
    if facts.decision.verdict == "stop" and first.gain_over_baseline.low <= 0:
        yield Markup("So there is nothing in these columns that tells the answer, as far as can be seen.")


def _smaller(gain: Estimate, end: str, sources: Sources) -> Markup:
    """How much smaller or larger an error is than that of the dummy."""
    value = getattr(gain, end)
    share = sources.number(f"{GAIN}/{end}", "share", 1 if value >= 0 else -1, of="evaluation/metrics/0/baseline/value")
    return Markup("{} {}").format(share, "smaller" if value >= 0 else "larger")


def limits(facts: Facts, sources: Sources) -> Iterator[Markup]:
    """Where it does worse, what it has not seen, and faults of the data."""
    if facts.decision.verdict == "stop":
        yield Markup("Anywhere, as it is.")
        yield from islice(_faults(facts, sources), MOST_LIMITS)
        return
    yield from _thin(facts, sources)
    known = list(islice(_parts(facts, sources), MOST_LIMITS))
    yield from known
    if not facts.evaluation.segments and len(known) < MOST_LIMITS:
        yield Markup("No group was found in which it surely does worse.")
    rows = sources.number("split/n_train", "count")
    if not facts.evaluation.unlike_share:
        yield Markup("For cases of another kind than the {} that it learned from.").format(rows)
        return
    share = sources.number("evaluation/unlike_share", "share")
    yield Markup(
        "For cases of another kind than the {} that it learned from: the service marks them ({} of the test rows)."
    ).format(rows, share)


def _thin(facts: Facts, sources: Sources) -> Iterator[Markup]:
    """That all figures rest on a few entities, or a few stretches of time."""
    footing = facts.evaluation.footing
    if footing is None or not is_thin(footing):
        return
    n = sources.number("evaluation/footing/n_pieces", "count")
    if footing.piece == "group":
        by = sources.words("evaluation/footing/by", f"“{footing.by}”")
        yield Markup("For others than these: all figures rest on {} different values of {}.").format(n, by)
    else:
        yield Markup("For other times: all figures rest on about {} stretches that stand alone.").format(n)


def _parts(facts: Facts, sources: Sources) -> Iterator[Markup]:
    """The weak parts, unequal groups and faults, the first of each kind before the second of any."""
    kinds = (
        _weak(facts, sources),
        iter(()) if facts.diagnosis is None else _unequal(facts.diagnosis, sources),
        _faults(facts, sources),
    )
    for turn in zip_longest(*kinds):
        yield from (said for said in turn if said is not None)


def _weak(facts: Facts, sources: Sources) -> Iterator[Markup]:
    is_number = facts.evaluation.confusion is None
    for at in range(len(facts.evaluation.segments)):
        place = f"evaluation/segments/{at}"
        where = sources.words(f"{place}/description")
        if is_number:
            there, elsewhere = (sources.number(f"{place}/{key}", "money") for key in ("loss/value", "loss_elsewhere"))
            yield Markup("Where {}: {} off on average, {} elsewhere.").format(where, there, elsewhere)
        else:
            rows = sources.number(f"{place}/n_rows", "count")
            yield Markup("Where {}: its probabilities are further off ({} test rows).").format(where, rows)


def _faults(facts: Facts, sources: Sources) -> Iterator[Markup]:
    for at, each in enumerate(facts.findings.findings):
        if each.severity != "note":
            place = f"findings/findings/{at}"
            what = Markup("While the data has this fault: “{}”").format(sources.words(f"{place}/title"))
            where = sources.words(f"{place}/columns", quoted(each.columns, MOST_COLUMNS)) if each.columns else Markup()
            yield Markup("{} ({}).").format(what, where) if where else Markup("{}.").format(what)
