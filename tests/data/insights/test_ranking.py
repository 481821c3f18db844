"""What is told of tables whose truth is known."""

import numpy as np
import pyarrow as pa
import pytest

from mlwright.data.checks import Specimen
from mlwright.data.columns import TrainingRows
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


def drawn_again(rows, columns, seed):
    """Rows of the same profile with other values."""
    arrow = pa.table({name: pa.array(np.asarray(columns[name])[rows.positions]) for name in rows.arrow.column_names})
    return TrainingRows(rows.profile, rows.positions, arrow, seed)


def test_all_intervals_hold_together_in_95_of_100_tables(tmp_path):
    """Four columns of towns that each move the mean by 8; in 40 tables at most 5 have an interval that is wrong."""
    rng = np.random.default_rng(3)

    def towns():
        town = rng.integers(0, 5, (4, 1500))
        y = (2.0 * town - 4).sum(axis=0) + rng.normal(0, 3, 1500)
        return {f"town_{place}": [f"t{t}" for t in each] for place, each in enumerate(town)} | {"y": y.tolist()}

    rows, wrong = rows_of(Specimen(towns()), tmp_path), 0
    for seed in range(40):
        found = [i for i in tell(drawn_again(rows, towns(), seed)).insights if i.kind == "level_contrast"]
        assert len(found) == 4
        wrong += any(not insight.low <= 8 <= insight.high for insight in found)
    assert wrong <= 5


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


def test_a_fall_is_told_with_its_sign(tmp_path):
    rng = np.random.default_rng(6)
    price = rng.normal(size=400)
    columns = {"price": price.tolist(), "sold": (-price + 0.5 * rng.normal(size=400)).tolist(), "y": ["a", "b"] * 200}
    [only] = tell(rows_of(Specimen(columns), tmp_path)).insights
    assert only.sentence.startswith("The higher 'price', the lower 'sold' (rank correlation -0.")


def test_series_with_a_memory_of_their_own_have_nothing_to_do_with_each_other(tmp_path):
    """Forty tables of walks that come back: stretches of time count as one, else nearly all would tell something."""
    rng = np.random.default_rng(0)
    days = [str(np.datetime64("2020-01-01") + row) for row in range(600)]

    def walks():
        return {"day": days, **{name: walk(rng, 600).tolist() for name in ("a", "b", "c", "y")}}

    rows = rows_of(Specimen(walks(), settings={"time": "day"}), tmp_path)
    assert sum(bool(tell(drawn_again(rows, walks(), seed)).insights) for seed in range(40)) <= 5


def walk(rng, n_rows):
    steps, values = rng.normal(size=n_rows), np.zeros(n_rows)
    for row in range(1, n_rows):
        values[row] = 0.8 * values[row - 1] + steps[row]
    return values
