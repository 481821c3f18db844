"""Nets with shared layers: what is exported answers as PyTorch does, on the processor and on a GPU.

Needs nothing but numpy, scipy, pydantic, safetensors and PyTorch: run it by itself on a machine with a GPU, with
``pytest --noconftest tests/learning/models/test_shared_nets.py``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from mlwright.learning.aim import Aim  # noqa: E402
from mlwright.learning.design import lay_out, learn_design  # noqa: E402
from mlwright.learning.models import FitContext  # noqa: E402
from mlwright.learning.models._net import recipe_of  # noqa: E402
from mlwright.learning.models._shared_fit import SharedFit  # noqa: E402
from mlwright.learning.models._shared_nets import SharedNets, best_device  # noqa: E402
from mlwright.learning.models.tabm import TabM, _Start  # noqa: E402
from mlwright.scoring.cores.nets import NetsCore  # noqa: E402
from mlwright.testing.encoded_rows import AWKWARD, N_CLASSES, easy  # noqa: E402

QUICK = {"n_nets": 4, "width": 16, "n_epochs": 6, "batch_size": 64}
DEVICES = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


def fitted(task, seed=5, time_up=lambda: False, lesson=None, **params):
    """A quick fit of the family on an easy lesson, and the lesson."""
    lesson, family = lesson or easy(task, 2_400), TabM()
    (candidate,) = family.candidates(replace(lesson.facts, n_rows=2_000))
    candidate = candidate.model_copy(update={"params": candidate.params | QUICK | params})
    return family.fit(candidate, lesson.train, lesson.valid, FitContext(lesson.facts, seed, 1, time_up)), lesson


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("link_place", [0, 1, 2])
def test_the_exported_numbers_answer_as_pytorch_does(device, link_place):
    lesson, rng = easy("multiclass", 600), np.random.default_rng(3)
    design = learn_design(lesson.train.blocks, lesson.facts.names, with_text=False, n_ramps=8)
    columns = lay_out(design, lesson.trial.blocks, np.float32).dense
    bias = rng.normal(size=3 if link_place == 2 else 1).astype(np.float32)
    nets = SharedNets([design.width, 12, 12], 5, bias, rng, torch.device(device))
    recipe = recipe_of({"rate": 0.01, "decay": 0.01, "dropout": 0.1, "batch_size": 32, "n_epochs": 3, "patience": 3})
    fit = SharedFit(recipe, link_place, rng, lambda: False, lambda loss: None)
    wanted = rng.dirichlet(np.ones(len(bias)), size=len(columns)).astype(np.float32)
    fit.run_blindly(nets, columns, wanted, 3)
    layers, head, head_bias = nets.arrays()
    core = NetsCore(design, layers, head, head_bias, link_place)
    assert core.predict(lesson.trial.blocks) == pytest.approx(fit.answers(nets, columns), abs=1e-5)


@pytest.mark.parametrize("task", N_CLASSES)
def test_held_out_rows_end_the_fit_and_the_best_epoch_stays(task):
    found, _ = fitted(task)
    assert 0 < found.chosen["n_epochs"] <= 6
    assert isinstance(found.core, NetsCore)
    assert not found.cut


def test_the_same_seed_gives_the_same_nets_on_one_device():
    first, second, other = (fitted("binary", seed)[0].core.to_bytes() for seed in (1, 1, 2))
    if best_device().type == "cpu":
        assert first == second
    assert first != other


def test_a_gpu_is_taken_by_itself_where_there_is_one():
    lesson = easy("binary", 2_400)
    (candidate,) = TabM().candidates(replace(lesson.facts, n_rows=2_000))
    start = _Start(candidate, lesson.train, FitContext(lesson.facts, 5, 1, lambda: False))
    assert start.nets.device.type == DEVICES[-1]
    assert {part.device.type for part in start.nets.parts} == {DEVICES[-1]}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("quantile", [0.1, 0.5, 0.9])
def test_so_many_truths_lie_below_the_answer(device, quantile):
    rng = np.random.default_rng(4)
    columns = rng.uniform(-1, 1, size=(3_000, 2)).astype(np.float32)
    truth = (columns[:, :1] + (1.0 + 0.8 * columns[:, 1:]) * rng.normal(size=(3_000, 1))).astype(np.float32)
    known, asked = columns[:2_000], columns[2_000:]
    nets = SharedNets([2, 24, 24], 4, np.zeros(1, dtype=np.float32), rng, torch.device(device))
    recipe = recipe_of({"rate": 0.01, "decay": 0.01, "dropout": 0.0, "batch_size": 100, "n_epochs": 12, "patience": 12})
    fit = SharedFit(recipe, 0, rng, lambda: False, lambda loss: None, quantile)
    fit.run_blindly(nets, known, truth[:2_000], 12)
    said = fit.answers(nets, asked)[:, 0]
    wide = asked[:, 1] > 0
    for rows in (wide, ~wide):
        assert (truth[2_000:, 0] <= said)[rows].mean() == pytest.approx(quantile, abs=0.08)


def test_the_family_answers_what_the_metric_rewards():
    lesson = easy("regression", 2_400)
    facts = replace(lesson.facts, aim=Aim(quantile=0.9))
    found, _ = fitted("regression", lesson=replace(lesson, facts=facts), n_epochs=20)
    said = found.core.predict(lesson.trial.blocks)[:, 0]
    assert (lesson.trial.target <= said).mean() == pytest.approx(0.9, abs=0.09)


def test_the_nets_differ_so_that_their_mean_errs_clearly_less_than_one_of_them():
    found, lesson = fitted("regression", n_epochs=20)
    target = lesson.trial.target

    def error(core):
        return float(((core.predict(lesson.trial.blocks)[:, 0] - target) ** 2).mean())

    alone = [error(net) for net in found.core.nets]
    assert error(found.core) < 0.95 * np.mean(alone)


def test_the_same_steps_on_a_gpu_as_on_the_processor():
    """What is recorded and played again is what was asked for, step after step."""
    rng = np.random.default_rng(8)
    columns, wanted = rng.normal(size=(400, 5)).astype(np.float32), rng.normal(size=(400, 1)).astype(np.float32)
    recipe = recipe_of({"rate": 0.01, "decay": 0.05, "dropout": 0.0, "batch_size": 50, "n_epochs": 4, "patience": 4})
    said = []
    for device in DEVICES:
        dealt = np.random.default_rng(2)
        nets = SharedNets([5, 12, 12], 3, np.zeros(1, dtype=np.float32), dealt, torch.device(device))
        fit = SharedFit(recipe, 0, dealt, lambda: False, lambda loss: None)
        before = fit.answers(nets, columns)
        fit.run_blindly(nets, columns, wanted, 4)
        said.append(fit.answers(nets, columns))
        assert np.abs(said[-1] - before).max() > 0.1
    for other in said[1:]:
        assert other == pytest.approx(said[0], abs=1e-3)


def test_time_that_is_up_ends_the_fit_within_a_batch():
    asked = iter(range(10_000))
    found, _ = fitted("binary", time_up=lambda: next(asked) >= 3, batch_size=32)
    assert found.cut
    assert next(asked) < 8


@pytest.mark.parametrize("task", N_CLASSES)
@pytest.mark.parametrize("what", [what for what in AWKWARD if what != "text only"])
def test_whatever_comes_finite_answers_come_out_and_are_the_same_when_read_back(task, what):
    found, lesson = fitted(task, lesson=AWKWARD[what](task), n_epochs=2)
    answers = found.core.predict(lesson.trial.blocks)
    assert np.isfinite(answers).all()
    assert (NetsCore.from_bytes(found.core.to_bytes()).predict(lesson.trial.blocks) == answers).all()


def test_few_rows_and_no_columns_have_no_candidate():
    assert TabM().candidates(easy("binary", 400).facts) == []
