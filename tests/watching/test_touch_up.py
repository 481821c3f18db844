"""Between two trainings the newest outcomes touch the answers of the model in use up, as part of the loop."""

import shutil
import sys

import numpy as np
import pytest

from mlwright import Project
from mlwright.exporting import export
from mlwright.faces.cli.main import main
from mlwright.learning.recalibrating import mixed_calibrators, recalibrated
from mlwright.operating.operator import ME, Operator
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.calibrate import calibrate

TOML = """
[project]
target = "sold"
[collect]
source = "sales.csv"
[train]
families = ["linear"]
candidates = 1
experience = false
[watch]
source = "new.csv"
[operate]
rows = 100000
"""


def sales(seed, *, level=0.0, n=300):
    """Lines of a CSV file: what was sold at a price, and a level that all of it moves by."""
    rng = np.random.default_rng(seed)
    price = rng.uniform(0, 10, n).round(3)
    sold = (40 - 2 * price + level + rng.normal(0, 1, n)).round(3)
    return "\n".join(["price,sold", *(f"{p},{s}" for p, s in zip(price, sold, strict=True))]) + "\n"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sales") / "sales"
    folder.mkdir()
    (folder / "sales.csv").write_text(sales(0, n=600))
    (folder / "mlwright.toml").write_text(TOML)
    project = Project(folder)
    project.run(until="pack", n_jobs=1)
    project.approve("for the test")
    return folder


@pytest.fixture(scope="module")
def moved(opened, tmp_path_factory):
    """The same after four looks at rows of which four more were sold."""
    folder = tmp_path_factory.mktemp("moved") / "sales"
    shutil.copytree(opened, folder)
    look(Project(folder), *(sales(day, level=4.0) for day in (1, 2, 3, 4)))
    return folder


@pytest.fixture
def copied(tmp_path):
    def copy(folder):
        shutil.copytree(folder, tmp_path / "sales")
        return Project(tmp_path / "sales")

    return copy


def look(project, *days):
    said = []
    for day in days:
        (project.path / "new.csv").write_text(day)
        Operator(project, tell=said.append).look()
    return said


def errors(project, rows):
    table = np.array([line.split(",") for line in rows.split()[1:]], dtype=float)
    said = Bundle.load(project.model_path()).predict({"price": table[:, 0]})
    return float(np.mean((table[:, 1] - said) ** 2))


def test_where_nothing_has_moved_the_model_is_left_as_it_is(opened, copied):
    project = copied(opened)
    before = project.current()
    look(project, *(sales(day) for day in (1, 2, 3, 4)))
    assert project.current() == before
    assert not project.show("touch-up").helps


def test_what_was_sold_more_is_answered_before_the_next_training(moved):
    project = Project(moved)
    champion, trained = project.current(), project.store.registry.trained()
    assert (champion.base, champion.by) == (trained.bundle_id, ME)
    assert "touched-up answers are used" in champion.why
    assert errors(project, sales(9, level=4.0)) < 3.0
    assert Bundle.load(project.written(trained.bundle_id, trained.manifest)).manifest.base == ""
    assert Bundle.load(project.model_path()).manifest.base == trained.bundle_id
    touched = project.show("touch-up")
    assert touched.n == 600
    assert touched.mended_share > 0.5


def test_it_is_touched_up_only_by_outcomes_and_judged_by_rows_that_it_was_asked_about_before(opened, copied):
    """The first rows only teach; the gain is measured on those that come then."""
    project = copied(opened)
    first, second = (" ".join(look(project, sales(day, level=4.0))) for day in (1, 2))
    assert "answers now" not in first
    assert "touched-up answers are used" in second
    assert project.show("touch-up").n == 0
    look(project, sales(3, level=4.0))
    assert project.show("touch-up").n == 300


def test_where_the_level_comes_back_the_model_as_it_was_trained_answers_again(moved, copied):
    project = copied(moved)
    look(project, *(sales(day) for day in range(11, 15)))
    assert errors(project, sales(9)) < 3.0


def trained_again(project):
    file = project.path / "mlwright.toml"
    file.write_text(file.read_text().replace("rows = 100000", 'rows = 100\nrefresh = "proved"'))
    look(project, sales(5, level=4.0))
    assert [state.pipeline for state in project.runs()].count("retrain") == 1


def test_a_model_that_a_person_promotes_is_touched_up_at_once(moved, copied):
    project = copied(moved)
    before = project.trained().bundle_id
    trained_again(project)
    project.promote(why="for the test")
    assert project.trained().bundle_id != before
    Operator(project).look()
    touched = project.show("touch-up")
    assert (touched.base, touched.n) == (project.trained().bundle_id, 0)
    assert touched.lost["as_it_is"] > touched.lost["shifted"]
    assert "in the ways that did well for the one before" in touched.sentence
    assert errors(project, sales(9, level=4.0)) < 3.0


