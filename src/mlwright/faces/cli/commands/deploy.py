"""``mlwright deploy``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.faces.cli.arguments import AsJson, ProjectOrBundle

if TYPE_CHECKING:
    from mlwright.shipping.targets import Plan


def deploy(
    model: ProjectOrBundle,
    to: Annotated[str, typer.Option(help="Where: local, docker or kubernetes.")],
    image: Annotated[str | None, typer.Option(help="The name of the container image.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where files are written.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take it out of use there instead.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    json: AsJson = False,
) -> None:
    """Put a bundle to use somewhere else.

    What will be done is said first. Doing it again changes nothing; --remove takes it back.
    """
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.faces.cli.terminal import print_json
    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.targets import TARGETS, carry_out

    bundle, target = Bundle.load(bundle_at(model)), TARGETS.get(to)(output, image)
    plan = target.removal(bundle) if remove else target.plan(bundle)
    if not json:
        _tell(plan)
    if not dry_run:
        carry_out(plan)
    if json:
        commands = [list(command.words) for command in plan.commands]
        facts = {"folder": str(plan.folder), "files": sorted(plan.files), "commands": commands}
        print_json(facts | {"address": plan.address, "done": not dry_run})
    else:
        typer.echo("Nothing was done." if dry_run else f"Bundle {bundle.bundle_id} answers at {plan.address}.")


def _tell(plan: Plan) -> None:
    if plan.files:
        size = sum(map(len, plan.files.values()))
        typer.echo(f"write  {plan.folder}  ({len(plan.files)} files, {size / 1e6:.1f} MB)")
    for command in plan.commands:
        typer.echo(f"run    {' '.join(command.words)}\n       # to {command.why}")
