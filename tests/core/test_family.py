import subprocess
import sys
from importlib import import_module

import pytest

from mlwright.core.errors import ExtraMissing, Fault, MemberBroken, MemberUnknown, SettingsError
from mlwright.core.family import Family
from mlwright.data.splitters import SPLITTERS, Splitter
from mlwright.learning.models import MODELS


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


MEMBER = "from words import Word\nclass {}(Word):\n    pass\n"


@pytest.fixture
def family_of(tmp_path, monkeypatch):
    """Makes a family of some files."""

    def made(**files):
        (tmp_path / "words").mkdir()
        for name, text in ({"__init__": "class Word:\n    pass\n"} | files).items():
            (tmp_path / "words" / f"{name}.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path)
        return Family("words", import_module("words").Word)

    yield made
    for name in [name for name in sys.modules if name.partition(".")[0] == "words"]:
        del sys.modules[name]


def test_files_that_begin_with_a_line_are_no_members_and_what_is_imported_is_none(family_of):
    family = family_of(
        kind=MEMBER.format("Kind"), _part="", good=MEMBER.format("Good") + "from words.kind import Kind\n"
    )
    assert family.names() == ("good", "kind")
    assert [(name, member.__name__) for name, member in family] == [("good", "Good"), ("kind", "Kind")]


def test_a_file_holds_one_member(family_of):
    family = family_of(none="class Stone:\n    pass\n", two=MEMBER.format("One") + MEMBER.format("Two"))
    for name, n_members in (("none", 0), ("two", 2)):
        with pytest.raises(Fault, match=rf"words\.{name} must hold one Word, it holds {n_members}"):
            family.get(name)


def test_a_member_whose_package_is_missing_is_no_installed_one_and_names_the_package(family_of):
    family = family_of(kind=MEMBER.format("Kind"), rare="import not_a_package\n")
    assert family.names() == ("kind", "rare")
    assert family.installed() == ("kind",)
    with pytest.raises(ExtraMissing, match="'rare' needs the package 'not_a_package'"):
        family.get("rare")


def test_members_that_a_setting_leaves_out_are_left_out_and_a_slip_in_it_is_told(family_of):
    family = family_of(kind=MEMBER.format("Kind"), good=MEMBER.format("Good"))
    assert family.names_but(["kind"], "say.skip") == ("good",)
    with pytest.raises(SettingsError, match=r"say\.skip names 'kidn', which is unknown") as caught:
        family.names_but(["kidn"], "say.skip")
    assert "kind" in caught.value.hint


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("raise RuntimeError('made for another version')", "RuntimeError: made for another version"),
        ("import not_a_package", "No module named 'not_a_package'"),
        ("other = 1", "has no attribute 'Odd'"),
        ("class Odd: pass", "odd_package:Odd is not a ModelFamily"),
        ("from mlwright.learning.models import ModelFamily\nclass Odd(ModelFamily): pass", "lacks candidates"),
    ],
)
def test_a_member_of_another_package_that_does_not_work_names_the_package(tmp_path, monkeypatch, text, said):
    facts = tmp_path / "odd_package-1.0.dist-info"
    facts.mkdir()
    (tmp_path / "odd_package.py").write_text(text)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: odd_package\nVersion: 1.0\n")
    (facts / "entry_points.txt").write_text("[mlwright.learning.models]\nodd = odd_package:Odd\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "odd_package", raising=False)
    with pytest.raises(MemberBroken, match=r"'odd', which the package odd_package 1\.0 adds to the models") as caught:
        MODELS.get("odd")
    assert said in caught.value.message
    assert "pip uninstall odd_package" in caught.value.hint
    assert "odd" in MODELS.names()
    assert "odd" not in MODELS.installed()
    sys.modules.pop("odd_package", None)
