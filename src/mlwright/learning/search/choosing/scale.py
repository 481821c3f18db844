"""How large a model is and how long it takes for one record, in the form in which it is packed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot, train_rows
from mlwright.learning.load import size_of
from mlwright.learning.search.choosing.choice import Choice, members
from mlwright.learning.search.choosing.options import ENSEMBLE, Option, Wishes, distinct, one_core
from mlwright.learning.search.choosing.refit import refit
from mlwright.learning.search.course import Course
from mlwright.records.data import Snapshot
from mlwright.records.model import CoreRef, EncodingPlan, Member, ModelSpec
from mlwright.records.profile import Roles
from mlwright.records.settings import TrainSettings
from mlwright.records.split import Split
from mlwright.scoring.model import Model
from mlwright.scoring.single_row import Json, as_records, single_row_ms

MEASURED_S = 0.1
MOST_SHARE = 0.1
"""Of the time that is left, for measuring models that were not chosen."""


@dataclass(frozen=True)
class Scale:
    """Weighs and times models.

    Parameters
    ----------
    course : Course
        A search that has ended.
    plan : EncodingPlan
    roles : Roles
    record : mapping
        A row as a client sends it.
    """

    course: Course
    plan: EncodingPlan
    roles: Roles
    record: Mapping[str, Json]
    _refitted: dict[str, CoreRef | None] = field(default_factory=dict)

    def refitted(self, names: Iterable[str]) -> dict[str, CoreRef]:
        """The cores of those candidates that are fitted anew on all rows; each is fitted once."""
        missing = [name for name in dict.fromkeys(names) if name not in self._refitted]
        found = refit(missing, self.course.standing, self.course.budget) if missing else {}
        self._refitted.update({name: found.get(name) for name in missing})
        return {name: core for name, core in self._refitted.items() if core is not None}

    def spec(self, of: tuple[Member, ...]) -> ModelSpec:
        """The model of some members."""
        low, high = self.course.bench.bounds or (None, None)
        return ModelSpec(
            task=self.roles.task, classes=self.roles.classes, plan=self.plan, members=of, low=low, high=high
        )

    def measured(self, option: Option) -> Option:
        """An option with its size and its time."""
        spec = self.spec(members(option, self.course.standing, self.refitted(option.weights)))
        return weighed(option, spec, self.record, self.course.bench.run)

    def forms(self, choice: Choice) -> list[Option]:
        """The chosen model, the best candidate alone and that with one core, measured as far as there is time."""
        standing, budget = self.course.standing, self.course.budget
        finalists = standing.finalists(choice.level)
        losses = [choice.judge.loss(each) for each in standing.predictions(finalists, choice.level)]
        best = finalists[int(np.argmin(losses))]
        alone = Option(best, {best: 1.0}, choice.n_cores)
        forms = {one.name: one for one in (choice.option, alone, Option(one_core(best), {best: 1.0}, 1))}
        out_of_time = budget.timer(MOST_SHARE * max(budget.clock.left_s, 0.0))
        return distinct(
            [form if form.row_ms is not None else self.measured(form) for form in forms.values() if not out_of_time()]
        )


def weighed(option: Option, spec: ModelSpec, record: Mapping[str, Json], run: Run) -> Option:
    """The option with the size and the time of a model."""
    return replace(
        option, size_bytes=size_of(spec, run.path), row_ms=single_row_ms(Model.load(spec, run.get), record, MEASURED_S)
    )


def keeps_limits(spec: ModelSpec, settings: TrainSettings, record: Mapping[str, Json], run: Run) -> bool:
    """Whether a model is as quick and as small as the user wants."""

    def measured(option: Option) -> Option:
        return weighed(option, spec, record, run)

    wishes = Wishes(measured, "accuracy", settings.max_latency, settings.max_size)
    return not wishes.are_there or wishes.allow(measured(Option(ENSEMBLE, {}, 1)))


def first_record(snapshot: Snapshot, roles: Roles, split: Split, run: Run) -> dict[str, Json]:
    """The first training row, as a client would send it."""
    table = open_snapshot(snapshot, run).arrow(roles.inputs, train_rows(split, run)[:1])
    return as_records(table)[0]
