import io
import itertools
import math
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import MemoryShort, SettingsError
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.compute.table import open_snapshot
from mlwright.learning.search.setup import metric_name
from mlwright.learning.train import train
from mlwright.records.data import Field, Lineage, Snapshot
from mlwright.records.findings import Findings
from mlwright.records.profile import Asked, ColumnProfile, Profile, Roles
from mlwright.records.settings import CleanSettings, DecideSettings, ProfileSettings, TrainSettings
from mlwright.records.split import LEFT_OUT, TEST, TRAIN, Split
from mlwright.scoring.model import Model

NO_FINDINGS = Findings(findings=(), quiet=(), skipped=())
N_ROWS = 500
QUICK = TrainSettings(budget=60.0, families=("linear", "extra_trees"))
LINEAR = TrainSettings(budget=60.0, families=("linear",))


def made_up(task: str) -> dict[str, list]:
    """A table whose target depends on `size` and `city`; some values are missing, `noise` says nothing."""
    rng = np.random.default_rng(0)
    size = rng.normal(50, 10, N_ROWS)
    city = rng.choice(["Ulm", "Bonn", "Jena"], N_ROWS)
    signal = (size - 50) / 10 + 2 * (city == "Ulm") + rng.logistic(scale=0.5, size=N_ROWS)
    targets = {
        "binary": np.where(signal > 1, "yes", "no"),
        "multiclass": np.array(["low", "mid", "top"])[np.digitize(signal, [0, 2])],
        "regression": 100 + 10 * signal,
    }
    return {
        "size": [None if i % 17 == 0 else value for i, value in enumerate(size)],
        "city": list(city),
        "noise": list(rng.normal(size=N_ROWS)),
        "family": [f"f{i // 5}" for i in range(N_ROWS)],
        "day": list(range(N_ROWS)),
        "target": list(targets[task]),
    }


class Project:
    """The records that training starts from, in a store of their own."""

    def __init__(self, folder: Path, task: str = "binary", method: str = "random", **columns):
        self.store = Store(folder / ".mlwright")
        self.cancel = folder / "cancel"
        self.columns = made_up(task) | columns
        self.task, self.method = task, method
        self.events = []

    def run(self, budget_s: float | None = None, n_jobs: int = 1) -> Run:
        clock = Clock(self.cancel, budget_s)
        run = Run("r1", self.store, clock, seed=7, n_jobs=n_jobs, listen=self.events.append)
        run.stage, run.stage_key = "train", "key"
        return run

    def train(self, settings: TrainSettings = LINEAR, decide: DecideSettings | None = None, **how):
        run = self.run(**how)
        said = (settings, decide or DecideSettings(), CleanSettings(), ProfileSettings())
        return train(self.snapshot(run), self.profile(), self.split(run), NO_FINDINGS, *said, run)

    def model(self, training, which: str = "model") -> Model:
        return Model.load(getattr(training, which), self.run().get)

    def rows(self, role: int) -> pa.Table:
        run = self.run()
        return open_snapshot(self.snapshot(run), run).arrow(
            ["size", "city", "noise", "target"], np.flatnonzero(self.roles() == role)
        )

    def snapshot(self, run: Run) -> Snapshot:
        table, file = pa.table(self.columns), io.BytesIO()
        pq.write_table(table, file)
        return Snapshot(
            blob=run.put(file.getvalue()),
            n_rows=N_ROWS,
            fields=tuple(Field(name=field.name, type=str(field.type)) for field in table.schema),
            lineage=Lineage(source="csv", location="made.csv", read_at="2026-11-21"),
            size_bytes=len(file.getvalue()),
        )

    def profile(self) -> Profile:
        kinds = {"size": "number", "city": "category", "noise": "number", "family": "category", "day": "number"}
        kinds["target"] = "number" if self.task == "regression" else "category"
        columns = tuple(
            ColumnProfile(name=name, type="string", kind=kind, reason="", n_missing=0, n_distinct=9)
            for name, kind in kinds.items()
        )
        classes = () if self.task == "regression" else tuple(sorted(set(self.columns["target"])))
        roles = Roles(
            asked=Asked(target="target", task=self.task, classes=classes),
            time="day" if self.method == "by_time" else None,
            group="family" if self.method == "by_group" else None,
            inputs=("size", "city", "noise"),
        )
        return Profile(n_rows=N_ROWS, columns=columns, roles=roles, n_passes=1)

    def roles(self):
        roles = np.full(N_ROWS, TRAIN, dtype=np.uint8)
        roles[-100:] = TEST
        roles[7] = LEFT_OUT
        return roles

    def split(self, run: Run) -> Split:
        blob = run.put(self.roles().tobytes())
        return Split(method=self.method, reason="", roles=blob, n_train=N_ROWS - 101, n_test=100, n_left_out=1)


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    """A project with two classes, trained once for all who only look at the outcome."""
    project = Project(tmp_path_factory.mktemp("binary"))
    return project, project.train(QUICK)


