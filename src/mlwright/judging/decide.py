"""Decide whether to use the model: rules are judged, answers are counted in money, and a verdict is given."""

from __future__ import annotations

from threadpoolctl import threadpool_limits

from mlwright.core.ahead import Load, Need
from mlwright.core.errors import SettingsError, offers
from mlwright.core.family import NotApplicable
from mlwright.core.run import Run
from mlwright.data.compute.table import train_rows
from mlwright.judging.answered import Answered, answered
from mlwright.judging.distances import distances_of
from mlwright.judging.more_rows import MOST_S, worth_of_rows
from mlwright.judging.rules import RULES, Evidence
from mlwright.judging.verdict import headline, limits, next_steps, reasons, verdict_of
from mlwright.judging.worth import Cases, worth_of
from mlwright.judging.worth.past import by_the_past
from mlwright.judging.worth.practice import Practice
from mlwright.judging.worth.today import practice_today
from mlwright.learning.load import load_after
from mlwright.learning.owed import Owed, moved, owed
from mlwright.records.challenge import Challenge
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision, Ruling, Worth
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.findings import Findings
from mlwright.records.profile import Profile, Task
from mlwright.records.robustness import Robustness
from mlwright.records.settings import DecideSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.statistics.sampling import Draws

FIXED_S, INPUT_S = 0.15, 1.5e-4


def need(load: Load, run: Run) -> Need:
    """What more rows are worth is found out where there is time for it."""
    fixed_s = FIXED_S + INPUT_S * load.n_inputs
    return Need(fixed_s, fixed_s + MOST_S)


def decide(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    findings: Findings,
    training: Training,
    evaluation: Evaluation,
    robustness: Robustness,
    diagnosis: Diagnosis,
    challenge: Challenge,
    settings: DecideSettings,
    run: Run,
) -> Decision:
    """Judge every rule and say what to do.

    Raises
    ------
    SettingsError
        If ``decide.must`` names an unknown rule, ``decide.benefit`` makes no sense, or ``decide.fair`` limits what is
        not known.
    """
    _check_must(settings)
    _check_fair(settings, diagnosis, profile.roles.task)
    with threadpool_limits(limits=1, user_api="blas"):
        worth = _worth(snapshot, profile, split, training, evaluation, settings, run)
    evidence = Evidence(
        profile, findings, training, evaluation, robustness, worth, diagnosis, challenge, fair=settings.fair
    )
    rulings = tuple(rule_on(name, evidence, required=_is_required(name, settings)) for name in RULES.names())
    ground = verdict_of(rulings, evidence)
    return Decision(
        verdict=ground.verdict,
        headline=headline(ground, evidence),
        reasons=tuple(reasons(rulings, evidence)),
        rulings=tuple(sorted(rulings, key=lambda ruling: not ruling.required)),
        worth=worth,
        limits=tuple(limits(rulings, evidence)),
        next_steps=tuple(next_steps(ground, evidence)),
    )


def _check_must(settings: DecideSettings) -> None:
    known = RULES.names()
    for name in settings.must:
        if name not in known:
            raise SettingsError(
                f"decide.must names {name!r}, which is no rule.", f"Did you mean: {offers(name, known)}?"
            )


def _check_fair(settings: DecideSettings, diagnosis: Diagnosis, task: Task) -> None:
    if not settings.fair:
        return
    known = distances_of(task)
    for name in settings.fair:
        if name not in known:
            raise SettingsError(
                f"decide.fair limits {name!r}, which is not known for a {task} task.",
                f"Known are: {offers(name, known)}",
            )
    if not diagnosis.groups:
        raise SettingsError(
            "decide.fair says how far groups may be apart, but not which groups.",
            'Name columns: [evaluate] groups = ["sex"]',
        )


def _is_required(name: str, settings: DecideSettings) -> bool:
    key = RULES.get(name).setting
    return name in settings.must or bool(key and getattr(settings, key))


def _past(rows: Answered, profile: Profile, split: Split, run: Run) -> tuple[Practice, ...]:
    """What the past says of test rows that are later than all that was learned from."""
    is_later = split.method == "by_time" and split.n_test > 0
    if rows.benefit.chooses or not is_later:
        return ()
    learned, asked = (train_rows(split, run), rows.learned), (rows.unseen.positions, rows.target)
    return tuple(by_the_past(rows.table, profile, learned, asked))


def _worth(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    evaluation: Evaluation,
    settings: DecideSettings,
    run: Run,
) -> Worth:
    rows, roles = answered(snapshot, profile, split, training, evaluation, settings, run), profile.roles
    unseen, target, benefit = rows.unseen, rows.target, rows.benefit
    cases = Cases(
        target,
        rows.said,
        Draws(unseen.sampling(rows.row_loss, target), run.seed_for("decide", "draws")),
        practice_today(settings, rows.table, unseen.positions, target, profile, choosing=benefit.chooses),
        rows.shift,
        _past(rows, profile, split, run),
    )
    worth = worth_of(cases, roles, rows.learned, benefit, rows.level, settings, tries_amounts=True)
    if not split.n_test and training.corrected is not None:
        worth = _on_new_rows(worth, owed(training.corrected))
    planned_s = run.ahead.quiet(run.ahead.own_s(load_after(training, roles, split, run))) - FIXED_S
    more = worth_of_rows(snapshot, profile, split, training, settings, run, planned_s)
    return worth.model_copy(update={"more_rows": more})


def _on_new_rows(worth: Worth, due: Owed) -> Worth:
    """What held-out training rows promise, less what they owe."""
    gained = max(worth.gain.value, 0.0)
    update = {
        "model": moved(worth.model, -due.share * gained, due.error * gained),
        "gain": _on_new(worth.gain, due),
        "compared": tuple(one.model_copy(update={"gain": _on_new(one.gain, due)}) for one in worth.compared),
        "if_off": tuple(one.model_copy(update={"gain": _on_new(one.gain, due)}) for one in worth.if_off),
    }
    return worth.model_copy(update=update)


def _on_new(gain: Estimate, due: Owed) -> Estimate:
    gained = max(gain.value, 0.0)
    return moved(gain, -due.share * gained, due.error * gained)


def rule_on(name: str, evidence: Evidence, *, required: bool) -> Ruling:
    """What one rule says; a rule that says nothing about such a model says why."""
    rule = RULES.get(name)()
    try:
        outcome, sentence = rule.judge(evidence)
    except NotApplicable as refusal:
        outcome, sentence = "not_applicable", f"Says nothing here: {refusal.reason}."
    return Ruling(rule=name, title=rule.title, outcome=outcome, required=required, sentence=sentence)
