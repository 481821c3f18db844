"""A head that is recognised means what the parser has read in it, whatever comes before, behind and in between."""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Sequence
from typing import Any

import httptools
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlwright.shipping.serving.answered import Answered
from mlwright.shipping.serving.connection import PIECE_BYTES, Connection
from mlwright.shipping.serving.heads import LONGEST_HEAD, MOST_HEADS, Heads
from mlwright.shipping.serving.incoming import Incoming
from mlwright.shipping.serving.turns import Turns

MOST_BODY_BYTES = 1000
ASK = b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}"
GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
REQUESTS = (
    ASK,
    GET,
    ASK.replace(b"{}", b"[]"),
    ASK.replace(b"localhost", b"evil.example"),
    ASK.replace(b"Content-Length: 2\r\n", b"Content-Length: 2\r\nContent-Length: 2\r\n"),
    ASK.replace(b": 2", b": 0")[:-2],
    ASK.replace(b": 2", b": 1001")[:-2] + b" " * 1001,
    ASK.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"),
    ASK.replace(b"\r\n\r\n", b"\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"),
    ASK.replace(b"Content-Length: 2", b"Transfer-Encoding: chunked").replace(b"{}", b"2\r\n{}\r\n0\r\n\r\n"),
    ASK.replace(b"/predict", b"/predict?reasons=3"),
    ASK.replace(b"\r\n", b"\n"),
    GET.replace(b"HTTP/1.1", b"HTTP/1.0"),
    GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"),
    GET.replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n"),
    GET.replace(b"GET", b"CONNECT"),
)
HEADS = (ASK[:-2], ASK[:-2].replace(b": 2", b": 4"), b"{}", b"{", b"[]")
ODD = (
    *HEADS,
    b"\r\n",
    b"\r\n\r\n",
    b"\n",
    b" ",
    b"{}",
    b"GET",
    b"\r\n\r\n" + ASK,
    ASK + GET,
    GET + GET,
    GET + GET[:20],
    GET * 1_000 + GET[:20],
)


MADE_UP_ID = re.compile(rb"X-Request-ID: [0-9a-f]{16}\r\n")


