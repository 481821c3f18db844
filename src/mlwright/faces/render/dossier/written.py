"""Writes the dossier in the form that is asked for."""

from __future__ import annotations

from pathlib import Path

from mlwright.core.history import RunState
from mlwright.core.store.blobs import write_atomically
from mlwright.faces.render.dossier.dossier import Dossier, dossier_of
from mlwright.faces.render.dossier.word import word_of
from mlwright.faces.render.page import environment
from mlwright.faces.render.paper import print_page
from mlwright.project import Project

FORMS = ("html", "pdf", "docx")


def write_dossier(project: Project, run: RunState, path: Path) -> Path:
    """Write the draft; the end of the name says in which form (``.html``, ``.pdf``, ``.docx``).

    Parameters
    ----------
    project : Project
    run : RunState
        A run that has come to a decision.
    path : Path

    Returns
    -------
    Path
        The same.

    Raises
    ------
    ExtraMissing
        If what writes the form is not installed.
    """
    dossier = dossier_of(project, run)
    if path.suffix == ".docx":
        write_atomically(path, word_of(dossier))
    elif path.suffix == ".pdf":
        write_atomically(path, print_page(render_dossier(dossier)))
    else:
        write_atomically(path, render_dossier(dossier).encode("utf-8", "replace"))
    return path


def render_dossier(dossier: Dossier) -> str:
    """The draft as HTML."""
    return environment().get_template("dossier.html").render(dossier=dossier)
