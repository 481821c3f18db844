"""What is suspected of giving the answer away."""

from __future__ import annotations

from mlwright.judging.rules import Evidence
from mlwright.records.findings import Finding

DOMINANT_SHARE = 0.9


def leaks_in(evidence: Evidence) -> list[Finding]:
    """What checks suspect of knowing the answer; notes, and what a person vouches for, are none."""
    return [finding for finding in evidence.findings.findings if finding.severity != "note" and finding.is_suspicion]


def suspects(evidence: Evidence) -> tuple[str, ...]:
    """The columns that those findings name."""
    return tuple(dict.fromkeys(column for finding in leaks_in(evidence) for column in finding.columns))


def dominant(evidence: Evidence) -> tuple[str, float] | None:
    """The column on which nearly all of the gain rests, with its share; None if none does or it is vouched for."""
    first = next(iter(evidence.training.importance.items()), None)
    few = len(evidence.profile.roles.inputs) <= 2
    if first is None or few or first[1] < DOMINANT_SHARE or first[0] in evidence.findings.vouched:
        return None
    return first
