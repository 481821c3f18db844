"""A model is packed into a folder, and the folder answers as the model did."""

import io
import json
import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import StorageError
from mlwright.core.run import Clock, Run
from mlwright.core.store import Store
from mlwright.data.contract import contract
from mlwright.learning.features.plan import learn_plan
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.records.data import Field, Lineage, Snapshot
from mlwright.records.decision import Decision, Worth
from mlwright.records.evaluation import Estimate, Evaluation, MetricResult
from mlwright.records.finished import Finished
from mlwright.records.model import Calibrator, Candidate, CoreRef, Member, ModelSpec
from mlwright.records.profile import Asked, ColumnProfile, Profile, Roles, ValueCount
from mlwright.records.settings import ContractSettings, ExplainSettings, PackSettings, ProjectSettings, TrainSettings
from mlwright.records.split import Split
from mlwright.records.trials import Training
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.folder import MANIFEST
from mlwright.scoring.model import load_encoder
from mlwright.shipping.golden import UNSEEN
from mlwright.shipping.pack import pack
from mlwright.shipping.sbom import SBOM, read_versions
from mlwright.shipping.signing import new_key, read_key, sign
from mlwright.shipping.writing import write_bundle

KINDS = {
    "age": "number",
    "city": "category",
    "title": "category",
    "since": "date",
    "remarks": "text",
    "member": "boolean",
}
FIGURE = Estimate(value=0.5, low=0.4, high=0.6, method="made up")
WORTH = Worth(unit="money", assumed=True, table={}, model=FIGURE, today=FIGURE, today_is="call nobody", gain=FIGURE)
DECISION = Decision(
    verdict="pilot", headline="Try it in Rome | Oslo.", reasons=("It is better.",), rulings=(), worth=WORTH,
    limits=("Not for children.",),
)  # fmt: skip
TARGETS = {
    "binary": (pa.string(), ("no", "yes"), ["no", "yes"]),
    "multiclass": (pa.int64(), ("1", "2", "5"), [1, 2, 5]),
    "regression": (pa.float64(), (), None),
}


def rows_of(n_rows, seed=0):
    rng = np.random.default_rng(seed)
    words = np.array(["late", "good", "bad", "crew", "seat", "lost", "fine"])
    titles = [
        f"{grade} {job}" for grade in ("Senior", "Junior", "Chief") for job in ("Clerk", "Nurse", *map(str, range(15)))
    ]
    maybe = lambda values: [None if rng.random() < 0.1 else value for value in values]  # noqa: E731
    return pa.table(
        {
            "age": pa.array(maybe(rng.normal(40, 10, n_rows).round(1).tolist())),
            "city": pa.array(maybe(rng.choice(["Rome", "Oslo", "Bern"], n_rows).tolist())),
            "title": pa.array(maybe(rng.choice(titles, n_rows).tolist())),
            "since": pa.array(maybe([date(2019, 1, 1) + timedelta(int(d)) for d in rng.integers(0, 900, n_rows)])),
            "remarks": pa.array(maybe([" ".join(rng.choice(words, 5)) for _ in range(n_rows)])),
            "member": pa.array(maybe((rng.random(n_rows) < 0.5).tolist())),
        }
    )


