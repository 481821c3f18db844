"""``mlwright status``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.faces.cli.arguments import HERE, PLACES, AsJson, PlaceOptions

if TYPE_CHECKING:
    from mlwright.faces.cli.going_back import Standing


def status(
    project: Annotated[Path, typer.Option("--project", "-p", help="The project folder, or a bundle.")] = HERE,
    at: Annotated[str | None, typer.Option(help=f"Only there: {PLACES}.")] = None,
    option: PlaceOptions = None,
    json: AsJson = False,
) -> None:
    """Say which bundle is in use, since when and why.

    And which ones were in use before; and how it stands at every place to which `mlwright deploy` carried one.
    """
    from mlwright.faces.cli.chosen import is_bundle, opened, options_of
    from mlwright.faces.cli.going_back import standings
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.terminal.listings import champions_shown

    has_project = at is None and not is_bundle(project)
    reign = opened(project).store.registry.reign() if has_project else []
    found = standings(project, at, options_of(option))
    if json:
        plain = [champion.model_dump(mode="json") for champion in reversed(reign)]
        places = [one._asdict() | {"state": one.state and one.state.model_dump(mode="json")} for one in found]
        print_json({"champion": plain[0] if plain else None, "before": plain[1:], "places": places})
        return
    if has_project:
        print_rich(*champions_shown(reign))
    elif not found:
        typer.echo(f"Nothing was carried elsewhere from here.\n  -> mlwright deploy {project} --to local --dry-run")
    for one in found:
        _tell(one, project)


def _tell(one: Standing, project: Path) -> None:
    if one.state is None:
        typer.echo(f"{one.target}: {one.error}")
    else:
        typer.echo(f"{one.target}: {one.state.sentence}")
        for name, share in one.state.bundles.items():
            does = "answers" if one.state.ready else "is to answer"
            typer.echo(f"  {name}  {does} {share:.0%} of the requests at {one.state.address}")
    if one.cut_off:
        typer.echo(f"  {one.cut_off}  was being put to use when it was cut off")
        typer.echo(f"  -> mlwright deploy {project} --to {one.target}   goes on with it")
    if one.before:
        typer.echo(f"  {one.before}  was in use before\n  -> mlwright undo -p {project} --at {one.target}")
