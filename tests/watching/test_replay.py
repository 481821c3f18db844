"""A history is played as if it were live: what the loop would have done, and what that would have been worth."""

import json
import sys

import numpy as np
import pytest

from mlwright import Project
from mlwright.core.errors import SettingsError
from mlwright.faces.cli.main import main
from mlwright.records.replay import ReplayPlan
from mlwright.watching.stretch import likely_worse, places_of
from mlwright.watching.timing import Pace, has_saved_up, next_pace


def history(n=3000, *, turns=True, seed=0):
    """Lines of a CSV file: sales by price, hourly; where it turns, dearer things sell better from the middle on."""
    rng = np.random.default_rng(seed)
    price, noise = rng.uniform(0, 10, n).round(3), rng.normal(0, 1, n)
    slope = np.where(np.arange(n) < n // 2, -2.0, 2.0 if turns else -2.0)
    sold = (30 + slope * price + noise).round(3)
    times = np.datetime64("2026-01-01T00") + np.arange(n)
    lines = [f"{t},{p},{s}" for t, p, s in zip(times, price, sold, strict=True)]
    return "\n".join(["when,price,sold", *lines]) + "\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sales")
    (folder / "sales.csv").write_text(history())
    (folder / "mlwright.toml").write_text('[project]\ntarget = "sold"\n[collect]\nsource = "sales.csv"\n')
    return Project(folder)


@pytest.fixture(scope="module")
def replayed(project):
    return project.replay(time="when", plan=ReplayPlan(period_s=8 * 86400))


def by_name(replayed):
    return {one.policy: one for one in replayed.played}


def test_every_policy_answers_the_same_rows(replayed):
    played = by_name(replayed)
    assert set(played) == {*("never", "every_period", "every_third_period", "loop", "loop_proved", "loop_untouched")}
    assert sum(replayed.rows_by_period) == replayed.n_rows - replayed.n_start
    assert all(len(one.by_period) == len(replayed.periods) for one in played.values())


def test_the_loop_learns_the_new_world_with_few_trainings(replayed):
    played = by_name(replayed)
    assert played["loop"].loss < 0.85 * played["never"].loss
    assert played["loop"].n_trainings <= played["every_period"].n_trainings / 2
    assert played["loop"].by_period[-1] < 1.3 * played["every_period"].by_period[-1]
    assert {act.what for act in played["loop"].acts} >= {"trained", "promoted"}


def test_where_few_rows_have_come_a_turn_is_learned_as_soon_as_by_training_always(tmp_path):
    """Of 800 rows that come by twenty the relation turns from one day to the next, well within the fourth hundred."""
    (tmp_path / "sales.csv").write_text(history(800))
    (tmp_path / "mlwright.toml").write_text('[project]\ntarget = "sold"\n[collect]\nsource = "sales.csv"\n')
    plan = ReplayPlan(period_rows=20, policies=("loop", "every_period"))
    played = by_name(Project(tmp_path).replay(time="when", plan=plan))
    loop, always = played["loop"], played["every_period"]
    assert loop.loss < 1.15 * always.loss < 0.5 * played["never"].loss
    assert loop.n_trainings <= always.n_trainings / 3
    assert any("worse than promised" in act.why for act in loop.acts)


def test_no_outcome_is_known_before_its_period_has_ended(replayed):
    """In the first period behind the turn nobody knows the new world yet, however often they train."""
    first = {one.by_period[0] for one in replayed.played}
    assert len(first) == 1
    turned = next(place for place, loss in enumerate(by_name(replayed)["never"].by_period) if loss > 50)
    assert len({round(one.by_period[turned], 6) > 10 for one in replayed.played}) == 1


def test_outcomes_that_come_two_periods_late_are_learned_two_periods_later(project, replayed):
    plan = ReplayPlan(period_s=8 * 86400, late=2, policies=("loop", "every_period"))
    late, soon = by_name(project.replay(time="when", plan=plan)), by_name(replayed)
    turned = next(place for place, loss in enumerate(soon["never"].by_period) if loss > 5)
    never = soon["never"].by_period
    assert late["every_period"].by_period[: 2 + 1] == pytest.approx(never[: 2 + 1])
    assert late["every_period"].by_period[turned + 2] > 0.9 * never[turned + 2]
    assert soon["every_period"].by_period[turned + 2] < 0.9 * never[turned + 2]
    assert late["loop"].loss < 0.95 * soon["never"].loss
    assert min(act.period for act in late["every_period"].acts) == 2


