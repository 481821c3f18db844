from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from scipy.stats import norm

from mlwright.judging.decide import rule_on
from mlwright.judging.rules import RULES, Evidence
from mlwright.judging.verdict import (
    beyond_touching,
    headline,
    limits,
    next_steps,
    reasons,
    times_the_rows,
    verdict_of,
)
from mlwright.records.decision import Ruling
from mlwright.records.evaluation import Confusion, Footing
from mlwright.records.findings import Findings
from mlwright.records.robustness import Robustness
from mlwright.testing.rules import (
    estimate,
    evaluation,
    finding,
    good_evidence,
    no_gain,
    probed,
    segment,
    training,
    with_findings,
    worth,
)

MUST = ("beats_baseline", "pays_off", "holds_up")


def rulings(evidence: Evidence, must: tuple[str, ...] = MUST) -> list[Ruling]:
    return [rule_on(name, evidence, required=name in must) for name in RULES.names()]


def told(evidence: Evidence, must: tuple[str, ...] = MUST) -> tuple[str, str, str]:
    """Verdict, headline, and all else that is said."""
    found = rulings(evidence, must)
    ground = verdict_of(found, evidence)
    rest = [*reasons(found, evidence), *limits(found, evidence), *next_steps(ground, evidence)]
    return ground.verdict, headline(ground, evidence), "\n".join(rest)


def maybe(value: float, low: float) -> Evidence:
    gain = estimate(value, low, 2 * value - low)
    return good_evidence(worth=worth(gain))


def test_a_good_model_is_to_be_used() -> None:
    verdict, words, rest = told(good_evidence())
    assert verdict == "deploy"
    assert words == (
        "Use it: per 1,000 cases the model saves what 300 false alarms cost (between 250 and 350), compared with the "
        "best that can be done without one."
    )
    assert "mlwright serve" in rest


def test_a_model_that_knows_nothing_is_not() -> None:
    verdict, words, _ = told(no_gain())
    assert verdict == "stop"
    assert words == "Do not use it: it is no better than saying the same of every row."


def test_a_leak_makes_the_figures_worthless_and_says_what_to_type() -> None:
    verdict, words, rest = told(with_findings(finding("target_leak", "critical", "spend", "fee")))
    assert verdict == "stop"
    assert words == "Do not use it: its figures mean nothing, as 'spend' and 'fee' give the answer away."
    assert "If 'spend' and 'fee' are not known in time, leave them out" in rest
    assert "leave them out, then: mlwright run --ignore spend --ignore fee" in rest
    assert "vouch for them, then: mlwright run --known-in-time spend --known-in-time fee" in rest
    assert "false alarms" not in rest


def test_a_suspected_leak_is_a_question_before_use() -> None:
    verdict, words, rest = told(with_findings(finding("dominant_column", "warning", "duration")))
    assert verdict == "pilot"
    assert "first make sure that 'duration' is known at the moment of prediction" in words
    assert "If 'duration' is not known in time, leave it out, then: mlwright run --ignore duration" in rest


def test_of_several_suspected_columns_each_is_called_by_name() -> None:
    names = ("duration", "visits", "fee")
    evidence = with_findings(*(finding("dominant_column", "warning", name) for name in names))
    _, words, rest = told(evidence)
    assert "first make sure that 'duration', 'visits' and 'fee' are known" in words
    assert "Suspected, too: 'visits' and 'fee'." in rest


def test_a_gain_that_more_rows_would_settle_asks_for_them() -> None:
    verdict, words, _ = told(maybe(100.0, -50.0))
    assert verdict == "collect_more"
    assert words == (
        "Collect more data before you decide: its gain may be chance; if it is real, about 23,000 rows show so in 8 of "
        "10 cases."
    )


def test_answers_that_surely_pay_by_stated_amounts_are_tried_though_the_metric_cannot_tell() -> None:
    unclear = evaluation(gain_over_baseline=estimate(0.03, -0.01, 0.07))
    stated = worth(estimate(300.0, 250.0, 350.0), unit="money", assumed=False)
    verdict, words, _ = told(good_evidence(evaluation=unclear, worth=stated))
    assert verdict == "pilot"
    assert words.startswith("Try it on a small scale: per 1,000 cases the model is worth 300 more")
    assert words.endswith("but by its log loss alone its gain may be chance.")
    assert told(good_evidence(evaluation=unclear))[0] == "collect_more"
    unsure = worth(estimate(300.0, -50.0, 650.0), unit="money", assumed=False)
    assert told(good_evidence(evaluation=unclear, worth=unsure))[0] == "collect_more"


def test_a_gain_that_no_number_of_rows_would_show_is_none() -> None:
    verdict, words, _ = told(maybe(10.0, -200.0))
    assert verdict == "stop"
    assert "so small that it cannot be told from chance" in words


def test_a_handful_of_test_rows_is_no_ground_for_anything() -> None:
    few = Confusion(classes=("no", "yes"), counts=((12, 1), (1, 6)))
    evidence = good_evidence(evaluation=evaluation().model_copy(update={"n_rows": 20, "confusion": few}))
    verdict, words, _ = told(evidence)
    assert verdict == "collect_more"
    assert "20 rows to test on are too few to tell; about 50,000 rows in all would do" in words


