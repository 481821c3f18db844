"""Every error that a user can meet.

Each says what is wrong, where, what was found and what to do next; none blames.

.. code-block:: text

    MlwrightError
    ├── UserMistake                    exit status 2: the user can mend it
    │   ├── SettingsError              mlwright.toml or a command-line option is wrong
    │   ├── SourceError                data cannot be had from where it should be
    │   │   ├── SourceMissing          no such file, table or column of files
    │   │   ├── SourceUnreadable       there, but not readable as what it claims to be
    │   │   ├── SourceEmpty            no rows, or too few to learn anything
    │   │   └── SourceRefused          wrong password, no right to read, or a query that writes
    │   ├── TargetError                the target column is missing, constant, empty or unusable
    │   ├── TableError                 a table does not have the columns or types that were promised
    │   ├── ProjectMissing             this folder holds no project
    │   ├── ProjectBusy                another run holds the project
    │   ├── NothingToShow              the asked-for record does not exist yet
    │   ├── ExtraMissing               an optional package is not installed
    │   │   └── MemberBroken           a plugin of another package does not work
    │   ├── MemoryShort                more memory is needed than there is
    │   ├── LimitsMissed               no model keeps the limits that the user has set
    │   ├── MemberUnknown              no plugin of that name
    │   ├── NoticeRefused              somebody could not be told
    │   ├── DeploymentError            a place to deploy to is not there, or has refused
    │   ├── ExportRefused              a model cannot be said exactly in another language
    │   └── RequestError               a request to the service breaks the bundle's schema
    ├── RunCancelled                   exit status 130: somebody asked the run to end
    ├── StorageError                   exit status 2: the disk is full or cannot be written
    ├── StoreDamaged                   exit status 2: a stored file is not what was written
    ├── BundleError                    exit status 2: a bundle is changed, incomplete or unreadable
    └── Fault                          exit status 1: a mistake of ours
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class MlwrightError(Exception):
    """What went wrong, and what to do about it.

    Parameters
    ----------
    message : str
        What, where, and what was found; one sentence.
    hint : str, optional
        What to do next, as the words or the command to type.
    """

    code: ClassVar[str] = "error"
    exit_status: ClassVar[int] = 2

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message if self.hint is None else f"{self.message}\n  -> {self.hint}"


class UserMistake(MlwrightError):
    """Something that the user can mend."""

    code = "user_mistake"


class SettingsError(UserMistake):
    """A key or a value of the settings is wrong."""

    code = "settings"


class SourceError(UserMistake):
    """Data cannot be had from where it should be."""

    code = "source"


class SourceMissing(SourceError):
    """The file, table or database is not there."""

    code = "source_missing"


class SourceUnreadable(SourceError):
    """It is there, but cannot be read as what it claims to be."""

    code = "source_unreadable"


class SourceEmpty(SourceError):
    """It holds no rows, or too few to learn anything."""

    code = "source_empty"


class SourceRefused(SourceError):
    """The source refused us, or we refused the query."""

    code = "source_refused"


class TargetError(UserMistake):
    """The target column is missing, constant, empty or cannot be predicted."""

    code = "target"


class TableError(UserMistake):
    """A table lacks columns, or holds types, that were promised otherwise."""

    code = "table"


class ProjectMissing(UserMistake):
    """A folder holds no project."""

    code = "project_missing"


class ProjectBusy(UserMistake):
    """Another process holds the project."""

    code = "project_busy"


class NothingToShow(UserMistake):
    """What is asked for has not been made yet."""

    code = "nothing_to_show"


class ExtraMissing(UserMistake):
    """An optional package is needed and not installed."""

    code = "extra_missing"


class MemberBroken(ExtraMissing):
    """A plugin that another package adds does not work; what does not need it goes on without."""

    code = "member_broken"


class MemoryShort(UserMistake):
    """More memory is needed than there is."""

    code = "memory_short"


class LimitsMissed(UserMistake):
    """No model keeps the limits of time or size that the user has set."""

    code = "limits_missed"


class MemberUnknown(UserMistake):
    """A family has no member of that name."""

    code = "member_unknown"


class NoticeRefused(UserMistake):
    """Somebody who was to be told could not be reached."""

    code = "notice_refused"


class DeploymentError(UserMistake):
    """A place to deploy to is not there, or has refused."""

    code = "deployment"


class RequestError(UserMistake):
    """A request to the service breaks the schema of the bundle."""

    code = "request"


class ExportRefused(UserMistake):
    """A model cannot be said exactly in the asked-for form."""

    code = "export_refused"


class RunCancelled(MlwrightError):
    """Somebody asked the run to end."""

    code = "cancelled"
    exit_status = 130


class StorageError(MlwrightError):
    """The disk is full or cannot be written."""

    code = "storage"


class StoreDamaged(MlwrightError):
    """A stored file is not what was written."""

    code = "store_damaged"


class BundleError(MlwrightError):
    """A bundle is changed, incomplete or unreadable."""

    code = "bundle"


class Fault(MlwrightError):
    """A mistake of ours."""

    code = "fault"
    exit_status = 1


def nearest(word: str, known: Iterable[str], n: int = 3) -> list[str]:
    """The known words that are most like `word`, best first; those of the same letters come first.

    >>> nearest("churn", ["plan", "Churned", "age"])
    ['Churned']
    """
    lowered: dict[str, str] = {}
    for candidate in known:
        lowered.setdefault(candidate.casefold(), candidate)
    matches = difflib.get_close_matches(word.casefold(), list(lowered), n=n, cutoff=0.5)
    return [lowered[match] for match in matches]


def offers(word: str, known: Iterable[str], limit: int = 10) -> str:
    """What may have been meant by `word`, for a hint: the nearest of what is known, or where none is like it the first.

    >>> offers("churn", ["plan", "Churned", "age"])
    'Churned'
    >>> offers("email", ["plan", "Churned", "age"], limit=2)
    'plan, Churned, ... (3 in all)'
    """
    everything = list(known)
    return name_list(nearest(word, everything) or everything, limit)


def name_list(names: Iterable[str], limit: int = 5) -> str:
    """Names for a sentence, the first `limit` of them.

    >>> name_list(["a", "b", "c"], limit=2)
    'a, b, ... (3 in all)'
    """
    everything = list(names)
    shown = ", ".join(everything[:limit])
    return shown if len(everything) <= limit else f"{shown}, ... ({len(everything)} in all)"
