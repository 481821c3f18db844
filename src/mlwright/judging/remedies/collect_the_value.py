"""Rows of which something is not known that would help."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import t as student

from mlwright.core.family import NotApplicable
from mlwright.data.words import counted
from mlwright.judging.examined import Examined, Gain
from mlwright.judging.remedies import Cure, Remedy, Suspected
from mlwright.learning.tasks import TASKS
from mlwright.records.evaluation import Estimate

FEWEST_ROWS = 15
MOST_COLUMNS = 6


class CollectTheValue(Remedy):
    """Where an input is missing, knowing it would help as much as it helps where it is known.

    Of rows that have the value it is taken away, and what the model loses by that is what it would gain by knowing it,
    provided that rows without it are no other than those with it. A model that has learned nothing from the value may
    still treat gaps badly, and then loses too: so it has to lose as surely where the value of another row stands there.
    """

    title = "A value that is not known"

    def suspects(self, examined: Examined) -> Iterator[Suspected]:
        """Inputs that are missing in some rows and help where they are known."""
        found = False
        for name in _often_missing(examined):
            found = True
            known = ~_missing(name, examined)
            instead = (_without(name, examined), _of_others(name, known, examined))
            yield Suspected(f"{name} is missing", ~known, max(_p_value(said, known, examined) for said in instead))
        if not found:
            raise NotApplicable("no input is missing in some rows and known in others")

    def cure(self, suspected: Suspected, examined: Examined) -> Cure:
        """Collect the value."""
        name = suspected.where.removesuffix(" is missing")
        known = ~suspected.rows
        worse = np.where(known[:, None], _without(name, examined), examined.rows.said.prediction)
        metric, money = examined.gain(examined.rows.said.prediction, worse)
        times = float(suspected.rows.sum() / known.sum())
        rests = f"What was lost when '{name}' was taken from the {counted(int(known.sum()), 'row')} that have it."
        gain = Gain(_times(metric, times), money and _times(money, times), "about", rests)
        return Cure(f"Collect '{name}' where it is missing.", gain)


def _often_missing(examined: Examined) -> list[str]:
    """The most important inputs that are missing in some rows and known in others."""
    ranked = [
        name for name in examined.lessons.training.importance if name in examined.rows.unseen.profile.roles.inputs
    ]
    counts = {name: int(_missing(name, examined).sum()) for name in ranked}
    return [name for name in ranked if FEWEST_ROWS <= counts[name] <= len(examined) - FEWEST_ROWS][:MOST_COLUMNS]


def _missing(name: str, examined: Examined) -> NDArray[np.bool_]:
    return examined.rows.unseen.rows.missing(name)


def _without(name: str, examined: Examined) -> NDArray[np.float64]:
    """What the model says where the value is taken away, shape (n_rows, n_outputs)."""
    table = examined.rows.unseen.table
    place = table.column_names.index(name)
    empty = table.set_column(place, table.schema.field(place), pa.nulls(table.num_rows, table.schema.field(place).type))
    return examined.model.scores(empty).astype(np.float32).astype(np.float64)


def _of_others(name: str, known: NDArray[np.bool_], examined: Examined) -> NDArray[np.float64]:
    """What the model says where rows that have the value have exchanged it, shape (n_rows, n_outputs)."""
    places = np.arange(len(known))
    places[known] = np.random.default_rng(examined.seed).permutation(places[known])
    table = examined.rows.unseen.table
    column = table.column_names.index(name)
    mixed = table.set_column(column, table.schema.field(column), table[name].take(pa.array(places)))
    return examined.model.scores(mixed).astype(np.float32).astype(np.float64)


def _p_value(said: NDArray[np.float64], known: NDArray[np.bool_], examined: Examined) -> float:
    """How often chance alone would make other answers so much worse, on rows that have the value."""
    loss, target = TASKS.get(examined.rows.task)().row_loss, examined.rows.target
    worse = (loss(target, said) - loss(target, examined.rows.said.prediction))[known]
    error = examined.rows.sampling.take(np.flatnonzero(known)).error_of_mean(worse)
    return float(student.sf(worse.mean() / error, int(known.sum()) - 1)) if error > 0 else 1.0


def _times(estimate: Estimate, times: float) -> Estimate:
    ends = {end: getattr(estimate, end) * times for end in ("value", "low", "high")}
    return estimate.model_copy(update=ends | {"method": f"{estimate.method}, in proportion"})
