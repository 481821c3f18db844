"""The page about the prediction log says what the service does."""

from __future__ import annotations

from pathlib import Path

from mlwright.records import served
from mlwright.shipping.serving.kept import spool

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "keep-predictions.md").read_text("utf-8")


def test_the_limits_are_those_of_the_page() -> None:
    assert f"about {spool.MOST_WAITING_BYTES // 1_000_000} MB of what waits at most" in PAGE
    assert f"{spool.SEGMENT_BYTES // 1_000_000} MB or five minutes" in PAGE
    assert (spool.WINDOW_S, spool.SEGMENT_S) == (1.0, 300.0)


def test_the_columns_are_those_of_the_page() -> None:
    for name in (served.ID, served.AT, served.BUNDLE, served.ANSWER, served.PROBABILITIES, served.LOG_FACTS):
        assert f"`{name}`" in PAGE
