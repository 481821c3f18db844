"""How challengers stand."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from mlwright.core.store.registry import Challenger
from mlwright.data.words import figure
from mlwright.faces.render.terminal.tables import said, table
from mlwright.records.contest import Trial


def challengers_table(waiting: Sequence[Challenger], trials: Sequence[Trial]) -> Table | Text:
    """Those that challenge the bundle in use, and the one before it where it is watched against."""
    known = {trial.contender: trial for trial in trials}
    shown = [(one.bundle_id, "challenger", one.run_id) for one in waiting]
    shown += [(trial.contender, "was in use before", "") for trial in trials if trial.part == "predecessor"]
    if not shown:
        return said("No bundle challenges the one in use.\n  -> mlwright operate   (or mlwright run, then approve)")
    rows = [(bundle, part, run_id, *_standing(known.get(bundle))) for bundle, part, run_id in shown]
    heads = ("bundle", "", "run", "rows", "loss in use", "its own", "stands")
    return table("Challengers", heads, rows, right=(3, 4, 5))


def _standing(trial: Trial | None) -> tuple[str, str, str, str]:
    if trial is None or not trial.n:
        return "0", "", "", "no row with a true outcome has come yet"
    champion = trial.champion_loss / trial.n
    return f"{trial.n:,}", figure(champion), figure(champion - trial.gain), trial.sentence
