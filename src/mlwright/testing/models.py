"""What every model family is held to; a new member is found by itself.

Whoever adds families of their own (by an entry point of the group ``mlwright.learning.models``) runs this file:
``pytest --pyargs mlwright.testing.models``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from mlwright.core.errors import BundleError, RunCancelled
from mlwright.learning.models import MODELS, FitContext
from mlwright.learning.search.tune import variant
from mlwright.learning.tasks import TASKS
from mlwright.records.profile import Task
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.cores import CORES
from mlwright.scoring.together import Together
from mlwright.testing.demand import demand
from mlwright.testing.encoded_rows import AWKWARD, N_CLASSES, easy
from mlwright.testing.fits import INSTALLED, Alarm, candidates_for, demand_scores, fit, suited

each_family = pytest.mark.parametrize("name", INSTALLED)
each_task = pytest.mark.parametrize("task", list(N_CLASSES))
on_easy = pytest.mark.parametrize(("name", "task"), suited(easy))
on_few = pytest.mark.parametrize(("name", "task"), suited(partial(easy, n_rows=300)))
MANY = suited(partial(easy, n_rows=12_000, n_numbers=15))
on_awkward = pytest.mark.parametrize(
    ("name", "task", "what"), [(*each, what) for what, lesson_of in AWKWARD.items() for each in suited(lesson_of)]
)
VARIANTS = {
    (name, task): first
    for name in INSTALLED
    for task in N_CLASSES
    if (first := variant(name, MODELS.get(name)(), easy(task).facts, 1)) is not None
}
LATE_S = 2.0
"""How much computing may follow after time is up; a busy machine is no excuse, as only computing counts."""


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Linear algebra with one thread, as in the search."""
    with threadpool_limits(1):
        yield


@pytest.mark.parametrize("name", MODELS.names())
def test_its_packages_are_here(name: str) -> None:
    """A family that needs a package which is missing is held to nothing else."""
    if name not in INSTALLED:
        pytest.skip(f"{name} needs a package that is not installed; `mlwright doctor` names it")


@each_family
@each_task
def test_candidates_are_well_formed(name: str, task: Task) -> None:
    """Names are unique and start with the family's; costs are positive and grow with the rows."""
    family, lesson = MODELS.get(name)(), easy(task)
    candidates = family.candidates(lesson.facts)
    demand(len({candidate.name for candidate in candidates}) == len(candidates), "a name comes twice")
    for candidate in candidates:
        demand(candidate.family == name and candidate.name.startswith(name), f"{candidate.name!r} is misnamed")
        few, many = (family.cost_s(candidate, easy(task, n_rows).facts) for n_rows in (200, 20_000))
        demand(0 < few <= many, f"{candidate.name} costs {few:g} s on few rows and {many:g} s on many")
    demand(bool(family.title) and bool(family.__doc__), "a title or a docstring is missing")


@on_easy
def test_every_candidate_learns(name: str, task: Task) -> None:
    """On an easy lesson each is clearly better than the dummy."""
    lesson, row_loss = easy(task), TASKS.get(task)().row_loss
    dummy = fit("dummy", candidates_for("dummy", lesson)[0], lesson).core.predict(lesson.trial.blocks)
    known = row_loss(lesson.trial.target, dummy).mean()
    for candidate in candidates_for(name, lesson):
        fitted = fit(name, candidate, lesson)
        prediction = fitted.core.predict(lesson.trial.blocks)
        demand_scores(prediction, len(lesson.trial), lesson)
        demand(not fitted.cut, f"{candidate.name} says that it was cut, and was not")
        share = row_loss(lesson.trial.target, prediction).mean() / known
        demand(name == "dummy" or share < 0.8, f"{candidate.name} keeps {share:.0%} of the dummy's loss")


@pytest.mark.parametrize(("name", "task"), VARIANTS)
def test_variants_learn(name: str, task: Task) -> None:
    """Other settings of a family are the same every time, cost something, and learn on an easy lesson."""
    family, lesson, row_loss = MODELS.get(name)(), easy(task), TASKS.get(task)().row_loss
    candidate = VARIANTS[name, task]
    demand(candidate == variant(name, family, lesson.facts, 1), "the same number gave other settings")
    demand(family.cost_s(candidate, lesson.facts) > 0, f"{candidate.name} costs nothing")
    dummy = fit("dummy", candidates_for("dummy", lesson)[0], lesson).core.predict(lesson.trial.blocks)
    said = fit(name, candidate, lesson).core.predict(lesson.trial.blocks)
    share = row_loss(lesson.trial.target, said).mean() / row_loss(lesson.trial.target, dummy).mean()
    demand(share < 0.9, f"{candidate.name} keeps {share:.0%} of the dummy's loss")


