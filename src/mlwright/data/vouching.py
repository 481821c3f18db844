"""A person's word that a column is known when the prediction is made."""

from __future__ import annotations

from collections.abc import Sequence

from mlwright.core.errors import SettingsError, offers
from mlwright.data.words import quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

KEY = "check.known_in_time"
ACTION = f"Nothing, as long as that is true; else take the name out of {KEY} and put it into profile.ignore."


def check_known(names: Sequence[str], profile: Profile) -> None:
    """Raise a `SettingsError` for a name that is no column, or the target."""
    known = [column.name for column in profile.columns]
    for name in names:
        if name not in known:
            raise SettingsError(
                f"{KEY} names the column {name!r}, which the table does not have.",
                f"Did you mean: {offers(name, known)}?",
            )
        if profile.roles.asked is not None and name == profile.roles.target:
            raise SettingsError(
                f"{KEY} names {name!r}, which is the target: it is what is not known.", f"Take it out of {KEY}."
            )


def vouched(finding: Finding, names: Sequence[str]) -> Finding:
    """The finding, made a note if a person vouches for all columns that it suspects."""
    if not finding.is_suspicion or not finding.columns or not set(finding.columns) <= set(names):
        return finding
    sentence = f"{finding.sentence} {told_vouched(finding.columns)}"
    return finding.model_copy(update={"severity": "note", "sentence": sentence, "action": ACTION})


def told_vouched(names: Sequence[str]) -> str:
    """That a person vouches for columns, as a sentence."""
    are = "is" if len(names) == 1 else "are"
    return f"A person vouches that {quoted(names, 5)} {are} known when the prediction is made ({KEY})."
