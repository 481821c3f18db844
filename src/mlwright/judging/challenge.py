"""Compare the model with the champion, row by row, where both answer without having seen the truth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from mlwright.core.ahead import Load, Need
from mlwright.core.errors import MlwrightError
from mlwright.core.family import NotApplicable
from mlwright.core.run import Run
from mlwright.data.compute.table import Table, open_snapshot
from mlwright.data.words import counted, figure
from mlwright.judging.known_rows import known_to
from mlwright.judging.words import between, inside
from mlwright.learning.amounts import decisive_on
from mlwright.learning.owed import Owed, moved, owed
from mlwright.learning.tasks import TASKS
from mlwright.learning.unseen import Unseen, kept_scores, kept_target, open_unseen
from mlwright.learning.yardstick import Scored, yardstick
from mlwright.records.bundle import Manifest
from mlwright.records.challenge import Challenge
from mlwright.records.data import Snapshot
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.profile import Profile
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.scoring.matching import decisive_as, same_classes, scores_as
from mlwright.scoring.model import Model
from mlwright.statistics.sampling import Draws

FEWEST_ROWS = 30

Places = NDArray[np.int64]


def need(load: Load, run: Run) -> Need:
    """The champion answers the test rows, which takes about as long as the model does."""
    asked_s = 0.0 if run.store.registry.now() is None else load.n_test * load.answer_s
    return Need(asked_s, asked_s)


def challenge(
    snapshot: Snapshot, profile: Profile, split: Split, training: Training, evaluation: Evaluation, run: Run
) -> Challenge:
    """The paired difference to the bundle that is in use, on unseen rows that it has not learned from either."""
    champion = run.store.registry.trained()  # what touched its answers up has learned from the newest rows
    if champion is None:
        return Challenge(
            champion=None, metric=training.metric, sentence="No bundle is in use yet that it could be compared with."
        )
    manifest = Manifest.model_validate_json(run.get(champion.manifest))
    unseen = open_unseen(snapshot, profile, split, run, evaluation)
    try:
        _refuse_another_question(manifest, profile, unseen)
        known = known_to(champion.run_id, snapshot, profile, unseen.positions, run)
        fresh = np.flatnonzero(~known)
        if len(fresh) < FEWEST_ROWS:
            raise NotApplicable(_too_few(len(fresh), len(unseen)))
        compared = _compared(manifest, open_snapshot(snapshot, run), unseen, fresh, training, evaluation, run)
    except NotApplicable as refusal:
        sentence = f"It cannot be compared with bundle {champion.bundle_id}, which is in use: {refusal.reason}."
        return Challenge(champion=champion.bundle_id, metric=training.metric, sentence=sentence)
    return compared.model_copy(update={"champion": champion.bundle_id, "n_known": int(known.sum())})


def _refuse_another_question(manifest: Manifest, profile: Profile, unseen: Unseen) -> None:
    roles = profile.roles
    if manifest.target != roles.target or not same_classes(manifest.model.classes, roles.classes):
        raise NotApplicable("it predicts something else, or other classes")
    missing = [clause.name for clause in manifest.inputs if clause.name not in unseen.table.column_names]
    if missing:
        raise NotApplicable(f"it needs the column {missing[0]!r}, which is not an input any more")


def _too_few(n_fresh: int, n_rows: int) -> str:
    return (
        f"of the {counted(n_rows, 'unseen row')} {n_fresh or 'none'} are new to it too, and rows that it has learned "
        f"from would flatter it; {FEWEST_ROWS} are enough, so add rows that came in since"
    )


def _compared(
    manifest: Manifest,
    whole: Table,
    unseen: Unseen,
    fresh: Places,
    training: Training,
    evaluation: Evaluation,
    run: Run,
) -> Challenge:
    target = kept_target(evaluation.truth, run)
    said = kept_scores(evaluation.predictions, len(target), run)
    sampling = unseen.sampling(TASKS.get(unseen.profile.roles.task)().row_loss(target, said)).take(fresh)
    other = _champion(manifest, whole, unseen, fresh, run)
    measure = yardstick(training.metric, target[fresh], Draws(sampling, run.seed_for("challenge")))
    ours = Scored(said, decisive_on(training.model, whole, unseen.positions)).take(fresh)
    if np.isnan(measure.score(ours)):
        raise NotApplicable("these rows do not define the metric")
    held_out = None if unseen.split.n_test else training.corrected
    due = Owed() if held_out is None else owed(held_out)
    of = max(evaluation.metrics[0].gain_over_baseline.value, 0.0)
    worse, unsure = due.share * of, due.error * of
    gain = moved(measure.gain(ours, other), -worse, unsure)
    model, champion = measure.estimate(ours), measure.estimate(other)
    which = "that neither has learned from"
    if held_out is not None:
        model = moved(
            model,
            -worse if measure.metric.greater_is_better else worse,
            unsure,
            measure.metric,
            in_proportion=not held_out.in_time_order,
        )
        which = "that the other one has not learned from, each answered by cores of its own that had not either"
    sentence = (
        f"On {counted(len(fresh), 'row')} {which}, its {inside(measure.metric.title)} is "
        f"{figure(model.value)}, and {figure(champion.value)} that of bundle {manifest.bundle_id}, which is in use: "
        f"{_in_words(gain)}."
    )
    return Challenge(
        champion=None,
        n_rows=len(fresh),
        metric=training.metric,
        model=model,
        champion_model=champion,
        gain=gain,
        sentence=sentence,
    )


def _champion(manifest: Manifest, whole: Table, unseen: Unseen, fresh: Places, run: Run) -> Scored:
    """What the bundle in use says of some of the rows, its classes in the order in which the model has them."""
    try:
        said = Model.load(manifest.model, run.get).scores(unseen.table.take(pa.array(fresh)))
        decides = decisive_on(manifest.model, whole, unseen.positions[fresh])
    except MlwrightError as error:
        raise NotApplicable(f"it cannot read these rows ({error.message})") from error
    classes = manifest.model.classes, unseen.profile.roles.classes
    return Scored(scores_as(said, *classes), decisive_as(decides, *classes))


def _in_words(gain: Estimate) -> str:
    if gain.low > 0:
        return f"surely better, the gain lies {between(gain)}"
    if gain.high < 0:
        return f"surely worse, the gain lies {between(gain)}"
    return f"the difference may be chance, the gain lies {between(gain)}"
