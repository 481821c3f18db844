"""The contract for a person who reads and edits it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mlwright.data.clauses.wording import told_clause
from mlwright.data.words import counted
from mlwright.records.contract import Clause, Contract
from mlwright.shipping.contracts import ContractForm, moment

MOST_LEVELS = 50
_BARE = re.compile(r"[A-Za-z0-9_-]+")


class Toml(ContractForm):
    """The clauses that can be edited, as sections of ``mlwright.toml``; what was seen stands beside them as a comment.

    Any line of it may be put into ``mlwright.toml`` and changed there; the rest need not be copied.
    """

    title = "TOML"

    def write(self, contract: Contract, name: str) -> str:
        """A section for the table and one for each column."""
        lines = [f"# What later data of {name} is held to, learned from {counted(contract.n_rows, 'row')}."]
        lines += ["# Copy what you want to change into mlwright.toml; leave the rest out.", "", "[contract]"]
        lines += [f"key = {json.dumps(contract.key, ensure_ascii=False)}"] if contract.key else []
        lines += [f"may_repeat = {json.dumps(contract.may_repeat)}", f"least_rows = {contract.least_rows}"]
        lines += [f"extra_fields = {json.dumps(contract.extra_fields)}"] if contract.extra_fields != "refuse" else []
        for clause in contract.columns:
            lines += ["", *_section(clause, contract.n_rows)]
        return "\n".join(lines) + "\n"


def _section(clause: Clause, n_rows: int) -> Iterator[str]:
    name = clause.name if _BARE.fullmatch(clause.name) else json.dumps(clause.name, ensure_ascii=False)
    yield f"[contract.columns.{name}]"
    yield f"# {clause.kind}, {clause.part}: {' '.join(told_clause(clause, n_rows).split())}"
    yield f"required = {json.dumps(clause.required)}"
    yield f"optional = {json.dumps(clause.optional)}"
    if clause.unique:
        yield "unique = true"
    for key, bound in (("least", clause.least), ("most", clause.most)):
        if bound is not None:
            yield f"{key} = {moment(bound, day=bound % 86_400 == 0) if clause.kind == 'date' else f'{bound!r}'}"
    if 0 < len(clause.levels) <= MOST_LEVELS:
        yield f"levels = {json.dumps(clause.levels, ensure_ascii=False)}"
    if clause.levels:
        yield f'new_levels = "{clause.new_levels}"'
    if clause.pattern:
        yield f"pattern = {json.dumps(clause.pattern, ensure_ascii=False)}"
    if set_otherwise := clause.requests.model_dump(exclude_defaults=True):
        told = ", ".join(f'{broken} = "{policy}"' for broken, policy in set_otherwise.items())
        yield f"requests = {{{told}}}"
