"""What is said while a run works."""

import io
import re

import pytest
from rich.console import Console
from rich.progress import Progress

from mlwright.faces.cli import progress
from mlwright.faces.cli.progress import shown

EVENTS = [
    {"event": "attempt_started", "stage": ""},
    {"event": "stage_started", "stage": "collect", "reused": False},
    {"event": "progress", "stage": "collect", "message": "1,000 rows, 10%", "share": 0.1},
    {"event": "stage_done", "stage": "collect", "key": "k1", "reused": False, "seconds": 1.24},
    {"event": "stage_started", "stage": "train", "reused": False},
    {"event": "item_done", "stage": "train", "done": 1, "total": 8, "label": "linear, fold 1 of 5"},
    {"event": "note", "stage": "train", "message": "[red]mlp[/red] has to wait."},
    {"event": "stage_done", "stage": "train", "key": "k2", "reused": True, "seconds": 0.0},
    {"event": "finished", "stage": ""},
]


def summary(stage: str, key: str) -> str:
    return f"what {stage} has made ({key})"


def told(capsys: pytest.CaptureFixture[str], **options: bool) -> tuple[str, str]:
    with shown(summary, **options) as listen:
        for event in EVENTS:
            listen(event)
    said = capsys.readouterr()
    return said.out, said.err


def test_without_a_terminal_there_is_a_line_for_each_stage(capsys):
    out, err = told(capsys)
    assert out == ""
    assert err.splitlines() == [
        "collect   what collect has made (k1)  (1.2 s)",
        "          [red]mlp[/red] has to wait.",
        "train     what train has made (k2)  (kept from before)",
    ]


def test_now_and_then_there_is_a_line_for_what_is_in_work(capsys, monkeypatch):
    monkeypatch.setattr(progress, "LINE_EVERY_S", -1.0)
    _, err = told(capsys)
    assert "collect   1,000 rows, 10%" in err
    assert "train     1 of 8: linear, fold 1 of 5" in err


def test_nothing_is_said_to_programs(capsys):
    assert told(capsys, quiet=True) == ("", "")


def test_on_a_terminal_lines_stand_and_the_bar_goes():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=100, color_system=None)
    with Progress(console=console, transient=True) as bars:
        listener = progress._OnTerminal(bars, summary)
        for event in EVENTS:
            listener.listen(event)
        assert bars.tasks == []
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", file.getvalue())
    assert "collect   what collect has made (k1)  (1.2 s)" in text
    assert "[red]mlp[/red] has to wait." in text


def test_a_run_in_another_terminal_can_be_followed_to_its_end(call, shop):
    answer = call("follow", "-p", shop, "--run", "none")
    assert answer.status == 2
    answer = call("follow", "-p", shop)
    assert answer.status == 0
    assert answer.err.splitlines()[0].startswith("observe")


def test_events_come_as_lines_of_json(call, shop):
    import json

    events = [json.loads(line) for line in call("follow", "-p", shop, "--json").out.splitlines()]
    assert events[0]["event"] == "attempt_started"
    assert events[-1]["event"] == "finished"
