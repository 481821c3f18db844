"""Writes ``checks.md``, ``views.md`` and ``insights.md`` of ``docs/reference`` from the members of the families.

Usage: python docs/make_checks.py
"""

from __future__ import annotations

import inspect
from pathlib import Path

from mlwright.data.checks import CHECKS, GROUPS, Check
from mlwright.data.deliveries import DELIVERIES
from mlwright.data.insights import SEEKERS
from mlwright.data.views import VIEWS

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/make_checks.py: change the code, not this page. -->\n"
ABOUT_CHECKS = """\
What is looked for in the data before a model is trained. A check speaks or stays quiet; the answer of all of them is
shown by `mlwright show findings`, the most severe first. **critical**: the model would be wrong or worthless; **warning**: it may be;
**note**: good to know. Checks that look at the target see it in the training rows only.

Leave some out with

```toml
[check]
skip = ["outliers"]
```

[Write your own](../how-to/write-a-check.md).
"""
ABOUT_DELIVERIES = """\
What is looked for when a new table is held to one before: `mlwright check TRAIN NEW` and
`mlwright check NEW --against PROJECT`. **critical**: a model would be wrong on it, and the verdict is *refuse*;
**warning**: a person should look; **note**: good to know, and the data is accepted. Where nothing has changed, each
check warns in 0.5 % of deliveries at most, over all columns together.

Leave some out with

```toml
[contract]
skip = ["told_apart"]
```

[How to check a delivery](../how-to/check-a-delivery.md).
"""
ABOUT_VIEWS = """\
Pictures of the data, in the order in which to look at them. Those that show the target show it of the training rows.

Leave some out with

```toml
[explore]
skip = ["associations"]
```
"""


ABOUT_INSIGHTS = """\
What is told of the data in sentences, the most worth knowing first: by the least size that its interval leaves, less for
facts about few rows and for what is told already. Two facts that divide the rows alike become one sentence.

Every kind looks on one half of the training rows, where it may search freely, and what it finds is measured once on the
other half. All intervals are made as wide as it takes for them to hold together (Bonferroni over all that is measured):
in 95 of 100 tables, all of them contain the truth, and of pure noise something is told in at most 5 tables of 100. Where
rows belong together, or came about in time, whole groups or stretches of time fall into one half and count as one. Columns
that a check calls a leak are left out and named.

Leave some kinds out with

```toml
[explore]
skip_insights = ["interaction"]
```
"""


def pages() -> dict[str, str]:
    """Text of the pages, by file name."""
    return {
        "checks.md": checks_page(),
        "views.md": views_page(),
        "insights.md": insights_page(),
        "deliveries.md": deliveries_page(),
    }


def checks_page() -> str:
    """All checks by group: tables first, then each with its bounds and its advice."""
    lines = ["# Checks\n", NOTE, ABOUT_CHECKS]
    for heading, members in _by_group():
        lines += [f"\n## {heading}\n", "| check | mostly | what it finds |", "|---|---|---|"]
        lines += [f"| [{name}](#{name}) | {check.severity} | {_first(check)} |" for name, check in members]
    for heading, members in _by_group():
        lines.append(f"\n## {heading}: each check")
        for name, check in members:
            lines += [f"\n### {name}\n", f"**{check.title}.** {_doc(check)}\n", f"*What to do:* {check.action}"]
    return "\n".join(lines) + "\n"


def _by_group() -> list[tuple[str, list[tuple[str, type[Check]]]]]:
    """The heading of each group that has members, with them."""
    members = list(CHECKS)
    grouped = [(GROUPS[group], [each for each in members if each[1].group == group]) for group in GROUPS]
    return [(heading, found) for heading, found in grouped if found]


def deliveries_page() -> str:
    """All delivery checks: a table, then each with its bounds and its advice."""
    lines = ["# Delivery checks\n", NOTE, ABOUT_DELIVERIES, "| check | mostly | what it finds |", "|---|---|---|"]
    lines += [f"| [{name}](#{name}) | {check.severity} | {_first(check)} |" for name, check in DELIVERIES]
    for name, check in DELIVERIES:
        lines += [f"\n## {name}\n", f"**{check.title}.** {_doc(check)}\n", f"*What to do:* {check.action}"]
    return "\n".join(lines) + "\n"


def views_page() -> str:
    """All views."""
    lines = ["# Views\n", NOTE, ABOUT_VIEWS]
    for name, view in sorted(VIEWS, key=lambda member: member[1].order):
        lines += [f"## {name}\n", f"**{view.title}.** {_doc(view)}\n"]
    return "\n".join(lines)


def insights_page() -> str:
    """All kinds of insights."""
    lines = ["# Insights\n", NOTE, ABOUT_INSIGHTS]
    for name, kind in SEEKERS:
        lines += [f"## {name}\n", f"**{kind.title}.** {_doc(kind)}\n"]
    return "\n".join(lines)


def _doc(member: type) -> str:
    """The docstring without its sections."""
    text = inspect.getdoc(member) or ""
    return text.partition("\n\nParameters\n")[0].partition("\n\nReferences\n")[0]


def _first(member: type) -> str:
    """The first paragraph of the docstring, up to its first stop, on one line."""
    return " ".join(_doc(member).split("\n\n")[0].split()).partition(". ")[0].rstrip(".") + "."


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    for file, text in pages().items():
        (REFERENCE / file).write_text(text, "utf-8")