def test_a_world_that_stands_still_is_left_alone(project):
    (project.path / "calm.csv").write_text(history(turns=False, seed=1))
    played = by_name(project.replay(project.path / "calm.csv", time="when", plan=ReplayPlan(period_s=8 * 86400)))
    assert played["loop"].n_trainings <= 4
    assert not [act for act in played["loop"].acts if act.what == "taken_back"]


@pytest.mark.parametrize("turns", [False, True], ids=["calm", "turning"])
def test_a_model_of_few_rows_is_trained_again_soon_where_that_pays_and_seldom_where_nothing_moves(project, turns):
    """30 looks of 18 rows: 200 new rows, which a large model waits for, would be a third of the history."""
    (project.path / "few.csv").write_text(history(720, turns=turns, seed=2))
    plan = ReplayPlan(period_rows=18, policies=("never", "loop"))
    played = by_name(project.replay(project.path / "few.csv", time="when", plan=plan))
    loop, never = played["loop"], played["never"]
    if turns:
        assert 4 <= loop.n_trainings <= 11
        assert loop.loss < 0.6 * never.loss
    else:
        assert loop.n_trainings <= 6
        assert loop.loss < 1.02 * never.loss


def test_it_is_told_in_a_table_and_drawn(project, replayed, monkeypatch, capsys, tmp_path):
    picture = tmp_path / "history.png"
    typed = ["mlwright", "replay", str(project.path), "--time", "when", "--every", "300", "-o", str(picture)]
    monkeypatch.setattr(sys, "argv", typed)
    with pytest.raises(SystemExit) as leave:
        main()
    said = " ".join(capsys.readouterr().out.split())
    assert not leave.value.code
    assert "never train again" in said
    assert "the loop's mean loss is" in said
    assert picture.read_bytes()[:4] == b"\x89PNG"
    assert json.loads(replayed.model_dump_json())["sentence"] == replayed.sentence


def test_a_history_needs_a_time(tmp_path):
    rows = ["x,y", *(f"{i * 37 % 101},{i * 53 % 89}" for i in range(500))]
    (tmp_path / "t.csv").write_text("\n".join(rows))
    (tmp_path / "mlwright.toml").write_text('[project]\ntarget = "y"\n[collect]\nsource = "t.csv"\n')
    with pytest.raises(SettingsError, match="needs a column that tells the time"):
        Project(tmp_path).replay()


def test_recent_rows_are_the_last_and_thinned_rows_keep_the_new_ones():
    assert places_of("recent", 900, 0).tolist() == list(range(600, 900))
    thinned = places_of("weighted", 9000, 0)
    assert (thinned > 6000).sum() > 3 * (thinned < 3000).sum() > 0


def test_the_wait_follows_the_square_root_of_cost_over_staleness():
    pace = Pace(1000.0)
    for _ in range(20):
        share = 1 - np.exp(-pace.rows * 1e-4)
        pace = next_pace(pace, age=pace.rows, gain_share=share, cost=100.0, least=50.0)
    assert pace.rows == pytest.approx(np.sqrt(2 * 100.0 / 1e-4), rel=0.01)


def test_a_refresh_that_is_no_worse_is_kept_out_in_a_fifth_of_cases_and_one_that_is_far_worse_nearly_always():
    """Squared errors of two models on 400 rows that both find hard or easy alike."""
    kept_out = {0.0: 0, 0.5: 0}
    for seed in range(100):
        rng = np.random.default_rng(seed)
        common, own, theirs = rng.normal(0, 1, 400), rng.normal(0, 0.7, 400), rng.normal(0, 0.7, 400)
        for worse in kept_out:
            kept_out[worse] += likely_worse((common + own) ** 2, (common + (1 + worse) * theirs) ** 2)
    assert 10 <= kept_out[0.0] <= 32
    assert kept_out[0.5] >= 95


def test_one_gain_that_looks_terrible_does_not_outweigh_all_that_looked_good():
    pace = Pace(1000.0)
    for share in (0.2, 0.2, 0.2, -2.0, 0.2):
        pace = next_pace(pace, age=1000.0, gain_share=share, cost=50.0, least=100.0)
    assert pace.rows < 3000


def test_over_the_years_there_is_one_training_for_three_looks_however_urgent_all_seem():
    trained = []
    for look in range(1, 301):
        if has_saved_up(look, trained, 3.0):
            trained.append(look)
    assert len(trained) == 100
    calm_then_two_at_once = [look for look in range(1, 103) if look >= 100 and has_saved_up(look, (100,), 3.0)]
    assert calm_then_two_at_once == [100, 101, 102]
