"""What holds for every command: its help, its errors, and how it ends."""

import inspect
import os
import subprocess
import sys
from importlib import import_module

import pytest

import mlwright
from mlwright import Project
from mlwright.faces.cli.main import COMMANDS

WITHOUT_FACTS = {"serve", "operate", "demo"}
"""Commands that do not end with facts to print."""


def command(name: str):
    return getattr(import_module(f"mlwright.faces.cli.commands.{name}"), name)


def test_the_version_needs_no_command(call):
    assert call("--version").out == f"mlwright {mlwright.__version__}\n"


def test_without_a_command_it_says_what_there_is(call):
    answer = call()
    assert answer.status == 2
    assert all(f"\n  {name} " in answer.out for name in COMMANDS)


def test_the_help_cuts_no_sentence_off(call):
    answer = call("--help")
    assert answer.status == 0
    assert "..." not in answer.out.partition("The job:")[2]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_it_does(call, name):
    answer = call(name, "--help")
    assert answer.status == 0
    assert inspect.getdoc(command(name)).splitlines()[0] in answer.out


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - WITHOUT_FACTS))
def test_a_command_that_prints_facts_prints_them_as_json_too(name):
    assert "json" in inspect.signature(command(name)).parameters


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nope"], "No such command 'nope'."),
        (["run", "--bogus"], "No such option: --bogus"),
        (["run", "--jobs", "none"], "'--jobs'"),
        (["run", "-p"], "'-p' requires an argument."),
        (["init", "customers.csv"], "Missing option '--target'"),
        (["predict"], "Missing argument 'PROJECT_OR_BUNDLE'."),
        (["run", "one.csv", "two.csv"], "unexpected extra argument"),
    ],
)
def test_a_wrong_word_is_told_in_one_sentence_with_where_to_look(call, words, says):
    answer = call(*words)
    assert answer.status == 2
    assert says in answer.err
    assert answer.err.splitlines()[-1].startswith("  -> mlwright")
    assert answer.err.rstrip().endswith("--help")
    assert answer.out == ""


@pytest.mark.parametrize(
    "name", ["show", "report", "runs", "status", "undo", "rollback", "watch", "follow", "cancel", "run"]
)
def test_a_folder_without_a_project_is_told(call, name):
    answer = call(name, "-p", "nowhere")
    assert answer.status == 2
    assert "holds no project" in answer.err
    assert "mlwright init" in answer.err


def test_from_the_folder_above_the_projects_there_are_named(call, tmp_path):
    for name in ("churn", "sales"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mlwright.toml").touch()
    assert call("report").err.endswith("-> Name it with --project: churn, sales\n")
    assert call("serve").err.endswith("-> Name a project: churn, sales\n")


def test_a_project_in_the_wrong_place_is_told_where_it_belongs(call):
    answer = call("status", "churn")
    assert answer.status == 2
    assert answer.err == "Got unexpected extra argument(s) (churn).\n  -> mlwright status --project FOLDER\n"


@pytest.mark.parametrize("words", [["serve", "nowhere"], ["predict", "nowhere", "new.csv"], ["export", "nowhere"]])
def test_a_folder_without_a_model_is_told(call, words):
    answer = call(*words)
    assert answer.status == 2
    assert "nowhere holds neither a project nor a bundle.\n  -> Name the folder" in answer.err


def test_a_shell_can_complete_what_is_typed(call, monkeypatch):
    monkeypatch.setenv("_MLWRIGHT_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", "mlwright re")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert call().out.split() == ["report", "replay"]


@pytest.mark.parametrize(
    "words", [["show", "nothing"], ["runs", "--bogus"], ["predict", "nowhere"], ["run", "-t", "y"]]
)
def test_an_error_comes_as_json_to_who_asked_for_json(call, words):
    plain, answer = call(*words), call(*words, "--json")
    assert answer.status == plain.status == 2
    assert answer.err == ""
    error = answer.json["error"]
    assert set(error) == {"code", "message", "hint"}
    assert plain.err == f"{error['message']}\n  -> {error['hint']}\n"


def test_a_fault_of_ours_is_called_so(call, shop, monkeypatch):
    monkeypatch.setattr(Project, "runs", lambda self: 1 / 0)
    answer = call("runs", "-p", shop)
    assert answer.status == 1
    assert answer.err.startswith("A mistake of ours: ZeroDivisionError")
    assert "MLWRIGHT_DEBUG=1" in answer.err


def test_ctrl_c_ends_with_one_sentence(call, shop, monkeypatch):
    def interrupted(self: Project) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Project, "runs", interrupted)
    answer = call("runs", "-p", shop)
    assert answer.status == 130
    assert answer.err == "Stopped by Ctrl-C; what was finished is kept.\n"


def test_a_reader_that_has_read_enough_is_no_error(shop):
    words = [sys.executable, "-m", "mlwright", "show", "robustness", "--json", "-p", str(shop)]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(words, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert done.stderr == ""


def test_names_in_the_data_cannot_steer_the_terminal(call, tmp_path):
    (tmp_path / "evil.csv").write_text("a\x1b[2Jb,y\n" + "\x1b[31mred,no\nblue,yes\n" * 30)
    answer = call("init", "evil.csv", "-t", "y")
    assert answer.status == 0
    assert "\x1b" not in answer.out + answer.err
    assert "a␛[2Jb" in answer.out
    assert "␛[31mred" in answer.out
