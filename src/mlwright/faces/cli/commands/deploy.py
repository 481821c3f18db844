"""``mlwright deploy``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mlwright.faces.cli.arguments import AsJson, ProjectOrBundle

if TYPE_CHECKING:
    from mlwright.shipping.steps import Plan
    from mlwright.shipping.targets import State

PLACES = "local, docker, kubernetes, sagemaker, vertex, azure or mlflow"


def deploy(
    model: ProjectOrBundle,
    to: Annotated[str, typer.Option(help=f"Where: {PLACES}.")],
    image: Annotated[str | None, typer.Option(help="The name of the container image.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Where files are written.")] = None,
    option: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="An option of the place; may be repeated.")
    ] = None,
    status: Annotated[bool, typer.Option("--status", help="Only say what is in use there.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Go back to what was in use there before.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take it out of use there instead.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    json: AsJson = False,
) -> None:
    """Put a bundle to use somewhere else.

    What will be done is said first. Doing it again changes nothing; --undo goes back, --remove takes it away.
    """
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.faces.cli.terminal import print_json
    from mlwright.scoring.bundle import Bundle
    from mlwright.shipping.steps import carry_out
    from mlwright.shipping.targets import target

    bundle = Bundle.load(bundle_at(model))
    place = target(to, _options(option or [], image=image, folder=output))
    if status:
        _show(place.state(bundle), as_json=json)
        return
    plan = place.back(bundle) if undo else place.removal(bundle) if remove else place.plan(bundle)
    if not json:
        _tell(plan)
    if not dry_run:
        carry_out(plan)
    if json:
        steps = [{"why": step.why, "what": step.text()} for step in plan.steps]
        facts = {"folder": str(plan.folder), "files": sorted(plan.files), "steps": steps}
        print_json(facts | {"address": plan.address, "done": not dry_run})
    elif dry_run:
        typer.echo("Nothing was done.")
    else:
        what = "What was in use before" if undo else f"Bundle {bundle.bundle_id}"
        typer.echo(f"{what} is in use no more." if remove else f"{what} answers at {plan.address}.")


def _options(words: list[str], **given: Any) -> dict[str, Any]:
    """Options by name; those with an option of their own are left out where they are not given."""
    from mlwright.core.errors import SettingsError

    options = {name: value for name, value in given.items() if value is not None}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise SettingsError(f"--set {word} names no value.", "--set NAME=VALUE")
        options[name] = value
    return options


def _tell(plan: Plan) -> None:
    if plan.files:
        size = sum(map(len, plan.files.values()))
        typer.echo(f"write  {plan.folder}  ({len(plan.files)} files, {size / 1e6:.1f} MB)")
    for step in plan.steps:
        typer.echo(f"{step.text()}\n       # to {step.why}")


def _show(state: State, *, as_json: bool) -> None:
    from mlwright.faces.cli.terminal import print_json

    if as_json:
        print_json(state)
        return
    typer.echo(state.sentence)
    for name, share in state.bundles.items():
        typer.echo(f"  {name}  answers {share:.0%} of the requests")
    if state.before:
        typer.echo(f"  {state.before}  was in use before  -> mlwright deploy ... --undo")
