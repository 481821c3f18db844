"""A look at data from the command line, with or without a project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mlwright.core.errors import NothingToShow, SettingsError
from mlwright.faces.keys import Keys

if TYPE_CHECKING:
    from mlwright.project import Project


class Asked(NamedTuple):
    """What is to be looked at.

    Parameters
    ----------
    source, target, query : str or None
        Where the data is, its target, and what is asked of a database.
    path : Path or None
        Without a source the project is the one there, or in this folder; else it is kept there, or gone afterwards.
    sample_rows : int or None
        Of how many rows the look is enough.
    keys : Keys
        What names the rows, and what they refer to.
    """

    source: str | None
    target: str | None
    query: str | None
    path: Path | None
    sample_rows: int | None = None
    keys: Keys = Keys()


@contextmanager
def look(asked: Asked, *, until: str, quiet: bool) -> Iterator[Project]:
    """A project in which the stages were run until one of the looks."""
    from mlwright.faces.cli.main import process_start
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.render.summary import summary_of

    with _chosen(asked) as project:
        with shown(summary_of(project), quiet=quiet) as listen:
            try:
                project.run(until=until, only_needed=True, began=process_start(), listen=listen)
            finally:
                _refuse_changed(project)
        yield project


def _refuse_changed(project: Project) -> None:
    """Say so if a file that was read in place has changed meanwhile: whatever else went wrong followed from that."""
    from mlwright.data.compute.borrowing import refuse_changed
    from mlwright.records.data import Snapshot

    with suppress(NothingToShow):
        refuse_changed(project.record(Snapshot))


def _chosen(asked: Asked) -> AbstractContextManager[Project]:
    from mlwright.faces.cli.arguments import HERE
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.new_project import Question, project_to_look_at

    if asked.source is not None and (asked.path is None or asked.keys == Keys()):
        question = Question(asked.source, asked.target, asked.query, asked.path, asked.sample_rows, keys=asked.keys)
        return project_to_look_at(question)
    if asked.keys != Keys():
        raise SettingsError(
            "What names the rows of a project, and what they refer to, is said in its mlwright.toml.",
            "Set unique and keys in [collect] there, or leave --project out.",
        )
    if asked.target is not None or asked.query is not None:
        raise SettingsError("Which data is to be looked at?", "Name a file or a database as the first argument.")
    return nullcontext(opened(asked.path or HERE))
