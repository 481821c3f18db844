"""``mlwright run``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mlwright.core.errors import SettingsError
from mlwright.faces.cli.arguments import HERE, AsJson, Query

if TYPE_CHECKING:
    from mlwright.faces.new_project import Question
    from mlwright.project import Project


def run(
    source: Annotated[
        str | None, typer.Argument(metavar="DATA", help="A file or database; without it, the project here is run.")
    ] = None,
    target: Annotated[str | None, typer.Option("--target", "-t", help="The column to predict.")] = None,
    query: Query = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN", help="A column to leave out from now on; may be repeated. Kept in mlwright.toml."
        ),
    ] = None,
    known_in_time: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN",
            help="You vouch that the column is known when the prediction is made; may be repeated. Kept likewise.",
        ),
    ] = None,
    budget: Annotated[
        str | None, typer.Option("--budget", "-b", help="Wall clock for all of it: 60s, 5m, 1h30m.")
    ] = None,
    benefit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=AMOUNT",
            help="What an outcome is worth, a number or a column: true_positive=60; may be repeated. Kept likewise.",
        ),
    ] = None,
    prefer: Annotated[
        str | None, typer.Option(help="Of models that cannot be told from the best: accuracy, speed or simple.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="The last stage to run.")] = None,
    start_from: Annotated[str | None, typer.Option("--from", help="The first stage to do anew.")] = None,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Go on with the run that did not come to its end; with a budget that has passed, end it now.",
        ),
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Do everything anew.")] = False,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Fits at the same time.")] = None,
    path: Annotated[Path | None, typer.Option("--project", "-p", help="The project folder.")] = None,
    json: AsJson = False,
) -> None:
    """Do the whole job, from the data to a decision and a model.

    Collect, check, explore, train, test, decide, pack, and put to use what the decision allows. What was done before
    with the same data and settings is not done again.
    """
    from mlwright.config import FILE_NAME
    from mlwright.faces.cli.chosen import opened
    from mlwright.faces.cli.ending import tell_the_end
    from mlwright.faces.cli.main import process_start
    from mlwright.faces.cli.progress import shown
    from mlwright.faces.new_project import project_that_asks
    from mlwright.faces.render.summary import summary_of

    amounts = dict(map(_amount, benefit or []))
    asked: AbstractContextManager[Project]
    if source is None and target is None and query is None:
        asked = nullcontext(opened(path or HERE))
    else:
        asked = project_that_asks(_question(source, target, query, path))
    with (
        asked as project,
        _answered(project.path / FILE_NAME, ignore or [], known_in_time or [], amounts),
        shown(summary_of(project), quiet=json) as listen,
    ):
        state = project.run(
            until=until,
            start_from=start_from,
            resume=resume,
            fresh=fresh,
            budget=budget,
            prefer=prefer,
            n_jobs=jobs,
            began=process_start(),
            listen=listen,
        )
    tell_the_end(project, state, json=json)


@contextmanager
def _answered(
    file: Path, ignore: Sequence[str], known_in_time: Sequence[str], amounts: Mapping[str, float | str]
) -> Iterator[None]:
    """What was said, kept in the settings; taken out again if it is refused, as a name that is not there."""
    from mlwright.config import add_to_list, add_to_table

    before = file.read_bytes()
    for section, key, names in (("profile", "ignore", ignore), ("check", "known_in_time", known_in_time)):
        if names:
            add_to_list(file, section, key, names)
    if amounts:
        add_to_table(file, "decide", "benefit", amounts)
    try:
        yield
    except SettingsError:
        file.write_bytes(before)
        raise


def _amount(said: str) -> tuple[str, float | str]:
    """What an outcome is worth: a number, or the name of a column of them."""
    key, _, amount = (part.strip() for part in said.rpartition("="))
    if not (key and amount) or amount.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        raise SettingsError(
            f"--benefit says {said!r}, which is not the name of an outcome and what it is worth.",
            "Write it so: --benefit true_positive=60 --benefit false_positive=-8",
        )
    try:
        return key, float(amount)
    except ValueError:
        return key, amount


def _question(source: str | None, target: str | None, query: str | None, path: Path | None) -> Question:
    from mlwright.config import FILE_NAME
    from mlwright.faces.new_project import Question

    if source is None:
        raise SettingsError("Which data is to be learned from?", f"mlwright run DATA --target {target or 'COLUMN'}")
    if (Path(source) / FILE_NAME).is_file():
        raise SettingsError(
            f"{source} is a project; the data that it learns from stands in it.", f"mlwright run -p {source}"
        )
    if target is None:
        raise SettingsError(
            f"Which column is to be predicted? There are: {_columns(source, query)}.",
            f"mlwright run {source} --target COLUMN   (to know the data without a target: mlwright explore {source})",
        )
    return Question(source, target, query, path)


def _columns(source: str, query: str | None) -> str:
    """The names of the columns of data."""
    from mlwright.config import located
    from mlwright.core.errors import name_list
    from mlwright.data.sources import source_for
    from mlwright.records.settings import CollectSettings

    settings = CollectSettings(source=located(source, Path.cwd()), query=query)
    _, kind = source_for(settings)
    return name_list(kind(settings).read().schema.names, limit=30)
