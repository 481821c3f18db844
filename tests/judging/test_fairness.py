"""Groups are compared by the definitions of fairlearn, worked out by hand here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.core.errors import SettingsError
from mlwright.judging.diagnose import diagnose
from mlwright.learning.evaluate import evaluate
from mlwright.records.diagnosis import Groups
from mlwright.records.robustness import Robustness
from mlwright.records.settings import DecideSettings, EvaluateSettings
from mlwright.records.split import TEST
from mlwright.testing.small_job import SmallJob, small_job


def loans(n: int = 2000, seed: int = 0) -> pa.Table:
    """Who pays back depends on income alone; women of this bank have less of it. Five rows say nothing of the sex."""
    rng = np.random.default_rng(seed)
    woman = rng.random(n) < 0.4
    income = rng.normal(size=n) - 0.8 * woman
    paid = rng.random(n) < 1 / (1 + np.exp(-2 * income))
    sex = np.where(woman, "woman", "man").astype(object)
    sex[:5] = None
    columns = {"income": income, "noise": rng.normal(size=n), "sex": pa.array(sex)}
    return pa.table(columns | {"y": np.where(paid, "yes", "no")})


def compared(job: SmallJob, *columns: str, **decide: object) -> tuple[Groups, ...]:
    asked, wanted = EvaluateSettings(groups=columns), DecideSettings.model_validate(decide)
    evaluation = evaluate(job.snapshot, job.profile, job.split, job.training, asked, job.run)
    start = (job.snapshot, job.profile, job.split, job.training, evaluation)
    return diagnose(*start, Robustness(metric="log_loss", results=(), skipped=()), asked, wanted, job.run).groups


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> SmallJob:
    return small_job(tmp_path_factory.mktemp("bank"), loans())


@pytest.fixture(scope="module")
def by_hand(job: SmallJob) -> dict[str, dict[str, float]]:
    """Selection, true positive and false positive rate of each sex, counted from the kept answers."""
    asked = EvaluateSettings()
    evaluation = evaluate(job.snapshot, job.profile, job.split, job.training, asked, job.run)
    truth = np.frombuffer(job.run.get(evaluation.truth))
    said = np.frombuffer(job.run.get(evaluation.predictions), dtype=np.float32) >= job.training.model.threshold
    test = np.frombuffer(job.run.get(job.split.roles), dtype=np.uint8) == TEST
    sex = np.array(loans()["sex"].to_pylist(), dtype=object)[test]
    return {
        name: {
            "selection_rate": said[sex == name].mean(),
            "true_positive_rate": said[(sex == name) & (truth == 1)].mean(),
            "false_positive_rate": said[(sex == name) & (truth == 0)].mean(),
        }
        for name in ("man", "woman")
    }


def test_figures_and_distances_are_those_of_fairlearn(job: SmallJob, by_hand: dict[str, dict[str, float]]) -> None:
    (groups,) = compared(job, "sex")
    for group in groups.groups[:2]:
        for name, value in by_hand[group.name].items():
            assert group.figures[name].value == pytest.approx(value)
    man, woman = by_hand["man"], by_hand["woman"]
    found = {each.name: each.value.value for each in groups.disparities}
    assert found["demographic_parity_difference"] == pytest.approx(man["selection_rate"] - woman["selection_rate"])
    assert found["demographic_parity_ratio"] == pytest.approx(woman["selection_rate"] / man["selection_rate"])
    rates = ("true_positive_rate", "false_positive_rate")
    assert found["equalized_odds_difference"] == pytest.approx(max(abs(man[r] - woman[r]) for r in rates))
    assert found["equalized_odds_ratio"] == pytest.approx(
        min(min(man[r], woman[r]) / max(man[r], woman[r]) for r in rates)
    )
    assert found["equal_opportunity_difference"] == pytest.approx(abs(man[rates[0]] - woman[rates[0]]))


def test_what_is_apart_is_said_and_what_is_too_small_is_left_out(job: SmallJob) -> None:
    (groups,) = compared(job, "sex")
    assert "surely apart in: demographic parity difference" in groups.sentence
    assert groups.groups[-1].too_small.endswith("are too few to tell; 30 would do.")
    parity = groups.disparities[0]
    assert (parity.most, parity.least) == ("man", "woman")
    assert parity.sentence.startswith("Cases that are answered positive: ")
    assert 0 < parity.value.low < parity.value.value < parity.value.high


def test_groups_that_nothing_depends_on_are_not_apart(tmp_path: Path) -> None:
    rng, table = np.random.default_rng(3), loans(1500)
    coins = [f"coin {place}" for place in range(40)]
    for coin in coins:
        table = table.append_column(coin, pa.array(rng.choice(["heads", "tails", "edge"], 1500)))
    found = compared(small_job(tmp_path, table, ignore=coins), *coins)
    assert all("may be chance" in groups.sentence for groups in found)
    assert any(each.value.low > 0 for groups in found for each in groups.disparities)


def test_numbers_have_errors_and_money_by_group(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x, shop = rng.normal(size=1200), rng.choice(["a", "b"], 1200)
    y = 3 * x + rng.normal(size=1200) * np.where(shop == "b", 3.0, 0.5)
    job = small_job(tmp_path, pa.table({"x": x, "shop": shop, "y": y}), task="regression")
    (groups,) = compared(job, "shop", benefit={"per_unit_of_error": -2.0})
    errors = {group.name: group.figures["mean_absolute_error"].value for group in groups.groups}
    assert errors["b"] > 3 * errors["a"]
    worth = {group.name: group.figures["worth"].value for group in groups.groups}
    assert worth["a"] == pytest.approx(-2000 * errors["a"])
    assert {each.name for each in groups.disparities} == {
        "mean_error_difference",
        "mean_absolute_error_difference",
        "worth_difference",
    }


def test_a_column_of_numbers_is_cut_into_ranges(job: SmallJob) -> None:
    (groups,) = compared(job, "income")
    assert len(groups.groups) == 5
    assert all(group.name.startswith("from ") for group in groups.groups)


def test_an_unknown_column_is_an_error_that_names_the_nearest(job: SmallJob) -> None:
    with pytest.raises(SettingsError, match=r"evaluate\.groups names the column 'sexe'"):
        compared(job, "sexe")
