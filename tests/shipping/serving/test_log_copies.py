"""Sealed segments are copied to where they shall be kept; a store that is away stops nothing."""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any

import pyarrow.fs as pa_fs
import pytest

from mlwright.core.errors import SettingsError
from mlwright.data.sources import source_for
from mlwright.records.settings import CollectSettings
from mlwright.records.settings.serving import LogSettings
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.kept_rows import Asked
from mlwright.shipping.serving.kept.log import PredictionLog


def keep(bundle: Bundle, folder: Path, url: str, row: dict[str, Any], n_rows: int) -> None:
    """What a service does from its start to its end."""
    log = PredictionLog(bundle.manifest, LogSettings(folder=str(folder), copy_to=url))
    answer = {"prediction": "No", "probabilities": {"No": 0.9, "Yes": 0.1}}
    for place in range(n_rows):
        log.keep([Asked(f"{folder.name}-{place}", 1.7e9, bundle.bundle_id, [row], [answer])])
    log.keep_outcome(f"{folder.name}-0", "Yes")
    log.close()


def read(log: Path) -> list[dict[str, Any]]:
    settings = CollectSettings(source=str(log))
    return [one for batch in source_for(settings)[1](settings).read().batches for one in batch.to_pylist()]


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {".copying"}


def test_what_is_copied_is_a_log_again(bundle: Bundle, row: dict[str, Any], tmp_path: Path) -> None:
    far = tmp_path / "far"
    keep(bundle, tmp_path / "log", far.as_uri(), row, 3)
    assert names(far) == names(tmp_path / "log")
    assert read(far) == read(tmp_path / "log")
    assert len(read(far)) == 3
    keep(bundle, tmp_path / "log", far.as_uri(), row, 2)
    assert len(read(far)) == 5


def test_what_a_store_did_not_take_is_copied_by_the_next_service(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    far = tmp_path / "far"
    far.write_text("in the way")
    with caplog.at_level(logging.ERROR, "mlwright.serving"):
        keep(bundle, tmp_path / "log", far.as_uri(), row, 3)
    assert "cannot be copied to file://" in caplog.text
    assert len(read(tmp_path / "log")) == 3
    far.unlink()
    keep(bundle, tmp_path / "log", far.as_uri(), row, 0)
    assert names(far) == names(tmp_path / "log")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("s3://me:secret@bucket/log", "holds a secret"),
        ("nowhere://bucket/log", "cannot be copied to 'nowhere://bucket/log'"),
        ("a folder", "cannot be copied to"),
        ("/a/folder", "cannot be copied to"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_at_once(bundle: Bundle, tmp_path: Path, url: str, why: str) -> None:
    with pytest.raises(SettingsError, match=why) as refused:
        PredictionLog(bundle.manifest, LogSettings(folder=str(tmp_path / "log"), copy_to=url))
    assert "secret@" not in str(refused.value)


def test_a_server_that_speaks_s3_gets_them(
    bundle: Bundle, row: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        where = {"endpoint_override": f"127.0.0.1:{server.port}", "scheme": "http", "region": "us-east-1"}
        store = pa_fs.S3FileSystem(allow_bucket_creation=True, **where)
        store.create_dir("shop")
        query = "&".join(f"{key}={value}" for key, value in where.items())
        keep(bundle, tmp_path / "log", f"s3://shop/kept/asked?{query}", row, 3)
        pa_fs.copy_files("shop/kept/asked", str(tmp_path / "fetched"), source_filesystem=store)
    finally:
        server.shutdown()
    assert len(read(tmp_path / "fetched")) == 3
    assert read(tmp_path / "fetched") == read(tmp_path / "log")


def test_any_store_that_fsspec_knows_gets_them(bundle: Bundle, row: dict[str, Any], tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    keep(bundle, tmp_path / "log", "memory://kept/asked", row, 3)
    keep(bundle, tmp_path / "log", "memory://kept/asked", row, 2)
    fsspec.filesystem("memory").get("/kept/asked/", f"{tmp_path}/fetched/", recursive=True)
    assert names(tmp_path / "fetched") == names(tmp_path / "log")
    assert len(read(tmp_path / "fetched")) == 5


def test_a_store_that_fails_in_its_own_way_stops_nothing(
    bundle: Bundle,
    row: dict[str, Any],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = pytest.importorskip("fsspec").get_filesystem_class("memory")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no such bucket")

    monkeypatch.setattr(memory, "open", fail)
    with caplog.at_level(logging.ERROR, "mlwright.serving"):
        keep(bundle, tmp_path / "log", "memory://failing/asked", row, 3)
    assert "cannot be copied to memory://failing/asked" in caplog.text
    assert len(read(tmp_path / "log")) == 3
