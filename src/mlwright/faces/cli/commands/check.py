"""``mlwright check``."""

from __future__ import annotations

import typer

from mlwright.faces.cli.arguments import AsJson, Looked, LookedIn, LookedQuery, LookedTarget

CRITICAL = 3


def check(
    source: Looked = None,
    target: LookedTarget = None,
    query: LookedQuery = None,
    project: LookedIn = None,
    json: AsJson = False,
) -> None:
    """Look for faults in data: a file, a database, or a project.

    With a target, also for leaks and for faults of the target. Exit status 3 if something critical was found.
    """
    from mlwright.faces.cli.looking import look
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.text import render
    from mlwright.records.findings import Findings

    with look(source, target, query, project, until="check", quiet=json) as looked:
        findings = looked.show("findings")
    assert isinstance(findings, Findings)
    if json:
        print_json(findings)
    else:
        print_rich(*render(findings))
    if any(finding.severity == "critical" for finding in findings.findings):
        raise typer.Exit(CRITICAL)
