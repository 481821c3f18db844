"""Text that was written or read in another encoding."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.core.family import NotApplicable
from mlwright.data.checks.text_encoding_damage import DAMAGE
from mlwright.data.deliveries import Columns, DeliveryCheck, Specimen
from mlwright.data.deliveries._plain import now, then
from mlwright.data.two_tables import TwoTables
from mlwright.data.words import counted, listing, quoted
from mlwright.records.findings import Finding


class TextEncoding(DeliveryCheck):
    """Letters that are damaged in the new table and were not before, or a file in another encoding (a note)."""

    severity = "warning"
    title = "Letters in another encoding"
    action = "Ask for the file in UTF-8; a damaged name is a name that the model has never seen."

    def look(self, tables: TwoTables) -> Iterator[Finding]:
        """One finding for damage, one for the encoding itself."""
        before, after = tables.promise.details.get("encoding", ""), tables.snapshot.lineage.details.get("encoding", "")
        if before and after and before != after:
            told = f"The new file is written in {after}; the one before was in {before}."
            yield self.found(told, severity="note", action="Nothing needs to be done: both can be read.")
        texts = [c.name for c in tables.common if tables.now.expr[c.name].type().is_string()]
        if not texts:
            raise NotApplicable("there is no text")
        hits = {name: tables.now.expr[name].re_search(DAMAGE) for name in texts}
        answer = tables.now.ask(
            **{f"n{place}": hit.sum() for place, hit in enumerate(hits.values())},
            **{f"e{place}": tables.now.expr[name].max(where=hit) for place, (name, hit) in enumerate(hits.items())},
        )
        damaged = {name: int(answer[f"n{place}"] or 0) for place, name in enumerate(texts)}
        found = [name for name in texts if damaged[name] and not _was_damaged(name, tables)]
        if found:
            examples = [str(answer[f"e{texts.index(name)}"]) for name in found[:3]]
            told_columns = listing([f"'{name}' ({counted(damaged[name], 'row')})" for name in found])
            yield self.found(
                f"Letters are damaged in {told_columns}, as in {quoted(examples)}.", *found, examples=examples
            )

    @staticmethod
    def speaks() -> Specimen:
        """Malmö was read in the wrong way."""
        return Specimen(_in_malmo(then(), "Malmö"), _in_malmo(now(), "Malmö".encode().decode("cp1252")))

    @staticmethod
    def quiet() -> Specimen:
        """It was read in the right way."""
        return Specimen(_in_malmo(then(), "Malmö"), _in_malmo(now(), "Malmö"))


def _in_malmo(columns: Columns, spelling: str) -> Columns:
    return {**columns, "town": [spelling if town == "Lund" else town for town in columns["town"]]}


def _was_damaged(name: str, tables: TwoTables) -> bool:
    rows = tables.then.expr
    return bool(tables.then.ask(n=rows[name].cast("string").re_search(DAMAGE).sum())["n"])