def row_of(training, name):
    return next(row for row in training.leaderboard if row.name == name)


def digest_of(training):
    return [training.model.digest(), training.out_of_fold, training.threshold_reason]


@pytest.mark.parametrize(
    ("task", "method"),
    [
        ("binary", "stratified"),
        ("binary", "by_group"),
        ("multiclass", "stratified"),
        ("regression", "random"),
        ("regression", "by_time"),
    ],
)
def test_a_model_is_found_that_beats_the_dummy_on_new_rows(tmp_path, task, method):
    project = Project(tmp_path, task, method)
    training = project.train()
    new = project.rows(TEST)
    target = new["target"].to_pylist()

    def loss(which):
        scores = project.model(training, which).scores(new)
        if task == "regression":
            return np.mean((scores[:, 0] - target) ** 2)
        said = np.hstack([1 - scores, scores]) if task == "binary" else scores
        return -np.mean(
            np.log([row[training.model.classes.index(label)] for row, label in zip(said, target, strict=True)])
        )

    assert loss("model") < 0.8 * loss("baseline")
    assert loss("simple") < 0.8 * loss("baseline")


def test_the_leaderboard_tells_who_came_out_where(binary):
    _, training = binary
    names = [row.name for row in training.leaderboard]
    scores = [row.score for row in training.leaderboard if row.score is not None]
    assert {"ensemble", "linear", "extra_trees", "dummy"} <= set(names)
    assert scores == sorted(scores)
    assert row_of(training, "dummy").score == pytest.approx(math.log(2), abs=0.1)
    assert row_of(training, "dummy").fate == "the answer without looking at the row"
    assert row_of(training, "linear").predict_ms > 0
    assert row_of(training, "ensemble").fate.startswith("chosen: ")
    assert sum(row.weight for row in training.leaderboard if row.name != "ensemble") == pytest.approx(1.0)
    assert training.stopped in ("all candidates were tried", "no further gain")


def test_out_of_fold_predictions_are_of_training_rows_alone(binary):
    project, training = binary
    said = np.frombuffer(project.run().get(training.out_of_fold), dtype=np.float32)
    target = np.array(project.rows(TRAIN)["target"].to_pylist()) == "yes"
    assert said.shape == (N_ROWS - 101,)
    loss = -np.log(np.where(target, said, 1 - said)).mean()
    found = training.corrected
    moved = found.flattery + found.stopping - found.together
    assert loss + moved == pytest.approx(row_of(training, "ensemble").score, abs=1e-5)


def test_the_score_of_the_chosen_model_is_corrected_for_the_choice_and_has_an_interval(binary):
    _, training = binary
    found = training.corrected
    assert found.model.value == pytest.approx(row_of(training, "ensemble").score, abs=1e-5)
    assert found.model.low < found.model.value < found.model.high
    assert found.gain_over_baseline.low > 0
    assert found.n_rows == N_ROWS - 101


def test_in_time_order_rows_that_were_never_held_out_have_no_prediction(tmp_path):
    project = Project(tmp_path, "regression", "by_time")
    said = np.frombuffer(project.run().get(project.train().out_of_fold), dtype=np.float32)
    assert np.isnan(said[0])
    assert np.isfinite(said[-1])


def test_the_columns_that_matter_are_found(tmp_path):
    importance = Project(tmp_path, "regression").train().importance
    assert list(importance)[-1] == "noise"
    assert importance["size"] > 0.2
    assert importance["city"] > 0.1
    assert importance["noise"] < 0.05


def test_answers_stay_near_the_range_that_was_seen(tmp_path):
    training = Project(tmp_path, "regression").train()
    assert training.model.low < 60
    assert training.model.high > 150
    assert training.model.threshold is None
    assert training.threshold_reason == ""


def test_the_threshold_follows_from_what_answers_are_worth(tmp_path):
    decide = DecideSettings(benefit={"true_positive": 9.0, "false_positive": -1.0})
    training = Project(tmp_path).train(decide=decide)
    assert training.model.threshold == pytest.approx(0.1, abs=0.05)
    assert "your benefits" in training.threshold_reason