@on_awkward
def test_awkward_rows(name: str, task: Task, what: str) -> None:
    """Whatever comes, finite scores come out, from the core as it was fitted and as it was read back."""
    lesson = AWKWARD[what](task)
    fitted = fit(name, candidates_for(name, lesson)[0], lesson)
    prediction = fitted.core.predict(lesson.trial.blocks)
    demand_scores(prediction, len(lesson.trial), lesson)
    if task == "multiclass":
        demand(bool((prediction > 0).all()), "a probability is 0: such a row would cost infinitely much")
    again = CORES.get(fitted.core.form).from_bytes(fitted.core.to_bytes()).predict(lesson.trial.blocks)
    demand(bool((again == prediction).all()), "the core answers otherwise when it was read back")
    quick = Together([(1.0, fitted.core)], lesson.facts.names.n_levels)
    few = quick.scores_of_many(lesson.trial.blocks)
    demand(bool(np.allclose(few, prediction, rtol=1e-5, atol=1e-9)), "a few rows are answered otherwise than many")
    alone = quick.scores(lesson.trial.blocks.first)
    demand(bool(np.allclose(alone, prediction[0], rtol=1e-5, atol=1e-9)), "a row alone is answered otherwise")


@on_easy
def test_a_row_is_scored_as_in_its_batch(name: str, task: Task) -> None:
    """One row, three rows and no row; the blocks stay as they are."""
    lesson = easy(task)
    core = fit(name, candidates_for(name, lesson)[0], lesson).core
    blocks = lesson.trial.blocks
    before = Blocks(blocks.numbers.copy(), blocks.codes.copy())
    batch = core.predict(blocks)
    for rows in ([0], [3], [5, 4, 9]):
        some = core.predict(blocks.take(np.array(rows)))
        demand(bool(np.allclose(some, batch[rows], rtol=1e-9, atol=1e-12)), f"rows {rows} are scored otherwise alone")
    demand(core.predict(blocks.take(np.arange(0))).shape == (0, batch.shape[1]), "no rows give no scores")
    same = np.array_equal(before.numbers, blocks.numbers, equal_nan=True) and (before.codes == blocks.codes).all()
    demand(bool(same), "scoring changed the blocks")


@pytest.mark.parametrize("name", [name for name in INSTALLED if MODELS.get(name).keeps_directions])
@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("direction", [1, -1])
def test_directions_are_kept(name: str, task: Task, direction: int) -> None:
    """Along every direction that a family promises to keep, its answers move one way, whatever the rows say."""
    lesson = easy(task)
    lesson = replace(lesson, facts=replace(lesson.facts, directions=(direction, direction, 0, 0)))
    for candidate in candidates_for(name, lesson):
        core = fit(name, candidate, lesson).core
        for number in (0, 1):
            blocks = lesson.trial.blocks.take(np.zeros(200, dtype=np.int64))
            blocks.numbers[:, number] = np.linspace(-4, 4, 200)
            steps = np.diff(core.predict(blocks)[:, 0]) * direction
            demand(bool((steps >= -1e-9).all()), f"{candidate.name} moves against the direction by {-steps.min():g}")


@pytest.mark.parametrize("name", [name for name in INSTALLED if MODELS.get(name).keeps_apart])
@pytest.mark.parametrize("task", ["binary", "regression"])
def test_columns_are_kept_apart(name: str, task: Task) -> None:
    """What one column does (to the log odds) is the same whatever another is, where a family promises it."""
    lesson = easy(task)
    lesson = replace(lesson, facts=replace(lesson.facts, apart=((frozenset({0}), frozenset({1})),)))
    for candidate in candidates_for(name, lesson):
        core = fit(name, candidate, lesson).core
        blocks, along = lesson.trial.blocks.take(np.zeros(100, dtype=np.int64)), np.linspace(-4, 4, 100)
        effects = []
        for other in (-2.0, 0.0, 2.0):
            blocks.numbers[:, 0], blocks.numbers[:, 1] = along, other
            answers = core.predict(blocks)[:, 0]
            effects.append(np.log(answers / (1 - answers)) if task == "binary" else answers)
        spread = np.ptp([effect - effect[0] for effect in effects], axis=0).max()
        demand(bool(spread < 1e-6), f"{candidate.name} lets them act together: effects differ by {spread:g}")


