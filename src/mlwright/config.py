"""Reads and writes ``mlwright.toml``."""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mlwright.core.errors import ProjectMissing, SettingsError, offers
from mlwright.core.family import families_named
from mlwright.core.store.blobs import write_atomically
from mlwright.pipeline import Settings
from mlwright.records.settings import Amount

FILE_NAME = "mlwright.toml"
PARTS = {"Amount": Amount}
FORMS = {*PARTS, "float", "str"}
"""What a validator calls the forms that one value may have; no key is called so."""


def read_settings(path: Path) -> Settings:
    """The settings of a project.

    Raises
    ------
    ProjectMissing
        If there is no such file.
    SettingsError
        If it is no TOML, or holds a key or value that is unknown; the nearest key is offered.
    """
    text = ""
    try:
        text = path.read_text("utf-8")
        given = tomllib.loads(text)
    except FileNotFoundError:
        raise ProjectMissing(
            f"{path.parent} holds no project: there is no {FILE_NAME}.", "mlwright init DATA --target COLUMN"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _no_toml(path, text, str(error)) from None
    return parse_settings(given, str(path))


def _no_toml(path: Path, text: str, why: str) -> SettingsError:
    """What is wrong with the writing of a file of settings."""
    found = re.search(r"at line ([0-9]+)", why)
    if found is None:
        return SettingsError(f"{path} cannot be read as TOML: {why}.", "Close the bracket or the quote that is open.")
    number, line = found[1], text.splitlines()[int(found[1]) - 1].strip()
    if "Cannot declare" in why:
        return SettingsError(f"{path} has {line} twice, again in line {number}.", "Put its keys under the first one.")
    if "Cannot overwrite" in why:
        return SettingsError(f"{path} says a key twice, again in line {number}: {line}", "Keep one of them.")
    return SettingsError(
        f"{path} cannot be read as TOML, in line {number}: {line}",
        'Mend that line: text stands in quotes ("auto"), lists in brackets, true and false are small.',
    )


def parse_settings(given: Mapping[str, Any], where: str) -> Settings:
    """Settings from plain values; `where` is named in errors."""
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        raise _explained(error, where) from None


def _explained(error: ValidationError, where: str) -> SettingsError:
    first = _most_telling(error)
    place = [str(part) for part in first["loc"]]
    key = ".".join(part for part in place if part not in FORMS)
    if first["type"] != "extra_forbidden":
        found = "" if first["type"] == "missing" else f" (found {first['input']!r})"
        return SettingsError(f"{where}: {key} is not usable: {first['msg']}{found}.", f"Mend {key} in {where}.")
    known = sorted(_known_keys(place[:-1]))
    return SettingsError(f"{where}: unknown key {key!r}.", f"Did you mean: {offers(place[-1], known)}?")


def _most_telling(error: ValidationError) -> Mapping[str, Any]:
    """The first error; of those of a table that may stand for a number, the one that looked into it."""
    first, *others = error.errors()
    if not isinstance(first["input"], Mapping):
        return first
    inside = [each for each in others if each["loc"][:-2] == first["loc"][:-1]]
    return max([first, *inside], key=lambda each: (len(each["loc"]), each["type"] == "extra_forbidden"))


def _known_keys(place: list[str]) -> list[str]:
    fields = Settings.model_fields
    if place and place[-1] in PARTS:
        return list(PARTS[place[-1]].model_fields)
    if place:
        section = fields[place[0]].annotation
        fields = getattr(section, "model_fields", {})
    return list(fields)


def check_members(settings: Settings) -> None:
    """Look up every member of a family that the settings name, before hours are spent.

    Raises
    ------
    SettingsError
        If a family has no such member; the nearest names are offered.
    """
    for name in type(settings).model_fields:
        section = getattr(settings, name)
        for key, family in families_named(section).items():
            family.names_but(getattr(section, key), f"{name}.{key}")


def write_settings(path: Path, sections: Mapping[str, Mapping[str, Any]], comments: Mapping[str, str]) -> None:
    """Write a new settings file.

    Parameters
    ----------
    path : Path
    sections : mapping
        Values by section and key; None is left out.
    comments : mapping
        A comment for ``section.key``.
    """
    lines: list[str] = []
    for name, values in sections.items():
        lines.append(f"[{name}]")
        for key, value in values.items():
            if value is None:
                continue
            comment = comments.get(f"{name}.{key}")
            lines.append(f"{key} = {_toml(value)}" + (f"    # {comment}" if comment else ""))
        lines.append("")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), "utf-8")