class World:
    """All that `pack` is given."""

    def __init__(self, folder, task):
        self.run = Run("2026-01-01-1", Store(folder / ".mlwright"), Clock(folder / "cancel", None), seed=7)
        self.task = task
        kind, self.classes, self.labels = TARGETS[task]
        inputs = rows_of(300)
        y = np.arange(300) % max(len(self.classes), 1) if self.classes else inputs["age"].fill_null(0).to_numpy()
        target = pa.array([self.labels[place] for place in y] if self.classes else y, kind)
        self.table = inputs.append_column("target", target)
        self.snapshot = self._snapshot()
        self.profile = self._profile(str(kind))
        self.contract = contract(self.snapshot, self.profile, ContractSettings(), self.run)
        roles = np.zeros(300, dtype=np.uint8)
        roles[250:] = 1
        self.split = Split(method="random", reason="", roles=self.run.put(roles.tobytes()), n_train=250, n_test=50)
        self.training = self._training(y.astype(np.float64))
        self.finished = Finished(model=self.training.model, n_rows=300, sentence="It was fitted on all 300 rows.")
        self.evaluation = self._evaluation()

    def pack(self, **settings):
        return pack(
            ProjectSettings(name="flights"), self.snapshot, self.profile, self.contract, self.split, self.finished,
            self.evaluation, DECISION, ContractSettings(), ExplainSettings(), PackSettings(**settings), TrainSettings(),
            self.run,
        )  # fmt: skip

    def write(self, folder, **settings):
        packed = self.pack(**settings)
        write_bundle(packed.files[MANIFEST], self.run.get, folder)
        return packed

    def _snapshot(self):
        file = io.BytesIO()
        pq.write_table(self.table, file)
        fields = tuple(Field(name=f.name, type=str(f.type)) for f in self.table.schema)
        lineage = Lineage(source="csv", location="flights.csv", read_at="2026-01-01T00:00:00Z")
        blob = self.run.put(file.getvalue())
        return Snapshot(blob=blob, n_rows=300, fields=fields, lineage=lineage, size_bytes=len(file.getvalue()))

    def _profile(self, target_type):
        def column(name, kind, type_):
            top = (ValueCount(value="Rome", count=9),) if kind == "category" else ()
            numbers = {"minimum": 0.0, "maximum": 1e9} if kind in ("number", "date") else {}
            quantiles = (1.0, 2.0, 3.0, 40.5, 5.0, 6.0, 7.0) if kind == "number" else ()
            return ColumnProfile(
                name=name, type=type_, kind=kind, reason="", n_missing=30, n_distinct=9, top=top, quantiles=quantiles,
                **numbers,
            )  # fmt: skip

        columns = [column(name, kind, str(self.table.schema.field(name).type)) for name, kind in KINDS.items()]
        roles = Roles(
            asked=Asked(target="target", task=self.task, classes=self.classes), inputs=tuple(KINDS)
        )  # fmt: skip
        target = column("target", "category" if self.classes else "number", target_type)
        return Profile(n_rows=300, columns=(*columns, target), roles=roles, n_passes=1)

    def _training(self, y):
        plan, arrays = learn_plan(self.table.select(list(KINDS)).slice(0, 250), self.profile, seed=7)
        self.run.put(arrays)
        encoder = load_encoder(plan, self.run.get)
        rows = Rows(encoder.encode(self.table.slice(0, 250)), y[:250])
        facts = Facts(self.task, len(self.classes), 250, 50, encoder.names, 10.0)
        context = FitContext(facts, seed=0, n_threads=1, time_up=lambda: False)

        def core(family):
            fitted = MODELS.get(family)().fit(Candidate(name=family, family=family), rows, rows, context).core
            return CoreRef(form=fitted.form, blob=self.run.put(fitted.to_bytes()))

        linear, dummy = core("linear"), core("dummy")
        members = (
            Member(candidate="linear", weight=0.75, cores=(linear, dummy)),
            Member(candidate="dummy", weight=0.25, cores=(dummy,)),
        )
        spec = ModelSpec(
            task=self.task,
            classes=self.classes,
            plan=plan,
            members=members,
            calibrator=Calibrator(form="beta", parameters=(1.1, 0.9, 0.05)) if self.task == "binary" else None,
            threshold=0.3 if self.task == "binary" else None,
            **({} if self.classes else {"low": 0.0, "high": 120.0}),
        )
        return Training(
            metric="log_loss", greater_is_better=False, leaderboard=(), n_folds=2, model=spec, simple=spec,
            baseline=spec, out_of_fold="", budget_s=None, used_s=1.0, stopped="time was up",
            feature_names=encoder.names.all,
        )  # fmt: skip

    def _evaluation(self):
        metric = MetricResult(
            name="log_loss", title="Log loss", greater_is_better=False, model=FIGURE, simple=FIGURE, baseline=FIGURE,
            gain_over_baseline=FIGURE, gain_over_simple=FIGURE,
        )  # fmt: skip
        return Evaluation(n_rows=50, metrics=(metric,), predictions="", simple_predictions="", baseline_predictions="")