class Caller(asyncio.Transport):
    """Where what is answered goes."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.sent: list[bytes] = []

    def write(self, data: Any) -> None:
        self.sent.append(bytes(data))

    def write_eof(self) -> None:
        self.sent.append(b"the end")

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


class Parser:
    """The parser, and what it was fed."""

    def __init__(self, incoming: Incoming) -> None:
        self._parser = httptools.HttpRequestParser(incoming)
        self.fed = b""

    def feed_data(self, data: bytes) -> None:
        self.fed += data
        self._parser.feed_data(data)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)


def told(environs: Sequence[Any]) -> list[Answered]:
    """Answers each request with what is known of it."""
    return [Answered("200 OK", "", repr(_known(environ)).encode()) for environ in environs]


def _known(environ: Any) -> list[tuple[str, str]]:
    plain = {name: value for name, value in environ.items() if isinstance(value, str)}
    return [*sorted(plain.items()), ("body", environ["wsgi.input"].read().decode())]


async def replies(pieces: Sequence[bytes], *, recognises: bool) -> list[bytes]:
    """What a caller gets that sends these pieces, one after another; without ids that were made up."""
    turns, caller = Turns(told, MOST_BODY_BYTES), Caller()
    turns.look(60.0, 60.0)
    turns.date = ""
    connection = Connection(turns)
    connection.connection_made(caller)
    for piece in pieces:
        if not recognises:
            turns.heads = Heads()
        turns.buffer[: len(piece)] = piece
        connection.buffer_updated(len(piece))
        while not connection.is_late(math.inf, 60.0, 60.0):  # it is at work
            await asyncio.sleep(0)
    return [MADE_UP_ID.sub(b"", sent) for sent in caller.sent]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from((*REQUESTS, *REQUESTS[:2], *ODD)), max_size=8))
@example([GET, b"\r\n\r\n", b"\r\n\r\n"])
@example([GET, b"\r\n\r\n" + GET, GET])
@example([ASK, ASK[:-1], b"}", ASK])
@example([ASK, ASK + b"{}", ASK])
@example([HEADS[0], b"{}", HEADS[0], b"{}" + ASK])
@example([HEADS[0], b"{}", HEADS[0], b"{", b"}"])
@example([HEADS[1], b"{", b" }", HEADS[1], b"{ }" + GET, b"x", GET])
def test_what_is_recognised_is_answered_as_what_is_read(pieces: list[bytes]) -> None:
    twice = [*pieces, *pieces]
    assert asyncio.run(replies(twice, recognises=True)) == asyncio.run(replies(twice, recognises=False))


@pytest.mark.parametrize("first", [[ASK], [HEADS[0], b"{}"]])
def test_a_head_that_came_before_its_body_is_recognised(first: list[bytes]) -> None:
    async def ask() -> None:
        turns, caller = Turns(told, MOST_BODY_BYTES), Caller()
        turns.look(60.0, 60.0)
        connection = Connection(turns)
        connection.connection_made(caller)
        connection._incoming._parser = parser = Parser(connection._incoming)
        for piece in (*first, HEADS[0], b"[]"):
            turns.buffer[: len(piece)] = piece
            connection.buffer_updated(len(piece))
            await asyncio.sleep(0)
        assert parser.fed == b"".join(first)
        assert len(caller.sent) == 2
        assert b"'[]'" in caller.sent[1]
        turns.buffer[: len(HEADS[0])] = HEADS[0]
        connection.buffer_updated(len(HEADS[0]))
        assert connection.eof_received()
        await asyncio.sleep(0)
        assert caller.sent[2].startswith(b"HTTP/1.1 500"), "what reads the body is told that it ended early"
        assert caller.sent[3] == b"the end"

    asyncio.run(ask())


def test_who_sends_thousands_at_once_is_read_piece_by_piece_and_answered_in_order() -> None:
    sent = b"".join(GET.replace(b"health", b"%d" % place) for place in range(5_000))
    fed: list[int] = []

    async def ask() -> list[bytes]:
        turns, caller = (
            Turns(lambda environs: (fed.append(len(parser.fed)), told(environs))[1], MOST_BODY_BYTES),
            Caller(),
        )
        turns.look(60.0, 60.0)
        connection = Connection(turns)
        connection.connection_made(caller)
        connection._incoming._parser = parser = Parser(connection._incoming)
        turns.buffer[: len(sent)] = sent
        connection.buffer_updated(len(sent))
        while not connection.is_late(math.inf, 60.0, 60.0):  # it is at work
            await asyncio.sleep(0)
        return caller.sent

    answers = asyncio.run(ask())
    assert [b"'/%d'" % place in each for place, each in enumerate(answers)] == [True] * 5_000
    assert fed[0] == PIECE_BYTES, "before the first answer"
    assert max(np.diff(fed)) == PIECE_BYTES


def test_a_head_is_recognised_before_another_body_of_the_announced_length() -> None:
    heads = Heads()
    heads.keep(ASK, 2, {"PATH_INFO": "/predict", "wsgi.input": None})
    other = heads.request(ASK.replace(b"{}", b"[]"))
    assert other is not None
    assert other["PATH_INFO"] == "/predict"
    assert other["wsgi.input"].read() == b"[]"
    assert heads.request(ASK + b" ") is None
    assert heads.request(ASK[:-1]) is None
    assert heads.request(ASK.replace(b"localhost", b"localhosT")) is None


def test_what_one_request_is_told_does_not_pass_on_to_the_next() -> None:
    heads = Heads()
    heads.keep(GET, 0, {"wsgi.input": None})
    first = heads.request(GET)
    assert first is not None
    first["mlwright.own"] = "of the first"
    assert "mlwright.own" not in (heads.request(GET) or {})


@pytest.mark.parametrize("name", ["mlwright.long", "HTTP_TRANSFER_ENCODING", "HTTP_EXPECT", "HTTP_UPGRADE"])
def test_special_heads_are_left_to_the_parser(name: str) -> None:
    heads = Heads()
    heads.keep(GET, 0, {"wsgi.input": None, name: "yes"})
    assert heads.request(GET) is None


def test_heads_are_bounded_in_number_and_length() -> None:
    heads = Heads()
    sent = [GET.replace(b"health", b"%d" % place) for place in range(MOST_HEADS + 1)]
    for each in sent:
        heads.keep(each, 0, {"wsgi.input": None})
    assert heads.request(sent[0]) is None
    assert all(heads.request(each) for each in sent[1:])
    long = GET.replace(b"health", b"a" * LONGEST_HEAD)
    heads.keep(long, 0, {"wsgi.input": None})
    assert heads.request(long) is None