def test_rows_of_one_class_alone_tell_nothing_however_many_they_are() -> None:
    one = Confusion(classes=("no", "yes"), counts=((900, 100), (0, 0)))
    verdict, words, rest = told(good_evidence(evaluation=evaluation().model_copy(update={"confusion": one})))
    assert verdict == "collect_more"
    assert words == "Collect more data before you decide: all 1,000 rows to test on are 'no', which tells nothing."
    assert "Leave out rows whose outcome is not known yet" in rest
    assert 'set [split] method = "stratified"' in rest


def test_a_fault_of_the_target_is_mended_before_anything_else() -> None:
    asked = good_evidence().profile.roles.target
    spelled = finding("spelling_variants", "critical", asked)
    nothing = dataclasses.replace(no_gain(), findings=Findings(findings=(spelled,), quiet=(), skipped=()))
    verdict, _, rest = told(nothing)
    assert verdict == "stop"
    assert "Mend the target first: " in rest
    assert "Add columns that say more" not in rest
    assert "Mend the target first" not in told(no_gain())[2]


def test_the_number_of_rows_follows_from_the_root() -> None:
    assert times_the_rows(estimate(1.0, -1.0, 3.0)) == pytest.approx(4.0)
    assert times_the_rows(estimate(1.0, 0.0, 2.0)) == pytest.approx(1.0)


def test_as_many_rows_as_are_asked_for_show_a_gain_that_is_there_in_eight_of_ten_cases() -> None:
    rng, true, error, n_draws = np.random.default_rng(0), 1.0, 1.0, 4_000
    reach = norm.ppf(0.975)
    times = times_the_rows(estimate(true, true - reach * error, true + reach * error))
    for rows, share in ((times, 0.5), (times * beyond_touching(), 0.8)):
        seen = true + error / math.sqrt(rows) * rng.normal(size=n_draws)
        assert np.mean(seen > reach * error / math.sqrt(rows)) == pytest.approx(share, abs=0.02)


def test_a_required_rule_that_is_broken_allows_a_pilot_at_most() -> None:
    fragile = good_evidence(robustness=Robustness(metric="log_loss", results=(probed(0.3, 0.9),), skipped=()))
    verdict, words, _ = told(fragile)
    assert verdict == "pilot"
    assert "but moderate faults in the data undo most of it" in words
    assert told(fragile, must=("beats_baseline", "pays_off"))[0] == "deploy"


def test_a_rule_that_says_nothing_does_not_stand_in_the_way() -> None:
    heavy_only = good_evidence(robustness=Robustness(metric="log_loss", results=(), skipped=()))
    assert told(heavy_only)[0] == "deploy"


def test_a_serious_fault_of_the_data_allows_a_pilot_at_most() -> None:
    verdict, words, _ = told(with_findings(finding("too_few_rows", "critical")))
    assert verdict == "pilot"
    assert "serious fault" in words


def test_no_better_than_knowing_nothing_is_a_stop_whatever_is_required() -> None:
    assert told(no_gain(), must=())[0] == "stop"


def test_an_assumed_table_is_owned_up_to_and_a_given_one_is_not_doubted() -> None:
    rest = told(good_evidence())[2]
    assert "What an answer is worth was not told" in rest
    assert "a missed 'left = yes' costs as much as 2.5 false alarms" in rest
    assert "[decide] benefit = {true_positive = 100, false_positive = -5}" in rest
    given = good_evidence(worth=worth(estimate(300.0, 250.0, 350.0), unit="money", assumed=False))
    assert "was not told" not in told(given)[2]


def test_limits_name_weak_parts_heavy_blows_and_an_equal_simple_model() -> None:
    evidence = good_evidence(
        evaluation=evaluation(gain_over_simple=estimate(0.001, -0.01, 0.012)).model_copy(
            update={"segments": (segment(0.1, 0.0),)}
        ),
        robustness=Robustness(metric="log_loss", results=(probed(1.0, 2.0), probed(0.3, 0.1)), skipped=()),
        training=training(age=0.97, spend=0.01),
    )
    rest = told(evidence)[2]
    assert "Where plan is 'pro'" in rest
    assert "A linear model is easier to explain." in rest
    assert "If 15 % of all values are missing" in rest
    assert "all rests on one column" in rest


def test_a_column_that_a_person_vouches_for_is_named_among_the_limits() -> None:
    vouched = Findings(findings=(), quiet=(), skipped=(), vouched=("duration",))
    verdict, _, rest = told(good_evidence(findings=vouched))
    assert verdict == "deploy"
    assert "A person vouches that 'duration' is known when the prediction is made" in rest


def of_people(n_pieces: int) -> Evidence:
    footing = Footing(n_rows=1000, n_pieces=n_pieces, piece="group", by="person")
    return good_evidence(evaluation=evaluation().model_copy(update={"footing": footing}))


def test_a_handful_of_people_is_too_few_however_many_rows_they_have() -> None:
    verdict, words, _ = told(of_people(5))
    assert verdict == "collect_more"
    assert words == (
        "Collect more data before you decide: 1,000 rows in 5 groups ('person') to test on are too few to tell; about "
        "30,000 rows with new values of 'person' in all would do, 9,000 of them 'yes'."
    )


def test_that_all_rests_on_a_dozen_people_is_told_once() -> None:
    verdict, _, rest = told(of_people(12))
    assert verdict == "deploy"
    assert rest.count("these are 12 pieces of evidence, not 1,000") == 1
