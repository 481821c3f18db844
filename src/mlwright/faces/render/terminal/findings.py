"""What was found in the data: the weightiest first and in full, the long tail short."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from mlwright.data.words import counted, shortened
from mlwright.faces.render.terminal.tables import coloured, said, table
from mlwright.records.findings import Finding, Findings, Severity

LEVELS: tuple[Severity, ...] = ("critical", "warning", "note")
MANY = 10
LONGEST_NOTE = 240


def findings_table(findings: Findings, least: Severity = "note") -> Table | Text:
    """The findings that are at least this severe; of more than ten, notes are told without what to do."""
    wanted = [f for f in findings.findings if LEVELS.index(f.severity) <= LEVELS.index(least)]
    if not wanted:
        return _nothing(findings)
    heads = ("", "finding", "what and what to do")
    return table("What was found in the data", heads, _rows(wanted, is_long=len(wanted) > MANY))


def _nothing(findings: Findings) -> Text:
    if findings.n_late:
        unasked = f"for {counted(findings.n_late, 'check')} there was no time; a longer budget asks them too."
        return said(f"Nothing was found so far, but {unasked}", "yellow")
    return said("Nothing was found in the data that stands in the way.", "green")


def _rows(wanted: list[Finding], *, is_long: bool) -> Iterator[tuple[Text, str, str]]:
    """One row for each finding; its severity stands where it changes."""
    before = None
    for finding in wanted:
        is_brief = is_long and finding.severity == "note"
        told = shortened(finding.sentence, LONGEST_NOTE) if is_brief else f"{finding.sentence} {finding.action}"
        yield coloured("" if finding.severity == before else finding.severity), finding.title, told
        before = finding.severity


def quiet_line(findings: Findings) -> Text:
    """How many checks found nothing."""
    n_mute = len(findings.skipped) - findings.n_late
    told = [f"{counted(len(findings.quiet), 'check')} looked and found nothing"]
    if n_mute:
        told.append(f"{counted(n_mute, 'check')} had nothing to judge")
    if findings.n_late:
        told.append(f"for {counted(findings.n_late, 'check')} there was no time")
    return said("; ".join(told) + ".", "dim")
