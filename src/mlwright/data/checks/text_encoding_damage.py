"""Letters that were lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator

import ibis
import ibis.expr.types as ir

from mlwright.core.family import NotApplicable
from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.compute.engine import n_bytes
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import Profile

TAILS = "\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122"
DAMAGE = f"[\u00c2\u00c3][{TAILS}]|\u00e2\u20ac|\u00e2\u0080|[\u00d0\u00d1][{TAILS}]|\ufffd"
"""UTF-8 that was read as Latin-1 or Windows-1252 ("Ã©" for "é"), and the sign for a letter that is lost."""


class TextEncodingDamage(Check):
    """Text in which letters were damaged because it was read in another encoding than it was written in."""

    severity = "warning"
    title = "Damaged letters"
    action = "Read the source in the encoding that it was written in (mostly UTF-8), or export it again."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns, names of columns among them."""
        known = {name: profile.column(name).is_ascii for name in table.columns}
        if all(is_ascii is None for is_ascii in known.values()):
            raise NotApplicable("there is no text")
        texts = [name for name, is_ascii in known.items() if is_ascii is False]
        hits = {name: _is_damaged(table.expr[name]) for name in texts}
        answer = table.ask(
            **{f"n{place}": hit.sum() for place, hit in enumerate(hits.values())},
            **{f"e{place}": table.expr[name].max(where=hit) for place, (name, hit) in enumerate(hits.items())},
        )
        counts = {name: int(answer[f"n{place}"] or 0) for place, name in enumerate(texts)}
        found = sorted((name for name in texts if counts[name]), key=lambda name: -counts[name])
        named = [name for name in table.columns if re.search(DAMAGE, name)]
        if not found and not named:
            return
        told = [f"{name} ({counted(counts[name], 'row')})" for name in found]
        if named:
            told.append(f"the names of {counted(len(named), 'column')}")
        examples = [str(answer[f"e{texts.index(name)}"]) for name in found[:3]] + named[:2]
        yield self.found(
            f"Letters are damaged in {listing(told)}, as in {quoted(examples, 2)}.",
            *dict.fromkeys([*found, *named]),
            examples=examples,
        )

    @staticmethod
    def speaks() -> Specimen:
        """São Paulo and Köln were read in the wrong way."""
        towns = ["São Paulo", "Köln", "Lyon"]
        return Specimen(plain_columns() | {"town": [t.encode().decode("cp1252") for t in towns] * 100})

    @staticmethod
    def quiet() -> Specimen:
        """They were read in the right way."""
        return Specimen(plain_columns() | {"town": ["São Paulo", "Köln", "SÃO PAULO"] * 100})


def _is_damaged(text: ir.Value) -> ir.Value:
    """Whether a text is damaged; looks closely only at what has other letters than A to Z, for it is slow."""
    is_plain = text.length() == n_bytes(text)
    return ibis.cases((is_plain, False), else_=text.re_search(DAMAGE))
