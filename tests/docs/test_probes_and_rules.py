"""Every probe and every rule is documented, with what it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlwright.judging.probes import PROBES
from mlwright.judging.rules import RULES

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"


def section(page: str, name: str) -> str:
    """The text under the heading of one member."""
    _, _, after = (REFERENCE / page).read_text("utf-8").partition(f"\n## {name}\n")
    return after.partition("\n## ")[0]


@pytest.mark.parametrize("name", PROBES.names())
def test_a_probe_is_documented_with_its_title_and_strengths(name: str) -> None:
    probe = PROBES.get(name)
    text = section("probes.md", name)
    assert f"**{probe.title}.**" in text
    assert all(f"- strength {strength:g}: {probe().describe(strength)}\n" in text for strength in probe.strengths)


@pytest.mark.parametrize("name", RULES.names())
def test_a_rule_is_documented_with_its_title(name: str) -> None:
    assert f"**{RULES.get(name).title}.**" in section("rules.md", name)


@pytest.mark.parametrize(("page", "names"), [("probes.md", PROBES.names()), ("rules.md", RULES.names())])
def test_no_page_tells_of_what_is_not_there(page: str, names: tuple[str, ...]) -> None:
    heads = [line[3:] for line in (REFERENCE / page).read_text("utf-8").splitlines() if line.startswith("## ")]
    assert set(heads) == {*names, "Your own"}
