"""What a user may say in ``mlwright.toml``: one class a section, one field a key.

Every key may be left out; what is left out is inferred, and the reason goes into the report.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mlwright.core.family import MembersOf
from mlwright.core.record import Settings
from mlwright.records.contract import NewLevels, Policy
from mlwright.records.profile import Kind, Task

_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0}


def seconds(value: object) -> object:
    """Seconds from ``"90s"``, ``"5m"``, ``"1h30m"`` or a plain number.

    >>> seconds("1h30m")
    5400.0
    """
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*(ms|min|[smhd])", text)
    if parts and "".join(number + unit for number, unit in parts) == re.sub(r"\s+", "", text):
        return sum(float(number) * _UNITS_S[unit] for number, unit in parts)
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{value!r} is not a length of time; write it like 90s, 5m or 1h30m") from None


_UNITS_BYTES = {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9}


def bytes_of(value: object) -> object:
    """Bytes from ``"10MB"``, ``"500kB"`` or a plain number.

    >>> bytes_of("1.5 MB")
    1500000
    """
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?b)", value.strip().lower())
    if found is None:
        raise ValueError(f"{value!r} is not a size; write it like 500kB or 10MB")
    return round(float(found[1]) * _UNITS_BYTES[found[2]])


Bytes = Annotated[int, BeforeValidator(bytes_of), Field(gt=0)]
MOST_APART = 5
"""Wishes: what may stand together is worked out for each choice of one column from every wish."""

Prefer = Literal["accuracy", "speed", "simple"]
Seconds = Annotated[float, BeforeValidator(seconds), Field(gt=0)]


class ProjectSettings(Settings):
    """``[project]``: the question.

    Parameters
    ----------
    name : str
        What the project is called in reports and bundles; default: the folder's name.
    target : str
        The column to predict.
    task : str
        ``auto``, ``binary``, ``multiclass`` or ``regression``; ``none`` to look at the data only, until `explore`.
    positive : str
        For two classes: the one that the decision is about; default: found from its name or its rareness.
    seed : int
        What every random choice starts from.
    """

    name: str | None = None
    target: str | None = None
    task: Literal["auto", "none"] | Task = "auto"
    positive: str | None = None
    seed: int = 0


class CollectSettings(Settings):
    """``[collect]``: where the data is.

    Parameters
    ----------
    source : str
        A file, the URL of a database (``sqlite:///shop.db``, ``postgresql://host/db``), or what Spark is to read
        (``spark:`` with or without a path, ``sc://host:15002``). Secrets are named and
        never written: ``postgresql://user:env:DB_PASSWORD@host/db``, or the whole as ``env:DATABASE_URL``.
    query : str
        For databases: the name of a table, or a ``select``.
    headers : dict
        For URLs: what is sent with each request, secrets as ``env:NAME``:
        ``{Authorization = "Bearer env:API_KEY"}``.
    sheet : str
        For Excel: the name of the sheet; default: the first.
    sample_rows : int
        For a table in PostgreSQL or Spark: how many of its rows are fetched, drawn at random. Its figures are then
        computed from all rows where they are. Default: all rows are fetched, from Spark at most 200,000.
    in_place : bool
        Whether a Parquet file of plain columns is read where it lies, not copied into the project: for files too large
        to have twice. It must not change as long as it is worked on; if it does, the run ends with an error.
    time : str
        Column to split and watch by.
    group : str
        Column whose equal values belong together (a household, a patient) and must not be torn apart.
    tables : dict
        Other tables that belong to the data, by name: where each is, as in `source`. Only what `keys` asks for is read.
    keys : dict
        Columns whose values must be there in another one: ``{customer = "customers.id"}`` for a column of `tables`,
        ``{manager = "id"}`` for a column of the same table. Foreign keys that a database declares need not be named.
    """

    source: str | None = None
    query: str | None = None
    headers: dict[str, str] = {}
    sheet: str | None = None
    sample_rows: int | None = Field(default=None, ge=1_000)
    in_place: bool = False
    time: str | None = None
    group: str | None = None
    tables: dict[str, str] = {}
    keys: dict[str, str] = {}


class ProfileSettings(Settings):
    """``[profile]``: what the columns are.

    Parameters
    ----------
    kinds : dict
        Kind of a column, where the guess is wrong: ``number``, ``category``, ``boolean``, ``date``, ``text``, ``id``.
    missing : dict
        Values of a column that stand for "missing", where the guess is wrong; an empty list for none.
    ignore : list
        Columns that models may not use, because they are not known in time or must not be used.
    """

    kinds: dict[str, Kind] = {}
    missing: dict[str, tuple[str, ...]] = {}
    ignore: tuple[str, ...] = ()


class SplitSettings(Settings):
    """``[split]``: which rows are set aside for the test.

    Parameters
    ----------
    method : str
        ``auto``, ``random``, ``stratified``, ``by_group`` or ``by_time``.
    test_share : float
        Share of the rows that are set aside. With 0 all rows train, and what the model is worth is told by the rows
        that its folds held out, corrected: for tables so small that a test says little.
    """

    method: Literal["auto", "random", "stratified", "by_group", "by_time"] = "auto"
    test_share: float = Field(default=0.2, ge=0.0, lt=0.9)


class CheckSettings(Settings):
    """``[check]``: what is looked for.

    Parameters
    ----------
    skip : list
        Checks to leave out, by name.
    known_in_time : list
        Columns that a person vouches for: they are known when the prediction is made. What checks suspect of them
        becomes a note.
    """

    skip: Annotated[tuple[str, ...], MembersOf("mlwright.data.checks")] = ()
    known_in_time: tuple[str, ...] = ()


class RequestSettings(Settings):
    """``[contract.requests]``: what the service does with values that break the contract.

    ``note`` (what it does by itself): answer, and say so in the answer; ``missing``: answer as if the value were not
    known, and say so; ``refuse``: do not answer, and name the field. For one column:
    ``[contract.columns.NAME.requests]``.

    Parameters
    ----------
    missing : str
        Of a value that is missing where none may be: ``note`` or ``refuse``.
    unknown : str
        Of a name that is not listed: ``note``, ``missing`` or ``refuse``.
    beyond : str
        Of a number or a date beyond ``least`` or ``most``: ``note``, ``missing`` or ``refuse``.
    unlike : str
        Of a text that does not match ``pattern``: ``note``, ``missing`` or ``refuse``.
    """

    missing: Literal["note", "refuse"] | None = None
    unknown: Policy | None = None
    beyond: Policy | None = None
    unlike: Policy | None = None


class ClauseSettings(Settings):
    """``[contract.columns.NAME]``: what a person wants one column to be held to.

    Parameters
    ----------
    required : bool
        Whether a table without the column breaks the contract.
    optional : bool
        Whether a value may be missing.
    unique : bool
        Whether no value may come twice.
    levels : list
        The names that are allowed besides those that were seen.
    new_levels : str
        What of a name that is not listed: ``refuse``, ``some`` or ``any``.
    least, most : float or date
        No value may lie beyond.
    pattern : str
        A regular expression that every text must match as a whole; empty for none.
    requests : dict
        What the service does with values that break the clauses of this column; see ``[contract.requests]``.
    """

    required: bool | None = None
    optional: bool | None = None
    unique: bool | None = None
    levels: tuple[str, ...] | None = None
    new_levels: NewLevels | None = None
    least: float | datetime | date | None = None
    most: float | datetime | date | None = None
    pattern: str | None = None
    requests: RequestSettings = RequestSettings()


class ContractSettings(Settings):
    """``[contract]``: what later data is held to, where that is not what was learned from the data.

    Parameters
    ----------
    columns : dict
        By column, the clauses to change: ``required``, ``optional``, ``unique``, ``levels``, ``new_levels``, ``least``,
        ``most``, ``pattern``; see `mlwright contract`.
    key : str
        The column that names each row.
    may_repeat : bool
        Whether rows may be equal in all columns but the target.
    least_rows : int
        A table of fewer rows breaks the contract.
    requests : dict
        What the service does with values that break the contract: ``missing``, ``unknown``, ``beyond`` and ``unlike``,
        each ``note``, ``missing`` or ``refuse``.
    skip : list
        Checks of deliveries to leave out, by name.
    """

    columns: dict[str, ClauseSettings] = {}
    key: str | None = None
    may_repeat: bool | None = None
    least_rows: int | None = Field(default=None, ge=1)
    requests: RequestSettings = RequestSettings()
    skip: Annotated[tuple[str, ...], MembersOf("mlwright.data.deliveries")] = ()


class ExploreSettings(Settings):
    """``[explore]``: what is drawn and told.

    Parameters
    ----------
    skip : list
        Views to leave out, by name.
    skip_insights : list
        Kinds of insights to leave out, by name.
    """

    skip: Annotated[tuple[str, ...], MembersOf("mlwright.data.views")] = ()
    skip_insights: Annotated[tuple[str, ...], MembersOf("mlwright.data.insights")] = ()


class CleanSettings(Settings):
    """``[clean]``: what is mended in the inputs of a model, in training and in serving alike.

    Parameters
    ----------
    apply : str
        ``safe``: how values are written (units, dates, spellings); ``all``: also values that say something wrong and
        whose right value is certain; ``off``: nothing.
    """

    apply: Literal["safe", "all", "off"] = "safe"


class TrainSettings(Settings):
    """``[train]``: how long and what to try.

    Parameters
    ----------
    budget : duration
        Wall clock of the whole run, from the start of the process, kept to within 10 %.
    candidates : int
        How many candidates are tried, the dummy not counted, in place of a clock: the same data, settings and versions
        then give the same bundle. `budget` no longer ends the search; it tells how large a fit may be planned.
    families : list
        Model families to try, by name; default: all that suit.
    metric : str
        What to optimise; default: log loss for classes, root mean squared error for numbers.
    prefer : str
        ``accuracy``: the best model; ``speed`` or ``simple``: of those that the data cannot tell from the best, the one
        that answers a record fastest, or the simplest one.
    max_latency : duration
        The time in which one record must be answered (``1ms``); the best model that keeps it is chosen.
    max_size : bytes
        The size that the model's files may have (``10MB``); the best model that keeps it is chosen.
    monotone : table
        Number columns with which the answer may only rise (for two classes: the probability of the positive one), or
        only fall: ``{age = "rising"}``. Families that cannot keep that are not tried.
    apart : list
        Lists of input columns, such as ``[["age", "region"]]``: in no part of the model depends what one of them does
        to the answer (two classes: to the log odds) on another of the same list. Families that cannot keep that are not
        tried.
    least_gain : float
        What further candidates must gain for the search to go on, as a share of what the model gains over the dummy
        (``0.01`` for one hundredth); whatever it says, the search ends where gain and chance cannot be told apart.
    refit : bool
        Whether the chosen model is fitted once more on all rows, those of the test among them, before it is packed. The
        figures stay those of the model that had not seen these rows.
    experience : bool
        Whether which candidates paid is noted in the user's own file (no data, no names), and what was noted before
        tells what to try first; ``MLWRIGHT_EXPERIENCE=off`` switches it off everywhere.
    """

    budget: Seconds = 300.0
    candidates: int | None = Field(default=None, ge=1)
    families: Annotated[tuple[str, ...], MembersOf("mlwright.learning.models")] = ()
    metric: str | None = None
    prefer: Prefer = "accuracy"
    max_latency: Seconds | None = None
    max_size: Bytes | None = None
    monotone: dict[str, Literal["rising", "falling"]] = {}
    apart: Annotated[tuple[tuple[str, ...], ...], Field(max_length=MOST_APART)] = ()
    least_gain: float = Field(default=0.0, ge=0.0, lt=1.0)
    refit: bool = True
    experience: bool = True


class EvaluateSettings(Settings):
    """``[evaluate]``: how sure the figures must be, and for whom they are told.

    Parameters
    ----------
    level : float
        The share of cases in which an interval holds the truth.
    groups : list
        Columns whose groups are compared (``["sex", "region"]``): what the model does to each, and how far they are
        apart. A column need not be an input of the model.
    """

    level: float = Field(default=0.95, gt=0.5, lt=1.0)
    groups: tuple[str, ...] = ()


class ProbeSettings(Settings):
    """``[probe]``: how the test rows are disturbed.

    Parameters
    ----------
    skip : list
        Probes to leave out, by name.
    """

    skip: Annotated[tuple[str, ...], MembersOf("mlwright.judging.probes")] = ()


class Amount(Settings):
    """An amount of money that differs from row to row.

    Parameters
    ----------
    column : str
        A column of numbers; it need not be an input of the model.
    times : float
        What the column is multiplied with.
    plus : float
        What is added then.
    """

    column: str
    times: float = 1.0
    plus: float = 0.0


class DecideSettings(Settings):
    """``[decide]``: what answers are worth, and what must hold.

    Parameters
    ----------
    benefit : dict
        What an outcome is worth, in money. Two classes: ``true_positive``, ``false_positive``, ``true_negative``,
        ``false_negative``. Several classes: ``right``, ``wrong``. Numbers: ``per_unit_of_error`` (negative), or
        ``per_unit_over`` and ``per_unit_under`` where too much and too little cost differently, and ``per_case``.
        An amount is a number, a column of numbers (``"fee"``), or ``{column = "value", times = 0.3, plus = -5}``.
    must : list
        Rules that have to be kept for ``deploy``.
    today : str
        What is done without the model. Two classes: ``nobody``, ``everybody``, a column that says who
        (``"called_before"``), or a rule (``"age > 60"``). Numbers: a column that holds today's estimate. Default:
        ``best``, the best that can be done without looking at a case.
    capacity : int
        Two classes: how many cases can be answered positive in a period, as in "we can call 500 a week"; the surest
        ones are.
    cases : int
        How many cases there are in a period.
    period : str
        The period: ``week``, ``month``, ...
    fair : dict
        How far groups (see ``evaluate.groups``) may be apart, by the names of fairlearn: a difference at most
        (``{demographic_parity_difference = 0.1}``), a ratio at least (``{equalized_odds_ratio = 0.8}``). What is said
        here has to be kept for ``deploy``.
    """

    benefit: dict[str, float | str | Amount] = {}
    must: Annotated[tuple[str, ...], MembersOf("mlwright.judging.rules")] = ("beats_baseline", "pays_off", "holds_up")
    today: str = "best"
    capacity: int | None = Field(default=None, ge=1)
    cases: int | None = Field(default=None, ge=1)
    period: str = "week"
    fair: dict[str, float] = {}


class ExplainSettings(Settings):
    """``[explain]``: how single answers are explained.

    Parameters
    ----------
    changeable : list
        Inputs that somebody can change (a price, a contract; not an age): where it is asked what would alter an answer,
        these alone are changed.
    """

    changeable: tuple[str, ...] = ()


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
        ``local``: the project folder, from which ``mlwright serve`` and ``mlwright predict`` take it. The others:
        ``mlwright deploy --help``.
    options : dict
        Of the place, by name: ``{image = "registry.example/churn:1"}``. Secrets do not belong here.
    overrule : str
        Why the bundle is put to use whatever the verdict; kept in the registry. Take it out again afterwards.
    """

    target: str = "local"
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
    time : str
        The column that says when each row was; default: `collect.time`, if the rows have it.
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
    patience : int
        Labelled rows after which a challenger that is not told apart from the model in use is turned down.
    rows : int
        New labelled rows from which a model is trained again where that seems to pay; fewer tell too little.
    training_cost : float
        What a training costs, as a share of what the model in use loses on so many rows as `rows` says; the dearer, the
        longer the wait for the next one.
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
    patience: int = Field(default=20_000, ge=100)
    rows: int = Field(default=200, ge=30)
    training_cost: float = Field(default=0.05, ge=0.0)
    budget: Seconds | None = None
    compute_per_day: Seconds = 4 * 3600.0
    approve: tuple[Person, ...] = ()
    quiet: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    metrics: str | None = None
