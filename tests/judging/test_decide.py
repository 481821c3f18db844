from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.core.errors import SettingsError
from mlwright.judging.decide import decide
from mlwright.judging.diagnose import diagnose
from mlwright.learning.evaluate import evaluate
from mlwright.records.challenge import Challenge
from mlwright.records.decision import Decision
from mlwright.records.findings import Findings
from mlwright.records.robustness import Robustness
from mlwright.records.settings import DecideSettings, EvaluateSettings
from mlwright.testing.small_job import SmallJob, small_job

NOTHING_FOUND = Findings(findings=(), quiet=(), skipped=())
NOT_PROBED = Robustness(metric="log_loss", results=(), skipped=())
NO_RIVAL = Challenge(champion=None, metric="log_loss", sentence="No bundle is in use yet.")


def customers(n: int = 1500, strength: float = 1.5) -> pa.Table:
    rng = np.random.default_rng(0)
    age = rng.normal(size=n)
    left = rng.random(n) < 1 / (1 + np.exp(1 - strength * age))
    columns = {"age": age, "noise": rng.normal(size=n), "spend": rng.normal(size=n)}
    return pa.table(columns | {"y": np.where(left, "yes", "no")})


def decided(
    job: SmallJob, findings: Findings = NOTHING_FOUND, groups: tuple[str, ...] = (), **settings: object
) -> Decision:
    start, asked = (job.snapshot, job.profile, job.split), EvaluateSettings(groups=groups)
    evaluation = evaluate(*start, job.training, asked, job.run)
    chosen = DecideSettings.model_validate(settings)
    diagnosis = diagnose(*start, job.training, evaluation, NOT_PROBED, asked, chosen, job.run)
    return decide(*start, findings, job.training, evaluation, NOT_PROBED, diagnosis, NO_RIVAL, chosen, job.run)


def test_a_model_that_pays_off_is_deployed(tmp_path: Path) -> None:
    decision = decided(small_job(tmp_path, customers()))
    assert decision.verdict == "deploy"
    assert decision.worth.assumed
    assert {ruling.rule for ruling in decision.rulings if ruling.required} == {"beats_baseline", "pays_off", "holds_up"}
    assert decision.rulings[0].required


def test_a_model_of_noise_is_not(tmp_path: Path) -> None:
    assert decided(small_job(tmp_path, customers(strength=0.0))).verdict in ("stop", "collect_more")


def test_the_users_benefits_are_counted_in_money(tmp_path: Path) -> None:
    table = {"true_positive": 90.0, "false_positive": -10.0}
    decision = decided(small_job(tmp_path, customers()), benefit=table)
    assert decision.worth.unit == "money"
    assert not decision.worth.assumed
    assert decision.worth.table["true_negative"] == 0.0
    assert "was not told" not in " ".join(decision.reasons)


def test_an_unknown_rule_is_an_error_that_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'beats_basline', which is no rule") as caught:
        decided(small_job(tmp_path, customers(200)), must=("beats_basline",))
    assert "beats_baseline" in (caught.value.hint or "")


def test_the_same_job_gives_the_same_decision(tmp_path: Path) -> None:
    first, second = (decided(small_job(tmp_path / name, customers(400))) for name in ("a", "b"))
    assert first == second


def test_numbers_are_decided_too(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=500)
    table = pa.table({"x": x, "z": rng.normal(size=500), "w": x**2, "y": 5 * x + rng.normal(size=500)})
    decision = decided(small_job(tmp_path, table, task="regression"))
    assert decision.verdict == "deploy"
    assert "nearer to the truth" in decision.headline
