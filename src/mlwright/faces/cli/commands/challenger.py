"""``mlwright challenger``."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir


def challenger(
    do: Annotated[
        Literal["list", "promote", "reject"], typer.Argument(metavar="ACTION", help="list, promote or reject.")
    ],
    bundle: Annotated[str | None, typer.Argument(metavar="BUNDLE", help="Which one; default: the latest.")] = None,
    project: ProjectDir = HERE,
    why: Annotated[str, typer.Option(help="The reason, kept in the history with your name.")] = "",
    json: AsJson = False,
) -> None:
    """Say which bundles challenge the one in use, and choose."""
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.terminal.trials import challengers_table

    chosen = opened(project)
    if do == "list":
        trials = chosen.trials()
        waiting = chosen.store.registry.challengers()
        if json:
            print_json([trial.model_dump(mode="json") for trial in trials])
        else:
            print_rich(challengers_table(waiting, trials))
        return
    if do == "promote":
        champion = chosen.promote(bundle, why=why)
        said = f"Bundle {champion.bundle_id} is in use now.\n  -> mlwright undo takes it back"
        print_json(champion) if json else typer.echo(said)
        return
    rejected = chosen.reject(bundle, why=why)
    print_json(rejected) if json else typer.echo(f"Bundle {rejected.bundle_id} does not challenge any more.")
