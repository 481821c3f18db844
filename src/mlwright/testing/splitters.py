"""What every splitter is held to; a new member of the family is found by itself.

Whoever adds splitters of their own (by an entry point of the group ``mlwright.data.splitters``) runs this file:
``pytest --pyargs mlwright.testing.splitters``.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlwright.data.splitters import SPLITTERS, SplitKeys
from mlwright.testing.demand import demand

each_splitter = pytest.mark.parametrize("name", SPLITTERS.names())
some_rows = st.integers(12, 300)
a_seed = st.integers(0, 2**32 - 1)


def keys_for(n_rows: int, seed: int) -> SplitKeys:
    """Rows with everything that a splitter may ask for: two classes, groups of several sizes, moments with ties."""
    rng = np.random.default_rng(seed)
    return SplitKeys(
        n_rows,
        classes=rng.permutation(np.arange(n_rows) % 5 == 0).astype(np.int64),
        groups=np.sort(rng.integers(0, max(2, n_rows // 3), n_rows)),
        times=rng.integers(0, max(2, n_rows // 2), n_rows),
    )


@each_splitter
@given(n_rows=some_rows, seed=a_seed, share=st.floats(0.1, 0.5))
@settings(max_examples=25, deadline=None)
def test_rows_are_left_on_both_sides(name: str, n_rows: int, seed: int, share: float) -> None:
    """A holdout is a mask of the rows with something on either side."""
    held = SPLITTERS.get(name)().holdout(keys_for(n_rows, seed), share, np.random.default_rng(seed))
    demand(held.shape == (n_rows,) and held.dtype == bool, "a holdout is one boolean a row")
    demand(0 < held.sum() < n_rows, "rows are left on both sides")


@each_splitter
def test_the_share_is_kept(name: str) -> None:
    """With many rows, and no group or moment of many rows, the share is met."""
    for share in (0.1, 0.2, 0.5):
        held = SPLITTERS.get(name)().holdout(keys_for(3_000, 0), share, np.random.default_rng(0))
        demand(abs(held.mean() - share) < 0.02, f"{held.mean():.3f} of the rows are held back instead of {share}")


@each_splitter
@given(n_rows=some_rows, seed=a_seed, n_folds=st.integers(2, 8))
@settings(max_examples=25, deadline=None)
def test_folds_are_disjoint_and_never_empty(name: str, n_rows: int, seed: int, n_folds: int) -> None:
    """No row learns and is held out in one fold, or is held out twice."""
    folds = SPLITTERS.get(name)().folds(keys_for(n_rows, seed), n_folds, np.random.default_rng(seed))
    demand(0 < len(folds) <= n_folds, "there are folds, and no more than were asked for")
    for train, held in folds:
        demand(len(train) > 0 and len(held) > 0, "each fold has rows on both sides")
        demand(not np.intersect1d(train, held).size, "no row stands on both sides")
        demand(min(train.min(), held.min()) >= 0 and max(train.max(), held.max()) < n_rows, "positions are rows")
    everywhere = np.concatenate([held for _, held in folds])
    demand(len(np.unique(everywhere)) == len(everywhere), "no row is held out twice")


@each_splitter
@given(n_rows=some_rows, seed=a_seed, n_folds=st.integers(2, 8))
@settings(max_examples=25, deadline=None)
def test_every_row_is_used(name: str, n_rows: int, seed: int, n_folds: int) -> None:
    """Each row is held out once, or is earlier than all that are."""
    keys = keys_for(n_rows, seed)
    folds = SPLITTERS.get(name)().folds(keys, n_folds, np.random.default_rng(seed))
    held = np.concatenate([held for _, held in folds])
    never = np.setdiff1d(np.arange(n_rows), held)
    if runs_forward(name):
        demand(_times(keys)[never].max() < _times(keys)[held].min(), "only the earliest rows are never held out")
    else:
        demand(not len(never), "every row is held out once")


@each_splitter
@given(n_rows=some_rows, seed=a_seed)
@settings(max_examples=20, deadline=None)
def test_the_same_seed_gives_the_same_rows(name: str, n_rows: int, seed: int) -> None:
    """Nothing but the keys and the generator decides."""
    keys = keys_for(n_rows, seed)
    first, again = (SPLITTERS.get(name)().holdout(keys, 0.3, np.random.default_rng(seed)) for _ in range(2))
    demand(bool((first == again).all()), "the same seed gives the same holdout")
    one, two = (SPLITTERS.get(name)().folds(keys, 3, np.random.default_rng(seed)) for _ in range(2))
    demand(
        all((a[0] == b[0]).all() and (a[1] == b[1]).all() for a, b in zip(one, two, strict=True)),
        "the same seed gives the same folds",
    )


@each_splitter
@given(n_rows=some_rows, seed=a_seed)
@settings(max_examples=20, deadline=None)
def test_its_promise_holds(name: str, n_rows: int, seed: int) -> None:
    """Groups stay whole, time runs forward, classes keep their share: as the name of a member promises."""
    keys = keys_for(n_rows, seed)
    splitter = SPLITTERS.get(name)()
    held = splitter.holdout(keys, 0.3, np.random.default_rng(seed))
    pairs = [(np.flatnonzero(~held), np.flatnonzero(held)), *splitter.folds(keys, 3, np.random.default_rng(seed))]
    for train, out in pairs:
        if name == "by_group" and keys.groups is not None:
            demand(not np.intersect1d(keys.groups[train], keys.groups[out]).size, "no group stands on both sides")
        if runs_forward(name):
            demand(_times(keys)[train].max() < _times(keys)[out].min(), "all that learns is earlier")
        if name == "stratified" and keys.classes is not None:
            off = abs(keys.classes[train].mean() - keys.classes[out].mean())
            demand(off <= 1 / len(out) + 1 / len(train), "both sides have the same share of each class")


@each_splitter
def test_it_is_documented(name: str) -> None:
    """It says what it does, in its docstring and in a title that completes "rows are divided ..."."""
    member = SPLITTERS.get(name)
    demand(bool((member.__doc__ or "").strip()), "it has a docstring")
    demand(3 <= len(member.title) <= 60 and not member.title.endswith("."), "its title is a few words")


def runs_forward(name: str) -> bool:
    """Whether a splitter learns from the past alone."""
    return name == "by_time"


def _times(keys: SplitKeys) -> NDArray[np.int64]:
    demand(keys.times is not None, "the keys hold times")
    return np.asarray(keys.times)
