"""Values that stand for "not known"."""

from __future__ import annotations

from collections.abc import Iterator

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.clauses.clause import NAMED
from mlwright.data.compute.table import SplitTable
from mlwright.data.kinds.missing import UNKNOWN_WORDS
from mlwright.data.words import counted, listing, percent, quoted
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile


class DisguisedMissing(Check):
    """Values such as "?", "unknown" or -999 that look like data and mean that nothing is known."""

    severity = "note"
    title = "Missing values in disguise"
    action = "mlwright treats them as missing. If one of them is a real value, say so: profile.missing = {COLUMN = []}."

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns, those with most missing values first."""
        yield from self._names_of_their_own(profile)
        found = [column for column in profile.used if column.missing_codes]
        found.sort(key=lambda column: -column.n_missing)
        if found:
            told = listing(_told(column, profile.n_rows) for column in found)
            yield self.found(
                f'In {counted(len(found), "column")} a value stands for "not known": {told}.',
                *(column.name for column in found),
                examples=sorted({code for column in found for code in column.missing_codes})[:5],
            )

    def _names_of_their_own(self, profile: Profile) -> Iterator[Finding]:
        words = {c.name: said for c in profile.used if c.kind in NAMED and (said := _unknown_words(c))}
        if words:
            told = listing(f"{name} ({quoted(said)})" for name, said in words.items())
            yield self.found(
                f"In {counted(len(words), 'column')} a name says that nothing is known: {told}.",
                *words,
                action=(
                    "mlwright takes it as a name of its own, which may tell something. If it is a gap like any other, "
                    'say so: profile.missing = {COLUMN = ["unknown"]}.'
                ),
            )

    @staticmethod
    def speaks() -> Specimen:
        """Every fifth answer about smoking is a question mark."""
        return Specimen(plain_columns() | {"smoking": ["never", "often", "never", "seldom", "?"] * 60})

    @staticmethod
    def quiet() -> Specimen:
        """Every fifth answer about smoking is left open."""
        return Specimen(plain_columns() | {"smoking": ["never", "often", "never", "seldom", None] * 60})


def _unknown_words(column: ColumnProfile) -> list[str]:
    return [value.value for value in column.top if value.value.strip().casefold() in UNKNOWN_WORDS]


def _told(column: ColumnProfile, n_rows: int) -> str:
    return f"{column.name} ({quoted(column.missing_codes)}; {percent(column.n_missing / n_rows)} missing in all)"
