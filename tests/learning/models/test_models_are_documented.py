"""The reference names every family and every candidate."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlwright.learning.models import MODELS
from mlwright.testing.encoded_rows import N_CLASSES, easy

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "models.md").read_text("utf-8")


@pytest.mark.parametrize("name", MODELS.installed())
def test_each_family_is_in_the_reference(name):
    assert re.search(rf"^\| `{name}` \| {re.escape(MODELS.get(name).title)} \|", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", MODELS.installed())
def test_each_candidate_is_in_the_reference(name):
    candidates = [c.name for task in N_CLASSES for c in MODELS.get(name)().candidates(easy(task).facts)]
    assert all(PAGE.count(f"\n| `{candidate}` |") >= 2 for candidate in candidates)
