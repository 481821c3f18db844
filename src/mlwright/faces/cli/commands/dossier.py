"""``mlwright dossier``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, RunId

Forms = Annotated[list[str] | None, typer.Option("--as", help="html, pdf or docx; may be given several times.")]


def dossier(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="The project folder.")] = HERE,
    run: RunId = None,
    forms: Forms = None,
    json: AsJson = False,
) -> None:
    """Draft the technical documentation that the EU AI Act asks for.

    Every point of Annex IV, filled where the run knows, with a list of what
    only a person can state. Written into the folder reports/ of the project.
    """
    from mlwright.core.errors import SettingsError
    from mlwright.faces.cli.chosen import decided, opened
    from mlwright.faces.cli.terminal import print_json
    from mlwright.faces.render.dossier.dossier import dossier_of
    from mlwright.faces.render.dossier.written import FORMS, write_dossier

    wanted = forms or ["html"]
    for form in wanted:
        if form not in FORMS:
            raise SettingsError(f"A dossier cannot be written as {form!r}.", f"Choose from: {', '.join(FORMS)}")
    chosen = opened(project, run)
    state = decided(chosen, run)
    folder = chosen.path / "reports"
    paths = [write_dossier(chosen, state, folder / f"dossier.{form}") for form in wanted]
    owed = dossier_of(chosen, state).owed
    if json:
        print_json(
            {"run_id": state.run_id, "files": [str(path) for path in paths], "owed": [list(each) for each in owed]}
        )
        return
    for path in paths:
        typer.echo(str(path))
    typer.echo(
        f"{len(owed)} statements are left to a person: they stand first in it, and marked in their places.", err=True
    )
