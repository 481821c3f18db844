"""The contract as a pandera schema, for those who check pandas tables with it."""

from __future__ import annotations

from mlwright.data.words import counted, listing
from mlwright.records.contract import Clause, Contract
from mlwright.shipping.contracts import ContractForm, allowed, codes, is_moment, is_text, keys_of, moment, must_be_there


class Pandera(ContractForm):
    """A Python file with a ``DataFrameSchema``, for pandera 0.24 and later on pandas.

    ``SCHEMA.validate(table, lazy=True)`` raises with all rows that break it. Values that stand for "missing" are made
    missing first.
    """

    title = "pandera"

    def write(self, contract: Contract, name: str) -> str:
        """The file as text."""
        title = " ".join(name.replace("\\", " ").replace('"', " ").split())
        columns = "".join(f"        {clause.name!r}: {_column(clause)},\n" for clause in contract.columns)
        return HEAD.format(title=title, rows=counted(contract.n_rows, "row")) + (
            f"SCHEMA = pa.DataFrameSchema(\n    {{\n{columns}    }},\n{_table(contract)})\n"
        )


WIDE = 100

HEAD = '''"""What later data of {title} is held to, learned from {rows}."""

import pandas as pd
import pandera.pandas as pa

'''


def _table(contract: Contract) -> str:
    least = contract.least_rows
    told = f"at least {counted(least, 'row')}"
    checks = [f"pa.Check(lambda table: len(table) >= {least}, error={told!r})", *map(_together, keys_of(contract))]
    names = [clause.name for clause in contract.columns if clause.part != "target"]
    unique = "" if contract.may_repeat else f"    unique={names!r},\n"
    return "    checks=[\n" + "".join(f"        {check},\n" for check in checks) + f"    ],\n{unique}"


def _together(names: tuple[str, ...]) -> str:
    """Rows that have all of these values, and not two of them the same ones."""
    told = f"{listing(map(repr, names))} together come once"
    once = f"~table.duplicated({list(names)!r}, keep=False) | table[{list(names)!r}].isna().any(axis=1)"
    return f"pa.Check(lambda table: {once}, error={told!r})"


def _column(clause: Clause) -> str:
    facts = [f"nullable={not must_be_there(clause)}", f"required={clause.required}"]
    facts += ["unique=True"] if clause.unique else []
    if parsers := _parsers(clause):
        facts.append(f"parsers=[{', '.join(parsers)}]")
    given = [*_type(clause), *_checks(clause), *facts]
    line = f"pa.Column({', '.join(given)})"
    return (
        line
        if len(line) <= WIDE
        else "pa.Column(\n" + "".join(f"            {each},\n" for each in given) + "        )"
    )


def _parsers(clause: Clause) -> list[str]:
    missing, parsers = codes(clause), []
    if missing:
        parsers.append(f"pa.Parser(lambda column: column.mask(column.isin({list(missing)!r})))")
    if clause.kind == "number" and is_text(clause):
        parsers.append('pa.Parser(lambda column: pd.to_numeric(column, errors="coerce"))')
    return parsers


def _type(clause: Clause) -> list[str]:
    """Numbers and typed dates are read as such; the type of what has names is left open."""
    if clause.kind == "number":
        return ["float", "coerce=True"]
    return ['"datetime64[us]"', "coerce=True"] if is_moment(clause) else []


def _checks(clause: Clause) -> list[str]:
    checks = []
    if values := allowed(clause):
        checks.append(f"pa.Check.isin({list(values)!r})")
    if clause.kind == "number" or is_moment(clause):
        checks += [
            f"pa.Check.{check}({_bound(clause, bound)})"
            for check, bound in (("ge", clause.least), ("le", clause.most))
            if bound is not None
        ]
    if clause.kind == "number" and clause.whole:
        checks.append('pa.Check(lambda column: column % 1 == 0, error="a whole number")')
    if clause.pattern:
        checks.append(f"pa.Check.str_matches({f'^(?:{clause.pattern})$'!r})")
    return [f"checks=[{', '.join(checks)}]"] if checks else []


def _bound(clause: Clause, bound: float) -> str:
    return f'"{moment(bound, day=False)}"' if is_moment(clause) else repr(bound)
