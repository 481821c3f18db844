"""A history that was played."""

from __future__ import annotations

from rich.console import RenderableType
from rich.text import Text

from mlwright.data.words import counted, figure
from mlwright.faces.render.numbers import with_interval
from mlwright.faces.render.terminal.tables import said, table
from mlwright.records.replay import Act, Played, Replayed

MOST_ACTS = 12
WORDS = {"turned_down": "turned down", "taken_back": "taken back"}


def replay_shown(replayed: Replayed) -> list[RenderableType]:
    """What every policy came to, what the loop would have done, and what that was worth."""
    rows = [
        (one.title, f"{one.n_trainings:,}", f"{one.n_promotions:,}", figure(one.loss), with_interval(one.gain))
        for one in replayed.played
    ]
    title = (
        f"{replayed.target}: {counted(len(replayed.periods), 'period')} from {replayed.periods[0]} on, after "
        f"{counted(replayed.n_start, 'row')} to begin with"
    )
    heads = ("policy", "trainings", "put to use", replayed.loss_title, "gain over never training again")
    shown: list[RenderableType] = [table(title, heads, rows, right=(1, 2, 3)), Text()]
    loop = next((one for one in replayed.played if one.policy == "loop"), None)
    if loop is not None and loop.acts:
        shown += [_acts(replayed, loop), Text()]
    return [*shown, said(replayed.sentence)]


def _acts(replayed: Replayed, loop: Played) -> RenderableType:
    """What the loop did, the latest last."""
    rows = [(replayed.periods[act.period], _word(act), act.why) for act in loop.acts[-MOST_ACTS:]]
    left = len(loop.acts) - len(rows)
    title = "What the loop would have done" + (f" (the last {MOST_ACTS} of {len(loop.acts)})" if left else "")
    return table(title, ("after the period of", "", "why"), rows)


def _word(act: Act) -> str:
    return WORDS.get(act.what, act.what)
