"""Every kind of insight is held to the family's contract."""

from mlwright.testing.insights import *  # noqa: F403
