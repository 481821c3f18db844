"""What a later version has put into a bundle is refused in plain words, unless it is marked as optional."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from mlwright.core.errors import BundleError
from mlwright.learning.aim import MEAN
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.records.model import CategoryColumn, EncodingPlan, NumberColumn, TextColumn
from mlwright.scoring.arrays import arrays_from_bytes, arrays_to_bytes
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.cores.constant import ConstantCore
from mlwright.scoring.cores.crafted import CraftedCore
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.folder import MANIFEST, NO_SEAL, _with_seal, write_folder
from mlwright.scoring.model import load_encoder
from mlwright.scoring.newer import KNOWN, OPTIONAL, UPGRADE

PLAN = EncodingPlan(
    columns=(
        NumberColumn(name="age", low=0.0, high=100.0),
        CategoryColumn(name="city", levels=("Oslo", "Rome"), counts=(60, 60)),
    )
)
KEPT = Path(__file__).parents[1] / "compat"


def core_of(family: str):
    """A core of a family, and the rows that it learned from."""
    rng = np.random.default_rng(0)
    encoder = Encoder(PLAN)
    age = rng.uniform(0, 100, 120)
    blocks = encoder.encode({"age": age, "city": rng.choice(["Oslo", "Rome"], 120)})
    rows = Rows(blocks, age / 10 + rng.normal(size=120))
    facts = Facts("regression", 0, 20_000, 2, encoder.names, 1.0, aim=MEAN)
    member = MODELS.get(family)()
    clock = iter(range(1_000_000))
    context = FitContext(facts, 0, 1, lambda: next(clock) > 40)
    return member.fit(member.candidates(facts)[0], rows, rows, context).core, blocks


def with_array(data: bytes, name: str) -> bytes:
    return arrays_to_bytes({name: np.zeros(2)} | _all_arrays(data))


def _all_arrays(data: bytes) -> dict:
    from safetensors.numpy import load

    return load(data)


@pytest.mark.parametrize("family", ["linear", "mlp", "crafted"])
def test_an_array_that_is_not_known_is_refused_unless_it_is_optional(family):
    core, blocks = core_of(family)
    data, kind = core.to_bytes(), type(core)
    with pytest.raises(BundleError, match="'tilt', which this version of mlwright does not know") as refused:
        kind.from_bytes(with_array(data, "tilt"))
    assert refused.value.hint == UPGRADE
    again = kind.from_bytes(with_array(data, f"{OPTIONAL}tilt"))
    np.testing.assert_array_equal(again.predict(blocks), core.predict(blocks))
    assert again.to_bytes() == data


def test_a_constant_that_says_more_is_refused():
    with pytest.raises(BundleError, match="A constant core holds 'tilt'"):
        ConstantCore.from_bytes(b'{"scores": [1.0], "tilt": 2}')
    assert ConstantCore.from_bytes(b'{"scores": [1.0], "optional.tilt": 2}').scores == [1.0]


def test_arrays_that_no_column_of_the_plan_names_are_refused():
    text = TextColumn(name="job", terms=("w:clerk",), word_ngrams=(1, 1), char_ngrams=(0, 0), idf="idf")
    plan = EncodingPlan(columns=(text,), arrays="blob")
    data = arrays_to_bytes({"idf": np.ones(1, dtype=np.float32)})
    assert load_encoder(plan, lambda blob: data).names.n_terms == 1
    with pytest.raises(BundleError, match="The encoding plan holds 'tilt'"):
        load_encoder(plan, lambda blob: with_array(data, "tilt"))


def test_every_core_that_needs_a_later_reader_names_what_is_known():
    core, _ = core_of("crafted")
    assert core.needs == frozenset()
    sums = np.zeros((3, 1), dtype=np.float32)
    arrays = arrays_from_bytes(core.to_bytes(), tuple(_all_arrays(core.to_bytes())), "it") | {"term_weights": sums}
    assert CraftedCore.from_bytes(arrays_to_bytes(arrays)).needs <= KNOWN


@pytest.fixture
def newer(tmp_path):
    """Writes a bundle anew, with another manifest, as a later version might have."""

    def write(change):
        source = KEPT / "bundle_2"
        found = json.loads((source / MANIFEST).read_text("utf-8"))
        found["seal"] = NO_SEAL
        change(found)
        draft = json.dumps(found, ensure_ascii=False, indent=1).encode()
        data = _with_seal(draft, NO_SEAL, hashlib.sha256(draft).hexdigest())
        files = {str(p.relative_to(source)): p.read_bytes() for p in source.rglob("*") if p.is_file()}
        write_folder(files | {MANIFEST: data}, tmp_path / "newer")
        return tmp_path / "newer"

    return write


def put(place: str, value=1):
    """Puts a field into a manifest, by its names joined by dots."""

    def change(found):
        *steps, last = place.split(".")
        for step in steps:
            found = found[int(step) if step.isdigit() else step]
        found[last] = value

    return change


def test_the_same_manifest_written_anew_is_read(newer):
    assert newer(lambda found: None)
    assert Bundle.load(newer(lambda found: None)).manifest.format == 2


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        ("tilt", 1, "does not know: tilt"),
        ("model.tilt", 1, r"does not know: model\.tilt"),
        ("model.plan.columns.0.tilt", 1, r"does not know: model\.plan\.columns\.0\.tilt"),
        ("model.plan.columns.0.kind", "sound", r"does not know: model\.plan\.columns\.0 "),
        ("model.members.0.cores.0.form", "quantum", r"does not know: model\.members\.0\.cores\.0\.form "),
        ("needs", ["sums of terms", "sums of sums"], "needs 'sums of sums', which this version"),
    ],
)
def test_what_this_version_does_not_know_is_named_with_what_to_do(newer, place, value, told):
    with pytest.raises(BundleError, match=told) as refused:
        Bundle.load(newer(put(place, value)))
    assert "was made by mlwright" in str(refused.value)
    assert refused.value.hint == UPGRADE


@pytest.mark.parametrize("place", ["tilt", "model.tilt", "model.plan.columns.0.tilt"])
def test_what_is_marked_as_optional_is_left_out(newer, place):
    name = ".".join(step for step in place.split(".") if not step.isdigit())

    def change(found):
        put(place)(found)
        found["optional"] = [name]

    bundle = Bundle.load(newer(change))
    assert bundle.predict([bundle.manifest.golden[0].row]).shape == (1,)


def test_a_format_to_come_is_refused(newer):
    with pytest.raises(BundleError, match="has the format 3; this version of mlwright reads 1 and 2") as refused:
        Bundle.load(newer(put("format", 3)))
    assert refused.value.hint == UPGRADE
