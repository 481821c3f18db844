"""Asks the members of a family what they find; none of them can hide what the others found."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from mlwright.core.errors import ExtraMissing, MlwrightError
from mlwright.core.family import NotApplicable
from mlwright.core.record import Record
from mlwright.records.findings import Finding, Severity, Skipped

SEVERITIES: tuple[Severity, ...] = ("critical", "warning", "note")


class Finder(ABC):
    """Looks for one kind of fault; its file's name is the name of its findings."""

    severity: ClassVar[Severity]
    title: ClassVar[str]
    action: ClassVar[str]

    def found(
        self,
        sentence: str,
        *columns: str,
        severity: Severity | None = None,
        rows: Sequence[int] = (),
        examples: Sequence[str] = (),
        action: str | None = None,
    ) -> Finding:
        """A finding of this member."""
        return Finding(
            check=type(self).__module__.rpartition(".")[2],
            severity=severity or self.severity,
            title=self.title,
            sentence=sentence,
            columns=columns,
            rows=tuple(rows),
            examples=tuple(examples),
            action=action or self.action,
        )


class Answer(Record):
    """What one member said: its findings, or why it could not judge, and whether it should have been able to."""

    name: str
    findings: tuple[Finding, ...] = ()
    reason: str | None = None
    failed: bool = False


def answer(name: str, look: Callable[[], Iterable[Finding]]) -> Answer:
    """What one member says."""
    try:
        return Answer(name=name, findings=tuple(look()))
    except NotApplicable as refusal:
        return Answer(name=name, reason=refusal.reason)
    except ExtraMissing as missing:
        return Answer(name=name, reason=missing.message, failed=True)
    except MlwrightError:
        raise
    except Exception as error:  # noqa: BLE001  one member that fails must not hide what the others found
        return Answer(name=name, reason=f"it failed with {type(error).__name__}: {error}", failed=True)


def quiet(answers: Iterable[Answer]) -> tuple[str, ...]:
    """Members that looked and found nothing."""
    return tuple(answer.name for answer in answers if not answer.findings and answer.reason is None)


def skipped(answers: Iterable[Answer]) -> tuple[Skipped, ...]:
    """Members that could not judge, and why."""
    return tuple(
        Skipped(name=answer.name, reason=answer.reason, failed=answer.failed)
        for answer in answers
        if answer.reason is not None
    )
