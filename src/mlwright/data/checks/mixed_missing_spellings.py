"""Missing values that are written in several ways."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mlwright.data.checks import Check, Specimen
from mlwright.data.checks._plain import plain_columns
from mlwright.data.columns import Rows, sampled_rows
from mlwright.data.compute.table import SplitTable
from mlwright.data.words import counted, listing, percent
from mlwright.records.findings import Finding
from mlwright.records.profile import ColumnProfile, Profile
from mlwright.scoring.spelling import spelled

EMPTY = "empty"


class MixedMissingSpellings(Check):
    """Columns in which a missing value is written in two ways or more: as an empty cell, "?", "NA", -999.

    Each way must come in two of the rows that are looked at (50,000 at most).
    """

    severity = "note"
    title = "Missing values written in several ways"
    action = (
        "mlwright takes all of them for missing. If the ways mean different things (not asked, not known, none), keep "
        "them apart: profile.missing = {COLUMN = []}; else agree on one where the data comes from."
    )

    def look(self, table: SplitTable, profile: Profile) -> Iterator[Finding]:
        """One finding for all columns."""
        suspects = [column for column in profile.columns if column.missing_codes and column.name in table.columns]
        if not suspects:
            return
        rows = sampled_rows(table, profile)
        found = {column.name: ways for column in suspects if len(ways := _ways(rows, column)) > 1}
        if found:
            told = listing((f"{name} ({_told(ways, len(rows))})" for name, ways in found.items()), 4)
            yield self.found(
                f"In {counted(len(found), 'column')} missing values are written in more than one way: {told}.",
                *found,
                examples=sorted({way for ways in found.values() for way in ways} - {EMPTY})[:6],
            )

    @staticmethod
    def speaks() -> Specimen:
        """Nobody agreed on how to write that an answer is missing."""
        return Specimen(plain_columns() | {"smoking": ["never", "often", "NA", "seldom", "?", None] * 50})

    @staticmethod
    def quiet() -> Specimen:
        """All gaps are written alike."""
        return Specimen(plain_columns() | {"smoking": ["never", "often", "?", "seldom", "?", "never"] * 50})


def _ways(rows: Rows, column: ColumnProfile) -> dict[str, int]:
    """How often each way to write "missing" comes, the most frequent first."""
    names, places = spelled(rows.arrow[column.name])
    counts = np.bincount(places + 1, minlength=len(names) + 1)
    ways = {EMPTY: int(counts[0])}
    ways |= {name: int(counts[place + 1]) for place, name in enumerate(names) if name in column.missing_codes}
    often = [(way, n) for way, n in ways.items() if n > 1]
    return dict(sorted(often, key=lambda item: -item[1]))


def _told(ways: dict[str, int], n_rows: int) -> str:
    return listing(
        (f"{way if way == EMPTY else repr(way)} in {percent(n / n_rows)} of the rows" for way, n in ways.items()), 4
    )
