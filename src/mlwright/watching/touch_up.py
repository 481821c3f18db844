"""The stage that touches a model's answers up with the newest outcomes, until it is trained again."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from mlwright.core.run import Run
from mlwright.data.compute.table import open_snapshot
from mlwright.data.row_keys import Keys, row_keys, whole_of
from mlwright.data.words import counted, figure, percent
from mlwright.learning.aim import Aim
from mlwright.learning.metrics import metric_of
from mlwright.learning.quick import Question
from mlwright.learning.search.choosing.scale import keeps_limits
from mlwright.learning.search.setup import apart, directions
from mlwright.learning.standing import Standing, faded, seems_to_help
from mlwright.learning.touches import LATEST, Kind, Learned, Touch, all_answers, fit_touches, mixed
from mlwright.learning.unseen import kept_scores, kept_target
from mlwright.records.bundle import Manifest
from mlwright.records.model import CoreRef, Member, ModelSpec
from mlwright.records.profile import Roles
from mlwright.records.settings import OperateSettings, TrainSettings
from mlwright.records.touched import Touched, TouchedWay, Touching, Way
from mlwright.scoring.cores import CORES
from mlwright.scoring.model import Model
from mlwright.scoring.moments import to_moment_array
from mlwright.statistics.sequential import Gathered, lower_bound
from mlwright.watching.new_rows import in_time, new_rows

USUAL = 0.98
"""Losses above this quantile of the model's losses on its test rows count as it."""
MOST_SINCE = 20_000
"""Of so many of the newest rows the answers are touched up."""

Array = NDArray[np.float64]


class _Came(NamedTuple):
    """Rows whose outcome is known, and of those since the training their keys, and which are not counted yet."""

    learned: Learned
    keys: Keys
    unseen: NDArray[np.bool_]

    @property
    def new(self) -> Learned:
        """The rows that are not counted yet."""
        rows = np.flatnonzero(self.unseen) + len(self.learned.target) - self.learned.n_since
        blocks, said, target, _ = self.learned
        return Learned(blocks.take(rows), said[rows], target[rows], len(rows))


def touch_up(touching: Touching, settings: OperateSettings, wishes: TrainSettings, run: Run) -> Touched:
    """Count how the ways of touching up did on rows that are new, and make them anew of all that is known.

    Each way has answered the new rows before their outcomes were known, and so has their mean with the weights of
    then. What touching up is worth is the difference to the model as it is, on these rows.
    """
    manifest = Manifest.model_validate_json(run.get(touching.base.manifest))
    model, before = Model.load(manifest.model, run.get), _before(touching)
    aim = metric_of(manifest.evaluation.metrics[0].name).aim
    question = Question(touching.parent.profile, run.seed_for("touch up"), aim=aim)
    came = _came(touching, model, question, before, run)
    held = before or Touched(base=touching.base.bundle_id, ceiling=_ceiling(manifest, question, run), model=model.spec)
    standing = Standing()
    if touching.before is not None:
        standing = Standing(dict(touching.before.lost), touching.before.n_seen)
    if came.unseen.any() and before is not None:
        held = _counted(held, standing, came.new, question, run)
    kind, n_look = _kind(model, aim, touching.parent.profile.roles, wishes), int(came.unseen.sum())
    touches = fit_touches(came.learned, kind, n_look, question.seed)
    weights = standing.weights(tuple(touches))
    helps, low = _helps(held, standing, settings)
    touched = _touched(model.spec, mixed(touches, weights), came.learned.target, run) if helps else model.spec
    is_kept = not helps or keeps_limits(touched, wishes, manifest.golden[0].row, run)
    sentence = _sentence(held, standing, len(came.keys), is_new=before is None, helps=helps)
    return held.model_copy(
        update={
            "ways": tuple(_kept(way, touch, run) for way, touch in touches.items()),
            "lost": standing.lost,
            "n_seen": standing.n_rows,
            "weights": weights,
            "counted": run.put(np.sort(came.keys).tobytes()),
            "n_fresh": len(came.keys),
            "low": low,
            "helps": helps and is_kept,
            "model": touched if is_kept else model.spec,
            "sentence": sentence if is_kept else f"{sentence} {BEYOND_LIMITS}",
        }
    )


def _kind(model: Model, aim: Aim, roles: Roles, wishes: TrainSettings) -> Kind:
    """What is touched up, and what the user asks of the model whoever answers for it."""
    return Kind.of(model.spec, model.encoder.names, aim)._replace(
        directions=directions(wishes, roles, model.spec.plan), apart=apart(wishes, roles, model.encoder.names)
    )


def _before(touching: Touching) -> Touched | None:
    """How it stood before, if that was the same model."""
    before = touching.before
    return before if before is not None and before.base == touching.base.bundle_id else None


def _came(touching: Touching, model: Model, question: Question, before: Touched | None, run: Run) -> _Came:
    parent = touching.parent
    schema = pq.read_schema(run.path(whole_of(parent.snapshot).blob))
    since = in_time(new_rows(parent.windows, parent, schema, run), parent)
    since = _labelled(since.slice(max(0, since.num_rows - MOST_SINCE)), question)
    keys = row_keys(since, sorted(since.column_names))
    seen = np.frombuffer(run.get(before.counted), np.uint64) if before is not None else np.empty(0, np.uint64)
    rows = pa.concat_tables([_latest(touching, schema, question, run), since])
    blocks = model.encoder.encode(rows.select(model.encoder.inputs))
    learned = Learned(blocks, model.totals(blocks), question.target(rows), len(keys))
    return _Came(learned, keys, ~np.isin(keys, seen))


def _labelled(rows: pa.Table, question: Question) -> pa.Table:
    return rows.take(pa.array(np.flatnonzero(~np.isnan(question.target(rows)))))


