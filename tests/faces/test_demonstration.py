"""The demonstration, without its training: `make demo` does that."""

import pytest

from mlwright import Project
from mlwright.core.errors import SettingsError
from mlwright.faces.demonstration import KNOWN_TOO_LATE, TARGET, first_look, heed_the_finding, make_demo_project


def test_a_demonstration_is_a_project_with_its_data_in_it(tmp_path):
    project = make_demo_project(tmp_path / "demo")
    settings = project.settings()
    assert settings.project.target == TARGET
    assert settings.decide.benefit["true_positive"] == 60
    assert (tmp_path / "demo" / "bank_marketing.csv.gz").stat().st_size > 100_000


def test_a_demonstration_is_made_anew_but_nothing_else_is_touched(tmp_path):
    make_demo_project(tmp_path / "demo")
    make_demo_project(tmp_path / "demo")
    (tmp_path / "demo" / "thesis.txt").write_text("years of work")
    with pytest.raises(SettingsError, match="holds something else"):
        make_demo_project(tmp_path / "demo")
    assert (tmp_path / "demo" / "thesis.txt").read_text() == "years of work"


def test_the_finding_is_heeded_in_the_settings(tmp_path):
    project = make_demo_project(tmp_path / "demo")
    told = heed_the_finding(project)
    assert KNOWN_TOO_LATE in told
    settings = Project(tmp_path / "demo").settings()
    assert settings.profile.ignore == (KNOWN_TOO_LATE,)
    assert settings.project.target == TARGET
    assert settings.decide.benefit["false_positive"] == -8


def test_the_first_look_points_at_the_column_that_is_known_too_late(tmp_path):
    heard = []
    findings = first_look(make_demo_project(tmp_path / "demo"), heard.append)
    pointed_at = [finding for finding in findings.findings if KNOWN_TOO_LATE in finding.columns]
    assert any(finding.severity in ("critical", "warning") for finding in pointed_at)
    assert heard[-1]["event"] == "finished"
