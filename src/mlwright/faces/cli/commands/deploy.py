"""``mlwright deploy``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.faces.cli.arguments import PLACES, AsJson, PlaceOptions, ProjectOrBundle

if TYPE_CHECKING:
    from mlwright.shipping.steps import Plan


def deploy(
    model: ProjectOrBundle,
    to: Annotated[str, typer.Option(help=f"Where: {PLACES}.")],
    image: Annotated[str | None, typer.Option(help="The name of the container image.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where files are written.")] = None,
    option: PlaceOptions = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take it out of use there instead.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Only write the files, for others to apply.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    json: AsJson = False,
) -> None:
    """Put a bundle to use somewhere else.

    What will be done is said first. Doing it again changes nothing; `mlwright undo` goes back, --remove takes it away.
    """
    from mlwright.faces.cli.chosen import bundle_at, options_of, settled_options
    from mlwright.faces.cli.terminal import print_json
    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.places import Places, home_of
    from mlwright.shipping.steps import carry_out
    from mlwright.shipping.targets import target

    bundle = Bundle.load(bundle_at(model))
    options = {**settled_options(model, to), **options_of(option, image=image, folder=output)}
    place, places = target(to, options), Places(home_of(bundle.folder))
    plan = place.removal(bundle) if remove else place.plan(bundle)
    address = plan.address
    if not json:
        tell_plan(plan)
    if write and not dry_run:
        write_only(plan, to)
    elif not dry_run:
        with places.changing():
            if remove:
                carry_out(plan)
                places.remove(to)
            elif plan.steps:
                with places.putting(to, options, bundle.bundle_id):
                    address = carry_out(plan)
    if json:
        print_json(plan_facts(plan) | {"address": address, "done": not (dry_run or write)})
    elif dry_run:
        typer.echo("Nothing was done.")
    elif write:
        typer.echo(f"The files lie in {plan.folder}; nothing else was done.")
    elif remove:
        typer.echo(f"Nothing of {bundle.name} answers there any more ({to}).")
    elif not plan.steps:
        typer.echo(f"Bundle {bundle.bundle_id} lies ready in {address}.\n  -> mlwright serve {model}")
    else:
        typer.echo(f"Bundle {bundle.bundle_id} answers at {address}.\n  -> mlwright status -p {_project_of(model)}")


def _project_of(model: Path) -> Path:
    """The project of what was named, a project or one of its bundles, as it was spelled."""
    return model.parent.parent if model.parent.name == "bundles" else model


def write_only(plan: Plan, to: str) -> None:
    """Write the files of a plan, and take none of its steps.

    Raises
    ------
    SettingsError
        If it has none.
    """
    from mlwright.core.errors import SettingsError
    from mlwright.shipping.steps import write

    if not plan.files:
        raise SettingsError(f"For the place {to} no files are needed.", "Leave --write out.")
    write(plan)


def tell_plan(plan: Plan) -> None:
    """Say what will be done."""
    if plan.files:
        size = sum(map(len, plan.files.values()))
        typer.echo(f"write  {plan.folder}  ({len(plan.files)} files, {size / 1e6:.1f} MB)")
    for step in plan.steps:
        typer.echo(f"{step.text()}\n       # to {step.why}")


def plan_facts(plan: Plan) -> dict[str, object]:
    """The same for programs."""
    steps = [{"why": step.why, "what": step.text()} for step in plan.steps]
    return {"folder": str(plan.folder), "files": sorted(plan.files), "steps": steps, "address": plan.address}
