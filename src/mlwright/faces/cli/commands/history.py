"""``mlwright history``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir

if TYPE_CHECKING:
    from datetime import datetime

    from mlwright.core.store.registry import Registry


def history(
    project: ProjectDir = HERE,
    on: Annotated[str | None, typer.Option(help="What was in use on a day, or at a moment (2026-05-31T14:00).")] = None,
    seal: Annotated[str | None, typer.Option(help="A seal that you noted: is that entry still there?")] = None,
    json: AsJson = False,
) -> None:
    """Say who put which bundle to use when, and why.

    And whether that record was changed. Every entry carries a seal over the one before it. Note the last one
    elsewhere, and ask for it later with --seal.
    """
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.terminal.listings import history_table

    registry = opened(project).store.registry
    if on is not None:
        _tell_champion(registry, on, as_json=json)
        return
    entries = list(registry.journal.entries())
    if json:
        print_json([{**event, "is_whole": is_whole} for event, is_whole in entries])
    else:
        print_rich(history_table(entries))
    _complain(registry, [is_whole for _, is_whole in entries], seal)


def _tell_champion(registry: Registry, on: str, *, as_json: bool) -> None:
    from mlwright.faces.cli.terminal import print_json

    moment = _moment(on)
    champion = registry.on(moment)
    if as_json:
        print_json({"champion": None if champion is None else champion.model_dump(mode="json")})
    elif champion is None:
        typer.echo(f"No bundle was in use at {moment:%Y-%m-%d %H:%M:%S}.")
    else:
        typer.echo(
            f"Bundle {champion.bundle_id} of run {champion.run_id} (verdict: {champion.verdict.replace('_', ' ')}) was "
            f"in use at {moment:%Y-%m-%d %H:%M:%S}, since {champion.since_text}, put there by {champion.by}: "
            f"{champion.why}"
        )


def _moment(text: str) -> datetime:
    """A moment in local time; a day alone means its end."""
    from datetime import datetime, time

    from mlwright.core.errors import SettingsError

    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise SettingsError(f"--on {text!r} is no date.", "mlwright history --on 2026-05-31") from None
    return datetime.combine(found.date(), time.max) if len(text) <= len("2026-05-31") else found


def _complain(registry: Registry, are_whole: list[bool], seal: str | None) -> None:
    from mlwright.core.errors import StoreDamaged

    path = registry.journal.path
    if not all(are_whole):
        raise StoreDamaged(
            f"{path}: from entry {are_whole.index(False) + 1} of {len(are_whole)} on the seals do not fit: "
            "it, or one before it, was changed, put in or taken out after it was written.",
            "Compare with a copy of the file.",
        )
    if seal is not None and not registry.journal.holds(seal):
        raise StoreDamaged(
            f"{path} holds no entry with the seal {seal}: entries were cut off, or all were written anew.",
            "Compare with a copy of the file.",
        )