def _latest(touching: Touching, schema: pa.Schema, question: Question, run: Run) -> pa.Table:
    """The last rows that the model has learned from, in time."""
    table, time = open_snapshot(whole_of(touching.parent.snapshot), run), touching.parent.profile.roles.time
    order = np.arange(table.n_rows)
    if time is not None:
        moments = to_moment_array(table.arrow([time])[time])
        order = np.argsort(np.where(np.isnan(moments), -np.inf, moments), kind="stable")
    rows = table.arrow(schema.names, np.sort(order[-LATEST:])).cast(schema)
    return _labelled(in_time(rows, touching.parent), question)


def _ceiling(manifest: Manifest, question: Question, run: Run) -> float:
    evaluation = manifest.evaluation
    said = kept_scores(evaluation.predictions, evaluation.n_rows, run)
    losses = question.losses(kept_target(evaluation.truth, run), said)
    return max(float(np.quantile(losses, USUAL)), np.finfo(float).tiny)


def _counted(held: Touched, standing: Standing, new: Learned, question: Question, run: Run) -> Touched:
    """With the losses of the rows that are new, of every way and of their mean."""
    touches = {way.way: _read(way, run) for way in held.ways}
    answers = all_answers(touches, new.said, new.blocks)
    of_ways = {name: question.losses(new.target, answer) for name, answer in answers.items()}
    together = question.losses(new.target, mixed(touches, held.weights).answers(new.said, new.blocks))
    standing.seen(of_ways)
    if held.weights["as_it_is"] == 1.0:
        return held
    own, touched = (np.minimum(each, held.ceiling) for each in (of_ways["as_it_is"], together))
    return held.model_copy(
        update={
            **Gathered(held.n, held.total, held.spread).adding(own - touched)._asdict(),
            "own_loss": held.own_loss + float(own.sum()),
            "touched_loss": held.touched_loss + float(touched.sum()),
            "recent": faded(held.recent, (float(of_ways["as_it_is"].mean()), float(together.mean()))),
        }
    )


def _helps(held: Touched, standing: Standing, settings: OperateSettings) -> tuple[bool, float]:
    """Whether touched-up answers are to be used, and what their gain is above."""
    gathered = Gathered(held.n, held.total, held.spread)
    low = lower_bound(gathered, 2 * held.ceiling, settings.error) if held.n else -math.inf
    if settings.touch_up == "proved":
        return low > settings.least_gain * held.own_loss / max(1, held.n), low
    return seems_to_help(standing.lost, settings.least_gain), low


def _kept(way: Way, touch: Touch, run: Run) -> TouchedWay:
    added = tuple((weight, CoreRef(form=core.form, blob=run.put(core.to_bytes()))) for weight, core in touch.added)
    return TouchedWay(way=way, scale=touch.scale, added=added, calibrator=touch.calibrator)


def _read(way: TouchedWay, run: Run) -> Touch:
    added = tuple((weight, CORES.get(ref.form).from_bytes(run.get(ref.blob))) for weight, ref in way.added)
    return Touch(way.scale, added, way.calibrator)


def _touched(spec: ModelSpec, touch: Touch, target: Array, run: Run) -> ModelSpec:
    """The model with what touches its answers up; the range of its numbers reaches as far as the newest outcomes."""
    members = [member.model_copy(update={"weight": touch.scale * member.weight}) for member in spec.members]
    kept = _kept("as_it_is", touch, run)
    members += [
        Member(candidate=f"touch-{n}", weight=weight, cores=(ref,)) for n, (weight, ref) in enumerate(kept.added, 1)
    ]
    found = spec.model_copy(update={"members": tuple(members), "calibrator": touch.calibrator})
    if spec.low is None or spec.high is None:
        return found
    return found.model_copy(
        update={"low": min(spec.low, float(target.min())), "high": max(spec.high, float(target.max()))}
    )


HOW: dict[Way, str] = {
    "shifted": "moved and stretched by the newest outcomes",
    "recalibrated": "recalibrated by the newest outcomes",
    "corrected": "with small trees added that learned what it got wrong",
    "continued": "with small trees added that learned the latest rows",
    "anew": "of a small model of the rows since",
    "latest": "of a small model of the latest rows",
}

BEYOND_LIMITS = "But so it would pass train.max_latency or train.max_size, so that it answers as it was trained."
AS_TRAINED = "it answers as it was trained"
TOUCHED_AS_BEFORE = "its answers are touched up in the ways that did well for the one before"


def _sentence(held: Touched, standing: Standing, n_since: int, *, is_new: bool, helps: bool) -> str:
    """How it stands, in figures of rows that were answered before their outcomes were known."""
    if len(standing.ways) < 2:
        return "No row with a true outcome has come yet that touched-up answers were given to before."
    if is_new:
        return f"No outcome has come yet since the model was trained; {TOUCHED_AS_BEFORE if helps else AS_TRAINED}."
    loss, own = "log loss" if held.model.classes else "squared error", standing.lost["as_it_is"]
    best = min((way for way in standing.ways if way in HOW), key=lambda way: standing.lost[way])
    whose = "the model, and of those before it," if standing.n_rows > n_since else "the model"
    told = [f"Of late the {loss} of {whose} was {figure(own)}, and {figure(standing.lost[best])} {HOW[best]}"]
    if held.n and held.own_loss > 0:
        share = 1.0 - held.touched_loss / held.own_loss
        told.append(
            f"on {counted(held.n, 'row')} since it was trained touched-up answers lost {percent(abs(share))} "
            f"{'less' if share >= 0 else 'more'} than it (no row counts for more than {figure(held.ceiling)})"
        )
    told.append("touched-up answers are used" if helps else AS_TRAINED)
    return f"{'; '.join(told)}."
