"""What is listed is all that there is: benchmarks, decisions, and what tests are skipped without."""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
BENCHMARKS, DECISIONS = ROOT / "benchmarks", ROOT / "docs" / "decisions"
PROGRAMS = {file.name: file.read_text("utf-8") for file in BENCHMARKS.glob("*.py")}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
COMMANDS = {name for name, text in PROGRAMS.items() if "[--check]" in (ast.get_docstring(ast.parse(text)) or "")}


def test_every_benchmark_is_listed_and_every_listed_one_is_there():
    listed = re.findall(r"python benchmarks/(\w+\.py)", (BENCHMARKS / "README.md").read_text("utf-8"))
    assert set(listed) == COMMANDS


def test_every_benchmark_can_be_had_quick_and_names_itself_in_its_figures():
    for name in COMMANDS:
        assert "[--quick]" in PROGRAMS[name], name
        assert re.search(rf'"benchmark": "{name[:-3]}"|end\("{name[:-3]}"', PROGRAMS[name]), name


def test_what_else_lies_there_is_a_part_of_a_benchmark():
    for name in PROGRAMS.keys() - COMMANDS:
        others = " ".join(text for other, text in PROGRAMS.items() if other != name)
        assert re.search(rf"\b{name[:-3]}\b", others), name


def test_every_decision_is_listed_under_its_number():
    listed = re.findall(r"^- \[(\d{4}) .+\]\((\d{4})-.+\.md\)$", (DECISIONS / "README.md").read_text("utf-8"), re.M)
    assert all(number == file for number, file in listed)
    assert sorted(number for number, _ in listed) == sorted(file.name[:4] for file in DECISIONS.glob("0*.md"))


def test_every_decision_is_headed_by_its_number():
    for file in DECISIONS.glob("0*.md"):
        assert file.read_text("utf-8").startswith(f"# {int(file.name[:4])}. "), file.name


def test_all_that_tests_are_skipped_without_is_said_or_comes_with_what_development_needs():
    page = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    said = set(re.findall(r"[\w.+-]+", " ".join(re.findall("`([^`\n]+)`", page))))
    brought = {re.match(r"[\w-]+", each).group() for each in PROJECT["project"]["optional-dependencies"]["dev"]}
    tests = " ".join(file.read_text("utf-8") for file in (ROOT / "tests").rglob("*.py"))
    asked = re.findall(r"\b(?:which|importorskip|find_spec|needs)\(((?:\"[\w.+-]+\"(?:, )?)+)", tests)
    assert {name for names in asked for name in re.findall(r'"([\w+-]+)', names)} <= said | brought


def test_the_rooms_of_the_architecture_are_those_of_the_code_in_the_order_that_is_enforced():
    page = (ROOT / "docs" / "explanation" / "architecture.md").read_text("utf-8")
    rows = re.findall(r"^\| (`.+?`) \|", page.partition("## The rooms")[2].partition("\n## ")[0], re.M)
    listed = [name for row in rows for name in re.findall(r"`(\w+)(?:/|\.py)`", row)]
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    assert [*(layer.removeprefix("mlwright.") for layer in layers), "testing"] == listed
    rooms = {path.stem for path in (ROOT / "src" / "mlwright").iterdir() if not path.stem.startswith("__")}
    assert rooms - {"py", "example"} == set(listed)
