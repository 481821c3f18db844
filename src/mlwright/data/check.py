"""Look for faults in the data."""

from __future__ import annotations

from functools import partial

from mlwright.core.errors import ExtraMissing, MlwrightError
from mlwright.core.family import NotApplicable
from mlwright.core.record import Record
from mlwright.core.run import Run
from mlwright.data.checks import CHECKS, GROUPS
from mlwright.data.compute.table import SplitTable, open_split
from mlwright.data.vouching import check_known, vouched
from mlwright.records.data import Snapshot
from mlwright.records.findings import Finding, Findings, Skipped
from mlwright.records.profile import Profile
from mlwright.records.settings import CheckSettings
from mlwright.records.split import Split

SEVERITIES = ("critical", "warning", "note")


class Answer(Record):
    """What one check said: its findings, or why it could not judge, and whether it should have been able to."""

    name: str
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
    failed: bool = False


def check(snapshot: Snapshot, profile: Profile, split: Split, settings: CheckSettings, run: Run) -> Findings:
    """Ask every check.

    Raises
    ------
    SettingsError
        If ``check.skip`` names an unknown check, or ``check.known_in_time`` an unknown column.
    """
    check_known(settings.known_in_time, profile)
    names = CHECKS.names_but(settings.skip, "check.skip")
    table = open_split(snapshot, split, profile, run)
    work = partial(ask, table=table, profile=profile)
    answers = [answer for answer in run.each(names, work, kind=Answer, key=str) if answer is not None]
    findings = [vouched(finding, settings.known_in_time) for answer in answers for finding in answer.findings]
    return Findings(
        findings=tuple(sorted(findings, key=rank)),
        quiet=tuple(answer.name for answer in answers if not answer.findings and answer.reason is None),
        skipped=tuple(
            Skipped(name=answer.name, reason=answer.reason, failed=answer.failed)
            for answer in answers
            if answer.reason is not None
        ),
        vouched=settings.known_in_time,
    )


def rank(finding: Finding) -> tuple[int, int]:
    """Where a finding stands among others: by its severity, then by the group of its check."""
    return SEVERITIES.index(finding.severity), list(GROUPS).index(CHECKS.get(finding.check).group)


def ask(name: str, table: SplitTable, profile: Profile) -> Answer:
    """What one check says about a table."""
    try:
        return Answer(name=name, findings=tuple(CHECKS.get(name)().look(table, profile)))
    except NotApplicable as refusal:
        return Answer(name=name, reason=refusal.reason)
    except ExtraMissing as missing:
        return Answer(name=name, reason=missing.message, failed=True)
    except MlwrightError:
        raise
    except Exception as error:  # noqa: BLE001  one check that fails must not hide what the others found
        return Answer(name=name, reason=f"it failed with {type(error).__name__}: {error}", failed=True)
