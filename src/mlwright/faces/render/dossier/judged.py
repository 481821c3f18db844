"""Points 2(g) to 9: what was tested, what may go wrong, and what happens in use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mlwright.core.store.ledger import Entry
from mlwright.data.words import listing, percent
from mlwright.faces.render.dossier.blocks import MOST_ROWS, Block, Grid, Known, Told
from mlwright.faces.render.numbers import lost, short, with_interval
from mlwright.faces.render.telling import gloss, worth_unit
from mlwright.learning.footing import told_pieces, told_rows


def tests(known: Known) -> Iterator[Block]:
    """Accuracy, robustness, and groups of persons."""
    evaluation = known.facts.evaluation
    yield Told(
        f"Tested on {told_rows(evaluation)}. In brackets: where the true figure lies, with a certainty of "
        f"{100 * evaluation.metrics[0].model.level:.0f} %. {told_pieces(evaluation.footing)}".rstrip(),
        "evaluation",
    )
    rows = [
        (m.title, with_interval(m.model), with_interval(m.simple), with_interval(m.baseline))
        for m in evaluation.metrics
    ]
    yield Grid(("metric", "the model", "a simple model", "no model"), rows, "evaluation: metrics")
    robust = known.facts.robustness
    probes = [(lost(each.lost_share), each.sentence) for each in robust.results]
    yield Told("Robustness: the test rows were disturbed on purpose. Share of the gain that is lost:", "robustness")
    yield Grid(("lost", "what was done, and what came of it"), probes[:MOST_ROWS], "robustness")
    yield from _groups(known)


def _groups(known: Known) -> Iterator[Block]:
    """For whom it errs; where nobody has named groups, the weak parts that were found."""
    groups = known.facts.diagnosis.groups if known.facts.diagnosis else ()
    if not groups:
        yield Told(
            "No groups of persons were named, so possibly discriminatory impacts were not measured. Name the columns: "
            "[evaluate] groups = [...] in mlwright.toml, then run again.",
            "diagnosis",
        )
    for group in groups:
        yield Told(f"{group.column}: {group.sentence}", "diagnosis")
        rows = [
            (
                each.name,
                f"{each.n_rows:,}",
                each.too_small
                or "; ".join(f"{k.replace('_', ' ')} {with_interval(v)}" for k, v in each.figures.items()),
            )
            for each in group.groups
        ]
        yield Grid((group.column, "rows", "figures"), rows, "diagnosis: groups")


def security(known: Known) -> Iterator[Block]:
    """What guards the bundle and the service."""
    yield Told(
        "A bundle holds no code and no pickles; every file is checked against its hash. The service takes no command "
        "from what it is sent, refuses what breaks the contract, bounds sizes, and can ask for a token.",
        "bundle: manifest",
    )


def limits(known: Known) -> Iterator[Block]:
    """Where it does worse, and what it may be sent."""
    facts = known.facts
    yield from (Told(limit, "decision: limits") for limit in facts.decision.limits)
    rows = [
        (s.description, f"{s.n_rows:,}", with_interval(s.loss), short(s.loss_elsewhere))
        for s in facts.evaluation.segments
    ]
    if rows:
        yield Grid(("where it does worse", "rows", "loss there", "elsewhere"), rows, "evaluation: segments")
    else:
        yield Told("No part of the data was found on which it surely does worse.", "evaluation: segments")
    if facts.evaluation.unlike_share is not None:
        yield Told(
            f"{percent(facts.evaluation.unlike_share)} of the test rows were unlike anything learned from.",
            "evaluation",
        )
    if known.manifest is not None:
        inputs = [
            (c.name, c.kind, _allowed(c.levels, c.low, c.high), "yes" if c.optional else "no")
            for c in known.manifest.inputs
        ]
        yield Told("Specification of the input data:", "bundle: manifest.contract")
        yield Grid(
            ("input", "kind", "seen in training", "may be missing"), inputs[:MOST_ROWS], "bundle: manifest.contract"
        )


def _allowed(levels: Sequence[str], low: float | None, high: float | None) -> str:
    if levels:
        return listing(levels, 8)
    return "" if low is None or high is None else f"{short(low)} to {short(high)}"


def metrics(known: Known) -> Iterator[Block]:
    """What each metric says."""
    yield from (Told(f"{m.title}: {gloss(m)}.", "evaluation: metrics") for m in known.facts.evaluation.metrics)
    worth = known.facts.decision.worth
    yield Told(
        f"The decision rests on what answers are worth: {worth_unit(worth)}, {with_interval(worth.gain)} gained.",
        "decision: worth",
    )


def risks(known: Known) -> Iterator[Block]:
    """The rules and their evidence."""
    rows = [
        (r.title, "yes" if r.required else "", r.outcome.replace("_", " "), r.sentence)
        for r in known.facts.decision.rulings
    ]
    yield Told("What the run has judged, as a contribution to it:", "decision: rulings")
    yield Grid(("rule", "must", "outcome", "evidence"), rows, "decision: rulings")


def history(known: Known) -> Iterator[Block]:
    """What was put to use, and taken back."""
    rows = list(_entries(known.history))
    if rows:
        yield Grid(("event", "bundle", "verdict", "by", "why", "sealed"), rows, "the ledger (mlwright history)")
    else:
        yield Told("No bundle of this project has been put to use yet.", "the ledger (mlwright history)")


def _entries(history: Iterable[Entry]) -> Iterator[tuple[str, ...]]:
    for event, is_whole in history:
        words = (str(event.get(key, "")) for key in ("event", "bundle_id", "verdict", "by", "why"))
        yield (*words, "whole" if is_whole else "changed afterwards")


def monitoring(known: Known) -> Iterator[Block]:
    """How it is watched."""
    yield Told(
        "`mlwright watch` compares new rows with those of training, input by input and for the answers, with a stated "
        "rate of false alarms, and the model's performance where outcomes come in; it says what to do. The service "
        "keeps what it was asked, where that is switched on.",
        "watch",
    )
