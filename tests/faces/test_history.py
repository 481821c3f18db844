"""`mlwright history` says who put what to use, what was in use on a day, and whether that was changed afterwards."""

import json
from datetime import date

import pytest

from mlwright.core.store import Store
from mlwright.faces.cli.main import main


@pytest.fixture
def project(tmp_path):
    (tmp_path / "mlwright.toml").write_text('[project]\ntarget = "y"\n')
    registry = Store(tmp_path / ".mlwright").registry
    for bundle_id, why in (("aaa", "it pays"), ("bbb", "it pays more")):
        registry.crown(
            bundle_id=bundle_id, manifest="m", run_id="r-1", verdict="deploy", target="local", why=why, by="ann"
        )
    registry.undo("it was slow", by="bob")
    return tmp_path


def told(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        main(["history", *map(str, words)])
    captured = capsys.readouterr()
    return ended.value.code, captured.out, captured.err


def test_every_change_is_told_with_who_and_why(project, capsys):
    status, out, _ = told(capsys, "-p", project, "--json")
    assert status == 0
    entries = json.loads(out)
    assert [(e["event"], e["bundle_id"], e["by"]) for e in entries] == [
        ("crowned", "aaa", "ann"),
        ("crowned", "bbb", "ann"),
        ("undone", "bbb", "bob"),
    ]
    assert told(capsys, "-p", project)[0] == 0


def test_what_was_in_use_on_a_day_is_told(project, capsys):
    assert "Bundle aaa" in told(capsys, "-p", project, "--on", date.today())[1]
    assert "No bundle was in use" in told(capsys, "-p", project, "--on", "2001-01-01")[1]
    status, _, err = told(capsys, "-p", project, "--on", "yesterday")
    assert (status, "is no date" in err) == (2, True)


def test_after_tampering_it_says_so(project, capsys):
    noted = Store(project / ".mlwright").registry.journal.last_seal()
    assert told(capsys, "-p", project, "--seal", noted[:10])[0] == 0
    path = project / ".mlwright" / "registry.jsonl"
    original = path.read_text()
    path.write_text(original.replace("it pays more", "the board wants it"))
    status, _, err = told(capsys, "-p", project)
    assert status == 2
    assert "from entry 2 of 3" in err
    path.write_text("".join(original.splitlines(keepends=True)[:2]))
    status, _, err = told(capsys, "-p", project, "--seal", noted)
    assert (status, "cut off" in err) == (2, True)
