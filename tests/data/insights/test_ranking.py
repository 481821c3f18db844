"""What is told of tables whose truth is known."""

import numpy as np
import pytest

from mlwright.data.checks import Specimen
from mlwright.data.insights._ranking import tell
from mlwright.testing.insights import rows_of

N = 3000


@pytest.fixture
def told(tmp_path):
    """What is told of a table, by kind."""

    def tell_of(columns, **settings):
        return tell(rows_of(Specimen(columns, settings=settings), tmp_path)).insights

    return tell_of


def leavers(rng):
    """Customers: a monthly plan is left 8 times as often as a yearly one, whatever the town."""
    plan, town = rng.choice(["monthly", "yearly"], N), rng.choice(["Ulm", "Bonn", "Jena"], N)
    left = rng.random(N) < np.where(plan == "monthly", 0.4, 0.05)
    return {"plan": plan, "town": town, "left": np.where(left, "yes", "no")}


def listed(columns):
    return {name: values.tolist() for name, values in columns.items()}


def test_the_truth_is_told_and_nothing_else(told):
    columns = leavers(np.random.default_rng(1))
    columns["y"] = columns.pop("left")
    [only] = told(listed(columns))
    assert only.sentence.startswith("Where 'plan' is 'monthly', 'y' is 'yes' ")
    assert "times as often as where it is 'yearly': " in only.sentence
    assert only.measure == "ratio"
    assert only.low < 8 < only.high


def test_copies_make_one_sentence(told):
    columns = leavers(np.random.default_rng(2))
    columns["y"] = columns.pop("left")
    columns["tariff"] = np.where(columns["plan"] == "monthly", "M", "Y")
    about_target = [insight for insight in told(listed(columns)) if insight.kind != "tie"]
    assert len(about_target) == 1
    assert {*about_target[0].columns, *about_target[0].also} == {"plan", "tariff"}


def test_all_intervals_hold_together_in_95_of_100_tables(told, tmp_path):
    """Ten towns that each move the mean by a known amount; in 30 tables at most 4 have an interval that is wrong."""
    rng = np.random.default_rng(3)
    wrong = 0
    for _ in range(30):
        town = rng.integers(0, 5, (4, 1500))
        y = (2.0 * town - 4).sum(axis=0) + rng.normal(0, 3, 1500)
        columns = {f"town_{place}": [f"t{t}" for t in towns] for place, towns in enumerate(town)} | {"y": y.tolist()}
        found = [insight for insight in told(columns) if insight.kind == "level_contrast"]
        assert len(found) == 4
        wrong += any(not insight.low <= 8 <= insight.high for insight in found)
    assert wrong <= 4


def test_a_table_of_few_rows_says_so(tmp_path):
    rows = rows_of(Specimen({"a": [row % 7 for row in range(70)], "y": ["no", "yes"] * 35}), tmp_path)
    answer = tell(rows)
    assert answer.insights == ()
    assert "too few to look on one half" in answer.skipped[0].reason


def test_without_a_target_what_the_columns_have_to_do_with_each_other_is_told(tmp_path):
    rng = np.random.default_rng(4)
    size = rng.normal(size=500)
    specimen = Specimen({"size": size.tolist(), "twice": (2 * size).tolist(), "noise": rng.normal(size=500).tolist()})
    rows = rows_of(Specimen({**specimen.columns, "y": ["a", "b"] * 250}), tmp_path)
    roles = rows.profile.roles.model_copy(update={"asked": None})
    rows.profile = rows.profile.model_copy(update={"roles": roles})
    assert [insight.sentence[:38] for insight in tell(rows).insights] == ["'size' and 'twice' say nearly the same"]


def test_rows_that_belong_together_count_as_one(told):
    """Fifty customers with forty rows each: what each of them happens to be is no fact about the rest."""
    rng = np.random.default_rng(5)
    customer = np.repeat(np.arange(50), 40)
    columns = {
        "customer_id": [f"c{place}" for place in customer],
        "region": rng.choice(["north", "south"], 50)[customer].tolist(),
        "y": (rng.normal(size=50)[customer] + 0.1 * rng.normal(size=2000)).tolist(),
    }
    assert told(columns, group="customer_id") == ()
