"""The example of the guide is a family that the contract suite finds and passes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlwright.learning.models import MODELS
from mlwright.testing import models as suite

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-model-family.md"


@pytest.fixture(autouse=True)
def installed(tmp_path, monkeypatch):
    """The example as a package that is installed, with the entry point of the guide."""
    text = PAGE.read_text("utf-8")
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    package, facts = tmp_path / "my_package", tmp_path / "my_package-1.0.dist-info"
    package.mkdir()
    facts.mkdir()
    (package / "__init__.py").touch()
    (package / "random_forest.py").write_text(example, "utf-8")
    group, entry = re.search(r'\[project\.entry-points\."(.+?)"\]\n(.+?)\n', text).groups()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: my_package\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[{group}]\n{entry.replace(chr(34), '')}\n")
    monkeypatch.syspath_prepend(str(tmp_path))


def test_it_is_found_by_its_name():
    assert MODELS.get("random_forest").title == "Random forest"


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
def test_it_keeps_the_contract(task):
    suite.test_candidates_are_well_formed("random_forest", task)
    suite.test_every_candidate_learns("random_forest", task)
    suite.test_the_same_seed_gives_the_same_core("random_forest", task)
    suite.test_a_cancelled_run_ends_the_fit("random_forest", task)


def test_it_takes_awkward_rows():
    for what in ("constant columns", "few rows", "absent class", "missing only later"):
        suite.test_awkward_rows("random_forest", "multiclass", what)
