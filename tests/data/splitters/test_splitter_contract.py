"""Our own splitters keep the contract of their family."""

from mlwright.testing.splitters import *  # noqa: F403
