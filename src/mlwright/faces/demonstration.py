"""The main job on the data that comes with mlwright: find whom a bank should call."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from mlwright.config import FILE_NAME, write_settings
from mlwright.core.errors import SettingsError
from mlwright.core.store.journal import Event
from mlwright.project import Project
from mlwright.records.findings import Findings

STORY = """
A Portuguese bank called 45,211 customers to sell a term deposit; about one in nine said yes.
Which customers should it call next time, and is a model worth it?
(Moro, Rita and Cortez: Bank Marketing, UCI Machine Learning Repository, CC BY 4.0)
"""

DATA = "bank_marketing.csv.gz"
MADE = {DATA, FILE_NAME, ".mlwright", "reports", "bundles"}
"""All that a demonstration leaves in its folder."""

TARGET = "deposit"
KNOWN_TOO_LATE = "duration"
SECTIONS: dict[str, dict[str, Any]] = {
    "project": {"name": "bank-marketing", "target": TARGET},
    "collect": {"source": DATA},
    "decide": {
        "benefit": {"true_positive": 60, "false_positive": -8, "true_negative": 0, "false_negative": 0},
        "must": ["beats_baseline", "pays_off", "holds_up"],
    },
}
COMMENTS = {"decide.benefit": "euros: a deposit earns 68, a call costs 8"}


def make_demo_project(folder: Path) -> Project:
    """A project folder with the data in it; a folder that an earlier demonstration has made is made anew.

    Raises
    ------
    SettingsError
        If the folder holds something else.
    """
    found = {file.name for file in folder.iterdir()} if folder.exists() else set()
    if found:
        if DATA not in found or found - MADE:
            raise SettingsError(f"{folder} holds something else.", "mlwright demo --project another_folder")
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with as_file(files("mlwright") / "example" / DATA) as data:
        shutil.copyfile(data, folder / DATA)
    return Project.create(folder, SECTIONS, COMMENTS)


def first_look(project: Project, listen: Callable[[Event], None]) -> Findings:
    """What the checks say of the data as it came."""
    project.run(until="check", listen=listen)
    return project.record(Findings)


def heed_the_finding(project: Project) -> str:
    """Do what a person would do: leave out the column that is known only after the call."""
    sections = {**SECTIONS, "profile": {"ignore": [KNOWN_TOO_LATE]}}
    comments = {**COMMENTS, "profile.ignore": "the length of the call is known only when it is over"}
    write_settings(project.path / FILE_NAME, sections, comments)
    return (
        f"\nThe checks point at {KNOWN_TOO_LATE!r}: the length of the call, known only when the call is over. A model\n"
        f"must not use it, so mlwright.toml now says: ignore = [{KNOWN_TOO_LATE!r}]. Now the whole job.\n"
    )