@on_few
def test_the_same_seed_gives_the_same_core(name: str, task: Task) -> None:
    """Byte for byte: a bundle is known by its hash."""
    lesson = easy(task, 300)
    candidate = candidates_for(name, lesson)[0]
    first, second = (fit(name, candidate, lesson).core.to_bytes() for _ in range(2))
    demand(first == second, "the same seed gave other bytes")


@on_easy
def test_a_fit_on_all_rows_is_as_good(name: str, task: Task) -> None:
    """Where a family fits once more on all rows, with what the folds chose, other rows lose nothing by it."""
    lesson, row_loss = easy(task), TASKS.get(task)().row_loss
    for candidate in candidates_for(name, lesson):
        on_fold = fit(name, candidate, lesson)
        context = FitContext(lesson.facts, seed=5, n_threads=1, time_up=Alarm())
        again = MODELS.get(name)().refit(candidate, lesson.train, [on_fold.chosen] * 3, context)
        if again is None:
            continue
        losses = [
            row_loss(lesson.trial.target, each.core.predict(lesson.trial.blocks)).mean() for each in (again, on_fold)
        ]
        demand(losses[0] < 1.05 * losses[1], f"{candidate.name} loses {losses[0]:.4g} in place of {losses[1]:.4g}")


@pytest.mark.parametrize(("name", "task"), MANY)
def test_it_ends_when_time_is_up(name: str, task: Task) -> None:
    """Soon after, with a core that answers, and it says so."""
    lesson = easy(task, 12_000, n_numbers=15)
    candidate = candidates_for(name, lesson)[0]
    whole = Alarm(after=1)
    fitted = fit(name, candidate, lesson, whole)
    late_s = time.process_time() - (whole.rang_at or time.process_time())
    demand(late_s < LATE_S, f"it went on for {late_s:.1f} s")
    demand(fitted.cut or whole.rang_at is None, "it does not say that it was cut")
    demand_scores(fitted.core.predict(lesson.trial.blocks), len(lesson.trial), lesson)


@pytest.mark.parametrize("name", [name for name, task in MANY if task == "regression"])
def test_it_asks_for_the_time(name: str) -> None:
    """A fit of more than a second asks at least every half second of computing."""
    lesson, asked = easy("regression", 12_000, n_numbers=15), [time.process_time()]

    def ask() -> bool:
        asked.append(time.process_time())
        return asked[-1] - asked[0] > 1.5

    context = FitContext(lesson.facts, seed=5, n_threads=1, time_up=ask)
    MODELS.get(name)().fit(candidates_for(name, lesson)[0], lesson.train, lesson.valid, context)
    gaps = np.diff([*asked, time.process_time()])
    demand(float(gaps.max()) < LATE_S / 2, f"{gaps.max():.1f} s of computing went by unasked")


@on_easy
def test_a_cancelled_run_ends_the_fit(name: str, task: Task) -> None:
    """What the clock raises comes out as it is, of every family that asks it."""
    lesson, n_asked = easy(task), [0]

    def cancelled() -> bool:
        n_asked[0] += 1
        raise RunCancelled("The run was cancelled.")

    context = FitContext(lesson.facts, seed=5, n_threads=1, time_up=cancelled)
    try:
        MODELS.get(name)().fit(candidates_for(name, lesson)[0], lesson.train, lesson.valid, context)
    except RunCancelled:
        return
    demand(n_asked[0] == 0, "it went on although the run was cancelled")


@each_family
def test_it_is_quiet(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is printed and no file is left behind, not even for rows that libraries complain about."""
    monkeypatch.chdir(tmp_path)
    odd = [AWKWARD[what]("multiclass") for what in ("one value of the target", "absent class", "constant columns")]
    suited = [lesson for lesson in (easy("binary", 200), easy("regression"), *odd) if candidates_for(name, lesson)]
    demand(bool(suited), "it suits none of these lessons")
    for lesson in suited:
        fitted = fit(name, candidates_for(name, lesson)[0], lesson)
        fitted.core.predict(lesson.trial.blocks)
        fitted.core.predict(lesson.trial.blocks.take(np.arange(0)))
        fitted.core.to_bytes()
    printed = "".join(capfd.readouterr())
    demand(not printed, f"it prints {printed[:80]!r}")
    demand(not list(tmp_path.iterdir()), "it leaves files behind")


@pytest.mark.parametrize("form", CORES.names())
@pytest.mark.parametrize("data", [b"", b"{}", b"garbage" * 40, b"\x00\xff" * 99, b"tree\n", b"CBM1" + bytes(60)])
def test_bytes_that_are_no_core_are_refused(form: str, data: bytes) -> None:
    """With an error of ours, which `Bundle` shows to people."""
    with pytest.raises(BundleError):
        CORES.get(form).from_bytes(data)
