"""What a dossier is made of: paragraphs and tables, each with the records that it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mlwright.core.store.ledger import Entry
from mlwright.faces.render.facts import Facts
from mlwright.records.bundle import Manifest

MOST_ROWS = 60
"""Rows of a table; the records hold the rest."""


class Told(NamedTuple):
    """A paragraph and the records that it comes from."""

    text: str
    source: str


class Grid(NamedTuple):
    """A table and the records that it comes from."""

    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    source: str


Block = Told | Grid


class Known(NamedTuple):
    """The facts of a dossier.

    Parameters
    ----------
    facts : Facts
    manifest : Manifest or None
        None where the run has packed no bundle.
    history : tuple of Entry
        What was put to use, and taken back.
    """

    facts: Facts
    manifest: Manifest | None
    history: tuple[Entry, ...]
