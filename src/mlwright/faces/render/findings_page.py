"""The page of the findings: what is wrong with the data, ranked, with rows and values to look at, in one HTML file."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from mlwright.core.store.blobs import write_atomically
from mlwright.data.compute.table import open_parquet
from mlwright.data.excerpts import excerpts
from mlwright.data.words import counted, listing
from mlwright.faces.render.page import environment
from mlwright.project import Project
from mlwright.records.data import Snapshot
from mlwright.records.findings import Excerpt, Findings, Severity
from mlwright.records.profile import Profile

SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "note")


def write_findings(project: Project, path: Path) -> Path:
    """Write the page of a project's latest findings, and return where."""
    snapshot, profile, findings = project.record(Snapshot), project.record(Profile), project.record(Findings)
    rows = _rows(project, snapshot, profile, findings)
    write_atomically(path, render_findings(snapshot, profile, findings, rows).encode("utf-8", "replace"))
    return path


def render_findings(snapshot: Snapshot, profile: Profile, findings: Findings, rows: tuple[Excerpt, ...] = ()) -> str:
    """The page as HTML."""
    counts = Counter(finding.severity for finding in findings.findings)
    return (
        environment()
        .get_template("findings.html")
        .render(
            snapshot=snapshot,
            profile=profile,
            findings=findings,
            accent="stop" if counts["critical"] else "pilot" if counts["warning"] else "deploy",
            headline=_headline(counts, findings.n_late),
            excerpts={each.place: each for each in rows},
            made_at=time.strftime("%d %B %Y, %H:%M"),
        )
    )


def _headline(counts: Counter[Severity], n_late: int) -> str:
    """What was found, and what that means for the use of the data."""
    said = listing(
        [
            counted(counts[each], f"{each} finding" if each == "critical" else each)
            for each in SEVERITIES
            if counts[each]
        ]
        or ["nothing was found"]
    )
    if counts["critical"]:
        return f"Mend this before the data is used: {said}"
    if counts["warning"]:
        return f"Look at this before the data is used: {said}"
    if n_late:
        return f"Nothing stands in the way so far: {said}; for {counted(n_late, 'check')} there was no time"
    return f"Nothing stands in the way: {said}"


def _rows(project: Project, snapshot: Snapshot, profile: Profile, findings: Findings) -> tuple[Excerpt, ...]:
    """The rows to look at, without the target: the answers of rows that are set aside are not for looking at."""
    table = open_parquet(project.store.blobs.path(snapshot.blob))
    if profile.roles.asked is not None and profile.roles.target in table.columns:
        table = type(table)(table.expr.drop(profile.roles.target), table.path, hidden=(profile.roles.target,))
    return excerpts(table, findings.findings)
