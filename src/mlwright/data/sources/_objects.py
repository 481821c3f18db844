"""The objects of a JSON text, one after the other, without ever holding the whole text."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mlwright.core.errors import SourceUnreadable
from mlwright.data.sources._text import Utf8Stream

CHUNK_CHARACTERS = 1 << 20
MAX_OBJECT_CHARACTERS = 16 << 20
_BLANK = re.compile(r"[ \t\r\n]*")


def objects(stream: Utf8Stream, path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a list ``[{...}, {...}]``, or of a sequence, one a line or not.

    Raises
    ------
    SourceUnreadable
        If the text is no JSON, is cut off, or holds something else than objects; says in which line.
    """
    with stream:
        scanner = _Scanner(stream, path)
        in_list = scanner.take("[")
        if in_list and scanner.take("]"):
            return
        while not scanner.at_end():
            yield scanner.object()
            if in_list and not scanner.take(","):
                if not scanner.take("]"):
                    raise scanner.wrong("a comma or the end of the list was expected")
                break
        if not scanner.at_end():
            raise scanner.wrong("there is more after the end of the list")


class _Scanner:
    """A place in a text that is read piece by piece."""

    def __init__(self, stream: Utf8Stream, path: Path) -> None:
        self._text = io.TextIOWrapper(io.BufferedReader(stream, CHUNK_CHARACTERS), encoding="utf-8", newline="")
        self._path = path
        self._decoder = json.JSONDecoder()
        self._buffer = ""
        self._at = 0
        self._line = 1
        self._ended = False

    def take(self, character: str) -> bool:
        """Step over a character if it comes next."""
        if self.at_end() or self._buffer[self._at] != character:
            return False
        self._at += 1
        return True

    def at_end(self) -> bool:
        """Step over blanks; whether nothing comes after them."""
        while True:
            self._at = _BLANK.match(self._buffer, self._at).end()  # type: ignore[union-attr]  # matches nothing, too
            if self._at < len(self._buffer):
                return False
            if not self._read_more():
                return True

    def object(self) -> dict[str, Any]:
        """Step over the object that comes next and return it."""
        if self.at_end() or self._buffer[self._at] != "{":
            raise self.wrong("an object {...} was expected")
        while True:
            try:
                found, end = self._decoder.raw_decode(self._buffer, self._at)
            except json.JSONDecodeError as error:
                if self._too_large() or not self._read_more(len(self._buffer) - self._at):
                    raise self._broken(error) from None
            except RecursionError:
                raise self.wrong("objects are nested too deep") from None
            else:
                if end - self._at > MAX_OBJECT_CHARACTERS:
                    raise self._too_long()
                self._at = end
                return dict(found)

    def wrong(self, what: str) -> SourceUnreadable:
        """The error that says what is wrong at this place."""
        line = self._line + self._buffer.count("\n", 0, self._at)
        found = self._buffer[self._at : self._at + 20].split("\n")[0]
        return SourceUnreadable(
            f"{self._path} is no table in JSON: {what} in line {line}, found {found!r}.",
            'Write a list of objects, [{"age": 3}, {"age": 4}], or one object a line.',
        )

    def _broken(self, error: json.JSONDecodeError) -> SourceUnreadable:
        if self._too_large():
            return self._too_long()
        self._at = min(error.pos, len(self._buffer))
        cut_off = self._at >= len(self._buffer.rstrip()) or error.msg.startswith("Unterminated string")
        return self.wrong("the text is cut off" if cut_off else error.msg[:1].lower() + error.msg[1:])

    def _too_long(self) -> SourceUnreadable:
        return self.wrong(f"an object of more than {MAX_OBJECT_CHARACTERS >> 20} MB begins")

    def _too_large(self) -> bool:
        return len(self._buffer) - self._at > MAX_OBJECT_CHARACTERS

    def _read_more(self, at_least: int = 0) -> bool:
        more = "" if self._ended else self._text.read(max(CHUNK_CHARACTERS, at_least))
        if not more:
            self._ended = True
            return False
        self._line += self._buffer.count("\n", 0, self._at)
        self._buffer, self._at = self._buffer[self._at :] + more, 0
        return True