def test_rolling_back_leaves_the_model_as_it_was_trained_for_good(moved, copied):
    project = copied(moved)
    trained = project.store.registry.trained()
    assert project.undo("the branch complained").bundle_id == trained.bundle_id
    look(project, sales(5, level=4.0))
    assert project.current().bundle_id == trained.bundle_id


def test_a_touched_up_model_is_exported_like_any_other(moved, tmp_path):
    project = Project(moved)
    bundle = Bundle.load(project.model_path())
    assert len(bundle.manifest.model.members) > 1
    exported = export(bundle, "sql", tmp_path / "sql")
    assert exported.n_rows > 0
    assert exported.largest_difference < 1e-6


@pytest.mark.parametrize("said", ['touch_up = "never"', 'approve = ["promote"]'])
def test_it_is_not_done_where_the_settings_say_so(opened, copied, said):
    project = copied(opened)
    file = project.path / "mlwright.toml"
    file.write_text(f"{file.read_text()}{said}\n")
    before = project.current()
    look(project, *(sales(day, level=4.0) for day in (1, 2, 3)))
    assert project.current() == before


def said_of(project, setting):
    file = project.path / "mlwright.toml"
    file.write_text(file.read_text().replace("candidates = 1\n", f"candidates = 1\n{setting}\n"))


def test_limits_of_size_are_kept_by_what_is_touched_up(opened, copied):
    """The trees that would be added make it larger than the user allows; the model goes on as it was trained."""
    project = copied(opened)
    said_of(project, 'max_size = "20KB"')
    before = project.current()
    look(project, *(sales(day, level=4.0) for day in (1, 2, 3)))
    touched = project.show("touch-up")
    assert not touched.helps
    assert "it would pass train.max_latency or train.max_size" in touched.sentence
    assert project.current() == before


@pytest.mark.parametrize(("setting", "rises"), [("", True), ('monotone = {price = "falling"}', False)])
def test_a_direction_is_kept_by_what_is_touched_up(opened, copied, setting, rises):
    """Outcomes that rise with the price flatten what has to fall with it, and do not turn it round."""
    project = copied(opened)
    said_of(project, setting)
    falling = [[line.split(",") for line in sales(day).split()[1:]] for day in (1, 2, 3)]
    look(project, *("\n".join(["price,sold", *(f"{p},{60 - float(s)}" for p, s in day)]) for day in falling))
    assert project.show("touch-up").helps
    said = Bundle.load(project.model_path()).predict({"price": np.linspace(0, 10, 101)})
    assert (said[-1] > said[0] + 5) == rises
    assert (np.diff(said) <= 1e-6).all() != rises


def test_an_operator_that_dies_at_every_single_step_touches_up_as_one_that_lives(
    killed, dies_after_one_entry, opened, moved, copied, monkeypatch
):
    project, n_deaths = copied(opened), 0
    for day in (1, 2, 3, 4):
        (project.path / "new.csv").write_text(sales(day, level=4.0))
        done = False
        while not done:
            with monkeypatch.context() as patched:
                dies_after_one_entry(patched)
                try:
                    Operator(project).look()
                    done = True
                except killed:
                    n_deaths += 1
    lived = Project(moved)
    assert n_deaths >= 16
    assert [e["event"] for e in project.store.registry.journal] == [e["event"] for e in lived.store.registry.journal]
    assert project.show("touch-up").lost == pytest.approx(lived.show("touch-up").lost)
    assert project.show("touch-up").n == lived.show("touch-up").n
    assert all(entry.is_whole for entry in project.store.registry.journal.entries())


def test_putting_touched_up_answers_to_use_counts_as_no_promotion(moved):
    figures = (moved / ".mlwright" / "operate.prom").read_text()
    assert 'mlwright_promotions_total{project="sales"} 1.0' in figures
    assert 'mlwright_touched_up_total{project="sales"} 3.0' in figures


def test_history_says_what_touched_the_answers_up(moved, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["mlwright", "history", "-p", str(moved)])
    with pytest.raises(SystemExit):
        main()
    assert "touched-up answers are used" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("n_classes", [2, 4])
def test_probabilities_follow_classes_that_became_more_frequent(n_classes):
    rng = np.random.default_rng(0)
    true = rng.choice(n_classes, 4000, p=np.r_[0.7, np.full(n_classes - 1, 0.3 / (n_classes - 1))])
    said = np.full((4000, n_classes), 1.0 / n_classes)
    said = said[:, 1:] if n_classes == 2 else said
    moved = recalibrated(said, true.astype(float), np.ones(4000), None)
    now = calibrate(said[:1], moved)[0]
    assert (1.0 - now[0] if n_classes == 2 else now[0]) == pytest.approx(0.7, abs=0.03)
    half = mixed_calibrators([(0.5, moved), (0.5, None)])
    assert half.parameters == pytest.approx((np.array(moved.parameters) + identity(n_classes)) / 2)


def identity(n_classes):
    return np.array([1.0, 1.0, 0.0]) if n_classes == 2 else np.repeat([1.0, 0.0], n_classes)
