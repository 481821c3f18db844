"""Members are weighted, their cores averaged, and what comes out is calibrated and answered."""

import hashlib

import numpy as np
import pytest

from mlwright.core.errors import BundleError
from mlwright.records.model import Calibrator, CoreRef, EncodingPlan, Member, ModelSpec, NumberColumn
from mlwright.scoring import encoder
from mlwright.scoring.calibrate import calibrate
from mlwright.scoring.cores.constant import ConstantCore
from mlwright.scoring.model import Model

PLAN = EncodingPlan(columns=(NumberColumn(name="x", low=0, high=1),))


def model(task, members, **spec):
    """A model of constant cores: for each member its weight and the scores of its cores."""
    blobs = {}

    def ref(scores):
        data = ConstantCore(np.array(scores)).to_bytes()
        blobs[hashlib.sha256(data).hexdigest()] = data
        return CoreRef(form="constant", blob=hashlib.sha256(data).hexdigest())

    made = tuple(
        Member(candidate=f"m{i}", weight=weight, cores=tuple(ref(scores) for scores in cores))
        for i, (weight, cores) in enumerate(members)
    )
    return Model.load(ModelSpec(task=task, plan=PLAN, members=made, **spec), blobs.__getitem__)


def test_the_cores_of_a_member_are_averaged_and_the_members_weighted():
    found = model("binary", [(0.75, [[0.2], [0.4]]), (0.25, [[0.8]])]).scores({"x": [1, 2, 3]})
    np.testing.assert_allclose(found, [[0.75 * 0.3 + 0.25 * 0.8]] * 3)


@pytest.mark.parametrize(("threshold", "answer"), [(None, 1), (0.5, 1), (0.51, 0), (0.1, 1)])
def test_two_classes_are_answered_by_the_threshold(threshold, answer):
    found = model("binary", [(1.0, [[0.5]])], threshold=threshold)
    assert found.answers(found.scores({"x": [1]})) == [answer]


def test_several_classes_are_answered_by_the_most_probable():
    found = model("multiclass", [(1.0, [[0.2, 0.5, 0.3]])], classes=("a", "b", "c"))
    assert found.answers(found.scores({"x": [1, 2]})).tolist() == [1, 1]


def test_numbers_are_clipped_to_what_was_seen():
    found = model("regression", [(1.0, [[500.0]])], low=0.0, high=100.0)
    assert found.answers(found.scores({"x": [1]})) == [100.0]


def test_the_ensemble_is_calibrated_and_not_its_members():
    calibrator = Calibrator(form="beta", parameters=(2.0, 2.0, 0.0))
    members = [(0.5, [[0.9]]), (0.5, [[0.3]])]
    np.testing.assert_allclose(
        model("binary", members, calibrator=calibrator).scores({"x": [1]}), calibrate(np.array([[0.6]]), calibrator)
    )


def test_a_large_table_is_scored_a_part_at_a_time(monkeypatch):
    found = model("regression", [(1.0, [[3.0]])])
    seen = []
    monkeypatch.setattr(encoder, "CHUNK_ROWS", 4)
    monkeypatch.setattr(Model, "predict", lambda self, blocks: seen.append(blocks) or blocks.numbers.astype(float))
    np.testing.assert_allclose(found.scores({"x": np.linspace(0, 1, 10)})[:, 0], np.linspace(0, 1, 10), rtol=1e-6)
    assert [len(blocks) for blocks in seen] == [4, 4, 2]


def test_no_rows_have_no_scores():
    assert model("multiclass", [(1.0, [[0.5, 0.5, 0.0]])]).scores({"x": []}).shape == (0, 3)


def test_arrays_that_cannot_be_read_are_a_broken_bundle():
    spec = ModelSpec(task="binary", plan=EncodingPlan(columns=(), arrays="a"), members=())
    with pytest.raises(BundleError, match="encoding plan cannot be read"):
        Model.load(spec, lambda _: b"none")


def test_beta_calibration_is_its_formula():
    p, (a, b, c) = np.array([0.1, 0.5, 0.99]), (1.3, 0.7, -0.2)
    found = calibrate(p[:, None], Calibrator(form="beta", parameters=(a, b, c)))[:, 0]
    np.testing.assert_allclose(np.log(found / (1 - found)), a * np.log(p) - b * np.log(1 - p) + c)


def test_vector_calibration_is_its_formula():
    p, w, b = np.array([[0.2, 0.3, 0.5]]), np.array([1.2, 0.8, 1.0]), np.array([0.1, 0.0, -0.1])
    found = calibrate(p, Calibrator(form="vector", parameters=(*w, *b)))
    powers = np.exp(w * np.log(p) + b)
    np.testing.assert_allclose(found, powers / powers.sum())


@pytest.mark.parametrize(
    ("scores", "calibrator"),
    [
        ([[0.0], [1.0]], Calibrator(form="beta", parameters=(1.0, 1.0, 0.0))),
        ([[0.0, 1.0], [1.0, 0.0]], Calibrator(form="vector", parameters=(1.0, 1.0, 0.0, 0.0))),
    ],
)
def test_nought_and_one_stay_next_to_where_they_are(scores, calibrator):
    np.testing.assert_allclose(calibrate(np.array(scores), calibrator), scores, atol=1e-9)
