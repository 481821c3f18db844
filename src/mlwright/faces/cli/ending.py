"""The end of a run on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlwright.core.history import RunState
    from mlwright.project import Project


def tell_the_end(project: Project, state: RunState, *, json: bool = False) -> None:
    """Write the report if the run has come to a decision, and say what was found and what to do next."""
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.report import write_report
    from mlwright.faces.render.terminal.closing import closing

    report = write_report(project, state) if state.has_done("decide") else None
    if json:
        print_json({**state.model_dump(mode="json"), "report": report and str(report)})
    else:
        print_rich(*closing(project, state, report))
