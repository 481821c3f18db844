"""Bundles of every family on made-up flights, and what exports are held to."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import shutil
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from mlwright.learning.aim import MEAN
from mlwright.learning.models import MODELS, Facts, FitContext, Rows
from mlwright.records.bundle import GoldenRow, Manifest
from mlwright.records.contract import Clause, Contract
from mlwright.records.data import Lineage
from mlwright.records.decision import Decision, Worth
from mlwright.records.evaluation import Estimate, Evaluation
from mlwright.records.model import (
    Calibrator,
    CategoryColumn,
    CoreRef,
    DateColumn,
    EncodingPlan,
    Linear,
    Member,
    ModelSpec,
    NumberColumn,
    OwnAmounts,
)
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.encoder import Encoder
from mlwright.scoring.folder import MANIFEST, UNSEALED, sealed, write_folder

N_ROWS = 400
CITIES = tuple(f"city {j}" for j in range(24))
JOBS = ("clerk", "trnvfv", 'it\'s "odd" 100%', "nürse")
PARTS = ("year", "month", "day", "weekday", "hour", "minute", "day_of_year", "days")
CLASSES = {"regression": (), "binary": ("no", "yes"), "multiclass": ("a", "b", "c")}
FIGURE = Estimate(value=0.5, low=0.4, high=0.6, method="made up")
PASSWORD = "pass:w/rd@%"
WORTH = Worth(unit="money", assumed=True, table={}, model=FIGURE, today=FIGURE, today_is="nobody", gain=FIGURE)
PLAN = EncodingPlan(
    columns=(
        NumberColumn(name="age", low=0.0, high=100.0, missing_codes=("-1",)),
        NumberColumn(name="Größe (cm)", low=-3.0, high=3.0),
        CategoryColumn(name="city", levels=CITIES, counts=tuple(range(1, 25)), with_counts=True, missing_codes=("?",)),
        CategoryColumn(name="job", levels=JOBS, counts=(9, 9, 9, 9)),
        CategoryColumn(name="member", levels=("true", "false"), counts=(50, 50)),
        CategoryColumn(name="rooms", levels=("1", "2", "3"), counts=(5, 5, 5)),
        DateColumn(name="since", parts=PARTS),
    )
)
TYPES = {
    "age": "int64", "Größe (cm)": "double", "city": "string", "job": "string", "member": "bool", "rooms": "int64",
    "since": "timestamp[us]",
}  # fmt: skip
KINDS = {"age": "number", "Größe (cm)": "number", "since": "date"}
EXACT = 1e-9
PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "export.md"
BETA = Calibrator(form="beta", parameters=(1.2, 0.7, 0.1))
LINEAR = Linear(plus=5.0, times={"age": 0.2, "Größe (cm)": 30.0})
AMOUNTS = OwnAmounts(saved=LINEAR, spent=Linear(plus=9.0), usual={"age": 40.0, "Größe (cm)": 0.5}, least=1.0)
BLEND = ("linear", "lightgbm", "crafted", "catboost")
needs_compiler = pytest.mark.skipif(shutil.which("cc") is None, reason="cc is not installed")


def rows_of(n_rows: int, seed: int = 0) -> list[dict]:
    """Rows in which about one value in ten is missing."""
    rng = np.random.default_rng(seed)
    start = datetime(1999, 12, 30)

    def maybe(value):
        return None if rng.uniform() < 0.1 else value

    return [
        {
            "age": maybe(int(rng.integers(-1, 110))),
            "Größe (cm)": maybe(float(rng.normal())),
            "city": maybe(str(rng.choice(CITIES))),
            "job": maybe(str(rng.choice(JOBS))),
            "member": maybe(bool(rng.integers(2))),
            "rooms": maybe(int(rng.integers(1, 5))),
            "since": maybe((start + timedelta(minutes=int(rng.integers(0, 10_000_000)))).isoformat()),
        }
        for _ in range(n_rows)
    ]


def target_of(rows: list[dict], task: str):
    rng = np.random.default_rng(1)
    signal = np.array(
        [
            (row["age"] or 40) / 30 + (row["city"] or "city 0").endswith("7") * 2 + (row["job"] == "trnvfv")
            for row in rows
        ]
    )
    noisy = signal + rng.normal(0, 0.5, len(rows))
    if task == "regression":
        return noisy * 100
    cuts = np.quantile(noisy, [0.6] if task == "binary" else [0.4, 0.8])
    return np.searchsorted(cuts, noisy).astype(float)


def bundle_of(
    folder,
    families: tuple[str, ...],
    task: str,
    plan=PLAN,
    title="flights & co",
    aim=MEAN,
    objectives=(),
    types=None,
    **spec,
):
    """A bundle whose model is the mean of one model of each family."""
    rows = rows_of(N_ROWS)
    encoder = Encoder(plan)
    blocks = encoder.encode_records(rows)
    n_classes = len(CLASSES[task])
    facts = Facts(task, n_classes, N_ROWS, len(TYPES), encoder.names, 1.0, aim=aim, amount_objectives=objectives)
    ticks = itertools.count()
    context = FitContext(facts, 0, 1, lambda: next(ticks) > 40)
    target = target_of(rows, task)
    whole = Rows(blocks, np.abs(target) + 1.0 if objectives else target)
    files, members = {}, []
    for name in families:
        family = MODELS.get(name)()
        suited = replace(facts, n_rows=20_000) if name in ("crafted", "tabm") else facts
        candidate = family.candidates(suited)[-1 if objectives else 0]
        core = family.fit(candidate, whole, whole, context).core
        data = core.to_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        files[f"model/{sha256[:12]}.bin"] = data
        members.append(Member(candidate=name, weight=1 / len(families), cores=(CoreRef(form=core.form, blob=sha256),)))
    model = ModelSpec(
        task=task,
        classes=CLASSES[task],
        plan=plan,
        members=tuple(members),
        **({"threshold": 0.4 if task == "binary" else None} | spec),
    )
    draft = Manifest(
        bundle_id=UNSEALED, name=title, made_at="2026-01-01T00:00:00+00:00", made_by="mlwright 0", run_id="r",
        target="late", target_type="string", model=model, golden=(), reference=(), packages={"numpy": "1.0"},
        evaluation=Evaluation(n_rows=9, metrics=(), predictions="", simple_predictions="", baseline_predictions=""),
        decision=Decision(verdict="deploy", headline="Use it.", reasons=(), rulings=(), worth=WORTH),
        contract=Contract(n_rows=100, columns=tuple(
            Clause(type=kind, name=name, kind=KINDS.get(name, "category"), optional=True)
            for name, kind in (TYPES | (types or {})).items()
        )),
        lineage=Lineage(source="csv", location="flights.csv", read_at="2026-01-01T00:00:00Z"),
        files={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
    )  # fmt: skip
    _write(folder / "draft", files, draft)
    golden = rows_of(20, seed=5)
    answers = Bundle.load(folder / "draft").score_records(golden).tolist()
    stored = tuple(GoldenRow(row=row, answer=tuple(answer)) for row, answer in zip(golden, answers, strict=True))
    _write(folder / "bundle", files, draft.model_copy(update={"golden": stored}))
    return Bundle.load(folder / "bundle")


def _write(folder, files, manifest) -> None:
    _, data = sealed(manifest)
    write_folder(files | {MANIFEST: data}, folder)


@pytest.fixture(scope="module")
def blend(tmp_path_factory) -> Bundle:
    return bundle_of(tmp_path_factory.mktemp("blend"), BLEND, "binary", calibrator=BETA)


class WithPlan:
    """A bundle with another encoding plan."""

    def __init__(self, bundle, plan):
        model = bundle.manifest.model.model_copy(update={"plan": plan})
        self.manifest = bundle.manifest.model_copy(update={"model": model})


def as_csv(rows) -> str:
    """The rows as a CSV file, truth values as they are spelled."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(rows[0])
    for row in rows:
        writer.writerow([str(v).lower() if isinstance(v, bool) else "" if v is None else v for v in row.values()])
    return file.getvalue()


def agrees(text, bundle, rows) -> None:
    """The answers of a program in CSV are those of the bundle."""
    found = list(csv.DictReader(io.StringIO(text)))
    assert [row["answer"] for row in found] == bundle.predict(rows).tolist()
    scores = [[float(row[name]) for name in bundle.classes] for row in found]
    np.testing.assert_allclose(scores, bundle.predict_proba(rows), atol=EXACT)
