"""``mlwright runs``."""

from __future__ import annotations

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir


def runs(project: ProjectDir = HERE, json: AsJson = False) -> None:
    """List the runs of a project."""
    from mlwright.project import Project

    show_runs(Project(project), json)


def show_runs(project: object, json: bool) -> None:
    """Print all runs of a project, the latest last."""
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.text import runs_table
    from mlwright.project import Project

    assert isinstance(project, Project)
    project.settings()
    states = project.runs()
    if json:
        print_json(list(states))
    else:
        print_rich(runs_table(states))
