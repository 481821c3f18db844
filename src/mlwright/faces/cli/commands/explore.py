"""``mlwright explore``."""

from __future__ import annotations

from mlwright.faces.cli.arguments import AsJson, Looked, LookedIn, LookedQuery, LookedTarget


def explore(
    source: Looked = None,
    target: LookedTarget = None,
    query: LookedQuery = None,
    project: LookedIn = None,
    json: AsJson = False,
) -> None:
    """Draw data: a file, a database, or a project."""
    from mlwright.faces.cli.looking import look
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.text import render

    with look(source, target, query, project, until="explore", quiet=json) as looked:
        exploration = looked.show("exploration")
    if json:
        print_json(exploration)
    else:
        print_rich(*render(exploration))
