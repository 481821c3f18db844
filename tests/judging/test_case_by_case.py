"""Where amounts differ from case to case, each is answered by its own: in evaluation, in a file and in the service."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright import Project
from mlwright.core.errors import UserMistake
from mlwright.judging.worth import Cases, worth_of
from mlwright.judging.worth.case_by_case import told_case_by_case
from mlwright.learning.benefit import Benefit
from mlwright.learning.yardstick import Scored
from mlwright.records.decision import Worth
from mlwright.records.profile import Asked, Roles
from mlwright.records.settings import DecideSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.scored import scored_rows
from mlwright.shipping.serving.answering import Answerer
from mlwright.statistics.sampling import Draws, Sampling

ROLES = Roles(asked=Asked(target="y", task="binary", classes=("no", "yes")), inputs=("x",))


def customers(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whether each says yes, the probability of that, and what a yes is worth."""
    rng = np.random.default_rng(seed)
    probability = rng.beta(1, 6, n)
    return (rng.random(n) < probability).astype(float), probability, rng.lognormal(3, 1.2, n)


def worth(n: int, seed: int, *, by_row: bool = True, **settings: Any) -> Worth:
    target, probability, value = customers(n, seed)
    mean = {"true_positive": float(value.mean()), "false_positive": -5.0, "true_negative": 0.0, "false_negative": 0.0}
    benefit = Benefit(mean, assumed=False, unit="money", by_row={"true_positive": value} if by_row else {})
    threshold = 5.0 / (5.0 + value) if by_row else 5.0 / (5.0 + value.mean())
    cases = Cases(target, Scored(probability[:, None], threshold), Draws(Sampling(n), seed))
    return worth_of(cases, ROLES, target, benefit, settings=DecideSettings(**settings))


def test_the_same_amounts_for_all_need_no_rule_of_their_own() -> None:
    assert worth(1000, 0, by_row=False).case_by_case is None


def test_each_by_its_own_amounts_is_worth_more_and_the_interval_holds_the_truth() -> None:
    target, probability, value = customers(400_000, 99)
    amounts = np.where(target == 1, value, -5.0)
    own = (probability * value >= (1 - probability) * 5.0) * amounts
    one = (probability >= 5.0 / (5.0 + value.mean())) * amounts
    truth = 1000 * (own - one).mean()
    assert truth > 0
    found = [worth(1500, seed).case_by_case for seed in range(60)]
    assert np.mean([each.gain.low <= truth <= each.gain.high for each in found if each]) >= 0.88


def test_where_few_can_be_answered_positive_those_come_first_of_whom_most_is_expected() -> None:
    found = worth(4000, 1, capacity=50, cases=1000).case_by_case
    assert found is not None
    assert found.positive_share == pytest.approx(0.05)
    assert found.gain.low > 0


def test_it_is_told_what_it_brings() -> None:
    told = told_case_by_case(worth(4000, 1, benefit={"true_positive": "value", "false_positive": -5.0}))
    assert told.startswith("Each case is answered by its own amounts (from 'value'), in the service as in a file: ")
    assert told_case_by_case(worth(1000, 0, by_row=False)) == ""


def test_every_way_to_ask_gives_the_same_answer(tmp_path: Path) -> None:
    """What a customer is worth is no input of the model; the service asks for it all the same."""
    target, probability, value = customers(1500, 3)
    x = np.log(probability / (1 - probability))
    table = pa.table({"x": x, "value": value, "y": np.where(target == 1, "yes", "no")})
    pq.write_table(table, tmp_path / "customers.parquet")
    sections = {
        "project": {"target": "y", "positive": "yes"},
        "collect": {"source": "customers.parquet"},
        "profile": {"ignore": ["value"]},
        "train": {"families": ["linear"], "candidates": 2, "experience": False},
        "decide": {"benefit": {"true_positive": "value", "false_positive": -5.0}},
    }
    project = Project.create(tmp_path, sections)
    project.run(until="pack")
    (bundle,) = (Bundle.load(folder) for folder in (tmp_path / "bundles").iterdir())
    rows = table.drop_columns(["y"])
    chance, answers = bundle.predict_proba(rows)[:, 1], bundle.predict(rows)
    assert np.array_equal(answers == "yes", chance * value >= (1 - chance) * 5.0)
    assert np.array_equal(scored_rows(bundle, table)["prediction"].to_numpy(), answers)
    service = Answerer(bundle)
    assert [one["prediction"] for one in service.answer(rows.slice(0, 200).to_pylist())] == answers[:200].tolist()
    assert [item.name for item in bundle.inputs] == ["x", "value"]
    usual = bundle.manifest.model.amounts.usual["value"]
    unknown, known = ([{"x": 0.0, "value": each}] for each in (None, usual))
    assert bundle.predict(unknown) == bundle.predict(known)
    with pytest.raises(UserMistake, match="answers each case by its own amounts"):
        bundle.answers(bundle.scores(rows))
