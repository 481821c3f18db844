"""``mlwright profile``."""

from __future__ import annotations

from mlwright.faces.cli.arguments import AsJson, Looked, LookedIn, LookedQuery, LookedTarget, SampleRows


def profile(
    source: Looked = None,
    target: LookedTarget = None,
    query: LookedQuery = None,
    project: LookedIn = None,
    sample_rows: SampleRows = None,
    json: AsJson = False,
) -> None:
    """Say what every column is: kind, missing, distinct, patterns, gaps, and which columns go together.

    DATA is a file or a database; without it, that of the project.
    """
    from mlwright.faces.cli.looking import look
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.render.text import render

    with look(source, target, query, project, sample_rows, until="profile", quiet=json) as looked:
        found = looked.show("profile")
    if json:
        print_json(found)
    else:
        print_rich(*render(found))
