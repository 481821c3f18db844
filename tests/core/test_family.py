import subprocess
import sys

import pytest

from mlwright.core.errors import MemberUnknown
from mlwright.data.splitters import SPLITTERS, Splitter


def test_members_are_named_by_their_files():
    assert set(SPLITTERS.names()) >= {"random", "stratified", "by_group", "by_time"}


def test_getting_a_member_imports_its_class():
    assert issubclass(SPLITTERS.get("random"), Splitter)


def test_an_unknown_member_is_answered_with_the_nearest():
    with pytest.raises(MemberUnknown, match="no 'stratifeid' among the splitters") as caught:
        SPLITTERS.get("stratifeid")
    assert caught.value.hint.startswith("Did you mean stratified")


def test_an_unknown_member_like_no_other_is_answered_with_what_there_is():
    with pytest.raises(MemberUnknown, match="no 'xyzzy' among the splitters") as caught:
        SPLITTERS.get("xyzzy")
    assert caught.value.hint == f"There are: {', '.join(SPLITTERS.names())}"


def test_listing_imports_no_member():
    code = (
        "import sys; from mlwright.learning.models import MODELS; MODELS.names();"
        "print([m for m in ('lightgbm', 'catboost', 'sklearn') if m in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
