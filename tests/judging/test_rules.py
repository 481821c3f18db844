"""What rules say where it is not plain."""

from __future__ import annotations

import pytest

from mlwright.judging.rules import RULES, Evidence
from mlwright.records.evaluation import Confusion, Footing
from mlwright.records.findings import Findings
from mlwright.records.robustness import Robustness
from mlwright.testing.rules import (
    estimate,
    evaluation,
    finding,
    good_evidence,
    judged,
    probed,
    regression,
    segment,
    training,
    with_findings,
    worth,
)


def says(rule: str, evidence: Evidence) -> tuple[str, str]:
    return judged(RULES.get(rule), evidence)


def with_robustness(*results: object, n_unasked: int = 0) -> Evidence:
    return good_evidence(
        robustness=Robustness.model_validate(
            {"metric": "log_loss", "results": results, "skipped": (), "n_unasked": n_unasked}
        )
    )


def with_evaluation(**parts: object) -> Evidence:
    return good_evidence(evaluation=evaluation().model_copy(update=parts))


def test_a_gain_that_may_be_chance_is_unclear_and_says_so() -> None:
    maybe = evaluation(gain_over_baseline=estimate(0.02, -0.01, 0.05), model=estimate(0.58, 0.55, 0.61))
    outcome, sentence = says("beats_baseline", good_evidence(evaluation=maybe))
    assert outcome == "unclear"
    assert "may be chance" in sentence
    assert "between -0.01 and 0.05" in sentence


def test_the_sentence_of_a_gain_explains_the_metric_and_tells_the_figures() -> None:
    _, sentence = says("beats_baseline", good_evidence())
    assert "which says how far off its probabilities are" in sentence
    assert "33 % lower" in sentence
    assert "0.4 against 0.6" in sentence


def test_a_higher_figure_is_better_for_some_metrics() -> None:
    area = evaluation(
        name="roc_auc",
        title="Area under the ROC curve",
        greater_is_better=True,
        model=estimate(0.8, 0.77, 0.83),
        baseline=estimate(0.5, 0.5, 0.5),
        gain_over_baseline=estimate(0.3, 0.27, 0.33),
    )
    assert "60 % higher" in says("beats_baseline", good_evidence(evaluation=area))[1]


def test_the_simple_model_is_not_compared_with_itself() -> None:
    same = training()
    same = same.model_copy(update={"simple": same.model})
    assert says("beats_simple", good_evidence(training=same))[0] == "not_applicable"


def test_money_is_told_per_thousand_cases_and_errors_per_case() -> None:
    money = good_evidence(worth=worth(estimate(1240.0, 900.0, 1500.0), unit="money", assumed=False))
    assert "per 1,000 cases the model is worth 1,240 more (between 900 and 1,500)" in says("pays_off", money)[1]
    assert "on average the model comes 0.9 nearer to the truth (between 0.8 and 1)" in says("pays_off", regression())[1]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ((0.02, 0.0, 0.04), "kept"),
        ((0.04, 0.0, 0.14), "unclear"),
        ((0.0, 0.0, 0.2), "unclear"),
        ((0.1, 0.07, 0.2), "broken"),
    ],
)
def test_probabilities_may_be_five_points_off(error: tuple[float, float, float], outcome: str) -> None:
    assert says("calibrated", with_evaluation(calibration_error=estimate(*error)))[0] == outcome


def test_a_moderate_disturbance_may_cost_half_of_the_gain() -> None:
    assert says("holds_up", with_robustness(probed(0.3, 0.4)))[0] == "kept"
    assert "3 more could not be tried in time" in says("holds_up", with_robustness(probed(0.3, 0.4), n_unasked=3))[1]
    assert says("holds_up", with_robustness(probed(0.3, 0.6)))[0] == "broken"
    assert says("holds_up", with_robustness(probed(0.3, 0.6, low=0.01)))[0] == "unclear"


def test_a_heavy_blow_is_not_held_against_the_model() -> None:
    assert says("holds_up", with_robustness(probed(1.0, 3.0), probed(0.3, 0.1)))[0] == "kept"
    assert says("holds_up", with_robustness(probed(1.0, 3.0)))[0] == "not_applicable"


def test_a_suspected_leak_and_a_dominant_column_are_questions() -> None:
    assert says("no_leak", with_findings(finding("target_leak", "warning", "spend")))[0] == "unclear"
    assert says("no_leak", with_findings(finding("dominant_column", "warning", "spend")))[0] == "unclear"
    assert says("no_leak", with_findings(finding("dominant_column", "note", "spend")))[0] == "kept"
    outcome, sentence = says("no_leak", good_evidence(training=training(spend=0.95, age=0.01)))
    assert outcome == "unclear"
    assert "'spend'" in sentence


def test_few_rows_of_the_rarer_class_are_few_rows() -> None:
    few = Confusion(classes=("no", "yes"), counts=((900, 90), (4, 6)))
    outcome, sentence = says("enough_rows", with_evaluation(confusion=few))
    assert outcome == "unclear"
    assert "10 of them 'yes'" in sentence


def test_a_weak_segment_is_named_with_its_figures() -> None:
    outcome, sentence = says("no_weak_segment", with_evaluation(segments=(segment(0.05, 0.01),)))
    assert outcome == "unclear"
    assert sentence.startswith("Where plan is 'pro' (200 test rows) it is surer than it should be")


@pytest.mark.parametrize("check", ["train_test_overlap", "near_copies", "entity_overlap"])
def test_repeated_rows_make_the_test_too_kind(check: str) -> None:
    assert says("honest_estimate", with_findings(finding(check, "warning")))[0] == "unclear"


def test_a_test_that_went_better_than_promised_is_no_fault() -> None:
    outcome, sentence = says("honest_estimate", with_evaluation(overfit=estimate(-0.05, -0.08, -0.02)))
    assert outcome == "kept"
    assert "0.05 better" in sentence


def test_without_findings_nothing_is_suspected() -> None:
    quiet = good_evidence(findings=Findings(findings=(), quiet=(), skipped=()))
    assert says("no_leak", quiet)[0] == "kept"


def test_a_column_that_a_person_vouches_for_stops_nothing_and_is_named() -> None:
    vouched = Findings(findings=(), quiet=(), skipped=(), vouched=("spend",))
    outcome, sentence = says("no_leak", good_evidence(findings=vouched, training=training(spend=0.95, age=0.01)))
    assert outcome == "kept"
    assert "'spend' is known when the prediction is made" in sentence


@pytest.mark.parametrize(("n_pieces", "outcome"), [(30, "kept"), (29, "unclear"), (8, "unclear"), (7, "broken")])
def test_many_rows_of_few_people_are_few_pieces_of_evidence(n_pieces: int, outcome: str) -> None:
    footing = Footing(n_rows=1000, n_pieces=n_pieces, piece="group", by="person")
    found, sentence = says("enough_rows", with_evaluation(footing=footing))
    assert found == outcome
    assert f"these are {n_pieces} pieces of evidence, not 1,000" in sentence
