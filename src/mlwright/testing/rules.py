"""The contract of rules: call `check_rule` on each of your own in a test."""

from __future__ import annotations

from typing import Any, get_args

from mlwright.core.family import NotApplicable
from mlwright.judging.rules import Evidence, Rule
from mlwright.records.challenge import Challenge
from mlwright.records.decision import Outcome, Worth
from mlwright.records.diagnosis import Disparity, GroupFigures, Groups
from mlwright.records.evaluation import Confusion, Estimate, Evaluation, MetricResult, Segment
from mlwright.records.findings import Finding, Findings
from mlwright.records.model import EncodingPlan, Member, ModelSpec
from mlwright.records.profile import Asked, ColumnProfile, Profile, Roles
from mlwright.records.robustness import ProbeResult, Robustness
from mlwright.records.trials import LeaderboardRow, Training
from mlwright.testing.demand import demand


def check_rule(rule_class: type[Rule], breaks_on: Evidence | None = None) -> None:
    """Hold a rule to its contract.

    Parameters
    ----------
    rule_class : type
    breaks_on : Evidence, optional
        On which it must not be kept.

    Raises
    ------
    AssertionError
        If it breaks it, with what and where.
    """
    demand(bool(rule_class.title), "title is empty")
    demand(bool(rule_class.__doc__), "there is no docstring")
    outcome, sentence = judged(rule_class, good_evidence())
    demand(outcome in ("kept", "not_applicable"), f"not kept on good evidence: {sentence}")
    for evidence in (good_evidence(), no_gain(), regression()):
        check_answer(rule_class, evidence)
    if breaks_on is not None:
        check_answer(rule_class, breaks_on)
        outcome, sentence = judged(rule_class, breaks_on)
        demand(outcome in ("broken", "unclear"), f"{outcome} on evidence that breaks it: {sentence}")


def check_answer(rule_class: type[Rule], evidence: Evidence) -> None:
    """It says one of the outcomes, with a sentence, and says the same when asked again."""
    outcome, sentence = judged(rule_class, evidence)
    demand(outcome in get_args(Outcome), f"{outcome!r} is no outcome")
    demand(bool(sentence), "there is no sentence")
    if outcome != "not_applicable":
        demand(sentence[0].isupper() and sentence.endswith((".", ")")), f"no sentence: {sentence!r}")
    demand(judged(rule_class, evidence) == (outcome, sentence), "asked twice, it says something else")


def judged(rule_class: type[Rule], evidence: Evidence) -> tuple[Outcome, str]:
    """What a rule says; a rule that says nothing about such a model gives its reason."""
    try:
        return rule_class().judge(evidence)
    except NotApplicable as refusal:
        return "not_applicable", refusal.reason


def good_evidence(**changes: Any) -> Evidence:
    """A model of two classes that does well in every respect, but for the parts that are given."""
    parts: dict[str, Any] = {
        "profile": profile(),
        "findings": Findings(findings=(), quiet=("target_leak",), skipped=()),
        "training": training(),
        "evaluation": evaluation(),
        "robustness": Robustness(metric="log_loss", results=(probed(0.3, 0.1),), skipped=()),
        "worth": worth(estimate(300.0, 250.0, 350.0)),
    }
    return Evidence(**parts | changes)


def no_gain() -> Evidence:
    """A model that knows nothing, and loses nothing."""
    nothing = estimate(-0.01, -0.05, 0.03)
    return good_evidence(
        evaluation=evaluation(gain_over_baseline=nothing, gain_over_simple=nothing),
        robustness=Robustness(metric="log_loss", results=(probed(0.3, 0.0),), skipped=()),
        worth=worth(estimate(-5.0, -30.0, 20.0)),
    )


def regression() -> Evidence:
    """A model of numbers that does well."""
    roles = profile().roles.model_copy(update={"asked": Asked(target="left", task="regression")})
    rmse = result(name="rmse", title="Root mean squared error", model=estimate(2.0, 1.9, 2.1))
    return good_evidence(
        profile=profile().model_copy(update={"roles": roles}),
        evaluation=evaluation().model_copy(update={"metrics": (rmse,), "confusion": None, "calibration_error": None}),
        worth=worth(estimate(900.0, 800.0, 1000.0), unit="units of error", table={"per_unit_of_error": -1.0}),
    )


def estimate(value: float, low: float, high: float) -> Estimate:
    """A figure with its interval."""
    return Estimate(value=value, low=low, high=high, method="bootstrap")


def result(**changes: Any) -> MetricResult:
    """A metric of a model that does well, but for the parts that are given."""
    parts: dict[str, Any] = {
        "name": "log_loss",
        "title": "Log loss",
        "greater_is_better": False,
        "model": estimate(0.40, 0.37, 0.43),
        "simple": estimate(0.45, 0.42, 0.48),
        "baseline": estimate(0.60, 0.58, 0.62),
        "gain_over_baseline": estimate(0.20, 0.17, 0.23),
        "gain_over_simple": estimate(0.05, 0.03, 0.07),
    }
    return MetricResult.model_validate(parts | changes)


