"""The stage that lets every view draw."""

import json

import numpy as np
import pytest

from mlwright.core.errors import SettingsError
from mlwright.data.checks import Specimen
from mlwright.data.columns import training_rows
from mlwright.data.compute.table import open_split
from mlwright.data.explore import explore
from mlwright.data.insights import SEEKERS
from mlwright.data.insights._ranking import tell
from mlwright.data.sketches import sketches
from mlwright.data.views import VIEWS
from mlwright.data.views.target import Target
from mlwright.records.findings import NO_TIME, Finding, Findings
from mlwright.records.settings import ExploreSettings
from mlwright.testing.checks import open_specimen

N = 300


@pytest.fixture
def shown(tmp_path):
    """Run the stage on a table and return what it made and where the figures lie."""

    def run_stage(leaks=(), **settings):
        rng = np.random.default_rng(0)
        size = rng.normal(size=N)
        columns = {
            "size": size.tolist(),
            "rooms": rng.poisson(3, N).tolist(),
            "town": rng.choice(["here", "there"], N).tolist(),
            "y": (100 * size + rng.normal(0, 30, N)).tolist(),
        }
        opened = open_specimen(Specimen(columns), tmp_path)
        opened.run.stage, opened.run.stage_key = "explore", "key"
        settings = ExploreSettings(**settings)
        findings = Findings(findings=leaks, quiet=(), skipped=())
        return explore(opened.snapshot, opened.profile, opened.split, findings, settings, opened.run), opened.run

    return run_stage


def test_pictures_come_in_the_order_in_which_to_look_at_them(shown):
    exploration, run = shown()
    orders = [VIEWS.get(drawing.view).order for drawing in exploration.drawings]
    assert orders == sorted(orders)
    assert exploration.drawings[0].view == "target"
    for drawing in exploration.drawings:
        assert json.loads(run.get(drawing.figure))["data"]


def test_a_view_with_nothing_to_draw_becomes_a_row_with_its_reason(shown):
    reasons = {skipped.name: skipped.reason for skipped in shown()[0].skipped if skipped.name in VIEWS.names()}
    assert reasons["missing"] == "no input lacks a value"
    assert reasons["over_time"] == "there is no column of time"


def test_a_view_that_fails_does_not_hide_the_others(shown, monkeypatch):
    def fail(self, table, profile):
        raise ValueError("a bad figure")

    monkeypatch.setattr(Target, "draw", fail)
    exploration, _ = shown()
    assert {skipped.name: skipped.reason for skipped in exploration.skipped}["target"] == (
        "it failed with ValueError: a bad figure"
    )
    assert "associations" in {drawing.view for drawing in exploration.drawings}


def test_views_that_are_not_wanted_are_not_drawn_and_unknown_ones_are_refused(shown):
    exploration, _ = shown(skip=("associations",))
    assert "associations" not in {drawing.view for drawing in exploration.drawings}
    with pytest.raises(SettingsError, match="asociations") as refusal:
        shown(skip=("asociations",))
    assert "associations" in (refusal.value.hint or "")


def test_the_pictures_say_what_is_true_of_the_data(shown):
    exploration, run = shown()
    by_view = {drawing.view: drawing for drawing in exploration.drawings}
    assert by_view["relation_strength"].sentence.startswith("'size' tells most")
    bars = json.loads(run.get(by_view["relation_strength"].figure))["data"][0]
    assert bars["y"][-1] == "size"
    line = json.loads(run.get(by_view["target_by_column"].figure))["data"][0]
    assert line["y"] == sorted(line["y"]), "the mean of y rises with size"


def test_what_there_is_to_know_comes_in_sentences_the_largest_fact_first(shown):
    exploration, _ = shown()
    first = exploration.insights[0]
    assert first.columns == ("size",)
    assert first.sentence.startswith("The higher 'size', the higher the mean of 'y': ")
    assert exploration.n_looks >= len(exploration.insights)


def test_of_a_column_that_gives_the_target_away_nothing_is_told_but_that(shown):
    leak = Finding(check="target_leak", severity="critical", title="-", sentence="-", columns=("size",), action="-")
    exploration, _ = shown(leaks=(leak,))
    assert exploration.giveaways == ("size",)
    assert [insight for insight in exploration.insights if "size" in insight.columns] == []


def test_every_column_is_sketched_with_the_target_beside_it(shown):
    sketches = {sketch.name: sketch for sketch in shown()[0].sketches}
    assert list(sketches) == ["size", "rooms", "town", "y"]
    assert sum(bar.share for bar in sketches["size"].bars) == pytest.approx(1, abs=1e-3)
    assert {bar.label for bar in sketches["town"].bars} == {"here", "there"}
    assert sketches["size"].measure == "mean of 'y'"
    assert [point.value for point in sketches["size"].target] == sorted(p.value for p in sketches["size"].target)
    assert sketches["y"].target == ()


def test_where_time_is_up_columns_are_left_out_and_said_to_be_and_what_was_found_stays(tmp_path):
    rng = np.random.default_rng(0)
    opened = open_specimen(Specimen({name: rng.normal(size=N).tolist() for name in "abcy"}), tmp_path)
    rows = training_rows(open_split(opened.snapshot, opened.split, opened.profile, opened.run), opened.profile)
    asked = iter([False, False, True])
    found = sketches(rows, lambda: next(asked))
    assert [one.name for one in found.sketches] == ["a", "b"]
    assert found.is_cut
    assert not sketches(rows).is_cut


def test_what_could_not_be_measured_in_time_is_named(tmp_path):
    rng = np.random.default_rng(0)
    x = rng.normal(size=N)
    opened = open_specimen(Specimen({"x": x.tolist(), "y": (3 * x + rng.normal(size=N)).tolist()}), tmp_path)
    rows = training_rows(open_split(opened.snapshot, opened.split, opened.profile, opened.run), opened.profile)
    n_asked = 0

    def time_up_once_all_have_suggested():
        nonlocal n_asked
        n_asked += 1
        return n_asked > len(SEEKERS.names())

    found = tell(rows, time_up=time_up_once_all_have_suggested)
    assert found.n_looks > 0
    assert not found.insights
    assert any(one.reason == NO_TIME for one in found.skipped)
