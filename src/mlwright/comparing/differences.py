"""What is not the same in two models."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.comparing.side import Side, Traced
from mlwright.data.words import figure, listing, quoted
from mlwright.records.versus import Difference, Part

NOTHING = "-"


def differences(first: Side, second: Side) -> tuple[Difference, ...]:
    """All that differs in data, settings, model, decision, speed and size, in this order."""
    one, other = dict(_said(first)), dict(_said(second))
    keys = list(dict.fromkeys([*one, *other]))
    return tuple(
        Difference(part=part, what=what, first=one.get((part, what), NOTHING), second=other.get((part, what), NOTHING))
        for part, what in sorted(keys, key=lambda key: ORDER.index(key[0]))
        if one.get((part, what)) != other.get((part, what))
    )


ORDER: tuple[Part, ...] = ("data", "settings", "model", "decision", "speed and size")

Said = tuple[tuple[Part, str], str]


def _said(side: Side) -> Iterator[Said]:
    """What there is to say of one, by part and name."""
    yield ("data", "source"), side.location
    yield ("data", "test rows"), f"{side.evaluation.n_rows:,}"
    if side.traced is not None:
        yield from _data(side.traced)
    yield from _settings(side)
    yield from _model(side)
    decision = side.decision
    yield ("decision", "verdict"), decision.verdict.replace("_", " ")
    for ruling in decision.rulings:
        yield ("decision", ruling.title), ruling.outcome.replace("_", " ")
    yield ("decision", "weak parts"), str(len(side.evaluation.segments))
    if side.packed is not None:
        yield ("speed and size", "one row"), f"{side.packed.single_row_ms:.2f} ms"
        yield ("speed and size", "bundle"), f"{side.packed.size_bytes / 1e6:.2f} MB"


def _data(traced: Traced) -> Iterator[Said]:
    snapshot, split, roles = traced.snapshot, traced.split, traced.profile.roles
    yield ("data", "rows"), f"{snapshot.n_rows:,}"
    yield ("data", "columns"), f"{len(snapshot.fields):,}"
    yield ("data", "content"), snapshot.blob[:12]
    yield ("data", "rows to learn from"), f"{split.n_train:,}"
    yield ("settings", "split"), split.method.replace("_", " ")
    yield ("settings", "left out"), quoted(sorted(roles.left_out), 6) if roles.left_out else "nothing"


def _settings(side: Side) -> Iterator[Said]:
    worth = side.decision.worth
    amounts = ", ".join(f"{key.replace('_', ' ')} {figure(value)}" for key, value in worth.table.items())
    yield ("settings", "what answers are worth"), f"{amounts}{' (assumed)' if worth.assumed else ''}"
    yield ("settings", "today"), worth.today_is
    yield (
        ("settings", "must"),
        listing([rule.rule for rule in side.decision.rulings if rule.required] or ["nothing"], 9),
    )
    making = side.manifest.making if side.manifest else None
    if making is not None:
        yield ("settings", "budget"), f"{making.budget_s:g} s"
        yield ("settings", "seed"), str(making.seed)
        yield ("settings", "candidates"), "as time allows" if making.candidates is None else str(making.candidates)
        for package, version in making.packages.items():
            yield ("settings", package), version


def _model(side: Side) -> Iterator[Said]:
    members = sorted(side.model.members, key=lambda member: -member.weight)
    yield ("model", "made of"), ", ".join(f"{100 * member.weight:.0f} % {member.candidate}" for member in members)
    yield ("model", "inputs"), f"{len({column.name for column in side.model.plan.columns}):,}"
    if side.model.threshold is not None:
        yield ("model", "threshold"), figure(side.model.threshold)
    if side.traced is not None:
        yield ("model", "optimised for"), side.traced.training.metric.replace("_", " ")
    if side.manifest is not None:
        yield ("model", "bundle"), side.manifest.bundle_id
