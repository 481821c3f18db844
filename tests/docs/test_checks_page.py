"""The pages of checks and views say what the code says, and the guide's example is a check that keeps the contract."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from mlwright.data.checks import CHECKS
from mlwright.testing import checks as suite

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = DOCS / "how-to" / "write-a-check.md"


@pytest.fixture
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_checks", DOCS / "make_checks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The example as a package that is installed, with the entry point of the guide."""
    text = GUIDE.read_text("utf-8")
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL)[1]
    package, facts = tmp_path / "my_checks", tmp_path / "my_checks-1.0.dist-info"
    package.mkdir()
    facts.mkdir()
    (package / "__init__.py").touch()
    (package / "impossible_ages.py").write_text(example, "utf-8")
    group, entry = re.search(r'\[project\.entry-points\."(.+?)"\]\n(.+?)\n', text).groups()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: my_checks\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text(f"[{group}]\n{entry.replace(chr(34), '')}\n")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.parametrize("page", ["checks.md", "deliveries.md", "views.md", "insights.md"])
def test_a_page_is_as_the_code_writes_it(page: str, generator: ModuleType) -> None:
    written = (DOCS / "reference" / page).read_text("utf-8")
    assert written == generator.pages()[page], "run: python docs/make_checks.py"


def test_the_example_of_the_guide_keeps_the_contract(installed, tmp_path: Path) -> None:
    name = "impossible_ages"
    assert name in CHECKS.names()
    suite.test_it_is_documented(name)
    suite.test_its_specimens_are_alike(name)
    suite.test_it_stays_quiet_on_its_quiet_specimen(name, tmp_path)
    suite.test_it_speaks_on_its_speaking_specimen(name, tmp_path)
