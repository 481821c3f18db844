"""The forms in which a contract is handed to others: to people as TOML, to programs as JSON, to their own checkers.

The limits of numbers, the names that are refused, patterns, gaps and keys go into every form that can say them. What
is a matter of chance (how many rows may lie beyond the range seen, or hold a new name) is judged by `mlwright check`
alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from mlwright.core.family import Family
from mlwright.records.contract import Clause, Contract
from mlwright.scoring.spelling import to_number

Value = str | int | float | bool

NUMBER = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"
"""A number that is stored as text, as a regular expression that every engine knows."""


class ContractForm(ABC):
    """One way to write a contract."""

    title: ClassVar[str]

    @abstractmethod
    def write(self, contract: Contract, name: str) -> str:
        """The contract as text, with a newline at its end.

        Parameters
        ----------
        contract : Contract
        name : str
            What the data is called.
        """


CONTRACT_FORMS: Family[ContractForm] = Family("mlwright.shipping.contracts", ContractForm)


def stored(clause: Clause, spelling: str) -> Value:
    """A value as its column stores it, from its canonical spelling.

    >>> age = Clause(name="age", kind="category", type="int64", optional=False)
    >>> stored(age, "3"), stored(age.model_copy(update={"type": "string"}), "3")
    (3, '3')
    """
    if clause.type == "bool":
        return spelling == "true"
    if is_number(clause):
        number = to_number(spelling)
        return spelling if number != number else int(number) if number.is_integer() else number
    return spelling


def is_number(clause: Clause) -> bool:
    """Whether a column is stored as numbers."""
    return clause.type.startswith(("int", "uint", "double", "float", "decimal", "halffloat"))


def is_text(clause: Clause) -> bool:
    """Whether a column is stored as text."""
    return clause.type.endswith("string")


def is_moment(clause: Clause) -> bool:
    """Whether a column is stored as dates or moments, and not as text."""
    return clause.type.startswith(("date", "timestamp"))


def moment(seconds: float, *, day: bool) -> str:
    """A bound of dates in ISO 8601, as a day or as a moment."""
    found = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).replace(tzinfo=None)
    return found.date().isoformat() if day else found.isoformat(sep=" ")


def allowed(clause: Clause) -> tuple[Value, ...]:
    """The values that are allowed; empty where others are too."""
    if clause.new_levels != "refuse" or not clause.levels:
        return ()
    return tuple(stored(clause, level) for level in clause.levels)


def codes(clause: Clause) -> tuple[Value, ...]:
    """The values that stand for "missing"."""
    return tuple(stored(clause, code) for code in clause.missing_codes) if clause.optional else ()


def keys_of(contract: Contract) -> list[tuple[str, ...]]:
    """The keys that a person has named, but for columns that are unique by their own clause."""
    own = {clause.name for clause in contract.columns if clause.unique}
    known = {clause.name for clause in contract.columns}
    return [names for names in contract.unique if set(names) <= known and not (len(names) == 1 and names[0] in own)]


def must_be_there(clause: Clause) -> bool:
    """Whether every row of a table must hold a value; the target of new rows need not be known."""
    return not clause.optional and clause.part != "target"
