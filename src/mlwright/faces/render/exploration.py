"""The exploration page: what there is to know and to see in the data, in one HTML file."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mlwright.core.history import RunState
from mlwright.core.store.blobs import write_atomically
from mlwright.data.words import counted, listing, percent
from mlwright.faces.render.columns import columns_shown
from mlwright.faces.render.first_rows import first_rows
from mlwright.faces.render.page import Picture, drawings, environment
from mlwright.project import Project
from mlwright.records.data import Snapshot
from mlwright.records.exploration import Exploration
from mlwright.records.findings import Findings
from mlwright.records.profile import Profile
from mlwright.records.split import Split

FIRST_INSIGHTS = 12
MAX_COLUMNS = 1_000
MEGA = 1e6


class Chapter(NamedTuple):
    """Pictures that belong together, with the name of their link."""

    anchor: str
    title: str
    link: str
    views: tuple[str, ...]


CHAPTERS = (
    Chapter("target", "The target", "Target", ("target", "relation_strength", "target_by_column")),
    Chapter("segments", "Where the target stands out", "Segments", ("segments",)),
    Chapter("text", "Words", "Words", ("text_terms",)),
    Chapter("together", "Which columns go together", "Together", ("associations",)),
    Chapter("missing", "What is missing", "Missing", ("missing", "missing_together")),
    Chapter("time", "Time", "Time", ("over_time", "calendar", "columns_over_time")),
)
LEFT_TO_THE_COLUMNS = frozenset({"distributions"})
"""Views of which the column by column part of the page shows more."""


class Tile(NamedTuple):
    """A figure of the first screen, and what it says."""

    figure: str
    caption: str


class Shelf(NamedTuple):
    """A chapter with its pictures."""

    anchor: str
    title: str
    link: str
    pictures: list[Picture]


def write_exploration(project: Project, state: RunState, path: Path) -> Path:
    """Write the exploration page of a run.

    Parameters
    ----------
    project : Project
    state : RunState
        A run in which `explore` is done.
    path : Path
        The file to write.

    Returns
    -------
    Path
        The same.
    """
    write_atomically(path, render_exploration(project, state).encode("utf-8", "replace"))
    return path


def render_exploration(project: Project, state: RunState) -> str:
    """The exploration page as HTML."""
    snapshot = project.record(Snapshot, state.run_id)
    profile = project.record(Profile, state.run_id)
    exploration = project.record(Exploration, state.run_id)
    findings = project.record(Findings, state.run_id)
    columns = columns_shown(profile, exploration, MAX_COLUMNS)
    return (
        environment()
        .get_template("exploration.html")
        .render(
            name=project.settings().project.name,
            made_at=time.strftime("%d %B %Y, %H:%M", time.localtime(state.started_at)),
            snapshot=snapshot,
            profile=profile,
            exploration=exploration,
            to_mind=[finding for finding in findings.findings if finding.severity != "note"],
            tiles=_tiles(snapshot, profile, findings),
            columns=columns,
            first=first_rows(project, state, snapshot, project.record(Split, state.run_id)),
            kinds=sorted(Counter(column.kind for column in columns).items()),
            anchors={column.name: column.anchor for column in columns},
            first_insights=FIRST_INSIGHTS,
            shelves=_shelves(drawings(project.store, exploration.drawings)),
        )
    )


def _shelves(pictures: Iterable[Picture]) -> list[Shelf]:
    """The chapters that have pictures; what belongs to none comes last."""
    by_view = {picture.name: picture for picture in pictures if picture.name not in LEFT_TO_THE_COLUMNS}
    shelves = [
        Shelf(chapter.anchor, chapter.title, chapter.link, found)
        for chapter in CHAPTERS
        if (found := [by_view.pop(view) for view in chapter.views if view in by_view])
    ]
    if by_view:
        shelves.append(Shelf("more", "More pictures", "More", list(by_view.values())))
    return shelves


def _tiles(snapshot: Snapshot, profile: Profile, findings: Findings) -> list[Tile]:
    kinds = Counter(column.kind for column in profile.columns)
    cells = max(1, profile.n_rows * len(profile.columns))
    missing = sum(column.n_missing for column in profile.columns)
    empty = sum(column.n_missing > 0 for column in profile.columns)
    told = listing((counted(n, kind, _plural(kind)) for kind, n in kinds.most_common()), 6)
    return [
        Tile(f"{profile.n_rows:,}", f"{_of_all(snapshot)}, {snapshot.size_bytes / MEGA:.1f} MB as they are kept"),
        Tile(f"{len(profile.columns):,}", f"columns: {told}"),
        Tile(percent(missing / cells), f"of all cells are missing, in {counted(empty, 'column')}")
        if missing
        else Tile("None", "of the cells is missing"),
        _repeats(findings),
    ]


def _of_all(snapshot: Snapshot) -> str:
    there = snapshot.n_rows_there
    return "rows" if there is None else f"rows, a sample of the {there:,} in {snapshot.lineage.location}"


def _plural(kind: str) -> str:
    return {"category": "categories", "empty": "empty", "constant": "constant"}.get(kind, f"{kind}s")


def _repeats(findings: Findings) -> Tile:
    found = next((finding for finding in findings.findings if finding.check == "duplicate_rows"), None)
    if found is not None:
        return Tile(found.sentence.split(" ")[0], f"rows repeat an earlier one. {found.title}: see what to mind")
    if "duplicate_rows" in findings.quiet:
        return Tile("No", "more repeated rows than chance would make")
    return Tile("?", "whether rows repeat could not be judged")
