"""``mlwright explain``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import AsJson, ProjectOrBundle


def explain(
    model: ProjectOrBundle,
    record: Annotated[
        Path, typer.Argument(metavar="RECORD", help="A JSON file with one record, or a table of which --row names one.")
    ],
    row: Annotated[int | None, typer.Option(help="Which row of a table, from 1.", min=1)] = None,
    reasons: Annotated[int, typer.Option(help="How many reasons.", min=1)] = 5,
    json: AsJson = False,
) -> None:
    """Say why one record is answered as it is.

    And what is the smallest change that would alter the answer.

    Only inputs that `[explain] changeable` names are changed.
    """
    from mlwright.faces.cli.chosen import bundle_at
    from mlwright.faces.cli.terminal import print_json, print_rich
    from mlwright.faces.one_case import read_record
    from mlwright.faces.render.terminal.explained import explained_shown
    from mlwright.scoring.bundle import Bundle

    bundle = Bundle.load(bundle_at(model))
    found = bundle.explain(read_record(record, bundle, row), most=reasons, change=True)
    if json:
        print_json(found)
    else:
        print_rich(*explained_shown(found))
