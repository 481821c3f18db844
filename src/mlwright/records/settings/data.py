"""Settings of the question, the data, and what is looked for in it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from mlwright.core.family import MembersOf
from mlwright.core.record import Settings
from mlwright.records.contract import ExtraFields, NewLevels, Policy
from mlwright.records.profile import Kind, Task


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
    order : list
        For several classes: all of them from lowest to highest, where an answer can be more or less wrong; ``[]`` where
        they have no order. Default: found from their names (``low``, ``medium``, ``high``; ratings; bands).
    seed : int
        What every random choice starts from.
    """

    name: str | None = None
    target: str | None = None
    task: Literal["auto", "none"] | Task = "auto"
    positive: str | None = None
    order: tuple[str, ...] | None = None
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
        For databases: the name of a table, or a ``select``. Of a workbook or a web page: the same as `sheet`.
    headers : dict
        For URLs: what is sent with each request, secrets as ``env:NAME``:
        ``{Authorization = "Bearer env:API_KEY"}``.
    sheet : str
        For Excel: the name of the sheet; default: the first. For a web page: its table, by caption, id or number from
        1; default: the largest.
    decimal : str
        For text tables: the decimal mark where a file leaves it open (``1,250`` may be either); ``.`` or ``,``.
        Default: the point.
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
        ``{manager = "id"}`` for a column of the same table, ``{"shop, till" = "tills.shop, no"}`` for a key of several
        columns. Foreign keys that a database declares need not be named.
    unique : list
        Columns whose values name a row and so come once, or several columns whose values together do:
        ``["email", "order, line"]``.
    """

    source: str | None = None
    query: str | None = None
    headers: dict[str, str] = {}
    sheet: str | None = None
    decimal: Literal[".", ","] | None = None
    sample_rows: int | None = Field(default=None, ge=1_000)
    in_place: bool = False
    time: str | None = None
    group: str | None = None
    tables: dict[str, str] = {}
    keys: dict[str, str] = {}
    unique: tuple[str, ...] = ()


class ProfileSettings(Settings):
    """``[profile]``: what the columns are.

    Parameters
    ----------
    kinds : dict
        Kind of a column, where the guess is wrong: ``number``, ``category``, ``boolean``, ``date``, ``text``, ``id``.
        A category that is named here is read as names alone, however long they are, and not as words besides.
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
    wrong : str
        Of a value that is none of the column's kind, such as text for a number: ``refuse``, as by itself, or
        ``missing``.
    """

    missing: Literal["note", "refuse"] | None = None
    unknown: Policy | None = None
    beyond: Policy | None = None
    unlike: Policy | None = None
    wrong: Literal["refuse", "missing"] | None = None


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
    extra_fields : str
        What the service does with a field that the table never had: ``refuse``, as by itself, or ``ignore`` where all
        inputs are there.
    requests : dict
        What the service does with values that break the contract: ``missing``, ``unknown``, ``beyond``, ``unlike`` and
        ``wrong``, each ``note``, ``missing`` or ``refuse``.
    skip : list
        Checks of deliveries to leave out, by name.
    """

    columns: dict[str, ClauseSettings] = {}
    key: str | None = None
    may_repeat: bool | None = None
    least_rows: int | None = Field(default=None, ge=1)
    extra_fields: ExtraFields | None = None
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
        ``safe``: how values are written (units, dates, spellings, those of the target's classes among them); ``all``:
        also values that say something wrong and whose right value is certain; ``off``: nothing.
    """

    apply: Literal["safe", "all", "off"] = "safe"
