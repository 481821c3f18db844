"""What every form of a contract is held to; a new member of the family is found by itself.

Whoever adds forms of their own (by an entry point of the group ``mlwright.shipping.contracts``) runs this file:
``pytest --pyargs mlwright.testing.contracts``.
"""

from __future__ import annotations

import pytest

from mlwright.records.contract import Clause, Contract
from mlwright.shipping.contracts import CONTRACT_FORMS, ContractForm

each_form = pytest.mark.parametrize("name", CONTRACT_FORMS.names())

NAMES = ("age", "a b", 'say "so"', "it's", "100 %", "größe", "select", "{x}")


def odd_contract() -> Contract:
    """Columns of every kind, with names that are hard to write down."""
    kinds = ("number", "category", "boolean", "date", "text", "id", "constant", "empty")
    types = ("double", "string", "bool", "date32[day]", "string", "int64", "string", "string")
    levels = {"category": ('"', "'", "\\", "ä"), "boolean": ("true", "false")}
    clauses = [
        Clause(
            name=name, kind=kind, type=type_, optional=kind == "empty", levels=levels.get(kind, ()),
            counts=(1,) * len(levels.get(kind, ())), new_levels="refuse", low=0.0, high=9.0, unique=kind == "id",
            least=-1.5 if kind in ("number", "date") else None, pattern="[A-Z]+" if kind == "text" else None,
        )
        for name, kind, type_ in zip(NAMES, kinds, types, strict=True)
    ]  # fmt: skip
    return Contract(n_rows=10, columns=tuple(clauses), key="select", may_repeat=False, least_rows=3)


@each_form
def test_it_writes_every_column(name: str) -> None:
    """No column is left out, whatever it is called, and the text ends with a line."""
    text = CONTRACT_FORMS.get(name)().write(odd_contract(), 'the "data" \\ of it\'s')
    assert text.endswith("\n")
    assert all(plain in text for plain in ("age", "a b", "100 %", "select", "{x}"))


@each_form
def test_it_writes_the_same_again(name: str) -> None:
    """The same contract gives the same text."""
    write = CONTRACT_FORMS.get(name)().write
    assert write(odd_contract(), "data") == write(odd_contract(), "data")


@each_form
def test_it_is_documented(name: str) -> None:
    """It says what it is and what it can say."""
    member = CONTRACT_FORMS.get(name)
    assert member.title
    assert (member.__doc__ or "").strip()
    assert member.__doc__ != ContractForm.__doc__
