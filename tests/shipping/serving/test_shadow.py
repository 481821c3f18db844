"""A shadow answers what the service is asked, unseen, and its answers are kept beside those that were given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from mlwright.core.errors import SettingsError
from mlwright.records.settings.serving import LogSettings, ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.serving.app import create_app, service_of


def kept(folder: Path, name: str) -> pa.Table:
    return pa.concat_tables([pq.read_table(path) for path in sorted((folder / name).glob("*.parquet"))])


@pytest.fixture
def pair(write_bundle: Callable[..., Path], tmp_path: Path) -> tuple[Bundle, Bundle]:
    """The bundle that is served, and another one."""
    served = Bundle.load(write_bundle())
    served.save(tmp_path / "served")
    other = Bundle.load(write_bundle(weights={"tenure": 0.03}))
    other.save(tmp_path / "other")
    return Bundle.load(tmp_path / "served"), Bundle.load(tmp_path / "other")


def test_its_answers_stand_in_the_log_under_the_ids_of_those_that_were_given(
    pair: tuple[Bundle, Bundle], row: dict[str, Any], tmp_path: Path
) -> None:
    served, other = pair
    settings = ServeSettings(log=LogSettings(folder=str(tmp_path / "log")), shadow=str(other.folder))
    app = create_app(served, settings)
    rows = [row | {"tenure": tenure} for tenure in (0, 10, 60)]
    given = app.test_client().post("/predict", json=rows).json["predictions"]
    one = app.test_client().post("/predict", json=row).json
    service_of(app).close()
    assert one["model"] == served.bundle_id
    shadows, predictions = kept(tmp_path / "log", "shadows"), kept(tmp_path / "log", "predictions")
    ids = [*(answer["id"] for answer in given), one["id"]]
    assert shadows.column("mlwright_id").to_pylist() == predictions.column("mlwright_id").to_pylist() == ids
    assert set(shadows.column("mlwright_bundle").to_pylist()) == {other.bundle_id}
    assert set(predictions.column("mlwright_bundle").to_pylist()) == {served.bundle_id}
    assert shadows.column("mlwright_at") == predictions.column("mlwright_at")
    wanted = other.score_records([*rows, row]).tolist()
    assert shadows.column("mlwright_probabilities").to_pylist() == [pytest.approx(each) for each in wanted]
    otherwise = sum(
        a != b
        for a, b in zip(
            shadows.column("mlwright_answer").to_pylist(),
            predictions.column("mlwright_answer").to_pylist(),
            strict=True,
        )
    )
    told = app.test_client().get("/metrics").text
    assert "mlwright_shadow_rows_total 4" in told
    assert otherwise > 0
    assert f"mlwright_shadow_otherwise_total {otherwise}" in told


def test_a_log_with_a_shadow_is_read_as_one_without(
    pair: tuple[Bundle, Bundle], row: dict[str, Any], tmp_path: Path
) -> None:
    from mlwright.data.sources.prediction_log import answered_ids

    served, other = pair
    settings = ServeSettings(log=LogSettings(folder=str(tmp_path / "log")), shadow=str(other.folder))
    app = create_app(served, settings)
    one = app.test_client().post("/predict", json=row).json
    service_of(app).close()
    assert answered_ids(tmp_path / "log") == {one["id"]}


def test_a_shadow_needs_a_log(pair: tuple[Bundle, Bundle]) -> None:
    served, other = pair
    with pytest.raises(SettingsError, match="kept in the log"):
        create_app(served, ServeSettings(shadow=str(other.folder)))


def test_a_shadow_of_another_question_is_refused(
    pair: tuple[Bundle, Bundle], write_bundle: Callable[..., Path], tmp_path: Path
) -> None:
    served, _ = pair
    log = LogSettings(folder=str(tmp_path / "log"))
    with pytest.raises(SettingsError, match="with other classes"):
        create_app(served, ServeSettings(log=log, shadow=str(write_bundle("regression"))))
