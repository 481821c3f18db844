"""Writes the pages of ``docs/reference`` that the code itself knows: commands, settings, errors, families.

Usage: python docs/make_reference.py            (writes them)
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

from mlwright.core import errors
from mlwright.faces.cli.main import COMMANDS, build
from mlwright.pipeline import PIPELINES, Settings
from mlwright.shipping.allowance import Allowance
from mlwright.shipping.targets import SERVE_SETTINGS, TARGETS

REFERENCE = Path(__file__).parent / "reference"
NOTE = "<!-- Written by docs/make_reference.py: change the code, not this page. -->\n"


def pages() -> dict[str, str]:
    """Text of every generated page, by file name."""
    return {
        "cli.md": cli_page(),
        "settings.md": settings_page(),
        "errors.md": errors_page(),
        "stages.md": stages_page(),
        "places.md": places_page(),
    }


def cli_page() -> str:
    """All commands with their arguments and options."""
    group = typer.main.get_command(build())
    lines = [
        "# Commands\n",
        NOTE,
        "Exit status: 0 done, 2 something that you can mend, 1 a fault of ours, 3 `watch` found something to do "
        "or `check` something critical, 130 cancelled.\n",
    ]
    for name in COMMANDS:
        command = group.commands[name]
        lines += [f"## mlwright {name}\n", f"{command.help}\n", "| argument or option | meaning |", "|---|---|"]
        lines += [f"| `{_usage(parameter)}` | {_help(parameter)} |" for parameter in command.params]
        lines.append("")
    return "\n".join(lines)


def _usage(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return parameter.metavar or str(parameter.name).upper()
    return ", ".join(parameter.opts)


def _help(parameter: Any) -> str:
    default = parameter.default
    shown = "" if default in (None, False, ()) or callable(default) else f" Default: `{default}`."
    return f"{getattr(parameter, 'help', '') or ''}{shown}".strip()


def settings_page() -> str:
    """All keys of mlwright.toml."""
    lines = [
        "# Settings: mlwright.toml\n",
        NOTE,
        "Every key may be left out but `project.target` and `collect.source`.\n",
    ]
    for name, field in Settings.model_fields.items():
        section = field.annotation
        title = inspect.getdoc(section).splitlines()[0].rpartition(": ")[2].rstrip(".")
        lines += [f"## [{name}]\n", f"{title[0].upper()}{title[1:]}.\n", "| key | default | meaning |", "|---|---|---|"]
        for key, (_, meaning) in documented(section).items():
            default = section.model_fields[key].get_default(call_default_factory=True)
            lines.append(f"| `{key}` | {_shown(default)} | {meaning} |")
        lines.append("")
    return "\n".join(lines)


def documented(section: type) -> dict[str, tuple[str, str]]:
    """Type and meaning of each key, from the docstring of a section."""
    found: dict[str, tuple[str, str]] = {}
    key = ""
    for line in _parameter_lines(inspect.getdoc(section)):
        head = re.fullmatch(r"(\w+) : (.+)", line)
        if head:
            key = head[1]
            found[key] = (head[2], "")
        elif key:
            kind, meaning = found[key]
            found[key] = (kind, f"{meaning} {line.strip()}".strip().replace("``", "`"))
    return found


def _parameter_lines(text: str) -> Iterator[str]:
    _, _, after = text.partition("Parameters\n----------\n")
    yield from (line for line in after.splitlines() if line.strip())


def _shown(default: object) -> str:
    if default in (None, (), {}):
        return ""
    if isinstance(default, tuple):
        return ", ".join(f"`{item}`" for item in default)
    return f"`{default}`"


def errors_page() -> str:
    """The tree of errors."""
    tree = inspect.getdoc(errors).partition("text\n")[2]
    rows = [
        f"| `{error.code}` | {error.exit_status} | {inspect.getdoc(error).splitlines()[0]} |"
        for _, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, errors.MlwrightError)
    ]
    table = ["| code | exit status | meaning |", "|---|---|---|", *sorted(rows)]
    return "\n".join(["# Errors\n", NOTE, "```text", inspect.cleandoc(tree), "```\n", *table, ""])


def stages_page() -> str:
    """The stages, in their order."""
    lines = ["# Stages\n", NOTE]
    for name, stages in PIPELINES.items():
        lines += [f"## {name.upper()}\n", "| stage | makes | what it does |", "|---|---|---|"]
        for stage in stages:
            doc = inspect.getdoc(stage.function()).splitlines()[0]
            lines.append(f"| `{stage.name}` | `{stage.makes.__name__}` | {doc} |")
        lines.append("")
    return "\n".join(lines)


def places_page() -> str:
    """Every setting of the service, and how each place is told it, or why it cannot be."""
    places = {name: TARGETS.get(name) for name in TARGETS.names()}
    lines = [
        "# Settings of the service, by place\n",
        NOTE,
        "How each place of `mlwright deploy` is told what `mlwright serve` is told by its options: `--set NAME` of the command, or "
        "`[deploy.options]` of the project. A number stands for the reason why a place cannot be told. "
        "What the settings mean: [`[serve]`](settings.md).\n",
        f"| setting | {' | '.join(f'`{name}`' for name in places)} |",
        "|---" * (len(places) + 1) + "|",
    ]
    reasons = list(dict.fromkeys(why for place in places.values() for why in place.unsaid.values()))
    for setting in SERVE_SETTINGS:
        cells = [p.said.get(setting) or f"({reasons.index(p.unsaid[setting]) + 1})" for p in places.values()]
        lines.append(f"| `{setting}` | {' | '.join(cells)} |")
    lines += ["", *(f"{place}. {why}" for place, why in enumerate(reasons, 1)), ""]
    lines += ["## What a container is given\n", "| `--set` | default | meaning |", "|---|---|---|"]
    for names, (_, meaning) in documented(Allowance).items():
        default = Allowance.model_fields[names].get_default(call_default_factory=True)
        lines.append(f"| `{names}` | {_shown(default)} | {meaning} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    REFERENCE.mkdir(exist_ok=True)
    for file, text in pages().items():
        (REFERENCE / file).write_text(text, "utf-8")
