"""``mlwright follow``."""

from __future__ import annotations

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir, RunId


def follow(project: ProjectDir = HERE, run: RunId = None, json: AsJson = False) -> None:
    """Watch a run that works in another terminal, until it ends."""
    import json as plain

    from mlwright.faces.cli.progress import shown
    from mlwright.faces.cli.terminal import complain
    from mlwright.faces.render.summary import summary_of
    from mlwright.project import Project

    chosen = Project(project)
    with shown(summary_of(chosen), quiet=json) as listen:
        for event in chosen.events(run, follow=True):
            if json:
                typer.echo(plain.dumps(event, ensure_ascii=False))
            else:
                listen(event)
            last = event
    if not json and last["event"] in ("failed", "cancelled"):
        complain(str(last.get("error", last["event"])))
