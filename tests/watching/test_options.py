"""What could be done about a model is judged on new rows that none of it has seen, and told with its worth."""

import numpy as np
import pytest

from mlwright import Project


@pytest.fixture(scope="module")
def watched(a_shop, tmp_path_factory):
    project = a_shop.opened(tmp_path_factory.mktemp("shops") / "shop")

    def look(seed, n=1200, **changed):
        (project.path / "new.csv").write_text(a_shop.rows(n, seed, **changed))
        return project.watch(str(project.path / "new.csv"))

    return look


def by_choice(response):
    return {option.choice: option for option in response.comparison.options}


def test_where_nothing_has_changed_nothing_is_surely_better(watched):
    found = by_choice(watched(1))
    assert set(found) == {"recalibrate", "join", "anew", "plain"}
    assert all(option.gain.low < 0 for option in found.values())


def test_customers_that_turned_are_better_served_by_the_new_rows_alone(watched):
    response = watched(2, turned=True)
    found = by_choice(response)
    assert found["anew"].gain.low > 0
    assert found["anew"].gain.value > found["join"].gain.value > 0
    assert found["anew"].n_rows == 600
    assert any("A small model of the new rows alone would have lost" in reason for reason in response.reasons)
    assert "mlwright run" in response.next_steps[-1]


def test_a_model_that_is_worse_than_one_plain_answer_is_to_be_done_without(watched):
    response = watched(3, turned=True)
    assert by_choice(response)["plain"].gain.low > 0
    assert any("Do without its answers for now, or go back: mlwright undo" in step for step in response.next_steps)


def test_an_alarm_lasts_as_long_as_outcomes_are_worse_than_promised(watched):
    watched(5, turned=True)
    response = watched(6, turned=True)
    assert response.action == "retrain"
    assert "still worse than promised, as was told on 20" in response.headline
    assert not [alert for alert in response.comparison.alerts if alert.aspect == "loss"]


def test_too_few_outcomes_say_nothing(watched):
    assert not watched(4, n=900, labels=0.1, turned=True).comparison.options


def test_numbers_that_moved_by_the_same_amount_are_shifted(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(0, 1, 2000).round(4)
    y = (3 * x + rng.normal(0, 0.3, 2000)).round(4)
    y[1200:] += 2
    for name, part in (("old", slice(0, 1200)), ("new", slice(1200, None))):
        lines = [f"{a},{b}" for a, b in zip(x[part], y[part], strict=True)]
        (tmp_path / f"{name}.csv").write_text("\n".join(["x,y", *lines]) + "\n")
    train = 'families = ["linear"]\ncandidates = 1\nexperience = false'
    (tmp_path / "mlwright.toml").write_text(
        f'[project]\ntarget = "y"\n[collect]\nsource = "old.csv"\n[train]\n{train}\n'
    )
    project = Project(tmp_path)
    project.run(until="pack", n_jobs=1)
    project.approve("for the test")
    found = by_choice(project.watch(str(tmp_path / "new.csv")))
    assert found["shift"].gain.low > 1
    assert max(found, key=lambda choice: found[choice].gain.value) == "shift"
