"""The user's own experience: a file with one line for each finished search, and what is shipped to begin with.

The file is ``$XDG_DATA_HOME/mlwright/experience.jsonl`` (``~/.local/share`` where that is not set). The environment
variable ``MLWRIGHT_EXPERIENCE`` names another file, or says ``off``. No data and no name of a table or a column is in
it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from mlwright.core.store.exclusive import lock
from mlwright.records.experience import Trace

VARIABLE = "MLWRIGHT_EXPERIENCE"
MOST_LINES = 500


def diary_file() -> Path | None:
    """Where the experience of this user is kept; None if it is switched off."""
    told = os.environ.get(VARIABLE, "")
    if told.lower() == "off":
        return None
    if told:
        return Path(told)
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(home) / "mlwright" / "experience.jsonl"


def read_diary() -> list[Trace]:
    """What the user's own searches taught, oldest first; lines that cannot be read are passed over."""
    file = diary_file()
    try:
        return [] if file is None else _traces(file.read_text("utf-8").splitlines())
    except OSError:
        return []


def shipped() -> list[Trace]:
    """What searches on public data sets taught, before this version was made."""
    return _traces((files("mlwright.learning.search") / "prior.jsonl").read_text("utf-8").splitlines())


def write_diary(trace: Trace) -> str | None:
    """Add a line, and let the oldest go beyond 500; two runs may do so at the same time.

    Returns
    -------
    str or None
        Why it could not be written; a run does not fail for that.
    """
    file = diary_file()
    if file is None:
        return None
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "a+", encoding="utf-8") as diary:
            lock(diary, wait=True)
            diary.seek(0)
            lines = [line for line in diary.read().splitlines() if line][-(MOST_LINES - 1) :]
            diary.truncate(0)
            diary.write("".join(f"{line}\n" for line in [*lines, trace.model_dump_json()]))
    except OSError as error:
        return f"{file} cannot be written ({error.strerror})"
    return None


def _traces(lines: Iterable[str]) -> list[Trace]:
    found = []
    for line in lines:
        try:
            found.append(Trace.model_validate_json(line))
        except ValidationError:
            continue
    return found
