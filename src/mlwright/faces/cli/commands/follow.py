"""``mlwright follow``."""

from __future__ import annotations

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir, RunId


def follow(project: ProjectDir = HERE, run: RunId = None, json: AsJson = False) -> None:
    """Watch a run that works in another terminal, until it ends."""
    import json as plain

    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.render.summary import summary_of

    chosen = opened(project, run)
    with shown(summary_of(chosen), quiet=json) as listen:
        for event in chosen.events(run, follow=True):
            if json:
                typer.echo(plain.dumps(event, ensure_ascii=False))
            else:
                listen(event)
    state = next(state for state in reversed(chosen.runs()) if run in (None, state.run_id))
    if not json and state.status != "finished":
        typer.echo(f"Run {state.run_id} is {state.status}. {state.error or ''}".rstrip(), err=True)
