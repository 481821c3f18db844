"""What a person says of columns and amounts on the command line is kept in the settings; nothing else is touched."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from mlwright.config import add_to_list, add_to_table
from mlwright.core.errors import SettingsError
from mlwright.faces.render.terminal.panel import shortest, typed_from

SETTINGS = """# ours
[project]
target = "bought"    # what they do

[profile]
ignore = [
    "a",  # old
]

[collect]
source = "customers.csv"
"""


def write_few(file: Path) -> None:
    """Sixty customers."""
    rows = (
        f"{18 + place},{place % 7},{('Riga', 'Lund')[place % 2]},{('yes', 'no')[place % 3 > 0]}" for place in range(60)
    )
    file.write_text("\n".join(["age,visits,town,bought", *rows]) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (SETTINGS, ["a", "b"]),
        (SETTINGS.replace('ignore = [\n    "a",  # old\n]\n', ""), ["b"]),
        (SETTINGS.replace('[profile]\nignore = [\n    "a",  # old\n]\n', ""), ["b"]),
        (SETTINGS.replace('"a",  # old', '"b"'), ["b"]),
    ],
)
def test_a_column_is_added_and_all_else_stays_as_it_was_written(tmp_path: Path, text: str, kept: list[str]) -> None:
    file = tmp_path / "mlwright.toml"
    file.write_text(text, "utf-8")
    add_to_list(file, "profile", "ignore", ["b"])
    new = file.read_text("utf-8")
    assert tomllib.loads(new) == {**tomllib.loads(text), "profile": {"ignore": kept}}
    assert "# ours" in new
    assert 'target = "bought"    # what they do' in new


def test_names_of_any_kind_are_written_so_that_they_are_read_again(tmp_path: Path) -> None:
    file = tmp_path / "mlwright.toml"
    file.write_text('[project]\ntarget = "y"\n', "utf-8")
    names = ['with "quotes"', "back\\slash", "ünï ]", "a = [1]"]
    add_to_list(file, "profile", "ignore", names)
    assert tomllib.loads(file.read_text("utf-8"))["profile"]["ignore"] == names


def test_a_list_that_cannot_be_added_to_is_left_and_the_line_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mlwright.toml"
    file.write_text('profile = {ignore = ["a"]}\n\n[project]\ntarget = "y"\n', "utf-8")
    before = file.read_bytes()
    with pytest.raises(SettingsError, match="cannot be added to") as refused:
        add_to_list(file, "profile", "ignore", ["b"])
    assert 'ignore = ["a", "b"]' in refused.value.hint
    assert file.read_bytes() == before


def test_a_new_project_leaves_columns_out_and_keeps_that(call, tmp_path):
    write_few(tmp_path / "customers.csv")
    words = ("run", "customers.csv", "--target", "bought", "--until", "profile", "--ignore", "town", "--ignore", "age")
    assert call(*words).status == 0
    assert tomllib.loads((tmp_path / "customers/mlwright.toml").read_text())["profile"]["ignore"] == ["town", "age"]
    assert call("show", "profile", "-p", "customers").out.count("profile.ignore names it") == 2
    assert call("run", "-p", "customers", "--until", "profile", "--known-in-time", "visits").status == 0
    kept = tomllib.loads((tmp_path / "customers/mlwright.toml").read_text())
    assert kept["check"]["known_in_time"] == ["visits"]
    assert kept["profile"]["ignore"] == ["town", "age"]


def test_a_column_that_is_not_there_is_refused_and_not_kept(call, tmp_path):
    write_few(tmp_path / "customers.csv")
    call("run", "customers.csv", "--target", "bought", "--until", "profile")
    before = (tmp_path / "customers/mlwright.toml").read_bytes()
    answer = call("run", "-p", "customers", "--until", "profile", "--ignore", "twon")
    assert answer.status == 2
    assert "twon" in answer.err
    assert (tmp_path / "customers/mlwright.toml").read_bytes() == before


@pytest.mark.parametrize(
    "text",
    [
        '[decide]\nbenefit = {true_positive = {column = "fee", times = 2.0}, false_positive = -1}  # ours\n',
        '[decide]  # ours\nbenefit = {}\ntoday = "best"\n',
        "# ours\n",
    ],
)
def test_an_amount_is_put_in_and_all_else_stays_as_it_was_written(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mlwright.toml"
    file.write_text('[project]\ntarget = "y"\n\n' + text, "utf-8")
    before = tomllib.loads(file.read_text("utf-8")).get("decide", {})
    add_to_table(file, "decide", "benefit", {"false_positive": -8.0, "ill as well": "fee"})
    new = {**before.get("benefit", {}), "false_positive": -8.0, "ill as well": "fee"}
    assert tomllib.loads(file.read_text("utf-8"))["decide"] == {**before, "benefit": new}
    assert "# ours" in file.read_text("utf-8")


def test_amounts_are_said_on_the_command_line_and_kept(call, tmp_path):
    write_few(tmp_path / "customers.csv")
    words = ("run", "customers.csv", "--target", "bought", "--until", "profile")
    assert call(*words, "--benefit", "true_positive=60", "--benefit", "false_positive = -8").status == 0
    kept = tomllib.loads((tmp_path / "customers/mlwright.toml").read_text())
    assert kept["decide"]["benefit"] == {"true_positive": 60, "false_positive": -8}


@pytest.mark.parametrize("said", ["true_positive", "=60", "true_positive=", "true_positive=nan"])
def test_an_amount_without_an_outcome_is_refused_before_anything_is_done(call, tmp_path, said):
    write_few(tmp_path / "customers.csv")
    answer = call("run", "customers.csv", "--target", "bought", "--benefit", said)
    assert answer.status == 2
    assert "--benefit true_positive=60" in answer.err
    assert not (tmp_path / "customers").exists()


def test_commands_are_told_as_they_are_typed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shortest(tmp_path / "my shop") == "my shop"
    assert typed_from("my shop", "mlwright serve   (over HTTP)") == "mlwright serve 'my shop'   (over HTTP)"
    assert typed_from("shop", "leave it out, then: mlwright run --ignore a").endswith("mlwright run -p shop --ignore a")