def test_the_same_data_and_seed_give_the_same_model(tmp_path):
    first, second = (Project(tmp_path / name).train(QUICK, n_jobs=jobs) for name, jobs in (("a", 1), ("b", 2)))
    assert digest_of(first) == digest_of(second)


def test_what_is_kept_is_used_again_with_the_same_result(tmp_path):
    project = Project(tmp_path)
    first = project.train()
    project.events.clear()
    again = project.train()
    done = [event for event in project.events if event["event"] == "item_done"]
    assert len(done) > 10
    assert all(event["reused"] for event in done)
    assert digest_of(again) == digest_of(first)


def test_a_run_that_is_killed_goes_on_where_it_was(tmp_path):
    """The process dies after a dozen results; what had been kept by then is not done again."""
    whole, torn = Project(tmp_path / "whole"), Project(tmp_path / "torn")
    count = itertools.count()

    def die_late(event):
        if event["event"] == "item_done" and next(count) == 12:
            raise KeyboardInterrupt

    torn.events = type("Dying", (), {"append": staticmethod(die_late)})()
    with pytest.raises(KeyboardInterrupt):
        torn.train()
    torn.events = []
    resumed = torn.train()
    reused = [event["reused"] for event in torn.events if event["event"] == "item_done"]
    assert sum(reused) == 13
    assert digest_of(resumed) == digest_of(whole.train())


def test_a_tiny_budget_still_gives_a_model_in_time(tmp_path):
    run_s = 3.0
    project = Project(tmp_path)
    run = project.run(budget_s=run_s)
    settings = TrainSettings(budget=run_s)
    said = (settings, DecideSettings(), CleanSettings(), ProfileSettings())
    training = train(project.snapshot(run), project.profile(), project.split(run), NO_FINDINGS, *said, run)
    assert training.used_s < run_s
    assert training.simple.members[0].candidate == "linear"


def test_an_unknown_metric_names_the_nearest(tmp_path):
    with pytest.raises(SettingsError, match="'log_los'") as caught:
        Project(tmp_path).train(TrainSettings(metric="log_los"))
    assert "log_loss" in caught.value.hint


def test_a_metric_of_another_task_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="says nothing about a binary task"):
        Project(tmp_path).train(TrainSettings(metric="rmse"))


def test_another_metric_is_optimised(tmp_path):
    training = Project(tmp_path).train(LINEAR.model_copy(update={"metric": "roc_auc"}))
    assert training.metric == "roc_auc"
    assert training.greater_is_better
    assert 0.8 < training.leaderboard[0].score < 1.0


def test_mistakes_in_the_settings_are_told_before_anything_is_fitted(tmp_path):
    for settings, decide, what in (
        (TrainSettings(families=("lightgb",)), DecideSettings(), "'lightgb'"),
        (LINEAR, DecideSettings(benefit={"true_positiv": 1.0}), "'true_positiv'"),
    ):
        project = Project(tmp_path)
        with pytest.raises(SettingsError, match=what):
            project.train(settings, decide)
        assert not [event for event in project.events if "fold" in event.get("label", "")]


def test_too_little_memory_is_told_before_anything_is_fitted(tmp_path, monkeypatch):
    monkeypatch.setattr("mlwright.learning.memory.available_bytes", lambda: 1_000)
    with pytest.raises(MemoryShort, match="399 rows"):
        Project(tmp_path).train()


def test_a_metric_of_sizes_is_corrected_in_its_own_unit(tmp_path):
    project = Project(tmp_path, "regression")
    training = project.train(TrainSettings(budget=60.0, families=("lightgbm",), metric="mae", candidates=2))
    chosen = training.chosen
    alone = min(row.score for row in training.leaderboard if row.score is not None and not row.chosen)
    assert 0.8 * alone < chosen.score < 1.3 * alone
    assert training.corrected.model.low > 0


def test_a_metric_of_ordered_classes_asks_for_their_order():
    roles = Roles(asked=Asked(target="y", task="multiclass", classes=("a", "b", "c")), inputs=("x",))
    with pytest.raises(SettingsError, match="no order that is known") as caught:
        metric_name(TrainSettings(metric="mean_steps"), roles)
    assert caught.value.hint.endswith("a, b, c")
    ordered = Roles(
        asked=Asked(target="y", task="multiclass", classes=("a", "b", "c"), are_ordered=True), inputs=("x",)
    )
    assert metric_name(TrainSettings(metric="mean_steps"), ordered) == "mean_steps"
