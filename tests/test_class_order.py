"""Models that hold the same classes in another order are compared class by class, by name."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from mlwright import Project, succession
from mlwright.comparing.compare import compare
from mlwright.core.errors import BundleError
from mlwright.core.run import Clock, Run
from mlwright.operating.allowed import is_refresh
from mlwright.records.contest import Contender, Contest
from mlwright.records.settings import OperateSettings
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.deciding import places_answered
from mlwright.scoring.matching import decisive_as, scores_as
from mlwright.shipping.serving.app import create_app, service_of
from mlwright.shipping.serving.succession import refuse_other_inputs
from mlwright.watching.shadow import shadow

TOML = """
[project]
target = "effort"
order = []
[collect]
source = "jobs.csv"
[train]
families = ["linear"]
candidates = 1
experience = false
"""
CLASSES = np.array(["low", "medium", "high"])


def jobs(n_rows, seed=0, words=CLASSES):
    """Lines of CSV: how much effort a job was, mostly by its size."""
    rng = np.random.default_rng(seed)
    size, age = rng.normal(size=n_rows).round(4), rng.normal(size=n_rows).round(4)
    place = np.digitize(size + rng.logistic(scale=0.2, size=n_rows), [-0.4, 0.6] if len(words) == 3 else [0.0])
    return "\n".join(["size,age,effort", *(f"{s},{a},{words[p]}" for s, a, p in zip(size, age, place, strict=True))])


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project with a sorted bundle in use, and a run whose classes stand in their own order, on the same rows."""
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "jobs.csv").write_text(jobs(400))
    (folder / "mlwright.toml").write_text(TOML)
    made = Project(folder)
    made.run(until="pack", n_jobs=1)
    made.approve("for the test")
    (folder / "mlwright.toml").write_text(TOML.replace("order = []\n", ""))
    made.run(until="pack", n_jobs=1)
    return made


@pytest.fixture(scope="module")
def bundles(project):
    sorted_one, ordered = (Bundle.load(project.bundle_path(state.run_id)) for state in project.runs()[:2])
    assert sorted_one.manifest.model.classes == ("high", "low", "medium")
    assert ordered.manifest.model.classes == ("low", "medium", "high")
    return sorted_one, ordered


def log_loss(bundle, rows):
    """Of the rows of a table, by the names of the classes."""
    said = dict(zip(bundle.manifest.model.classes, bundle.scores(rows).T, strict=True))
    truth = rows.column("effort").to_pylist()
    return -np.log([said[name][place] for place, name in enumerate(truth)])


def test_a_run_on_more_rows_is_compared_with_the_sorted_bundle_in_use(project, bundles):
    (project.path / "jobs.csv").write_text(jobs(1_400))
    state = project.run(until="pack", n_jobs=1)
    found = project.show("challenge", state.run_id)
    assert found.champion == bundles[0].bundle_id
    assert found.n_rows > 150
    by_names = log_loss(bundles[0], pa.csv.read_csv(project.path / "jobs.csv").slice(400)).mean()
    assert found.champion_model.value == pytest.approx(by_names, rel=0.2)
    assert abs(found.gain.value) < 0.1


def test_both_are_compared_row_by_row_on_the_same_rows(project, bundles):
    first, second = (state.run_id for state in project.runs()[:2])
    found = compare(first, second, project.path)
    assert found.paired
    assert found.metrics[0].gain.value == pytest.approx(0.0, abs=0.02)
    assert found.worth_gain is not None
    assert found.worth_gain.low <= 0 <= found.worth_gain.high


def test_a_challenger_loses_what_it_loses_by_the_names_of_the_classes(project, bundles, tmp_path):
    sorted_one, ordered = bundles
    (project.path / "new.csv").write_text(jobs(300, seed=1))
    project.watch(project.path / "new.csv")
    manifest = project.store.blobs.put((ordered.folder / "manifest.json").read_bytes())
    contender = Contender(
        bundle_id=ordered.bundle_id, manifest=manifest, run_id=project.runs()[1].run_id, part="challenger"
    )
    run = Run("trial", project.store, Clock(tmp_path / "cancel", None))
    contest = Contest(contenders=(contender,))
    (trial,) = shadow(project.show("window"), project.trained(), contest, OperateSettings(), run).trials
    rows = pa.csv.read_csv(project.path / "new.csv")
    ours, theirs = (np.minimum(log_loss(one, rows), trial.ceiling).sum() for one in (sorted_one, ordered))
    assert trial.n == 300
    assert trial.champion_loss == pytest.approx(ours)
    assert trial.total == pytest.approx(ours - theirs)


def test_a_shadow_is_kept_in_the_order_of_the_log(bundles, tmp_path):
    served, other = bundles
    settings = ServeSettings(log=LogSettings(folder=str(tmp_path / "log")), shadow=str(other.folder))
    app = create_app(served, settings)
    app.test_client().post("/predict", json={"size": 1.5, "age": 0.0})
    service_of(app).close()
    (segment,) = (tmp_path / "log" / "shadows").glob("*.parquet")
    said = dict(zip(("low", "medium", "high"), other.scores([{"size": 1.5, "age": 0.0}])[0], strict=True))
    (kept,) = pq.read_table(segment).column("mlwright_probabilities").to_pylist()
    assert kept == pytest.approx([said["high"], said["low"], said["medium"]])


def test_what_callers_read_by_place_does_not_move(bundles):
    sorted_one, ordered = (bundle.manifest for bundle in bundles)
    with pytest.raises(BundleError, match="has not the order of classes of bundle"):
        refuse_other_inputs(ordered, sorted_one)
    assert not is_refresh(sorted_one, ordered)


def test_a_model_that_is_trained_again_keeps_the_order_and_the_positive_class(tmp_path):
    words = np.array(["hard", "soft"])
    (tmp_path / "jobs.csv").write_text(jobs(600, words=words))
    (tmp_path / "mlwright.toml").write_text(TOML.replace("order = []\n", ""))
    project = Project(tmp_path)
    project.run(until="pack", n_jobs=1)
    project.approve("for the test")
    before = project.show("profile").roles.classes
    rare = before[1]
    lines = jobs(4_000, seed=2, words=words).split("\n")
    kept = [lines[0], *(line for line in lines[1:] if line.endswith(rare))]
    (tmp_path / "new.csv").write_text("\n".join(kept))
    project.watch(tmp_path / "new.csv")
    state = succession.retrain(project, project.show("window"))
    roles = project.show("profile", state.run_id).roles
    assert roles.classes == before


def test_thresholds_and_amounts_are_those_of_the_other_class():
    chances = np.array([[0.2], [0.5], [0.8]])
    turned = scores_as(chances, ("no", "yes"), ("yes", "no"))
    for threshold in (0.3, np.array([0.1, 0.6, np.inf])):
        answered = places_answered(chances, threshold)
        other = places_answered(turned, decisive_as(threshold, ("no", "yes"), ("yes", "no")))
        assert other.tolist() == (1 - answered).tolist()
    worth = np.array([[1.0, 0.0, -9.0], [0.0, 1.0, 0.0], [-9.0, 0.0, 1.0]])
    said, classes, wanted = np.array([[0.5, 0.1, 0.4]]), ("a", "b", "c"), ("c", "a", "b")
    place = places_answered(scores_as(said, classes, wanted), decisive_as(worth, classes, wanted))
    assert wanted[place[0]] == classes[places_answered(said, worth)[0]] == "b"
