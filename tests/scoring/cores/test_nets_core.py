"""Nets that share their layers answer as each by itself, in the mean, row by row and from their bytes."""

import numpy as np
import pytest
from safetensors.numpy import load

from mlwright.core.errors import BundleError
from mlwright.learning.design import learn_design
from mlwright.scoring.arrays import arrays_to_bytes
from mlwright.scoring.cores.nets import Layer, NetsCore
from mlwright.testing.encoded_rows import easy

N_NETS, WIDTH = 3, 5


def core_for(task="multiclass", n_outputs=4, link=2):
    """Nets with random weights, and the blocks that they may be asked about."""
    lesson, rng = easy(task, 300), np.random.default_rng(4)
    design = learn_design(lesson.train.blocks, lesson.facts.names, with_text=False, n_ramps=4)
    sizes = [(design.width, WIDTH), (WIDTH, WIDTH)]

    def drawn(*shape):
        return rng.normal(size=shape).astype(np.float32)

    layers = [Layer(drawn(N_NETS, a), drawn(a, b) / 3, drawn(N_NETS, b), drawn(N_NETS, b)) for a, b in sizes]
    head, bias = drawn(N_NETS, WIDTH, n_outputs), drawn(N_NETS, n_outputs)
    return NetsCore(design, layers, head, bias, link, center=0.0, scale=1.0), lesson.trial.blocks


def test_the_answer_is_the_mean_of_the_nets():
    core, blocks = core_for()
    alone = np.mean([net.predict(blocks) for net in core.nets], axis=0)
    assert core.predict(blocks) == pytest.approx(alone, rel=1e-12)
    assert core.predict(blocks).sum(axis=1) == pytest.approx(np.ones(len(blocks)))


def test_a_row_alone_and_rows_in_slices_are_answered_as_all_together(monkeypatch):
    core, blocks = core_for()
    whole = core.predict(blocks)
    assert core.predict(blocks.take(np.array([6])))[0] == pytest.approx(whole[6], rel=1e-12)
    monkeypatch.setattr("mlwright.scoring.cores.nets.VALUES_AT_ONCE", 40)
    assert core.predict(blocks) == pytest.approx(whole, rel=1e-12)
    assert core.predict(blocks.take(np.arange(0))).shape == (0, 4)


def test_numbers_come_in_their_own_unit():
    core, blocks = core_for("regression", 1, 0)
    moved = NetsCore(core.design, core.layers, core.head, core.head_bias, 0, center=50.0, scale=10.0)
    assert moved.predict(blocks) == pytest.approx(core.predict(blocks) * 10.0 + 50.0)


@pytest.mark.parametrize("name", ["weights1", "before0", "after1", "head", "head_bias"])
def test_layers_that_do_not_fit_together_are_refused(name):
    core, _ = core_for()
    arrays = load(core.to_bytes())
    arrays[name] = arrays[name][..., :-1]
    with pytest.raises(BundleError, match="do not fit together"):
        NetsCore.from_bytes(arrays_to_bytes(arrays))


def test_a_layer_that_is_missing_is_refused():
    core, _ = core_for()
    arrays = {name: array for name, array in load(core.to_bytes()).items() if name != "after0"}
    with pytest.raises(BundleError, match="lacks the array 'after0'"):
        NetsCore.from_bytes(arrays_to_bytes(arrays))
