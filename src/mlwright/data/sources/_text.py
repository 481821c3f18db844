"""Files as text: whatever the encoding, read as UTF-8, without NUL characters, and with every wrong byte located."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from mlwright.core.errors import SourceEmpty, SourceUnreadable
from mlwright.data.sources import Tick
from mlwright.data.sources._files import Unpacked, open_plain
from mlwright.data.sources._formats import refuse_foreign

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 20
MAX_SAMPLE_BYTES = 16 << 20
LEGACY_SAMPLE_BYTES = 1 << 16

MAX_ODD_SHARE = 0.05
FEW_ODD_BYTES = 8
LATIN_RUN = 1.7
"""Mean length of runs of bytes beyond ASCII; measured: 1.0 to 1.3 in Latin scripts, above 2 in all others."""
_NEVER_IN_TEXT = (*range(9), *range(14, 26))

_BOMS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_LONGEST_FIRST = sorted(_BOMS, key=len, reverse=True)


class WrongBytes(Exception):
    """Bytes that the encoding does not know; `plain_so_far` if nothing but ASCII came before them."""

    def __init__(self, position: int, line: int, near: bytes, *, plain_so_far: bool) -> None:
        super().__init__(position)
        self.position = position
        self.line = line
        self.near = near
        self.plain_so_far = plain_so_far


class TextFile:
    """A file of text, to be read several times.

    Parameters
    ----------
    path : Path
    tick : callable
        Called while reading with the share that is read.

    Attributes
    ----------
    encoding : str
        Found from the beginning of the file; may change in `settle`.
    compression : str or None
    notices : list of str
    """

    def __init__(self, path: Path, tick: Tick) -> None:
        self.path = path
        self.tick = tick
        self.notices: list[str] = []
        with open_plain(path) as file:
            self._head, self.complete = _read_sample(file)
            raw = file.raw
            self.compression = raw.compression if isinstance(raw, Unpacked) else None
        refuse_foreign(path, self._head)
        self.encoding = find_encoding(self._head, complete=self.complete)
        if not self.sample().strip():
            raise SourceEmpty(f"{path} is empty ({len(self._head)} bytes).", "Name a file with a header and rows.")
        self._refuse_binary()

    def sample(self) -> str:
        """The beginning of the file: about a million characters."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace")
        text = decoder.decode(self._head, final=self.complete).replace("\0", "")
        return text.removeprefix("\ufeff")

    @property
    def is_ended(self) -> bool:
        """Whether the last line of a file that is not packed ends in a line end."""
        if self.compression or not self.encoding.startswith(("utf-8", "cp", "latin", "iso")):
            return True
        with open(self.path, "rb") as file:
            file.seek(-1, 2)
            return file.read(1) in b"\r\n"

    def open(self) -> Utf8Stream:
        """Read from the beginning."""
        return Utf8Stream(Unpacked(self.path), self.encoding, self.tick)

    def settle(self, reading: Callable[[], T]) -> T:
        """Do a first reading of the whole file; begin anew if that shows that the file is in an older encoding.

        Raises
        ------
        SourceUnreadable
            If the file mixes encodings; says at which byte and in which line.
        """
        try:
            return reading()
        except WrongBytes as wrong:
            if not wrong.plain_so_far or self.encoding != "utf-8":
                raise self._mixed(wrong) from None
            self.encoding = legacy_encoding(wrong.near)
        try:
            return reading()
        except WrongBytes as wrong:
            raise self._mixed(wrong) from None

    def details(self) -> dict[str, str]:
        """What was found out, for the lineage."""
        packing = {"compression": self.compression} if self.compression else {}
        return {"encoding": self.encoding, **packing}

    def guessed_encoding(self) -> list[str]:
        """A notice if the encoding is a guess."""
        if self.encoding.startswith("utf-"):
            return []
        return [
            f"The file is not UTF-8; it was read as {self.encoding}, which is a guess. Look at letters like é or ü."
        ]

    def _refuse_binary(self) -> None:
        wide = self.encoding.startswith(("utf-16", "utf-32"))
        n_odd = sum(self._head.count(code) for code in _NEVER_IN_TEXT)
        if not wide and n_odd > max(FEW_ODD_BYTES, MAX_ODD_SHARE * len(self._head)):
            raise SourceUnreadable(
                f"{self.path} holds no text but binary data: {n_odd:,} of its first {len(self._head):,} bytes are in "
                "no text.",
                "Name a CSV, JSON, Parquet or Excel file, or a database; or take such bytes out, if it is text: "
                f"tr -d '\\000-\\010' < {self.path.name} > mended.csv",
            )

    def _mixed(self, wrong: WrongBytes) -> SourceUnreadable:
        return SourceUnreadable(
            f"{self.path} is not {self.encoding} throughout: byte {wrong.position} (line {wrong.line}) does not fit.",
            f"Mend that line, or convert the file: iconv -f WINDOWS-1252 -t UTF-8 {self.path.name} > mended.csv",
        )


