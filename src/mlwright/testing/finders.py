"""What the suites of all who report findings share: what a whole finding is, and a table on which nobody may crash."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mlwright.data.asking import Finder
from mlwright.records.findings import Finding

TINY: Mapping[str, Sequence[Any]] = {
    "number": [row / 3 if row % 3 else None for row in range(30)],
    "word": [("a", None, "b")[row % 3] for row in range(30)],
    "day": [f"2024-01-{1 + row % 28:02d}" for row in range(30)],
    "y": [("no", "yes")[row % 2] for row in range(30)],
}
"""Thirty rows with gaps everywhere."""


def assert_whole(finding: Finding, name: str) -> None:
    """It bears its finder's name, shows numbers or columns, and says in sentences what was found and what to do."""
    assert finding.check == name
    assert is_sentence(finding.sentence), finding.sentence
    assert re.search(r"\d", finding.sentence) or finding.columns, "a finding shows its numbers or its columns"
    assert len(finding.sentence) <= 600
    assert is_sentence(finding.action), finding.action
    assert len(finding.rows) <= 20
    assert len(finding.examples) <= 20


def assert_documented(member: type[Finder], base: type[Finder]) -> None:
    """It says what it looks for, what it is called and what to do."""
    assert (member.__doc__ or "").strip()
    assert member.__doc__ != base.__doc__
    assert 3 <= len(member.title) <= 60
    assert not member.title.endswith(".")
    assert is_sentence(member.action)


def is_sentence(text: str) -> bool:
    """Whether it ends as one, and nothing was left unfilled in it."""
    return len(text) > 20 and text[-1] == "." and "  " not in text and not re.search(r"(?<!= )\{(?!\d)", text)