def add_to_list(path: Path, section: str, key: str, values: Sequence[str]) -> None:
    """Add values to a list of a settings file; all else stays as it is written, comments too.

    Raises
    ------
    SettingsError
        If the file cannot be read, or writes that list in a way that cannot be added to.
    """
    _put(path, section, key, lambda old: list(dict.fromkeys([*(old or []), *values])))


def add_to_table(path: Path, section: str, key: str, values: Mapping[str, float | str]) -> None:
    """Put values into a table of a settings file, in place of older ones of the same name; all else stays likewise.

    Raises
    ------
    SettingsError
        As in `add_to_list`.
    """
    _put(path, section, key, lambda old: {**(old or {}), **values})


def _put(path: Path, section: str, key: str, wanted_of: Callable[[Any], Any]) -> None:
    """Write a list or a table of a settings file anew."""
    read_settings(path)
    text = path.read_text("utf-8")
    given = tomllib.loads(text)
    wanted = wanted_of(given.get(section, {}).get(key))
    line = f"{key} = {_toml(wanted)}"
    changed = _with_line(text, section, key, line)
    if _loaded(changed) != {**given, section: {**given.get(section, {}), key: wanted}}:
        raise SettingsError(f"{path} writes {section}.{key} in a way that cannot be added to.", f"Write there: {line}")
    write_atomically(path, changed.encode("utf-8"))


def _with_line(text: str, section: str, key: str, line: str) -> str:
    """The text of a settings file with a list or a table written anew, below the head of its section."""
    head = re.search(rf"^\[{section}\][^\n]*\n?", text, re.M)
    if head is None:
        return f"{text.rstrip()}\n\n[{section}]\n{line}\n"
    end = re.compile(r"^\[", re.M).search(text, head.end())
    body = text[head.end() : end.start() if end else len(text)]
    known = re.compile(rf"^{key}[ \t]*=[ \t]*(\[[^\]]*\]|\{{([^{{}}]|\{{[^{{}}]*\}})*\}})", re.M)
    new = known.sub(lambda _: line, body, count=1) if known.search(body) else f"{line}\n{body}"
    return text[: head.end()].rstrip("\n") + "\n" + new + (text[end.start() :] if end else "")


def _loaded(text: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {_toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


PREFIXES = ("sqlite:///", "spark:")
"""What may stand before the path of a file."""


def located(source: str, folder: Path) -> str:
    """A source as it is seen from anywhere: a path, also one with a prefix, counts from `folder`.

    >>> located("data/a.csv", Path("/home/ada")), located("sqlite:///shop.db", Path("/home/ada"))
    ('/home/ada/data/a.csv', 'sqlite:////home/ada/shop.db')
    """
    if prefix := _prefix_of_path(source):
        return prefix + located(source.removeprefix(prefix), folder)
    return source if _is_address(source) else os.path.normpath(folder / source)


def relative(source: str, folder: Path) -> str:
    """A source as it is written into the settings of a project: a path below or beside `folder` counts from there.

    >>> relative("/home/ada/a.csv", Path("/home/ada/churn")), relative("postgresql://host/db", Path("/home/ada"))
    ('../a.csv', 'postgresql://host/db')
    """
    if prefix := _prefix_of_path(source):
        return prefix + relative(source.removeprefix(prefix), folder)
    return source if _is_address(source) else os.path.relpath(source, folder)


def _is_address(source: str) -> bool:
    return "://" in source or source.startswith(("env:", "spark:"))


def _prefix_of_path(source: str) -> str:
    """What stands before the path of a file; empty where there is no such path."""
    prefix = next((prefix for prefix in PREFIXES if source.startswith(prefix)), "")
    rest = source.removeprefix(prefix)
    return "" if not rest or "://" in rest or rest.startswith((":memory:", "file:")) else prefix