class Utf8Stream(io.RawIOBase):
    """A file's text as UTF-8 bytes, whatever it was written in.

    NUL characters are left out and counted in `n_nul`; a byte order mark is left out.

    Raises
    ------
    WrongBytes
        While reading, at the first bytes that are not of the encoding.
    """

    def __init__(self, file: Unpacked, encoding: str, tick: Tick) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._is_utf8 = encoding == "utf-8"
        self._tick = tick
        self._waiting = memoryview(b"")
        self._read = 0
        self._plain_so_far = True
        self.n_lines = 0
        self.n_nul = 0
        self.n_quotes = 0
        self._at_end = False

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with UTF-8."""
        while not self._waiting and not self._at_end:
            self._waiting = memoryview(self._next())
        n = min(len(buffer), len(self._waiting))
        buffer[:n] = self._waiting[:n]
        self._waiting = self._waiting[n:]
        return n

    def close(self) -> None:
        """Close the file below, too."""
        self._file.close()
        super().close()

    def _next(self) -> bytes:
        chunk = self._file.read(CHUNK_BYTES) or b""
        self._tick(self._file.share_read)
        self._at_end = not chunk
        text = self._decoded(chunk)
        self._read += len(chunk)
        if b"\0" in text:
            self.n_nul += text.count(b"\0")
            text = text.replace(b"\0", b"")
        self.n_lines += text.count(b"\n")
        self.n_quotes += text.count(b'"')
        return text

    def _decoded(self, chunk: bytes) -> bytes:
        pending = self._decoder.getstate()[0]
        if self._is_utf8 and not pending and chunk.isascii():
            return chunk
        try:
            text = self._decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            raise self._wrong(pending + chunk, error.start, len(pending)) from None
        plain = text.encode()
        self._plain_so_far = self._plain_so_far and plain.isascii()
        return plain.removeprefix(codecs.BOM_UTF8) if self._read == 0 else plain

    def _wrong(self, data: bytes, start: int, n_pending: int) -> WrongBytes:
        return WrongBytes(
            position=self._read - n_pending + start,
            line=self.n_lines + data.count(b"\n", 0, start) + 1,
            near=data,
            plain_so_far=self._plain_so_far and data[:start].isascii(),
        )


def _read_sample(file: io.BufferedReader) -> tuple[bytes, bool]:
    """The beginning of a file, with two lines at least unless they are huge; and whether that is all of it."""
    head = b""
    while len(head) < MAX_SAMPLE_BYTES:
        more = file.read(SAMPLE_BYTES)
        head += more
        if len(more) < SAMPLE_BYTES:
            return head, True
        if head.count(b"\n") + head.count(b"\r") > 2:
            break
    return head, False


def find_encoding(head: bytes, *, complete: bool) -> str:
    """The encoding of a file, by its beginning: a byte order mark, UTF-16 without one, UTF-8, or an older one."""
    for bom in _LONGEST_FIRST:
        if head.startswith(bom):
            return _BOMS[bom]
    if (wide := _wide_encoding(head)) is not None:
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head, final=complete)
    except UnicodeDecodeError:
        return legacy_encoding(head)
    return "utf-8"


def legacy_encoding(data: bytes) -> str:
    """The most likely encoding of text from before UTF-8, judged by the lines that are not plain ASCII.

    Where letters beyond ASCII stand alone among plain ones the script is Latin. Its many encodings cannot be told
    apart for sure: windows-1252 is taken, by far the most widespread, or latin-1, which knows all bytes.
    """
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:LEGACY_SAMPLE_BYTES]
    runs = re.findall(rb"[\x80-\xff]+", telling)
    if sum(map(len, runs)) < LATIN_RUN * len(runs):
        return "cp1252" if _decodes(telling, "cp1252") else "latin-1"
    from charset_normalizer import from_bytes

    best = from_bytes(telling).best()
    return "latin-1" if best is None else str(best.encoding)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _wide_encoding(head: bytes) -> str | None:
    n_pairs = len(head) // 2
    n_even, n_odd = head[0::2].count(0), head[1::2].count(0)
    if n_odd > 0.2 * n_pairs and n_even < 0.02 * n_pairs:
        return "utf-16-le"
    if n_even > 0.2 * n_pairs and n_odd < 0.02 * n_pairs:
        return "utf-16-be"
    return None