@pytest.fixture(scope="module", params=sorted(TARGETS))
def world(request, tmp_path_factory):
    return World(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def binary(tmp_path_factory):
    return World(tmp_path_factory.mktemp("binary"), "binary")


def test_a_fresh_process_without_training_libraries_answers_alike(world, tmp_path):
    world.write(tmp_path / "bundle")
    rows = rows_of(40, seed=1)
    pq.write_table(rows, tmp_path / "rows.parquet")
    code = """
import sys, json
from mlwright import Bundle
bundle = Bundle.load(sys.argv[1])
bundle.score_records([golden.row for golden in bundle.manifest.golden])
heavy = sorted({"sklearn", "pandas", "polars", "ibis", "duckdb", "plotly", "lightgbm"} & sys.modules.keys())
import pyarrow.parquet as pq
rows = pq.read_table(sys.argv[2])
print(json.dumps([bundle.scores(rows).tolist(), bundle.predict(rows).tolist(), heavy]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "bundle", tmp_path / "rows.parquet"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    scores, answers, heavy = json.loads(done.stdout)
    here = Bundle.load(tmp_path / "bundle")
    assert heavy == []
    assert scores == here.scores(rows).tolist()
    assert answers == here.predict(rows).tolist()


def test_it_answers_as_the_model_did_in_training(world, tmp_path):
    world.write(tmp_path / "bundle")
    bundle = Bundle.load(tmp_path / "bundle")
    rows = rows_of(40, seed=1)
    raw = bundle.model.scores(rows)
    if world.task == "binary":
        np.testing.assert_array_equal(bundle.predict_proba(rows)[:, 1:], raw)
        np.testing.assert_array_equal(bundle.predict(rows) == "yes", raw[:, 0] >= 0.3)
        assert bundle.classes == ("no", "yes")
    elif world.task == "multiclass":
        np.testing.assert_array_equal(bundle.predict(rows), np.array([1, 2, 5])[raw.argmax(axis=1)])
        assert bundle.classes == (1, 2, 5)
    else:
        np.testing.assert_array_equal(bundle.predict(rows), raw[:, 0])
        assert bundle.classes is None


def test_golden_rows_have_missing_values_and_names_never_seen(binary):
    packed = binary.pack(golden_rows=5)
    golden = json.loads(binary.run.get(packed.files["manifest.json"]))["golden"]
    assert len(golden) == 5
    assert golden[-1]["row"]["city"] == golden[-1]["row"]["title"] == UNSEEN
    assert [golden[-2]["row"][name] for name in ("age", "title", "remarks")] == [None] * 3
    assert all(sum(each["answer"]) == pytest.approx(1.0) for each in golden)


def test_one_golden_row_is_enough(binary, tmp_path):
    binary.write(tmp_path / "bundle", golden_rows=1)
    assert len(Bundle.load(tmp_path / "bundle").manifest.golden) == 1


def test_the_inputs_are_described_for_a_caller(binary, tmp_path):
    binary.write(tmp_path / "bundle")
    inputs = {field.name: field for field in Bundle.load(tmp_path / "bundle").inputs}
    assert {name: field.kind for name, field in inputs.items()} == KINDS
    assert inputs["city"].levels == ("Bern", "Oslo", "Rome")
    assert inputs["city"].example == "Rome"
    assert inputs["age"].example == "40.5"
    assert 0 < inputs["age"].low < inputs["age"].high < 100
    assert inputs["since"].example == "1970-01-01T00:00:00"
    assert inputs["since"].low < inputs["since"].high
    assert all(field.optional for field in inputs.values())


def test_it_tells_how_large_and_how_quick_it_is(binary):
    packed = binary.pack()
    assert packed.size_bytes == sum(len(binary.run.get(blob)) for blob in packed.files.values())
    assert 0 < packed.single_row_ms < 1000


def test_the_folder_holds_what_people_and_programs_need(binary, tmp_path):
    binary.write(tmp_path / "bundle")
    names = {path.relative_to(tmp_path / "bundle").as_posix() for path in (tmp_path / "bundle").rglob("*.*")}
    assert {"manifest.json", "card.md", "requirements.txt"} < names
    assert {name.partition(".")[2] for name in names if name.startswith("model/")} == {"safetensors", "json"}
    required = (tmp_path / "bundle" / "requirements.txt").read_text().split()
    assert {line.partition("==")[0] for line in required} == {
        "mlwright", "numpy", "pyarrow", "pydantic", "safetensors", "scipy",
    }  # fmt: skip


def test_it_lists_its_parts_and_all_that_they_need(binary, tmp_path):
    binary.write(tmp_path / "bundle")
    listed = read_versions((tmp_path / "bundle" / SBOM).read_bytes())
    assert listed.items() >= Bundle.load(tmp_path / "bundle").manifest.packages.items()
    assert {"pydantic-core", "typing-extensions"} <= listed.keys()


def test_what_somebody_signed_is_still_signed_when_the_same_is_written_again(binary, tmp_path):
    packed = binary.pack()
    write_bundle(packed.files[MANIFEST], binary.run.get, tmp_path / "bundle")
    public = new_key(tmp_path / "key").text()
    sign(tmp_path / "bundle", read_key(tmp_path / "key"))
    write_bundle(packed.files[MANIFEST], binary.run.get, tmp_path / "bundle")
    assert Bundle.load(tmp_path / "bundle", signed_by=public).is_signed


def test_the_card_says_what_it_is_how_good_and_where_not_to_use_it(world):
    card = world.run.get(world.pack().files["card.md"]).decode()
    header = card.split("---")[1]
    kind = "regression" if world.task == "regression" else "classification"
    assert f"pipeline_tag: tabular-{kind}" in header
    assert 'name: "flights"' in header
    assert "| Log loss | 0.5 (0.4 to 0.6) |" in card
    assert "**Try it on a part of the cases first.** Try it in Rome \\| Oslo." in card
    assert "- Not for children." in card
    assert "- **License:** *To be stated by a person:*" in card
    heads = [line.removeprefix("## ") for line in card.splitlines() if line.startswith("## ")]
    assert heads == [
        "Model details", "Uses", "Bias, risks, and limitations", "How to get started with the model",
        "Training details", "Evaluation", "Technical specifications",
    ]  # fmt: skip
    assert "| `city` | category | `Bern`, `Oslo`, `Rome` | yes | `Rome` |" in card
    assert ("predict_proba" in card) == bool(world.classes)


def test_the_head_of_the_card_is_what_model_hubs_read(world):
    head = world.run.get(world.pack().files["card.md"]).decode().split("---")[1]
    keys = [line.split(":")[0] for line in head.splitlines() if line and line[0] not in " -"]
    assert keys == ["library_name", "pipeline_tag", "tags", "metrics", "model-index"]
    listed = head.partition("metrics:\n")[2].partition("model-index:")[0].replace("- ", "").split()
    results = head.partition("model-index:")[2]
    assert [line.split(": ")[1] for line in results.splitlines() if line.startswith("    - type: ")] == listed
    values = [float(line.split(": ")[1]) for line in results.splitlines() if line.startswith("      value: ")]
    assert len(values) == len(listed)
    assert "/" not in head


def test_the_same_training_packs_the_same_model_files(binary):
    first, second = binary.pack().files, binary.pack().files
    assert {name for name in first if first[name] != second[name]} <= {"manifest.json"}


def test_writing_twice_replaces_and_leaves_nothing_behind(binary, tmp_path):
    binary.write(tmp_path / "bundle")
    packed = binary.write(tmp_path / "bundle")
    assert Bundle.load(tmp_path / "bundle").bundle_id == packed.bundle_id
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_a_folder_that_is_no_bundle_is_not_replaced(binary, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.md").write_text("work")
    with pytest.raises(StorageError, match="is there already, and is no bundle"):
        binary.write(tmp_path / "thesis")
    assert (tmp_path / "thesis" / "chapter1.md").read_text() == "work"
