"""``mlwright feedback``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mlwright.faces.cli.arguments import AsJson


def feedback(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file or database with the ids and true outcomes.")],
    log: Annotated[Path, typer.Option("--log", help="The folder of the prediction log.")],
    id_column: Annotated[str, typer.Option("--id", help="The column of the ids of the answers.")] = "id",
    outcome: Annotated[str, typer.Option("--outcome", help="The column of the true outcomes.")] = "outcome",
    json: AsJson = False,
) -> None:
    """Add what came true to a log of answers.

    A row belongs to the answer whose id it has; of several outcomes of one answer the last one counts.

    Afterwards  mlwright watch --data LOG  measures the model on them. Outcomes of answers that the log does not hold
    are kept too, and told.
    """
    from mlwright.faces.cli.terminal import print_json
    from mlwright.watching.outcomes import report_outcomes

    told = report_outcomes(log, file, id_column=id_column, outcome_column=outcome)
    if json:
        print_json(told._asdict())
        return
    typer.echo(f"{told.n_outcomes} outcomes added, {told.n_known} of them of answers in the log.")
