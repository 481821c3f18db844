"""One query, for DuckDB, PostgreSQL or SQLite; of large trees over a table that holds them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from mlwright.core.errors import ExportRefused, SettingsError, offers
from mlwright.core.family import NotApplicable
from mlwright.records.bundle import Manifest
from mlwright.records.contract import Clause
from mlwright.scoring.moments import to_moment
from mlwright.scoring.spelling import canonical
from mlwright.shipping.contracts import is_moment, is_number, is_text
from mlwright.shipping.exports import ExportForm, Files, Value
from mlwright.shipping.exports._graph import Array, Forest
from mlwright.shipping.exports._inputs import Input, MomentInput, NameInput, NumberInput
from mlwright.shipping.exports._names import identifiers, refuse_zero_bytes
from mlwright.shipping.exports._program import Program
from mlwright.shipping.exports._sql_code import Code
from mlwright.shipping.exports._sql_layout import Step
from mlwright.shipping.exports._sql_trees import SMALLER, STATEMENT_ENDS, TreeTable
from mlwright.shipping.exports._sql_words import DIALECTS, Words, quoted, text

FILE = "model.sql"
TREES = "trees.sql"
MOST_BYTES = 8_000_000
"""Of a query."""

LEAST_BYTES = 25
"""Of each node of a tree that is written out in a query."""

HOW_TREES = ("auto", "query", "table")


class Sql(ExportForm):
    """A query that gives the answer and the scores for every row of a table.

    Columns are read in the types of the data that the model learned from. Numbers that are stored as text are read
    where they are plainly written, dates as text in ISO 8601.

    Parameters
    ----------
    dialect : str, default="duckdb"
        ``duckdb``, ``postgres`` or ``sqlite``.
    table : str, default="new_rows"
        The table that is scored.
    keep : sequence of str, optional
        Columns of it that stand before the answer; default: all that the model's data had, but for the target.
    server : str or None
        PostgreSQL: where the proof is run (``postgresql://user:password@host/database``).
    trees : str, default="auto"
        ``query``: trees are nested CASE expressions of the query. ``table``: they are the rows of a table, which
        ``trees.sql`` makes once, and the query goes down them. ``auto``: a table where the query would be too long.

    Raises
    ------
    SettingsError
        If the dialect, or the way of trees, is none of these.
    """

    title = "SQL"
    n_proof_rows = 500

    def __init__(
        self,
        dialect: str = "duckdb",
        table: str = "new_rows",
        keep: Sequence[str] | None = None,
        server: str | None = None,
        trees: str = "auto",
    ) -> None:
        if trees not in HOW_TREES:
            raise SettingsError(f"Trees cannot be written as {trees!r}.", f"Known are: {', '.join(HOW_TREES)}")
        if dialect not in DIALECTS:
            raise SettingsError(
                f"The dialect {dialect!r} of SQL is unknown.", f"Known are: {offers(dialect, DIALECTS)}"
            )
        self.dialect = dialect
        self.table = table
        self.keep = keep
        self.server = server
        self.trees = trees
        self._words: Words = DIALECTS[dialect]

    def write(self, program: Program, manifest: Manifest) -> Files:
        """``model.sql``, and ``trees.sql`` if trees are rows of a table."""
        refuse_zero_bytes(program, self.title)
        clauses = {given.name: manifest.contract.clause(given.name) for given in program.inputs}
        reads = {given: self._words.read(given, clauses[given.name]) for given in program.inputs}
        kept, table = self._kept(manifest), TreeTable(f"trees_{program.bundle_id}", self._words)
        forests = [node.trees for node in program.in_order() if isinstance(node, Forest)]
        how = self.trees if forests else "query"
        if how == "auto" and sum(len(trees.feature) for trees in forests) * LEAST_BYTES > MOST_BYTES:
            how = "table"
        if how != "table":
            try:
                query = self._query(program, reads, kept)
                _refuse_long(query, "Leave --trees query out." if self.trees == how == "query" else SMALLER)
            except ExportRefused:
                if how == "query":
                    raise
                how = "table"
        if how == "table":
            query = self._query(program, reads, kept, table)
            _refuse_long(query, SMALLER)
        return ({TREES: table.script().encode()} if table else {}) | {FILE: query.encode()}

    def run(
        self, files: Mapping[str, bytes], program: Program, manifest: Manifest, rows: Sequence[Mapping[str, Value]]
    ) -> Array:
        """Score a table of the rows in a real database."""
        with self.filled(program, manifest, rows) as cursor, _in_words():
            if TREES in files:
                self.put_trees(files, cursor)
            cursor.execute(files[FILE].decode())
            found = cursor.fetchall()
        scores = np.array([row[-program.n_scores :] for row in found], dtype=np.float64)
        if not program.is_decided:
            return scores
        return np.column_stack([scores, [program.classes.index(row[-program.n_scores - 1]) for row in found]])

    def put_trees(self, files: Mapping[str, bytes], cursor: Any) -> None:
        """Make the table of the trees."""
        for statement in files[TREES].decode().split(STATEMENT_ENDS):  # at once they need much memory in DuckDB
            if statement.strip():
                cursor.execute(statement)

    @contextmanager
    def filled(self, program: Program, manifest: Manifest, rows: Sequence[Mapping[str, Value]]) -> Iterator[Any]:
        """A cursor of a database in which the rows are a table for as long as it is open."""
        given_of = {given.name: given for given in program.inputs}
        names = list(dict.fromkeys([*given_of, *self._kept(manifest)]))
        clauses = {name: manifest.contract.clause(name) for name in given_of}
        types = ", ".join(f"{quoted(name)} {self._type(clauses.get(name))}" for name in names)
        stored = [
            [_stored(given_of[name], clauses[name], row[name]) if name in given_of else None for name in names]
            for row in rows
        ]
        with self._cursor() as cursor:
            with _in_words():
                cursor.execute(f"CREATE TEMPORARY TABLE {quoted(self.table)} ({types})")
                self._fill(cursor, stored)
            yield cursor

    def _fill(self, cursor: Any, stored: Sequence[Sequence[Any]]) -> None:
        """Put the rows into the table so that they lie there in their order, in which they are read."""
        if self.dialect == "postgres":  # single rows would go wherever a page has room for them
            with cursor.copy(f"COPY {quoted(self.table)} FROM STDIN") as copy:
                for row in stored:
                    copy.write_row(row)
        else:
            marks = ", ".join("?" * len(stored[0]))
            cursor.executemany(f"INSERT INTO {quoted(self.table)} VALUES ({marks})", stored)  # noqa: S608

    def _kept(self, manifest: Manifest) -> list[str]:
        if self.keep is not None:
            return list(self.keep)
        return [clause.name for clause in manifest.contract.columns if clause.part != "target"]

    def _query(
        self, program: Program, reads: Mapping[Input, str], kept: Sequence[str], table: TreeTable | None = None
    ) -> str:
        """The whole query, a step a line."""
        code = Code(program, self._words, reads, table)
        if max(len(step.columns) for step in code.steps) + len(kept) > self._words.most_columns:
            raise ExportRefused(
                "The model works with more numbers at once than a table may have columns.",
                SMALLER,
            )
        keeps = [(f"k{place}", quoted(name)) for place, name in enumerate(kept)]
        numbers = [("row_no", "ROW_NUMBER() OVER ()")] if table else []
        steps, source = [], quoted(self.table)
        for place, step in enumerate(code.steps):
            for walk, features in step.walks:
                assert table is not None
                steps.append(f"w{walk.number} AS (\n  {table.walk(walk, features, source)})")
                source += f" JOIN w{walk.number} ON w{walk.number}_row = row_no"
            steps.append(self._step(place, step, [*numbers, *keeps], source, is_kept=bool(table) and not place))
            source, keeps = f"s{place}", [(name, name) for name, _ in keeps]
            numbers = [(name, name) for name, _ in numbers]
        named = [f"{alias} AS {quoted(name)}" for (alias, _), name in zip(keeps, kept, strict=True)]
        last = ",\n       ".join([*named, *_answers(program, code.scores)])
        about = f"{program.name}: predicts {program.target}. Made by mlwright from the bundle {program.bundle_id}."
        head = [f"-- {' '.join(about.split())}"]
        if self._words.first:
            head.append(f"-- Before it: {self._words.first}")
        end = ["ORDER BY row_no", ""] if table else [""]  # joins with what walks found leave rows in any order
        return "\n".join([*head, "WITH", ",\n".join(steps), f"SELECT {last}", f"FROM {source}", *end])

    def _step(
        self, place: int, step: Step, keeps: Sequence[tuple[str, str]], source: str, *, is_kept: bool = False
    ) -> str:
        """One step; one that is kept is worked out once, however often it is asked for."""
        columns = ", ".join(text if text == name else f"{text} AS {name}" for name, text in [*keeps, *step.columns])
        begins, ends = "AS MATERIALIZED (" if is_kept else self._words.step_begins, self._words.step_ends
        return f"s{place} {begins}SELECT {columns or '1 AS nothing'} FROM {source}{ends}"  # noqa: S608

    def _type(self, clause: Clause | None) -> str:
        """What the table of the proof stores a column as."""
        if clause is None or is_text(clause):
            return "TEXT"
        if clause.type == "bool":
            return "BOOLEAN"
        return "TIMESTAMP" if is_moment(clause) else self._words.double

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        """A cursor of a database of the dialect."""
        if self.dialect == "duckdb":
            import duckdb

            with duckdb.connect() as connection:
                connection.execute("SET threads = 1")
                connection.execute("PRAGMA disable_optimizer")  # it takes longer over large queries than they run
                yield connection
        elif self.dialect == "sqlite":
            import sqlite3

            with closing(sqlite3.connect(":memory:")) as connection:
                yield connection.cursor()
        elif self.server is None:
            raise NotApplicable("no PostgreSQL server was named to try it on (--server postgresql://...)")
        else:
            import psycopg

            with psycopg.connect(self.server) as connection:
                connection.execute("SET jit = off")
                yield connection.cursor()
                connection.rollback()


def _refuse_long(query: str, hint: str) -> None:
    if len(query) > MOST_BYTES:
        raise ExportRefused(
            f"The query would be {len(query) / 1e6:.0f} MB long, more than a database should be given.", hint
        )


@contextmanager
def _in_words() -> Iterator[None]:
    """An error of any database as one of ours."""
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] in ("duckdb", "_duckdb", "sqlite3", "psycopg"):
            raise ExportRefused(f"The database refuses the query: {str(error).strip()[:300]}") from error
        raise


def _answers(program: Program, scores: Sequence[str]) -> list[str]:
    """The answer and the scores as columns."""
    if not program.classes:
        return [f"{scores[0]} AS answer"]
    labels = [_label(label) for label in program.classes]
    if program.is_decided:
        *scores, place = scores
        whens = " ".join(f"WHEN {place} = {number} THEN {label}" for number, label in enumerate(labels))
        answer = f"CASE {whens} END"
    elif len(labels) == 2:
        threshold = 0.5 if program.threshold is None else program.threshold
        answer = f"CASE WHEN {scores[1]} >= {threshold!r} THEN {labels[1]} ELSE {labels[0]} END"
    else:
        *scores, largest = scores
        whens = " ".join(f"WHEN {score} THEN {label}" for score, label in zip(scores, labels, strict=True))
        answer = f"CASE {largest} {whens} END"
    names = identifiers((f"p_{label}" for label in program.classes), ["answer"])
    return [f"{answer} AS answer", *(f"{score} AS {name}" for score, name in zip(scores, names, strict=True))]


def _label(label: object) -> str:
    if isinstance(label, bool):
        return "TRUE" if label else "FALSE"
    return text(label) if isinstance(label, str) else repr(label)


def _stored(given: Input, clause: Clause, value: Value) -> Any:
    """A value as a column of that type stores it."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(given, NameInput):
        if clause.type == "bool":
            return value == "true"
        return float(value) if is_number(clause) else value
    if isinstance(given, NumberInput):
        return canonical(value) if is_text(clause) else bool(value) if clause.type == "bool" else value
    moment = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(seconds=float(value))
    return _spelled(moment, given) if is_text(clause) else moment


def _spelled(moment: datetime, given: MomentInput) -> str:
    """A moment as text: in the pattern of its column if that tells all of it, else in ISO 8601."""
    if given.format is not None and given.first_year is None:
        text = moment.strftime(given.format)
        if to_moment(text, given.format) == moment.replace(tzinfo=UTC).timestamp():
            return text
    return moment.isoformat(sep=" ")
