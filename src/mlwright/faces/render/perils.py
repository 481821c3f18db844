"""What may go wrong, and where not to rely on a model, for the first screen."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from mlwright.faces.render.facts import Facts
from mlwright.faces.render.sources import Sources
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.robustness import ProbeResult, Robustness

MOST = 3
MUCH = 0.5
"""From this share of the gain on a disturbance is told on the first screen."""
NOTICED = 0.5


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


def limits(facts: Facts, sources: Sources) -> Iterator[Markup]:
    """Where it does worse, what it has not seen, and faults of the data."""
    evaluation = facts.evaluation
    is_number = evaluation.confusion is None
    for at in range(min(MOST, len(evaluation.segments))):
        place = f"evaluation/segments/{at}"
        where = sources.words(f"{place}/description")
        if is_number:
            there, elsewhere = (sources.number(f"{place}/{key}", "money") for key in ("loss/value", "loss_elsewhere"))
            yield Markup("Where {}: {} off on average, {} elsewhere.").format(where, there, elsewhere)
        else:
            rows = sources.number(f"{place}/n_rows", "count")
            yield Markup("Where {}: its probabilities are further off ({} test rows).").format(where, rows)
    unequal = [] if facts.diagnosis is None else list(_unequal(facts.diagnosis, sources))
    yield from unequal[: MOST - 1]
    loud = [place for place, each in enumerate(facts.findings.findings) if each.severity != "note"]
    for at in loud[: MOST - 1]:
        yield Markup("While the data has this fault: “{}”.").format(sources.words(f"findings/findings/{at}/title"))
    if evaluation.unlike_share:
        share = sources.number("evaluation/unlike_share", "share")
        yield Markup("For the {} of cases unlike anything it has learned from: the service marks them.").format(share)
    yield Markup("For cases of another kind than the {} of the data it was made from.").format(
        sources.number("snapshot/n_rows", "count")
    )
    if not evaluation.segments and not unequal:
        yield Markup("Among these, no group was found in which it surely does worse.")
