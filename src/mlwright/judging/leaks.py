"""What is suspected of giving the answer away."""

from __future__ import annotations

from mlwright.judging.rules import Evidence
from mlwright.records.findings import Finding

LEAK = "_leak"
ONE_FOR_ALL = "dominant_column"
DOMINANT_SHARE = 0.9


def leaks_in(evidence: Evidence) -> list[Finding]:
    """What the checks whose names end with "leak" have found, and that of a dominant column; notes are none."""
    return [
        finding
        for finding in evidence.findings.findings
        if finding.severity != "note" and (finding.check.endswith(LEAK) or finding.check == ONE_FOR_ALL)
    ]


def suspects(evidence: Evidence) -> tuple[str, ...]:
    """The columns that those findings name."""
    return tuple(dict.fromkeys(column for finding in leaks_in(evidence) for column in finding.columns))


def dominant(evidence: Evidence) -> tuple[str, float] | None:
    """The column on which nearly all of the gain rests, with its share; None if there is none."""
    first = next(iter(evidence.training.importance.items()), None)
    few = len(evidence.profile.roles.inputs) <= 2
    return None if first is None or few or first[1] < DOMINANT_SHARE else first
