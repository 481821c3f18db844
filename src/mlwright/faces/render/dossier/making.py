"""Points 2(a) to 2(f): how the system was made."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.words import counted, listing, percent
from mlwright.faces.render.dossier.blocks import MOST_ROWS, Block, Grid, Known, Told
from mlwright.faces.render.learned import percent_interval, told_learned
from mlwright.faces.render.numbers import duration, short
from mlwright.faces.render.summary import composition, why_ended
from mlwright.faces.render.telling import told_coverage


def steps(known: Known) -> Iterator[Block]:
    """The steps of the run."""
    rows = [
        (stage.name, "taken from an earlier run" if stage.reused else duration(stage.seconds))
        for stage in known.facts.run.stages
    ]
    yield Told("The steps of the run, in their order. No pre-trained system was used.", "the run's journal")
    yield Grid(("step", "took"), rows, "the run's journal")
    yield Told(f"Open-source libraries fit the models: {_families(known)}.", "leaderboard")


def _families(known: Known) -> str:
    return listing(sorted({row.family for row in known.facts.leaderboard.leaderboard} - {"ensemble"}), 12)


def design(known: Known) -> Iterator[Block]:
    """What was optimised for, chosen and assumed."""
    training, decision = known.facts.leaderboard, known.facts.decision
    yield Told(
        f"Optimised for: {training.metric.replace('_', ' ')} on rows held out of training. Chosen: "
        f"{composition(training)}, of {counted(len(training.leaderboard), 'candidate')}. {why_ended(training)}",
        "leaderboard",
    )
    if training.threshold_reason:
        yield Told(f"Threshold {training.threshold_reason}.", "leaderboard: threshold_reason")
    worth = decision.worth
    assumed = " Nobody has stated these amounts: they are a stand-in." if worth.assumed else ""
    amounts = "; ".join(f"{name.replace('_', ' ')} {short(value)}" for name, value in worth.table.items())
    yield Told(f"What answers are taken to be worth: {amounts}.{assumed}", "decision: worth.table")
    if known.facts.understanding is not None:
        rows = [(one.input, percent_interval(one.lost)) for one in known.facts.understanding.reliance]
        yield Told(
            "The relevance of the inputs: what is lost of the gain when one is exchanged among the rows.",
            "understanding",
        )
        yield Grid(("input", "lost without it"), rows[:MOST_ROWS], "understanding: reliance")
        yield from (Told(text, "understanding: effects") for text in told_learned(known.facts.understanding))


def architecture(known: Known) -> Iterator[Block]:
    """How an answer comes about."""
    training = known.facts.leaderboard
    yield Told(
        "A case is encoded by a plan that is data (dates, texts, categories, missing values), scored by "
        f"{counted(len(training.model.members), 'model')}, and turned into an answer by weights, a calibrator and a "
        "threshold. Training and serving execute the same plan.",
        "leaderboard: model",
    )
    making = known.manifest.making if known.manifest else None
    where = f" on {making.machine}, {counted(making.n_jobs, 'fit')} at a time" if making else ""
    yield Told(f"The run took {duration(known.facts.run.seconds)}{where}.", "the run's journal; bundle: manifest")


def data(known: Known) -> Iterator[Block]:
    """The data, its columns, faults and cleaning."""
    facts = known.facts
    snapshot, roles, split = facts.snapshot, facts.profile.roles, facts.split
    lineage = snapshot.lineage
    yield Told(
        f"{snapshot.n_rows:,} rows and {counted(len(snapshot.fields), 'column')} from {lineage.location} "
        f"({lineage.source}), read {lineage.read_at}; SHA-256 {snapshot.blob}.",
        "snapshot",
    )
    yield from (Told(notice, "snapshot: notices") for notice in snapshot.notices)
    yield Told(
        f"{split.reason} {split.n_train:,} rows to learn from, {split.n_test:,} set aside for the test.", "split"
    )
    rows = [
        (
            column.name,
            column.kind,
            percent(column.n_missing / max(1, snapshot.n_rows)),
            f"{column.n_distinct:,}",
            column.reason,
        )
        for column in facts.profile.columns[:MOST_ROWS]
    ]
    yield Grid(("column", "kind", "missing", "different", "why so taken"), rows, "profile")
    left = [(name, why) for name, why in roles.left_out.items()]
    if left:
        yield Grid(("left out", "why"), left[:MOST_ROWS], "profile: roles.left_out")
    found = [(f.severity, f.title, f.sentence, f.action) for f in facts.findings.findings]
    yield Told(
        f"{len(facts.findings.quiet)} checks of the data looked and found nothing; these found something:", "findings"
    )
    yield Grid(("", "finding", "what", "what is done"), found[:MOST_ROWS], "findings")
    cleaning = facts.leaderboard.model.plan.cleaning
    if cleaning is not None and cleaning.steps:
        steps = [(step.column, f"{step.n_cells:,}", step.reason) for step in cleaning.steps]
        yield Grid(("cleaned column", "cells", "why"), steps[:MOST_ROWS], "leaderboard: model.plan.cleaning")


def oversight(known: Known) -> Iterator[Block]:
    """What helps a person to judge an answer."""
    yield Told(
        "Each answer can be explained by its three to five weightiest reasons and the smallest change that would alter "
        "it. Cases unlike anything the model has learned from are marked, for a person to look at. A person approves, "
        "overrules or takes back a bundle, with a reason that is kept.",
        "bundle",
    )
    yield from (Told(text, "evaluation: coverage") for text in told_coverage(known.facts.evaluation))


def changes_ahead(known: Known) -> Iterator[Block]:
    """How a new model replaces the old one."""
    yield Told(
        "A new model is a new run with a bundle of its own. It is compared with the one in use on the same rows, and "
        "replaces it only by the stated rules or by a person; what was there before can be brought back.",
        "decision: rulings",
    )
