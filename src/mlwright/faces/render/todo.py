"""What to do next, for the first screen: what the verdict asks for, then what is likely to bring more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from mlwright.faces.render.facts import Facts
from mlwright.faces.render.page import typed
from mlwright.faces.render.sources import Sources
from mlwright.records.decision import Verdict, Worth
from mlwright.records.improvement import Step

MOST, MOST_ASKED = 3, 2
TOLD_ELSEWHERE = frozenset({"say_the_worth", "drop_suspects"})
"""Steps that the decision names itself."""
BEFORE_A_GAIN = frozenset({"more_rows", "another_table", "more_time"})
"""Steps that help where nothing is surely gained yet; the others make the most of a gain."""
MOST_TIMES = 2.0
"""A gain of more than so many times the present one is told in the list of `mlwright improve` alone."""
STEPS: dict[Verdict, str] = {
    "deploy": "Put it to use, and keep watching it.",
    "pilot": "Try it beside what you do today.",
    "collect_more": "Gather more data, then ask again.",
    "stop": "Leave it, or change the question or the data.",
}


class Todo(NamedTuple):
    """What to do: in a word, step by step, and what an engineer types first."""

    step: str
    items: list[Markup]
    command: Markup


def todo(facts: Facts, sources: Sources) -> Todo:
    """What to do next, at most `MOST` steps."""
    asked, typing = list[Markup](), Markup()
    for place, step in enumerate(facts.decision.next_steps):
        words, command = _apart(step)
        said = Markup('<span data-from="decision/next_steps/{}">{}</span>')
        if words:
            asked.append(said.format(place, typed(words)) + ".")
        if command and not typing:
            typing = said.format(place, typed(command))
    items = asked[:MOST_ASKED]
    return Todo(STEPS[facts.decision.verdict], [*items, *_improving(facts, sources)][:MOST], typing)


def _apart(step: str) -> tuple[str, str]:
    """The first sentence of what people do, and what an engineer types; the bare command to run again is left out.

    >>> _apart("Add rows to the source, then: mlwright run")
    ('Add rows to the source', '')
    >>> _apart("If 'duration' is not known in time, leave it out, then: mlwright run --ignore duration")
    ("If 'duration' is not known in time, leave it out", 'mlwright run --ignore duration')
    >>> _apart("mlwright serve   (answers over HTTP)")
    ('', 'mlwright serve')
    """
    words, _, command = step.partition(", then: mlwright ")
    if not command and "mlwright " in step:
        return "", re.split(r"\s{2}", step)[0]
    first = re.split(r"(?<=\w)\. (?=[A-Z])", words)[0]
    return first.removesuffix("."), f"mlwright {command}" if " " in command else ""


def _improving(facts: Facts, sources: Sources) -> Iterator[Markup]:
    """What is likely to bring more, the most first."""
    improvement, is_sure = facts.improvement, facts.decision.verdict in ("deploy", "pilot")
    for place, step in enumerate(improvement.steps if improvement else ()):
        if step.name not in TOLD_ELSEWHERE and (is_sure or step.name in BEFORE_A_GAIN) and _may_be_told(step):
            at = f"improvement/steps/{place}"
            yield Markup("{}{}.").format(
                sources.words(f"{at}/title", step.title.rstrip(".")), _bringing(step, at, facts.decision.worth, sources)
            )


def _may_be_told(step: Step) -> bool:
    """Whether its gain is sure, or not known; what may bring nothing is left to the list of all steps."""
    gain = step.gain if step.money is None else step.money
    return step.share != 0 and (gain is None or gain.low > 0)


def _bringing(step: Step, at: str, worth: Worth, sources: Sources) -> Markup:
    """What a step is likely to bring, in money or as a share of what is gained; nothing where that is not known."""
    if step.gain_is == "not known":
        return Markup()
    if step.money is not None and not worth.assumed:
        more = sources.number(f"{at}/money/value", "money")
        return Markup(" ({} {} more per 1,000 cases)").format(step.gain_is, more)
    if step.share is not None and 0 < step.share <= MOST_TIMES:
        return Markup(" ({} {} more gain)").format(step.gain_is, sources.number(f"{at}/share", "share"))
    return Markup()
