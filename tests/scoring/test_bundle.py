"""A bundle answers as it did where it was packed, or is refused."""

import functools
import hashlib
import json
import threading

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from mlwright.core.errors import BundleError, MlwrightError, StorageError, TableError
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.records.bundle import GoldenRow, Manifest
from mlwright.records.contract import Clause, Contract
from mlwright.records.data import Lineage
from mlwright.records.decision import Decision, Worth
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.model import Candidate, CategoryColumn, CoreRef, EncodingPlan, Member, ModelSpec, NumberColumn
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.folder import MANIFEST, UNSEALED, sealed, write_folder

FIGURE = Estimate(value=0.5, low=0.4, high=0.6, method="made up")
WORTH = Worth(unit="money", assumed=True, table={}, model=FIGURE, today=FIGURE, today_is="nobody", gain=FIGURE)
DECISION = Decision(verdict="deploy", headline="Use it.", reasons=(), rulings=(), worth=WORTH)
EVALUATION = Evaluation(n_rows=9, metrics=(), predictions="", simple_predictions="", baseline_predictions="")
PLAN = EncodingPlan(
    columns=(
        NumberColumn(name="age", low=0.0, high=100.0),
        CategoryColumn(name="city", levels=("Oslo", "Rome"), counts=(5, 5)),
    )
)
ROWS = [{"age": 20, "city": "Rome"}, {"age": 90, "city": "Paris"}, {"age": None, "city": None}]
CLASSES = {"regression": (), "binary": ("no", "yes"), "multiclass": ("a", "b", "c")}


@functools.cache
def linear_core(task):
    """A linear model of age and city, fitted to made-up rows."""
    rng = np.random.default_rng(0)
    encoder = Encoder(PLAN)
    blocks = encoder.encode({"age": rng.uniform(0, 100, 90), "city": rng.choice(["Oslo", "Rome", "Bern"], 90)})
    n_classes = len(CLASSES[task])
    rows = Rows(blocks, rng.integers(0, n_classes, 90).astype(float) if n_classes else blocks.numbers[:, 0] / 300)
    context = FitContext(Facts(task, n_classes, 90, 20, encoder.names, 1.0), 0, 1, lambda: False)
    return MODELS.get("linear")().fit(Candidate(name="linear", family="linear"), rows, rows, context).core.to_bytes()


