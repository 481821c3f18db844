"""Draws of made-up worlds whose truth is known, kept in a file; see known_truth.py and known_worth.py."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from threadpoolctl import threadpool_limits

from known_worlds import Said

T = TypeVar("T")


class Draw(NamedTuple, Generic[T]):
    """What was said in one world, and what is true."""

    world: str
    rows: int
    seed: int
    told: dict[str, T]


class Kept:
    """Draws that are kept in a file, so that the next call goes on from there.

    Parameters
    ----------
    file : Path or None
        Nothing is kept without one.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def drawn(
        self, world: str, rows: int, seeds: Sequence[int], draw: Callable[[int], Mapping[str, T]]
    ) -> list[Draw[T]]:
        """All draws of a world; those that were kept are not drawn again."""
        before, found = self._read(), list[Draw[T]]()
        for seed in seeds:
            one = before.get((world, rows, seed))
            if one is None:
                with threadpool_limits(1):
                    one = Draw(world, rows, seed, dict(draw(seed)))
                self._add(one)
            found.append(one)
        return found

    def _read(self) -> dict[tuple[str, int, int], Draw[Any]]:
        if self._file is None or not self._file.exists():
            return {}
        found = (Draw[Any](**json.loads(line)) for line in self._file.read_text().splitlines())
        draws = [one._replace(told={what: _said(said) for what, said in one.told.items()}) for one in found]
        return {(one.world, one.rows, one.seed): one for one in draws}

    def _add(self, one: Draw[Any]) -> None:
        if self._file is not None:
            with self._file.open("a") as lines:
                lines.write(json.dumps(one._asdict()) + "\n")


def _said(found: list[Any]) -> Any:
    """One figure, or several together."""
    return tuple(map(_said, found)) if isinstance(found[0], list) else Said(*found)


def arguments(told: str | None, quick: str) -> argparse.ArgumentParser:
    """What both commands are told.

    Parameters
    ----------
    told : str
        What the command does.
    quick : str
        What ``--quick`` does.
    """
    parser = argparse.ArgumentParser(description=told, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", nargs="?", help="not read")
    parser.add_argument("--draws", type=int, default=200, help="of each world and size")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--rows", nargs="*", type=int, help="these sizes only")
    parser.add_argument("--only", nargs="*", default=[], help="worlds whose name holds one of these words")
    parser.add_argument("--keep", type=Path, help="a file that draws are added to, and read from by the next call")
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--check", action="store_true", help="exit with 1 if a goal is missed")
    return parser
