"""The dossier: every point of Annex IV with what the run knows and what a person still has to state."""

from __future__ import annotations

import time
from typing import NamedTuple

from mlwright.core.history import RunState
from mlwright.faces.render.dossier.annex import ANNEX, Point
from mlwright.faces.render.dossier.blocks import Block, Known
from mlwright.faces.render.dossier.known import known_of
from mlwright.faces.render.facts import facts_of
from mlwright.project import Project
from mlwright.records.bundle import Manifest
from mlwright.scoring.folder import MANIFEST


class Filled(NamedTuple):
    """A point and what is known of it."""

    point: Point
    blocks: list[Block]


class FilledChapter(NamedTuple):
    """A part of the annex with its points."""

    title: str
    points: list[Filled]


class Dossier(NamedTuple):
    """The whole document, before it takes a form.

    Parameters
    ----------
    name : str
        Of the project.
    run_id, made_at : str
    chapters : list of FilledChapter
    """

    name: str
    run_id: str
    made_at: str
    chapters: list[FilledChapter]

    @property
    def owed(self) -> list[tuple[str, str]]:
        """All that only a person can state, with the number of the point."""
        return [
            (filled.point.number, text)
            for chapter in self.chapters
            for filled in chapter.points
            for text in filled.point.owed
        ]

    @property
    def title(self) -> str:
        """What stands on top."""
        return f"Technical documentation of {self.name}: a draft"


def dossier_of(project: Project, run: RunState) -> Dossier:
    """The draft for a run that has come to a decision.

    Raises
    ------
    NothingToShow
        If it has not.
    """
    facts = facts_of(project, run)
    manifest = None
    if facts.bundle is not None:
        manifest = Manifest.model_validate_json(project.store.blobs.get(facts.bundle.files[MANIFEST]))
    known = known_of(Known(facts, manifest, tuple(project.store.registry.journal.entries())))
    chapters = [
        FilledChapter(chapter.title, [Filled(point, known.get(point.number, [])) for point in chapter.points])
        for chapter in ANNEX
    ]
    made_at = time.strftime("%d %B %Y", time.localtime(run.started_at))
    return Dossier(project.settings().project.name or project.path.name, run.run_id, made_at, chapters)
