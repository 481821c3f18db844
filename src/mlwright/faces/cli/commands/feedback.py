"""``mlwright feedback``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.faces.cli.arguments import HERE, AsJson, ProjectDir

if TYPE_CHECKING:
    from mlwright.watching.outcomes import Reported


def feedback(
    file: Annotated[str, typer.Argument(metavar="FILE", help="A file or database with the ids and true outcomes.")],
    log: Annotated[
        Path | None, typer.Option("--log", help="The folder of the prediction log; default: that of the project.")
    ] = None,
    project: ProjectDir = HERE,
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

    told = report_outcomes(log or _log_of(project), file, id_column=id_column, outcome_column=outcome)
    if json:
        print_json(told._asdict())
        return
    for line in _words(told):
        typer.echo(line)


def _words(told: Reported) -> list[str]:
    """What became of the outcomes."""
    from mlwright.core.errors import name_list
    from mlwright.data.words import counted

    lines = [f"{counted(told.n_outcomes, 'outcome')} added, {told.n_known} of them of answers in the log."]
    if told.n_odd:
        among = name_list([repr(one) for one in told.odd])
        what = f"none of the classes ({name_list(told.classes)})" if told.classes else "no number"
        lines.append(f"Of {told.n_odd} the outcome is {what}; no model is measured on these: {among}.")
    if told.n_known < told.n_outcomes:
        lines.append("The others are kept, and count once their answers are in the log.")
    return lines


def _log_of(project: Path) -> Path:
    """The log that a project's service keeps.

    Raises
    ------
    SettingsError
        If it keeps none.
    """
    from mlwright.core.errors import SettingsError
    from mlwright.faces.cli.chosen import settings_at

    said = settings_at(project)
    if said is None or said.log.folder is None:
        raise SettingsError(
            f"It is not said which log the outcomes belong to: {project.resolve()} names none.",
            "mlwright feedback FILE --log FOLDER, or set [serve.log] folder in mlwright.toml",
        )
    return Path(said.log.folder)
