"""``mlwright runs``."""

from __future__ import annotations

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir


def runs(project: ProjectDir = HERE, json: AsJson = False) -> None:
    """List the runs of a project, and what they have come to."""
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.outcomes import outcomes_of
    from mlwright.faces.render.terminal.listings import runs_shown
    from mlwright.faces.render.terminal.panel import shortest

    here = opened(project)
    states = here.runs()
    if json:
        print_json(list(states))
    else:
        print_rich(*runs_shown(states, outcomes_of(here, states), shortest(here.path)))
