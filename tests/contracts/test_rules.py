from __future__ import annotations

import pytest

from mlwright.judging.rules import RULES, Evidence
from mlwright.records.diagnosis import Diagnosis
from mlwright.records.evaluation import Confusion, Evaluation
from mlwright.records.robustness import Robustness
from mlwright.testing.rules import (
    challenge,
    check_rule,
    estimate,
    evaluation,
    finding,
    good_evidence,
    groups,
    no_gain,
    probed,
    segment,
    with_findings,
)


def changed(**parts: object) -> Evidence:
    kept: Evaluation = evaluation()
    return good_evidence(evaluation=kept.model_copy(update=parts))


BREAKS_ON = {
    "beats_baseline": no_gain(),
    "beats_champion": good_evidence(challenge=challenge(estimate(-0.02, -0.05, 0.01))),
    "beats_simple": no_gain(),
    "calibrated": changed(calibration_error=estimate(0.12, 0.08, 0.16)),
    "enough_rows": changed(n_rows=40, confusion=Confusion(classes=("no", "yes"), counts=((30, 2), (3, 5)))),
    "fair_enough": good_evidence(
        diagnosis=Diagnosis(groups=(groups(estimate(0.2, 0.15, 0.25)),)), fair={"demographic_parity_difference": 0.1}
    ),
    "holds_up": good_evidence(robustness=Robustness(metric="log_loss", results=(probed(0.3, 0.8),), skipped=())),
    "honest_estimate": changed(overfit=estimate(0.1, 0.06, 0.14)),
    "no_leak": with_findings(finding("target_leak", "critical", "spend")),
    "no_weak_segment": changed(segments=(segment(0.3, 0.0),)),
    "pays_off": no_gain(),
}


@pytest.mark.parametrize("name", RULES.names())
def test_rule_keeps_its_contract(name: str) -> None:
    check_rule(RULES.get(name), BREAKS_ON[name])
