"""Frozen facts and settings: the two kinds of plain data that stages meet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

Scalar = str | int | float | bool | None


class Record(BaseModel):
    """A frozen fact that flows from one stage to the next, and to every face.

    A record holds plain values, other records and names of blobs: never an array, a table or a path.
    `version` is raised when a field changes its meaning, so that nothing kept under the old one is reused.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="strings")

    version: ClassVar[int] = 1

    @property
    def cut_short(self) -> bool:
        """Whether there was no time for a part of it: then no other run makes use of it."""
        return False

    def digest(self) -> str:
        """SHA-256 of the record's content; equal records have equal digests."""
        return digest([type(self).__name__, self.version, self.model_dump(mode="json")])


class Settings(BaseModel):
    """One section of ``mlwright.toml``; an unknown key is an error.

    Attributes
    ----------
    of_the_end : frozenset of str
        Keys that say what is made of the single things that a stage does one by one, and nothing of these: who
        changes one of them gets a new result of the stage, made of what is kept.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    of_the_end: ClassVar[frozenset[str]] = frozenset()


def digest(parts: Iterable[Any]) -> str:
    """SHA-256 of JSON-like values: the key under which a result that depends on them is kept.

    >>> digest(["train", 1]) == digest(["train", 1]) != digest(["train", 2])
    True
    """
    text = json.dumps(list(parts), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
