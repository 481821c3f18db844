"""Every check is held to the family's contract."""

from mlwright.testing.checks import *  # noqa: F403
