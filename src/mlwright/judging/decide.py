"""Decide whether to use the model: rules are judged, answers are counted in money, and a verdict is given."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from mlwright.core.errors import SettingsError, nearest
from mlwright.core.family import NotApplicable
from mlwright.core.run import Run
from mlwright.data.compute.table import open_split
from mlwright.judging.rules import RULES, Evidence
from mlwright.judging.verdict import headline, limits, next_steps, reasons, verdict_of
from mlwright.judging.worth import Cases, worth_of
from mlwright.learning.benefit import benefit_table
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import kept_scores, kept_target, open_unseen
from mlwright.learning.yardstick import Scored
from mlwright.records.data import Snapshot
from mlwright.records.decision import Decision, Ruling, Worth
from mlwright.records.evaluation import Evaluation
from mlwright.records.findings import Findings
from mlwright.records.profile import Profile
from mlwright.records.robustness import Robustness
from mlwright.records.settings import DecideSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.scoring.model import DEFAULT_THRESHOLD
from mlwright.statistics.sampling import Array, Draws


def decide(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    findings: Findings,
    training: Training,
    evaluation: Evaluation,
    robustness: Robustness,
    settings: DecideSettings,
    run: Run,
) -> Decision:
    """Judge every rule and say what to do.

    Raises
    ------
    SettingsError
        If ``decide.must`` names an unknown rule, or ``decide.benefit`` makes no sense.
    """
    _check_must(settings)
    with threadpool_limits(limits=1, user_api="blas"):
        worth = _worth(snapshot, profile, split, training, evaluation, settings, run)
    evidence = Evidence(profile, findings, training, evaluation, robustness, worth)
    rulings = tuple(rule_on(name, evidence, required=name in settings.must) for name in RULES.names())
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
            offers = nearest(name, known) or known
            raise SettingsError(f"decide.must names {name!r}, which is no rule.", f"Did you mean: {', '.join(offers)}?")


def _worth(
    snapshot: Snapshot,
    profile: Profile,
    split: Split,
    training: Training,
    evaluation: Evaluation,
    settings: DecideSettings,
    run: Run,
) -> Worth:
    roles = profile.roles
    task = TASKS.get(roles.task)()
    learned = _training_target(snapshot, profile, split, run)
    n_classes = len(roles.classes)
    shares = np.bincount(learned.astype(np.int64), minlength=n_classes) / len(learned) if n_classes else ()
    benefit = benefit_table(roles.task, roles.classes, tuple(float(share) for share in shares), settings)
    target = kept_target(evaluation.truth, run)
    threshold = DEFAULT_THRESHOLD if training.model.threshold is None else training.model.threshold
    model = Scored(kept_scores(evaluation.predictions, len(target), run), threshold)
    sampling = open_unseen(snapshot, profile, split, run).sampling(task.row_loss(target, model.prediction))
    cases = Cases(target, model, Draws(sampling, run.seed_for("decide", "draws")))
    return worth_of(cases, roles, learned, benefit, evaluation.metrics[0].model.level)


def _training_target(snapshot: Snapshot, profile: Profile, split: Split, run: Run) -> Array:
    """The target of the training rows; the test rows' was kept by `evaluate` and is not read here."""
    roles = profile.roles
    table = open_split(snapshot, split, profile, run).train
    values = table.arrow([roles.target])[roles.target]
    return TASKS.get(roles.task)().target(values, roles.classes, profile.target.missing_codes)


def rule_on(name: str, evidence: Evidence, *, required: bool) -> Ruling:
    """What one rule says; a rule that says nothing about such a model says why."""
    rule = RULES.get(name)()
    try:
        outcome, sentence = rule.judge(evidence)
    except NotApplicable as refusal:
        outcome, sentence = "not_applicable", f"Says nothing here: {refusal.reason}."
    return Ruling(rule=name, title=rule.title, outcome=outcome, required=required, sentence=sentence)
