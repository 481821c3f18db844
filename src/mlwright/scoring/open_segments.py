"""A segment of a log that is still written to: frames, one behind the other, each a header in JSON and some bytes.

A crash may cut a frame short, or lose its end while its beginning is on the disk: such a frame is none, and nothing
behind it is read.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

MARK = b"mlwr"
HEAD = struct.Struct("<4sIQ")
"""The mark, how many bytes the header takes, and how many what follows it; the mark again comes behind all."""

Frame = tuple[dict[str, Any], memoryview]


def frame(header: Mapping[str, Any], parts: Sequence[bytes] = ()) -> bytes:
    """A frame as it is appended.

    >>> data = frame({"a": 1}, [b"two", b"three"])
    >>> [(header, bytes(rest)) for header, rest in frames_of(data + data[:-1])]
    [({'a': 1}, b'twothree')]
    """
    said = orjson.dumps(header)
    return b"".join([HEAD.pack(MARK, len(said), sum(map(len, parts))), said, *parts, MARK])


def frames_of(data: bytes) -> Iterator[Frame]:
    """The frames that are whole, up to the first that is not."""
    rest = memoryview(data)
    while len(rest) >= HEAD.size:
        mark, n_said, n_bytes = HEAD.unpack_from(rest)
        begins, ends = HEAD.size + n_said, HEAD.size + n_said + n_bytes
        if mark != MARK or rest[ends : ends + len(MARK)] != MARK:
            return
        try:
            header = orjson.loads(rest[HEAD.size : begins])
        except orjson.JSONDecodeError:
            return
        yield header, rest[begins:ends]
        rest = rest[ends + len(MARK) :]


def read_frames(path: Path) -> list[Frame]:
    """The whole frames of a segment."""
    return list(frames_of(path.read_bytes()))
