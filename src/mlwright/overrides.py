"""Settings as one call wants them: what is said for this time goes before what ``mlwright.toml`` says."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from mlwright.config import located
from mlwright.core.errors import SettingsError, offers
from mlwright.pipeline import BUILD, Settings
from mlwright.records.served import AT, LOG_FACTS
from mlwright.records.settings import Prefer
from mlwright.records.settings import seconds as parse_seconds

LAST_LOOK = "explore"
"""The last stage that needs nothing to predict."""


def at_home(settings: Settings, folder: Path) -> Settings:
    """The same with a name, and with files as seen from anywhere; the settings name them as seen from their folder."""
    collect, watch = settings.collect, settings.watch
    tables = {name: located(where, folder) for name, where in collect.tables.items()}
    found = {"source": collect.source and located(collect.source, folder), "tables": tables}
    return settings.model_copy(
        update={
            "project": settings.project.model_copy(update={"name": settings.project.name or folder.name}),
            "collect": collect.model_copy(update=found),
            "watch": watch.model_copy(update={"source": watch.source and located(watch.source, folder)}),
        }
    )


def with_new_rows(settings: Settings, data: str | os.PathLike[str] | None, query: str | None) -> Settings:
    """The same with new rows from elsewhere; those of the settings if `data` is None."""
    if data is None:
        return settings
    new = {"source": located(os.fspath(data), Path.cwd()), "query": query, "sheet": None}
    return settings.model_copy(update={"watch": settings.watch.model_copy(update=new)})


def with_decimal(settings: Settings, details: Mapping[str, str]) -> Settings:
    """The same, knowing the decimal mark of the table that was learned from, where the settings name none."""
    mark = settings.watch.decimal or details.get("decimal")
    return settings.model_copy(update={"watch": settings.watch.model_copy(update={"decimal": mark})})


def with_moments(settings: Settings) -> Settings:
    """The same, knowing which column says when a new row was: of a log when it was asked, else that of the old rows."""
    is_log = settings.watch.source is not None and (Path(settings.watch.source) / LOG_FACTS).exists()
    time = AT if is_log else settings.watch.time or settings.collect.time
    return settings.model_copy(update={"watch": settings.watch.model_copy(update={"time": time})})


def with_history(settings: Settings, data: str | os.PathLike[str] | None, time: str | None) -> Settings:
    """The same with other rows to learn from, and another column that tells the time; None: as it is."""
    new: dict[str, str | None] = {} if data is None else {"source": located(os.fspath(data), Path.cwd()), "query": None}
    if time is not None:
        new["time"] = time
    return settings.model_copy(update={"collect": settings.collect.model_copy(update=new)})


def with_budget(settings: Settings, budget: str | float | None) -> Settings:
    """The same with another budget, if there is one.

    Raises
    ------
    SettingsError
        If it is no length of time.
    """
    if budget is None:
        return settings
    return settings.model_copy(
        update={"train": settings.train.model_copy(update={"budget": length_of(budget, "The budget")})}
    )


def said_of(budget: str | float | None, prefer: str | None) -> dict[str, float | str]:
    """What is said for one run alone, as its journal keeps it.

    Raises
    ------
    SettingsError
        If the budget is no length of time.
    """
    said: dict[str, float | str] = {} if budget is None else {"budget": length_of(budget, "The budget")}
    return said if prefer is None else said | {"prefer": prefer}


def said_instead(settings: Settings, said: Mapping[str, float | str]) -> Settings:
    """The same with what was said for one run alone; see `said_of`."""
    prefer = said.get("prefer")
    return with_preference(with_budget(settings, said.get("budget")), None if prefer is None else str(prefer))


def length_of(text: str | float, what: str) -> float:
    """A length of time in seconds.

    Raises
    ------
    SettingsError
        If it is none, or none above nothing; `what` is named.
    """
    try:
        limit = parse_seconds(text)
    except ValueError as error:
        raise SettingsError(f"{what} is not usable: {error}.", "Write it like 90s, 5m or 1h30m.") from None
    if not isinstance(limit, int | float) or not limit > 0:
        raise SettingsError(f"{what} is {text!r}; it must be more than nothing.", "Write it like 90s or 5m.")
    return float(limit)


def with_preference(settings: Settings, prefer: str | None) -> Settings:
    """The same with another preference among models that cannot be told apart, if there is one.

    Raises
    ------
    SettingsError
        If it is unknown.
    """
    if prefer is None:
        return settings
    if prefer not in get_args(Prefer):
        known = get_args(Prefer)
        raise SettingsError(f"What is preferred is {prefer!r}, which is not known.", f"Try: {offers(prefer, known)}")
    return settings.model_copy(update={"train": settings.train.model_copy(update={"prefer": prefer})})


def check_stage(name: str | None) -> None:
    """Raise a `SettingsError` unless it is the name of a stage, or None."""
    names = [stage.name for stage in BUILD]
    if name is not None and name not in names:
        raise SettingsError(f"There is no stage called {name!r}.", f"Stages are: {offers(name, names)}")


def last_stage(settings: Settings, until: str | None) -> str | None:
    """The last stage to run, None for all; where nothing is predicted, the last look.

    Raises
    ------
    SettingsError
        If a stage is asked for that needs something to predict, where there is nothing.
    """
    if settings.project.task != "none":
        return until
    names = [stage.name for stage in BUILD]
    if until is not None and names.index(until) > names.index(LAST_LOOK):
        raise SettingsError(
            f"There is nothing to {until}: project.task is 'none', so the data is only looked at.",
            "Set project.target in mlwright.toml to the column to predict, and take project.task out.",
        )
    return until or LAST_LOOK
