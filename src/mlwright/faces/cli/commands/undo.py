"""``mlwright undo``."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.faces.cli.arguments import HERE, PLACES, AsJson, PlaceOptions

if TYPE_CHECKING:
    from mlwright.faces.cli.going_back import WayBack


def undo(
    project: Annotated[Path, typer.Option("--project", "-p", help="The project folder, or a bundle.")] = HERE,
    at: Annotated[
        str | None,
        typer.Option(help=f"Where: {PLACES}; default: where the latest change was. project: what the project uses."),
    ] = None,
    option: PlaceOptions = None,
    why: Annotated[str, typer.Option(help="The reason, kept in the project's history.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    json: AsJson = False,
) -> None:
    """Put back to use what was in use before.

    Takes back the latest change: of the bundle that the project uses, or of what `mlwright deploy` put elsewhere. What
    will be done is said first. Nothing is deleted.
    """
    from mlwright.faces.cli.chosen import options_of
    from mlwright.faces.cli.going_back import way_back

    take(lambda: way_back(project, at, options_of(option), None, why), project, dry_run=dry_run, json=json)


def take(find: Callable[[], WayBack], project: Path, *, dry_run: bool, json: bool) -> None:
    """Find the way, say what will be done, do it, and say what answers then; one command at a time."""
    from mlwright.faces.cli.going_back import places_at

    with nullcontext() if dry_run else places_at(project).changing():
        _take(find(), project, dry_run=dry_run, json=json)


def _take(way: WayBack, project: Path, *, dry_run: bool, json: bool) -> None:
    from mlwright.faces.cli.commands.deploy import plan_facts, tell_plan
    from mlwright.faces.cli.terminal import print_json
    from mlwright.shipping.steps import carry_out

    if not json:
        tell_plan(way.plan)
    if not dry_run:
        carry_out(way.plan)
    if json:
        facts = {"at": way.target, "bundle_id": way.bundle_id}
        print_json(facts | plan_facts(way.plan) | {"done": not dry_run})
    elif dry_run:
        typer.echo("Nothing was done.")
    else:
        typer.echo(f"{way.sentence}\n  -> mlwright status -p {project}")
