"""Settings of a model at work, and of how it is looked after."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from mlwright.core.record import Settings
from mlwright.records.settings.quantities import Seconds


class PackSettings(Settings):
    """``[pack]``: what the bundle is made of.

    Parameters
    ----------
    golden_rows : int
        Rows that are stored with their answers, to prove the bundle wherever it is loaded.
    """

    golden_rows: int = Field(default=8, ge=1, le=1000)


class DeploySettings(Settings):
    """``[deploy]``: where the bundle is put to use.

    Parameters
    ----------
    target : str
        ``project``: the project itself, from which ``mlwright serve`` and ``mlwright predict`` take it; ``local``: a
        service that runs on this machine. The others: ``mlwright deploy --help``.
    options : dict
        Of the place, by name: ``{image = "registry.example/churn:1"}``. Secrets do not belong here.
    overrule : str
        Why the bundle is put to use whatever the verdict; kept in the registry. Take it out again afterwards.
    """

    target: str = "project"
    options: dict[str, str | int | float | bool] = {}
    overrule: str | None = Field(default=None, min_length=1)


class WatchSettings(Settings):
    """``[watch]``: new rows, and when they are a reason to act.

    Parameters
    ----------
    source : str
        Where new rows are, as in ``[collect]``; ``mlwright watch --data`` goes before it.
    query : str
        For databases: the name of a table, or a ``select``.
    sheet : str
        For Excel: the name of the sheet; default: the first.
    decimal : str
        For text tables: the decimal mark where a file leaves it open; default: that of the training.
    time : str
        The column that says when each row was; default: `collect.time`, if the rows have it. Of the log of a service
        it is always the moment at which it was asked.
    every : str
        How long a window is where rows have a time: ``hour``, ``day`` or ``week``.
    rows : int
        Windows of so many rows instead.
    budget : float
        False alarms a year that the model may give at most, on average, over all columns and all looks.
    looks : int
        Looks a year at most, over which the budget is spread.
    harm : float
        The change of the loss, as a share of the promised one, that is worth an alarm; less is told as a note.
    alarms : float
        The share of windows in which something seems to have moved although nothing has.
    least : float
        Share of the rows that must have moved, in a column, to be a reason to act.
    """

    source: str | None = None
    query: str | None = None
    sheet: str | None = None
    decimal: Literal[".", ","] | None = None
    time: str | None = None
    every: Literal["hour", "day", "week"] = "day"
    rows: int | None = Field(default=None, ge=1)
    budget: float = Field(default=0.1, gt=0.0, le=1.0)
    looks: int = Field(default=366, ge=1)
    harm: float = Field(default=0.02, ge=0.0)
    alarms: float = Field(default=0.05, gt=0.0, le=0.5)
    least: float = Field(default=0.05, ge=0.0, lt=1.0)


Person = Literal["retrain", "promote", "rollback"]


class OperateSettings(Settings):
    """``[operate]``: what `mlwright operate` may do by itself, when, and whom it tells.

    Parameters
    ----------
    every : duration
        How often it looks.
    error : float
        The chance, for each challenger, that it is promoted although it is no better; and likewise that a model is
        taken back although it is no worse than the one before. It holds over all looks together.
    least_gain : float
        What a challenger must gain on a row to be worth its promotion, as a share of what the model in use loses
        (``0.02`` for two hundredths).
    promote : str
        ``proved``: a challenger goes into use when it is proved better on new rows; ``likely``: already when it did
        better on unseen rows, without the bound that `error` sets. The one before is watched against either way, and
        comes back when it is proved better.
    refresh : str
        The same for a challenger that is the model in use, trained again with newer rows: same inputs, same target,
        same settings, same checks passed. ``likely``: it goes into use unless it did worse on unseen rows, beyond
        chance.
    touch_up : str
        Whether the answers of the model in use are touched up with the newest outcomes between two trainings.
        ``likely``: where that lost less of late, on rows that it was asked about before; ``proved``: where it is proved
        to lose less, with a chance of at most `error` of being wrong; ``never``.
    patience : int
        Labelled rows after which a challenger that is not told apart from the model in use is turned down.
    rows : int, optional
        New labelled rows from which a model is trained again where that seems to pay; fewer tell too little. Default: a
        tenth of the rows that it has learned from, but at least 30 and at most 200; 30 where it loses more of late than
        its test said.
    training_cost : float
        What a training costs, as a share of what the model in use loses on so many rows as `rows` says; the dearer, the
        longer the wait for the next one.
    looks_per_training : float
        In the mean over time there is at most one training for so many looks that brought true outcomes. Two may be
        saved up and follow each other sooner, where the model is worse than promised.
    budget : duration
        Wall clock of one training; default: `train.budget`.
    compute_per_day : duration
        Wall clock of all trainings of a day.
    approve : list
        Steps that wait for a person: ``retrain``, ``promote``, ``rollback``.
    quiet : list
        Hours of the day, in local time, in which nothing is changed and nobody is told: ``["22:00-06:00"]``.
    notices : list
        Addresses that are told what was done and what is asked: ``https://...`` (JSON), ``slack:https://...``,
        ``smtp://host:25/?from=...&to=...``; secrets, or the whole, as ``env:NAME``.
    metrics : str
        A file for the text collector of Prometheus, written after every look; default: ``.mlwright/operate.prom``.
    """

    every: Seconds = 3600.0
    error: float = Field(default=0.05, gt=0.0, le=0.5)
    least_gain: float = Field(default=0.0, ge=0.0, lt=1.0)
    promote: Literal["proved", "likely"] = "proved"
    refresh: Literal["proved", "likely"] = "likely"
    touch_up: Literal["likely", "proved", "never"] = "likely"
    patience: int = Field(default=20_000, ge=100)
    rows: int | None = Field(default=None, ge=30)
    training_cost: float = Field(default=0.5, ge=0.0)
    looks_per_training: float = Field(default=3.0, ge=1.0)
    budget: Seconds | None = None
    compute_per_day: Seconds = 4 * 3600.0
    approve: tuple[Person, ...] = ()
    quiet: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    metrics: str | None = None
