"""What the project's file says about the service, and what the command line says over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlwright.core.errors import SettingsError
from mlwright.faces.cli.chosen import settings_at
from mlwright.records.settings.serving import ServeSettings
from mlwright.shipping.serving.settings import settings_of

FILE = """
[collect]
source = "a.csv"
[serve]
port = 9000
workers = 3
max_records = 50
token = "env:CHURN_TOKEN"
[serve.log]
folder = "served"
left_out = ["name"]
"""


def test_a_bundle_says_nothing_about_its_service(tmp_path: Path) -> None:
    assert settings_at(tmp_path) is None
    assert settings_of({"port": None}, settings_at(tmp_path)) == ServeSettings()


def test_the_file_of_the_project_says_how_it_is_served(tmp_path: Path) -> None:
    (tmp_path / "mlwright.toml").write_text(FILE)
    said = settings_at(tmp_path)
    assert said is not None
    assert (said.port, said.workers, said.max_records, said.token) == (9000, 3, 50, "env:CHURN_TOKEN")
    assert said.log.folder == str(tmp_path / "served")


def test_an_option_counts_more_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "mlwright.toml").write_text(FILE)
    found = settings_of({"port": 7, "workers": None, "log": {"folder": None, "max_bytes": 5}}, settings_at(tmp_path))
    assert (found.port, found.workers, found.log.max_bytes, found.log.left_out) == (7, 3, 5, ("name",))
    assert found.log.folder == str(tmp_path / "served")


def test_what_cannot_be_used_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"log\.max_bytes is not usable"):
        settings_of({"log": {"max_bytes": 0}})
    (tmp_path / "mlwright.toml").write_text(FILE.replace("port", "prt"))
    with pytest.raises(SettingsError, match=r"unknown key 'serve\.prt'"):
        settings_at(tmp_path)
