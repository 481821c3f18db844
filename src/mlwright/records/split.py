"""Which rows are for what."""

from __future__ import annotations

from typing import Literal

from mlwright.core.record import Record

Method = Literal["random", "stratified", "by_group", "by_time"]
"""Members of the splitter family."""


class Split(Record):
    """Which rows train, and which are set aside until the end.

    Parameters
    ----------
    method : str
        Member of the splitter family; ``none`` where nothing is predicted and no row is set aside.
    reason : str
        Why this one, as a sentence.
    roles : str
        Blob: one byte a row of the snapshot, in order; see `TRAIN`, `TEST`, `LEFT_OUT`.
    n_train, n_test, n_left_out : int
        `n_left_out` rows have no target, or a class too rare to be tested.
    left_out_reason : str
    train_by_class : tuple of int
        Training rows of each class, in the order of the profile's; empty where the target is a number.
    untested : tuple of str
        Classes that rows to learn from have and no row of the test.
    """

    method: Method | Literal["none"]
    reason: str
    roles: str
    n_train: int
    n_test: int
    n_left_out: int = 0
    left_out_reason: str = ""
    train_by_class: tuple[int, ...] = ()
    untested: tuple[str, ...] = ()


TRAIN, TEST, LEFT_OUT = 0, 1, 2