def evaluation(**changes: Any) -> Evaluation:
    """An evaluation of a model that does well; changes are those of its first metric."""
    return Evaluation(
        n_rows=1000,
        metrics=(result(**changes),),
        confusion=Confusion(classes=("no", "yes"), counts=((600, 100), (60, 240))),
        calibration_error=estimate(0.01, 0.0, 0.03),
        predictions="",
        simple_predictions="",
        baseline_predictions="",
        overfit=estimate(0.005, -0.02, 0.03),
    )


def profile(n_rows: int = 5000) -> Profile:
    """Three inputs and a target of two classes."""
    names = ("age", "plan", "spend", "left")
    columns = tuple(
        ColumnProfile(name=name, type="double", kind="number", reason="", n_missing=0, n_distinct=9) for name in names
    )
    roles = Roles(asked=Asked(target="left", task="binary", classes=("no", "yes")), inputs=names[:3])
    return Profile(n_rows=n_rows, columns=columns, roles=roles, n_passes=1)


def training(**importance: float) -> Training:
    """A search whose choice is no linear model."""
    model = _spec("lightgbm")
    return Training(
        metric="log_loss",
        greater_is_better=False,
        leaderboard=(LeaderboardRow(name="lightgbm", family="lightgbm", score=0.4, n_folds=5, fit_s=1.0),),
        n_folds=5,
        model=model.model_copy(update={"threshold": 0.3}),
        simple=_spec("linear"),
        baseline=_spec("dummy"),
        out_of_fold="",
        budget_s=60.0,
        used_s=50.0,
        stopped="no further gain",
        feature_names=("age", "plan", "spend"),
        importance=importance or {"age": 0.5, "spend": 0.3, "plan": 0.1},
    )


def probed(strength: float, lost_share: float, low: float | None = None) -> ProbeResult:
    """What missing values cost, as a share of a gain of 0.2; surely a tenth less, or `low`."""
    loss = 0.2 * lost_share
    return ProbeResult(
        probe="missing_values",
        title="Missing values",
        strength=strength,
        metric=estimate(0.4 + loss, 0.37 + loss, 0.43 + loss),
        loss=estimate(loss, 0.9 * loss if low is None else low, 1.1 * loss),
        lost_share=lost_share,
        answers_changed=0.1,
        sentence="If 15 % of all values are missing, log loss goes up.",
    )


def worth(gain: Estimate, **changes: Any) -> Worth:
    """What answers are worth, by the stand-in for two classes."""
    parts: dict[str, Any] = {
        "unit": "false alarms",
        "assumed": True,
        "table": {"true_positive": 0.0, "false_positive": -1.0, "true_negative": 0.0, "false_negative": -2.5},
        "model": estimate(-400.0, -450.0, -350.0),
        "today": estimate(-700.0, -720.0, -680.0),
        "today_is": "say 'left = yes' in every case",
        "gain": gain,
    }
    return Worth.model_validate(parts | changes)


def challenge(gain: Estimate | None, champion: str | None = "bundle-1") -> Challenge:
    """How the model stands against the one in use."""
    return Challenge(champion=champion, metric="log_loss", gain=gain, sentence="On 500 rows it is beside bundle-1.")


def groups(apart: Estimate, name: str = "demographic_parity_difference") -> Groups:
    """Two groups of a column, and how far they are apart."""
    sentence = "Answered positive: 40 % of 'a', 20 % of 'b'."
    one = Disparity(name=name, value=apart, most="a", least="b", is_sure=True, sentence=sentence)
    sides = tuple(GroupFigures(name=side, n_rows=500) for side in "ab")
    return Groups(column="plan", groups=sides, disparities=(one,), sentence="The groups of 'plan' are surely apart.")


def finding(check: str, severity: str, *columns: str) -> Finding:
    """What a check might find."""
    return Finding.model_validate(
        {
            "check": check,
            "severity": severity,
            "title": "A column gives the target away",
            "sentence": "Knowing one input alone is nearly enough.",
            "columns": columns,
            "action": "Ask whether it is known in time.",
        }
    )


def segment(here: float, elsewhere: float) -> Segment:
    """A weak part of the rows."""
    return Segment(
        description="plan is 'pro'",
        n_rows=200,
        loss=estimate(here, 0.9 * here, 1.1 * here),
        loss_elsewhere=elsewhere,
        p_value=0.001,
    )


def with_findings(*found: Finding) -> Evidence:
    """Good evidence but for what checks have found."""
    return good_evidence(findings=Findings(findings=found, quiet=(), skipped=()))


def _spec(family: str) -> ModelSpec:
    member = Member(candidate=family, weight=1.0, cores=())
    return ModelSpec(task="binary", classes=("no", "yes"), plan=EncodingPlan(columns=()), members=(member,))
