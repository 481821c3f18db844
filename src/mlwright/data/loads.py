"""What a table leaves to the stages ahead, before there is a model."""

from __future__ import annotations

from mlwright.core.ahead import Load
from mlwright.records.profile import Profile
from mlwright.records.split import Split


def load_ahead(profile: Profile, split: Split) -> Load:
    """The load of a table whose rows nobody has answered yet."""
    return Load(
        answer_s=0.0, n_rows=split.n_train + split.n_test, n_test=split.n_test, n_inputs=len(profile.roles.inputs)
    )