def files_of(task="binary", *, target_type="string", core=None, golden=None, **spec):
    """The files of a bundle and its draft manifest."""
    core = linear_core(task) if core is None else core
    sha256 = hashlib.sha256(core).hexdigest()
    files = {f"model/{sha256[:12]}.safetensors": core, "card.md": b"# flights\n"}
    model = ModelSpec(
        task=task,
        plan=PLAN,
        members=(Member(candidate="linear", weight=1.0, cores=(CoreRef(form="linear", blob=sha256),)),),
        **({"classes": CLASSES[task], "threshold": 0.4 if task == "binary" else None} | spec),
    )
    manifest = Manifest(
        bundle_id=UNSEALED, name="flights", made_at="2026-01-01T00:00:00+00:00", made_by="mlwright 0", run_id="r",
        target="late", target_type=target_type, model=model, golden=(), reference=(), evaluation=EVALUATION,
        decision=DECISION, packages={"numpy": "1.0"},
        contract=Contract(n_rows=100, columns=(
            Clause(type="int64", name="age", kind="number", optional=True, example="31"),
            Clause(type="string", name="city", kind="category", optional=True, example="Rome"),
        )),
        lineage=Lineage(source="csv", location="flights.csv", read_at="2026-01-01T00:00:00Z"),
        files={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    )  # fmt: skip
    if golden is not None:
        manifest = manifest.model_copy(update={"golden": golden})
    return files, manifest


def write(folder, files, manifest):
    bundle_id, data = sealed(manifest)
    write_folder(files | {MANIFEST: data}, folder)
    return bundle_id


@pytest.fixture
def make(tmp_path):
    def make_bundle(task="binary", **changed):
        write(tmp_path / "made", *files_of(task, **changed))
        return Bundle.load(tmp_path / "made")

    return make_bundle


@pytest.fixture
def folder(tmp_path):
    """A bundle with golden rows."""
    write(tmp_path / "draft", *files_of())
    answers = Bundle.load(tmp_path / "draft").score_records(ROWS).tolist()
    golden = tuple(GoldenRow(row=row, answer=tuple(answer)) for row, answer in zip(ROWS, answers, strict=True))
    write(tmp_path / "bundle", *files_of(golden=golden))
    return tmp_path / "bundle"


def test_probabilities_are_in_the_order_of_the_classes_and_the_threshold_decides(make):
    bundle = make()
    found = bundle.predict_proba(ROWS)
    assert found.shape == (3, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1.0)
    assert bundle.classes == ("no", "yes")
    np.testing.assert_array_equal(bundle.predict(ROWS), np.where(found[:, 1] >= 0.4, "yes", "no"))


def test_a_probability_at_the_threshold_itself_is_a_yes(make):
    at = make().predict_proba(ROWS[:1])[0, 1]
    assert make(threshold=float(at)).predict(ROWS[:1]) == ["yes"]
    assert make(threshold=float(np.nextafter(at, 1))).predict(ROWS[:1]) == ["no"]


def test_of_several_classes_the_most_probable_is_answered(make):
    bundle = make("multiclass")
    found = bundle.predict_proba(ROWS)
    assert found.shape == (3, 3)
    np.testing.assert_array_equal(bundle.predict(ROWS), np.array(["a", "b", "c"])[found.argmax(axis=1)])


def test_numbers_have_no_probabilities_and_stay_within_their_bounds(make):
    bundle = make("regression", low=-0.1, high=0.1)
    assert bundle.predict(ROWS).shape == (3,)
    assert bundle.predict(ROWS).min() >= -0.1
    assert bundle.predict(ROWS).max() <= 0.1
    assert bundle.classes is None
    with pytest.raises(MlwrightError, match=r"predicts numbers \(late\): there are no probabilities"):
        bundle.predict_proba(ROWS)


@pytest.mark.parametrize(
    ("target_type", "spellings", "classes"),
    [
        ("int64", ("0", "1"), (0, 1)),
        ("uint8", ("3", "4"), (3, 4)),
        ("double", ("0", "1.5"), (0.0, 1.5)),
        ("bool", ("false", "true"), (False, True)),
        ("string", ("0", "1"), ("0", "1")),
        ("large_string", ("no", "yes"), ("no", "yes")),
        ("dictionary<values=string, indices=int8, ordered=0>", ("no", "yes"), ("no", "yes")),
    ],
)
def test_classes_come_back_as_what_they_were(make, target_type, spellings, classes):
    bundle = make(target_type=target_type, classes=spellings)
    assert bundle.classes == classes
    assert [type(name) for name in bundle.classes] == [type(name) for name in classes]
    assert set(bundle.predict(ROWS).tolist()) <= set(classes)
    assert type(bundle.predict(ROWS).tolist()[0]) is type(classes[0])


@pytest.mark.parametrize("table", [pd.DataFrame, pl.DataFrame, pa.Table.from_pylist, tuple], ids=lambda t: t.__name__)
def test_every_sort_of_table_gets_the_same_answers(make, table):
    bundle = make()
    np.testing.assert_array_equal(bundle.predict_proba(table(ROWS)), bundle.score_records(ROWS))


def test_a_table_that_lacks_an_input_is_refused(make):
    with pytest.raises(TableError, match=r"lacks 1 column: city"):
        make().predict(pd.DataFrame({"age": [1]}))


def test_many_threads_get_the_same_answers(make):
    bundle, found = make(), []
    threads = [threading.Thread(target=lambda: found.append(bundle.predict_proba(ROWS * 50))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all((each == found[0]).all() for each in found)


def test_it_tells_what_it_is(folder):
    bundle = Bundle.load(folder)
    assert (bundle.name, bundle.task, bundle.target) == ("flights", "binary", "late")
    assert [field.name for field in bundle.inputs] == ["age", "city"]
    assert bundle.decision == DECISION
    assert bundle.evaluation == EVALUATION
    assert repr(bundle) == f"<Bundle {bundle.bundle_id} of flights: late (binary) from 2 inputs>"


def test_a_copy_is_the_same_bundle(folder, tmp_path):
    copy = Bundle.load(folder).save(tmp_path / "else" / "where")
    assert Bundle.load(copy).bundle_id == Bundle.load(folder).bundle_id
    assert {path.name for path in copy.iterdir()} == {"manifest.json", "card.md", "model"}


def test_a_bundle_that_is_there_already_is_replaced_and_nothing_else(folder, tmp_path):
    bundle = Bundle.load(folder)
    write(tmp_path / "old", *files_of("regression"))
    bundle.save(tmp_path / "old")
    assert Bundle.load(tmp_path / "old").task == "binary"
    (tmp_path / "empty").mkdir()
    bundle.save(tmp_path / "empty")
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "old")
    for taken in ("file", "link"):
        with pytest.raises(StorageError, match="is there already, and is no bundle"):
            bundle.save(tmp_path / taken)


CHANGES = {
    "first byte": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "middle byte": lambda data: data[: len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1 :],
    "last byte": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "cut": lambda data: data[:-1],
    "empty": lambda data: b"",
    "longer": lambda data: data + b"\n",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("file", ["manifest.json", "card.md", "model"])
def test_a_change_of_any_file_is_refused_and_the_file_is_named(folder, file, change):
    path = next((folder / file).iterdir()) if file == "model" else folder / file
    path.write_bytes(CHANGES[change](path.read_bytes()))
    with pytest.raises(BundleError, match=path.name):
        Bundle.load(folder)


def test_a_change_of_any_byte_of_the_manifest_is_refused(folder):
    whole = (folder / MANIFEST).read_bytes()
    for place in range(0, len(whole), 7):
        (folder / MANIFEST).write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(BundleError):
            Bundle.load(folder)


def test_a_missing_file_is_refused(folder):
    (folder / "card.md").unlink()
    with pytest.raises(BundleError, match=r"lacks card\.md"):
        Bundle.load(folder)


def test_a_file_too_many_is_refused(folder):
    (folder / "model" / "extra.pkl").write_bytes(b"x")
    with pytest.raises(BundleError, match=r"holds model/extra\.pkl, which its manifest does not know"):
        Bundle.load(folder)


@pytest.mark.parametrize("file", ["manifest.json", "card.md"])
def test_a_link_in_place_of_a_file_is_refused(folder, tmp_path, file):
    (folder / file).rename(tmp_path / "elsewhere")
    (folder / file).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match=f"{file} of the bundle .* is a link"):
        Bundle.load(folder)


def test_a_link_in_place_of_a_folder_is_refused(folder, tmp_path):
    (folder / "model").rename(tmp_path / "elsewhere")
    (folder / "model").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(BundleError, match=r"model of the bundle .* is a link"):
        Bundle.load(folder)


@pytest.mark.parametrize(
    "name", ["../secret", "/etc/passwd", "model/../../secret", "a\\b", "./card.md", "", "c:x", "a//b", "manifest.json"]
)
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path, name):
    files, manifest = files_of()
    manifest = manifest.model_copy(update={"files": manifest.files | {name: "0" * 64}})
    write(tmp_path / "bundle", files, manifest)
    with pytest.raises(BundleError, match="which may not be in a bundle"):
        Bundle.load(tmp_path / "bundle")


def test_a_bundle_of_another_format_says_what_to_do(folder):
    manifest = json.loads((folder / MANIFEST).read_text()) | {"format": 3}
    (folder / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=r"has the format 3; this version of mlwright reads 1 and 2") as raised:
        Bundle.load(folder)
    assert raised.value.hint == "pip install --upgrade mlwright"


@pytest.mark.parametrize("content", ["{", "[]", "null", '{"a": 1}', '{"format": 1}'])
def test_a_manifest_that_is_none_is_refused(folder, content):
    (folder / MANIFEST).write_text(content)
    with pytest.raises(BundleError, match=r"manifest\.json of"):
        Bundle.load(folder)


@pytest.mark.parametrize("place", ["", "nothing", "file"])
def test_a_place_that_holds_no_bundle_is_refused(tmp_path, place):
    (tmp_path / "file").write_text("x")
    with pytest.raises(BundleError, match=r"is no bundle: it holds no manifest\.json"):
        Bundle.load(tmp_path / place)


def test_a_core_that_is_no_core_is_refused(tmp_path):
    write(tmp_path / "bundle", *files_of(core=b"no core"))
    with pytest.raises(BundleError, match="A linear core cannot be read"):
        Bundle.load(tmp_path / "bundle")


def test_a_core_that_is_not_among_the_files_is_refused(tmp_path):
    files, manifest = files_of()
    model = next(name for name in files if name.startswith("model/"))
    without = {name: sha256 for name, sha256 in manifest.files.items() if name != model}
    write(tmp_path / "bundle", {"card.md": files["card.md"]}, manifest.model_copy(update={"files": without}))
    with pytest.raises(BundleError, match="lacks the part"):
        Bundle.load(tmp_path / "bundle")


def test_a_model_that_answers_otherwise_is_refused_with_the_packages_that_differ(tmp_path):
    wrong = (GoldenRow(row=ROWS[0], answer=(0.5, 0.5)), GoldenRow(row=ROWS[1], answer=(0.9, 0.1)))
    write(tmp_path / "bundle", *files_of(golden=wrong))
    with pytest.raises(BundleError, match=r"Golden row \d of the bundle .* was answered 0\.\d, 0\.\d where") as raised:
        Bundle.load(tmp_path / "bundle")
    assert "numpy 1.0 (here: " in raised.value.hint
