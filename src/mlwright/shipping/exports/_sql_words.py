"""What differs between databases."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from mlwright.core.errors import ExportRefused
from mlwright.records.contract import Clause
from mlwright.scoring.spelling import canonical, to_number
from mlwright.shipping.contracts import is_moment, is_number, is_text
from mlwright.shipping.exports._inputs import Input, MomentInput, NameInput, NumberInput
from mlwright.shipping.exports._sql_dates import HasShape, by_glob, by_regex, in_iso

if TYPE_CHECKING:
    from mlwright.shipping.exports._sql_layout import Expression, Parts

WRITTEN = (
    "^([+-]?[$€£¥₹]? ?|[$€£¥₹]? ?[+-]?)"
    "(([0-9]{1,3}(,[0-9]{3}){1,8}|[0-9]{1,25})([.][0-9]{0,25})?|[.][0-9]{1,25})"
    "([eE][+-]?[0-9]{1,2})? ?[%$€£¥₹]?$"
)
"""Numbers in text, as `spelling.WRITTEN_NUMBER` within what any database holds, in words that all of them know."""

AROUND_NUMBER = "[$€£¥₹%, ]"
"""What is written about a number and says nothing of its size."""

ISO = (
    "^([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
    "([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?)?$"
)
ISO_PATTERNS = (None, "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
"""In which dates as text are read like those without a pattern."""

NO_PLAIN_NUMBER = (
    "*[^0-9.eE+-]*",
    "*[0-9.][+-]*",
    "*[+-][+-]*",
    "*.*.*",
    "*[eE]*[eE.]*",
    "[+-][eE]*",
    "[eE]*",
    "*[eE+-]",
    ".[eE]*",
    "[+-].[eE]*",
)
"""What a text of digits is like that is no plain number (555-1234), in the words of GLOB."""

WHITE = (9, 10, 11, 12, 13, 28, 29, 30, 31, 32, 133, 160, 5760, *range(8192, 8203), 8232, 8233, 8239, 8287, 12288)
"""The signs that `str.strip` takes off."""

SMALLEST_SINGLE = "1.1754944e-38"


class Words(ABC):
    """A dialect: how numbers are written, columns read, and steps kept apart."""

    double: ClassVar[str]
    white: ClassVar[str]
    """White space, as an argument of the trimming function."""
    most_columns: ClassVar[int] = 1500
    deepest: ClassVar[int] = 200
    """How many questions of a tree stand within each other; deeper parts of it become columns of their own."""
    step_begins: ClassVar[str] = "AS ("
    step_ends: ClassVar[str] = ")"
    picks_levels: ClassVar[bool] = True
    """Whether a join of a table of trees is told of which level it needs the nodes, so that it need not hold all."""
    analyzes: ClassVar[bool] = False
    """Whether a table that was just filled has to be looked at, for queries over it to be planned well."""
    first: ClassVar[str] = ""
    """A statement that goes before a large query, and why."""
    not_a_number: ClassVar[str]
    """What a column of floating numbers holds beside numbers, as a list behind IN."""

    def number(self, value: float) -> str:
        """A constant; a missing one is NULL."""
        if math.isnan(value):
            return self.nothing
        text = repr(float(value))
        text = text if "e" in text else f"{text}e0"
        return text if value >= 0 else f"({text})"

    @property
    def nothing(self) -> str:
        """A missing number."""
        return f"CAST(NULL AS {self.double})"

    @abstractmethod
    def single(self, x: Expression) -> Parts:
        """A number rounded to single precision."""

    def largest(self, numbers: Sequence[Expression]) -> Parts:
        """The largest of several numbers."""
        return (f"{self.greatest}(", *_between(numbers, ", "), ")") if len(numbers) > 1 else tuple(numbers)

    greatest: ClassVar[str] = "GREATEST"

    @abstractmethod
    def carried(self, numbers: Sequence[str]) -> str:
        """Columns of numbers as they are carried through a walk down trees, in the table `a`."""

    @abstractmethod
    def carried_item(self, numbers: Sequence[str], place: str) -> str:
        """The one of them that a place from 0 names."""

    def read(self, given: Input, clause: Clause) -> str:
        """What is read of a column of the table: a number, a code, or seconds since 1970."""
        column = quoted(given.name)
        if isinstance(given, NameInput):
            return self._code(given, clause, column)
        if isinstance(given, NumberInput):
            return self._number_column(given, clause, column)
        return self._moment(given, clause, column)

    def trimmed(self, column: str) -> str:
        """A text without white space around it."""
        return f"TRIM({column}, {self.white})"

    def _code(self, given: NameInput, clause: Clause, column: str) -> str:
        codes, unseen = given.codes, f"{given.unseen}e0"
        if clause.type == "bool":
            yes, no = codes.get("true", given.unseen), codes.get("false", given.unseen)
            return f"CASE WHEN {column} IS NULL THEN -1e0 WHEN {column} THEN {yes}e0 ELSE {no}e0 END"
        if is_text(clause):
            whens = "".join(f" WHEN {text(name)} THEN {code}e0" for name, code in codes.items())
            return f"CASE COALESCE({self.trimmed(column)}, '') WHEN '' THEN -1e0{whens} ELSE {unseen} END"
        if not is_number(clause):
            raise ExportRefused(f"The column {given.name!r} of type {clause.type} is a category, which SQL cannot say.")
        numbers = {to_number(name): code for name, code in codes.items()}
        if any(math.isfinite(to_number(name)) and canonical(to_number(name)) != name for name in codes):
            raise ExportRefused(
                f"The column {given.name!r} holds numbers as names, of more digits than a floating number has: in SQL "
                "they cannot be told apart.",
                "Store them as text before training, or leave the column out ([profile] ignore).",
            )
        whens = "".join(f" WHEN {self.number(n)} THEN {code}e0" for n, code in numbers.items() if math.isfinite(n))
        found = f"CASE {self._as_double(column)}{whens} ELSE {unseen} END"
        missing = " OR ".join([f"{column} IS NULL", *self._no_number(clause, column)])
        return f"CASE WHEN {missing} THEN -1e0 ELSE {found} END"

    def _number_column(self, given: NumberInput, clause: Clause, column: str) -> str:
        no_number: list[str] = []
        if is_text(clause):
            found = self._text_as_number(column)
        elif clause.type == "bool":
            found = f"CASE WHEN {column} THEN 1e0 WHEN NOT {column} THEN 0e0 END"
        elif is_number(clause):
            found, no_number = self._as_double(column), self._no_number(clause, column)
        else:
            raise ExportRefused(f"The column {given.name!r} of type {clause.type} is a number, which SQL cannot say.")
        codes = ", ".join(self.number(value) for value in given.missing)
        missing = " OR ".join([*([f"({found}) IN ({codes})"] if codes else []), *no_number])
        return f"CASE WHEN {missing} THEN NULL ELSE {found} END" if missing else found

    def _no_number(self, clause: Clause, column: str) -> list[str]:
        floating = clause.type in ("double", "float", "halffloat")
        return [f"{column} IN ({self.not_a_number})"] if floating else []

    def _as_double(self, column: str) -> str:
        return f"CAST({column} AS {self.double})"

    @abstractmethod
    def _text_as_number(self, column: str) -> str:
        """A plainly written number in a text; NULL for any other text. A column of numbers is read, too: the table may
        have one where the model learned from a file in which a word stood somewhere.
        """

    @abstractmethod
    def _moment(self, given: MomentInput, clause: Clause, column: str) -> str:
        """A date as seconds since 1970."""


class DuckDB(Words):
    """DuckDB."""

    double = "DOUBLE"
    white = " || ".join(f"chr({sign})" for sign in WHITE)
    not_a_number = "CAST('NaN' AS DOUBLE), CAST('Infinity' AS DOUBLE), CAST('-Infinity' AS DOUBLE)"

    def single(self, x: Expression) -> Parts:
        """By its own type of single precision."""
        return ("CAST(CAST(", x, " AS FLOAT) AS DOUBLE)")

    def carried(self, numbers: Sequence[str]) -> str:
        """As one list."""
        return f"[{', '.join(numbers)}] AS x"

    def carried_item(self, numbers: Sequence[str], place: str) -> str:
        """Out of the list."""
        return f"a.x[{place} + 1]"

    def _text_as_number(self, column: str) -> str:
        plain = self.trimmed(f"CAST({column} AS VARCHAR)")
        bare = f"regexp_replace({plain}, '{AROUND_NUMBER}', '', 'g')"
        return f"CASE WHEN regexp_matches({plain}, '{WRITTEN}') THEN CAST({bare} AS DOUBLE) END"

    def _moment(self, given: MomentInput, clause: Clause, column: str) -> str:
        if is_moment(clause):
            return f"epoch(CAST({column} AS TIMESTAMP))"
        if not is_text(clause) or given.first_year is not None:
            raise _no_date(given, clause)
        plain = self.trimmed(f"CAST({column} AS VARCHAR)")  # the table may have dates where there was text
        iso = f"CASE WHEN regexp_matches({plain}, '{ISO}') THEN TRY_CAST({plain} AS TIMESTAMP) END"
        if given.format is None:
            return f"epoch({iso})"
        return f"epoch(COALESCE({iso}, try_strptime({plain}, {text(given.format)})))"


class PostgreSQL(Words):
    """PostgreSQL, from version 12 on."""

    double = "DOUBLE PRECISION"
    white = "E' \\t\\n\\r\\f\\x0b\\x1c\\x1d\\x1e\\x1f' || chr(133) || chr(160)"  # E'\\v' is the letter v there
    step_ends = " OFFSET 0)"
    analyzes = True  # else it compares every row with every node, level by level
    not_a_number = "'NaN', 'Infinity', '-Infinity'"
    first = "SET jit = off;  compiling a large query takes far longer than running it"

    def number(self, value: float) -> str:
        """A constant is exact in PostgreSQL unless it is made a floating number."""
        return self.nothing if math.isnan(value) else f"{super().number(value)}::float8"

    def single(self, x: Expression) -> Parts:
        """By its own type of single precision, which takes no number too small for it."""
        return ("CASE WHEN abs(", x, f") < {SMALLEST_SINGLE} THEN 0e0 ELSE CAST(CAST(", x, " AS REAL) AS float8) END")

    def carried(self, numbers: Sequence[str]) -> str:
        """As one array."""
        return f"ARRAY[{', '.join(numbers)}]::float8[] AS x"

    def carried_item(self, numbers: Sequence[str], place: str) -> str:
        """Out of the array."""
        return f"a.x[{place} + 1]"

    def trimmed(self, column: str) -> str:
        """A text without white space around it."""
        return f"btrim({column}, {self.white})"

    def _text_as_number(self, column: str) -> str:
        plain = self.trimmed(f"{column}::text")
        bare = f"regexp_replace({plain}, '{AROUND_NUMBER}', '', 'g')"
        return f"CASE WHEN {plain} ~ '{WRITTEN}' THEN CAST({bare} AS float8) END"

    def _moment(self, given: MomentInput, clause: Clause, column: str) -> str:
        if is_moment(clause):
            return f"CAST(EXTRACT(EPOCH FROM {column}) AS float8)"
        if not is_text(clause):
            raise _no_date(given, clause)
        plain = _in_iso(given, clause, self.trimmed(f"{column}::text"), by_regex)  # the table may have dates instead
        first = f"make_date(substr({plain}, 1, 4)::int, substr({plain}, 6, 2)::int, 1)"
        is_day = f"substr({plain}, 9, 2)::int <= EXTRACT(DAY FROM {first} + interval '1 month' - interval '1 day')"
        seconds = f"CAST(EXTRACT(EPOCH FROM CAST({plain} AS TIMESTAMP)) AS float8)"  # of no day an error, not NULL
        return f"CASE WHEN {plain} ~ '{ISO}' THEN CASE WHEN {is_day} THEN {seconds} END END"


class SQLite(Words):
    """SQLite from version 3.35 on, with its mathematical functions."""

    deepest = 10  # its parser holds 100 symbols: room is left for a view, or a query around the query

    double = "REAL"
    white = f"char({', '.join(map(str, WHITE))})"
    step_begins = "AS MATERIALIZED ("
    picks_levels = False  # it looks each node up by its number
    greatest = "MAX"
    not_a_number = "9e999, -9e999"

    def single(self, x: Expression) -> Parts:
        """By Dekker's splitting, as SQLite has no such type: the upper 24 of the 53 digits."""
        return ("(", x, " * 536870913e0 - (", x, " * 536870913e0 - ", x, "))")

    def carried(self, numbers: Sequence[str]) -> str:
        """As they are: it has no lists, and its JSON rounds."""
        return ", ".join(numbers)

    def carried_item(self, numbers: Sequence[str], place: str) -> str:
        """One column or another."""
        whens = " ".join(f"WHEN {number} THEN a.{name}" for number, name in enumerate(numbers))
        return f"CASE {place} {whens} END"

    def _text_as_number(self, column: str) -> str:
        plain = self.trimmed(column)
        no_number = " AND ".join(f"{plain} NOT GLOB '{pattern}'" for pattern in NO_PLAIN_NUMBER)
        looks = f"{plain} GLOB '*[0-9]*' AND {no_number}"
        is_number = f"typeof({column}) IN ('integer', 'real') AND abs({column}) < 9e999"  # as text it would be rounded
        return f"CASE WHEN {is_number} THEN CAST({column} AS REAL) WHEN {looks} THEN CAST({plain} AS REAL) END"

    def _moment(self, given: MomentInput, clause: Clause, column: str) -> str:
        if not (is_moment(clause) or is_text(clause)):
            raise _no_date(given, clause)
        plain = _in_iso(given, clause, self.trimmed(column), by_glob)
        seconds = f"CAST(strftime('%s', {plain}) AS REAL)"
        moment = f"({seconds} + CAST(strftime('%f', {plain}) AS REAL) - CAST(strftime('%S', {plain}) AS REAL))"
        day = f"substr({plain}, 1, 10)"  # it takes the 30th of February for the 1st of March, and 'now' for now
        is_day = f"{plain} GLOB '[0-9][0-9][0-9][0-9]-*' AND date({day}, '+0 days') = {day} AND {day} > '0001'"
        return f"CASE WHEN {is_day} AND NOT {plain} GLOB '*[T ]24:*' THEN {moment} END"


DIALECTS: dict[str, Words] = {"duckdb": DuckDB(), "postgres": PostgreSQL(), "sqlite": SQLite()}


def quoted(name: str) -> str:
    """A name of a column or a table."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A constant text."""
    return "'" + value.replace("'", "''") + "'"


def _between(parts: Sequence[Expression], separator: str) -> Parts:
    found: list[str | Expression] = []
    for part in parts:
        found += [separator, part]
    return tuple(found[1:])


def _in_iso(given: MomentInput, clause: Clause, plain: str, has_shape: HasShape) -> str:
    """A date as text, in ISO 8601 if it is written in its pattern."""
    if given.format in ISO_PATTERNS:
        return plain
    found = None if given.format is None else in_iso(plain, given.format, has_shape)
    if found is None:
        raise _no_date(given, clause)
    return found


def _no_date(given: MomentInput, clause: Clause) -> ExportRefused:
    how = f" in the pattern {given.format}" if given.format else ""
    return ExportRefused(f"The dates of {given.name!r} ({clause.type}{how}) cannot be read in this dialect of SQL.")
