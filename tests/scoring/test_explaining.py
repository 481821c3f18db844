"""Single answers are explained in words: what adds how much, and what would alter the answer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from mlwright.core.errors import SettingsError
from mlwright.learning.features.plan import learn_plan
from mlwright.project import Project
from mlwright.records.model import CoreRef, EncodingPlan, Member, ModelSpec
from mlwright.records.profile import ColumnProfile, ValueCount
from mlwright.scoring.blocks import Blocks
from mlwright.scoring.changes import smallest_change
from mlwright.scoring.cores import Core
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.model import Model
from mlwright.scoring.reasons import Reasoner
from mlwright.testing.small_job import small_profile

RNG = np.random.default_rng(0)
NAMES = ("a", "b", "c", "y")
TABLE = pa.table({name: RNG.normal(size=60) for name in NAMES})


class ByHand(Core):
    """A core that computes what a test says."""

    def __init__(self, rule: Callable[[np.ndarray], np.ndarray]) -> None:
        self.rule = rule

    def predict(self, blocks: Blocks) -> np.ndarray:
        return self.rule(blocks.numbers.astype(np.float64))[:, None]

    def to_bytes(self) -> bytes:
        return b""

    @classmethod
    def from_bytes(cls, data: bytes) -> ByHand:
        raise NotImplementedError


def plan() -> EncodingPlan:
    return learn_plan(TABLE.select(["a", "b", "c"]), small_profile(TABLE, "y", task="regression", kinds={}), 0)[0]


def model(rule: Callable[[np.ndarray], np.ndarray], classes: tuple[str, ...] = ()) -> Model:
    ref = CoreRef(form="linear", blob="by hand")
    spec = ModelSpec(
        task="binary" if classes else "regression",
        classes=classes,
        plan=plan(),
        members=(Member(candidate="by hand", weight=1.0, cores=(ref,)),),
        threshold=0.5 if classes else None,
    )
    return Model(spec, Encoder(spec.plan), [[ByHand(rule)]])


TYPICAL = [{"a": a, "b": b, "c": 0.0} for a, b in ((-1.0, 0.5), (0.0, -0.5), (1.0, 0.0))]


def test_of_a_sum_every_input_adds_its_own_part() -> None:
    made = model(lambda x: 3 * x[:, 0] - 2 * x[:, 1])
    blocks = made.encoder.encode_records([{"a": 1.0, "b": 1.0, "c": 9.0}])
    own, typical, added = Reasoner(made, TYPICAL).added(blocks, 0)
    assert (own, typical) == pytest.approx((1.0, 0.0), abs=1e-6)
    assert added == pytest.approx([3.0, -2.0, 0.0], abs=1e-6)


def test_what_two_inputs_do_together_is_halved_and_all_add_up() -> None:
    made = model(lambda x: x[:, 0] * x[:, 1])
    blocks = made.encoder.encode_records([{"a": 2.0, "b": 3.0, "c": 0.0}])
    own, typical, added = Reasoner(made, TYPICAL[1:2]).added(blocks, 0)
    assert added.sum() == pytest.approx(own - typical, abs=1e-5)


def number(name: str, kind: str = "double") -> ColumnProfile:
    quantiles = (-2.0, -1.6, -0.7, 0.0, 0.7, 1.6, 2.0)
    return ColumnProfile(
        name=name, type=kind, kind="number", reason="", n_missing=0, n_distinct=60, quantiles=quantiles
    )


def sure(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-4 * (x[:, 0] + 0.5 * x[:, 1])))


def test_the_smallest_change_is_just_beyond_where_the_answer_turns() -> None:
    made = model(sure, ("no", "yes"))
    record = {"a": 0.8, "b": 0.0, "c": 0.0}
    found = smallest_change(made, record, [number("a")])
    assert found is not None
    assert found[1].values["a"] == pytest.approx(0.0, abs=0.03)
    assert made.answers(made.scores([found[0]]))[0] == 0


def test_only_what_can_be_changed_is_changed_and_two_things_if_one_is_not_enough() -> None:
    made = model(sure, ("no", "yes"))
    found = smallest_change(made, {"a": 0.8, "b": 0.8, "c": 0.0}, [number("b")])
    assert found is not None
    assert set(found[1].values) == {"b"}
    both = smallest_change(made, {"a": 2.9, "b": 2.9, "c": 0.0}, [number("a"), number("b")])
    assert both is not None


def test_where_nothing_alters_the_answer_that_is_said() -> None:
    made = model(sure, ("no", "yes"))
    assert smallest_change(made, {"a": 2.9, "b": 0.0, "c": 0.0}, [number("c")]) is None
    assert smallest_change(made, {"a": 2.9, "b": 0.0, "c": 0.0}, []) is None


def test_names_are_exchanged_for_other_frequent_ones() -> None:
    column = ColumnProfile(
        name="c",
        type="string",
        kind="category",
        reason="",
        n_missing=0,
        n_distinct=2,
        top=(ValueCount(value="1", count=9),),
    )
    made = model(lambda x: (x[:, 2] < 0.5).astype(float), ("no", "yes"))
    found = smallest_change(made, {"a": 0.0, "b": 0.0, "c": "0"}, [column])
    assert found is not None
    assert found[1].values == {"c": "1"}


def run_shop(folder: Path, changeable: list[str]) -> Project:
    rng = np.random.default_rng(1)
    visits, age = rng.poisson(3, 400), rng.integers(18, 80, 400)
    bought = rng.random(400) < 1 / (1 + np.exp(-1.5 * (visits - 4)))
    lines = [f"{a},{v},{'yes' if b else 'no'}" for a, v, b in zip(age, visits, bought, strict=True)]
    (folder / "shop.csv").write_text("\n".join(["age,visits,bought", *lines]), "utf-8")
    sections = {
        "project": {"target": "bought"},
        "collect": {"source": str(folder / "shop.csv")},
        "train": {"candidates": 1, "families": ["linear"], "experience": False},
        "explain": {"changeable": changeable},
    }
    project = Project.create(folder / "project", sections)
    project.run(until="pack", only_needed=True)
    return project


def test_a_bundle_explains_its_answers(tmp_path: Path) -> None:
    bundle = run_shop(tmp_path, ["visits"]).bundle()
    found = bundle.explain({"age": 40, "visits": 9}, change=True)
    assert found.prediction == "yes"
    assert found.of_what == "the probability of 'yes'"
    assert found.reasons[0].input == "visits"
    assert found.reasons[0].sentence.startswith("visits is 9: +")
    assert found.change is not None
    assert found.change.prediction == "no"
    assert bundle.predict([{"age": 40, **found.change.values}]).tolist() == ["no"]
    assert found.change.sentence.endswith("the answer would be 'no'.")


def test_a_column_that_is_no_input_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="'visit', which is no input") as caught:
        run_shop(tmp_path, ["visit"])
    assert "visits" in (caught.value.hint or "")
