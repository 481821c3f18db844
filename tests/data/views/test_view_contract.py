"""Every view is held to the family's contract."""

from mlwright.testing.views import *  # noqa: F403
