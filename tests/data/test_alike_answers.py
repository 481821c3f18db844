"""Answers that differ in writing alone are one class, from the data to the figures."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright import Project
from mlwright.core.errors import TargetError
from mlwright.data.insights import SEEKERS
from mlwright.data.views import VIEWS

N = 400
WAYS = {"Yes": ["Yes", "Yes", "YES", "yes ", "Y"], "No": ["No", "No", "NO", "no", "n"]}


def project_of(folder, answers, **sections):
    rng = np.random.default_rng(0)
    columns = {"x": SIGNAL, "z": rng.normal(size=N), "y": answers}
    pq.write_table(pa.table(columns), folder / "rows.parquet")
    given = {"project": {"target": "y"}, "collect": {"source": str(folder / "rows.parquet")}} | sections
    return Project.create(folder / "project", given)


SIGNAL = np.random.default_rng(1).normal(size=N)
PLAIN = np.where(SIGNAL > 0.3, "Yes", "No").tolist()


def in_many_ways(answers=PLAIN, ways=WAYS):
    rng = np.random.default_rng(2)
    return [str(rng.choice(ways[answer])) for answer in answers]


def test_yes_in_five_spellings_is_one_answer(tmp_path):
    project = project_of(tmp_path, in_many_ways())
    project.run(until="check", n_jobs=1)
    asked = project.show("profile").roles.asked
    assert (asked.task, asked.classes) == ("binary", ("No", "Yes"))
    assert "'Y', 'YES' and 'yes' count as 'Yes'" in asked.reason
    assert sum(project.show("split").train_by_class) == project.show("split").n_train
    checks = {finding.check: finding.severity for finding in project.show("findings").findings}
    assert "target_synonyms" not in checks
    assert checks["spelling_variants"] == "warning"


def test_the_figures_are_those_of_answers_in_one_spelling(tmp_path):
    figures = []
    for name, answers in {"plain": PLAIN, "many": in_many_ways()}.items():
        (tmp_path / name).mkdir()
        few = {"candidates": 1, "families": ["linear"], "experience": False}
        views = {"skip": VIEWS.names(), "skip_insights": SEEKERS.names()}
        project = project_of(tmp_path / name, answers, train=few, explore=views)
        project.run(until="evaluate", n_jobs=1)
        figures.append(project.show("evaluation").metrics[0].model)
    assert figures[0] == figures[1]


def test_spellings_stay_apart_where_nothing_is_cleaned(tmp_path):
    project = project_of(tmp_path, in_many_ways(), clean={"apply": "off"})
    project.run(until="split", n_jobs=1)
    assert len(project.show("profile").roles.classes) == 8


def test_genes_are_not_spellings(tmp_path):
    project = project_of(tmp_path, [("AA", "Aa", "aa")[int(place)] for place in np.arange(N) % 3])
    project.run(until="split", n_jobs=1)
    assert project.show("profile").roles.classes == ("AA", "Aa", "aa")


def test_one_answer_in_three_spellings_is_nothing_to_tell_apart(tmp_path):
    with pytest.raises(TargetError, match="holds only 'yes'"):
        project_of(tmp_path, ["yes", "YES", "yes", "Yes"] * 100).run(until="split", n_jobs=1)


def test_the_positive_answer_may_be_named_in_any_spelling(tmp_path):
    project = project_of(tmp_path, in_many_ways(), project={"target": "y", "positive": "NO"})
    project.run(until="split", n_jobs=1)
    assert project.show("profile").roles.classes == ("Yes", "No")
