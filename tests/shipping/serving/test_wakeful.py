"""A service waits awake for who asks again at once, and asleep for everybody else."""

import selectors
import socket

import pytest

from mlwright.shipping.serving.wakeful import AWAKE_S, Wakeful

MOST_TRIES = 1_000
"""A busy machine may take longer than the moment for what takes none."""


@pytest.fixture
def pair():
    here, there = socket.socketpair()
    with here, there, Wakeful() as selector:
        selector.register(here, selectors.EVENT_READ)
        yield selector, here, there


def ask(there):
    there.send(b"?")


def take(selector, here):
    found = selector.select(5)
    here.recv(1)
    return [key.fileobj for key, _ in found]


def test_it_sees_who_asks_awake_or_asleep(pair):
    selector, here, there = pair
    for _ in range(50):
        ask(there)
        assert take(selector, here) == [here]
        assert selector.select(0) == []
        assert selector.select(2 * AWAKE_S) == []


def test_it_stays_awake_for_one_who_asks_at_once_and_sleeps_after_a_longer_wait(pair):
    selector, here, there = pair
    for _ in range(MOST_TRIES):
        ask(there)
        take(selector, here)
        if selector._is_soon:
            break
    assert selector._is_soon
    assert selector.select(2 * AWAKE_S) == []
    assert not selector._is_soon


def test_several_callers_are_waited_for_asleep(pair):
    selector, _, there = pair
    other, beyond = socket.socketpair()
    with other, beyond:
        selector.register(other, selectors.EVENT_READ)
        ask(there)
        ask(beyond)
        assert len(selector.select(5)) == 2
        assert not selector._is_soon
