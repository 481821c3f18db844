"""Every form of a contract keeps the contract of its family."""

from mlwright.testing.contracts import *  # noqa: F403
