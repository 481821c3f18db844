"""Every number of the report is the number of the record that it links to."""

from __future__ import annotations

import html
import json
import math
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from mlwright import Project
from mlwright.faces.render.facts import facts_of
from mlwright.faces.render.perils import doubts
from mlwright.faces.render.report import write_report
from mlwright.faces.render.sources import Sources

UNITS = {"": 1.0, " million": 1e6, " %": 1.0, " ms": 1.0, " MB": 1.0}
SECONDS = {"h": 3600.0, "min": 60.0, "s": 1.0, "ms": 0.001}
FIXED = re.compile(r"1,000|(?:95|80|5) of 100|eight of ten|100 such|95%|0\.8[13]|SHA-256|\d+(?=\. The)")
"""Numbers of the language and of the glossary, which come from no run."""
VOID = {"meta", "br", "input", "img", "link"}


class Page(HTMLParser):
    """The texts of a page, each with the nearest element around it that says where it comes from."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[dict[str, str]] = []
        self.cited: list[tuple[dict[str, str], str]] = []
        self.bare: list[str] = []
        self.section = "first"

    def handle_starttag(self, tag, attrs):
        # What is marked with data-run comes from the journal of the run: its name, its date, how long it took.
        values = {"tag": tag, **{name: value or "" for name, value in attrs}}
        self.section = values.get("id", self.section) if tag == "section" else self.section
        if "data-from" in values or "data-within" in values:
            values["place"] = str(len(self.cited))
            self.cited.append((values, ""))
        if tag not in VOID:
            self.open.append(values)

    def handle_endtag(self, tag):
        while self.open and self.open.pop()["tag"] != tag:
            pass

    def handle_data(self, data):
        if any(each["tag"] in ("script", "style", "title", "pre") for each in self.open):
            return
        around = [each for each in self.open if "place" in each]
        for each in around:
            values, text = self.cited[int(each["place"])]
            self.cited[int(each["place"])] = values, text + data
        is_known = around or self.section == "words" or any("data-run" in each for each in self.open)
        if not is_known and re.search(r"\d", data):
            self.bare.append(data.strip())


@pytest.fixture(scope="module")
def told(shop, tmp_path_factory):
    """The page of a run and the JSON of its records, as programs get it."""
    project = Project(shutil.copytree(shop, tmp_path_factory.mktemp("told") / "shop"))
    state = next(state for state in project.runs() if state.pipeline == "build")
    page = Page()
    page.feed(write_report(project, state).read_text("utf-8"))
    names = {(values.get("data-from") or values["data-within"]).split("/")[0] for values, _ in page.cited}
    records = {
        name: project.improve(state.run_id) if name == "improvement" else project.show(name, state.run_id)
        for name in names
    }
    return page, {name: json.loads(record.model_dump_json()) for name, record in records.items()}


def stands(records: dict, place: str):
    """What a JSON Pointer points at; of a list its length."""
    found = records
    for part in place.split("/"):
        name, _, wanted = part.partition("?")
        found = found[int(name)] if isinstance(found, list) else found[name.replace("~1", "/").replace("~0", "~")]
        if wanted:
            key, _, value = wanted.partition("=")
            found = [item for item in found if item[key] == value]
    return found


def number(records: dict, values: dict[str, str]) -> float:
    parts = [stands(records, place) for place in values["data-from"].split(" + ")]
    value = sum(len(part) if isinstance(part, list) else float(part) for part in parts)
    of = sum(stands(records, place) for place in values["data-of"].split(" + ")) if "data-of" in values else 1
    return value * float(values.get("data-times", 1)) / of


def read(text: str, *, is_time: bool = False) -> tuple[float, float]:
    """A number as it is written, and how far it may be rounded; lengths of time in seconds."""
    pieces = re.fullmatch(r"(-?)([\d,]*\.?\d+)((?:e[+-]\d+)?)( million| %| ms| MB)?", text)
    if pieces is None or is_time:
        times = [(float(n) * SECONDS[unit], SECONDS[unit]) for n, unit in re.findall(r"([\d.]+) (h|min|s|ms)", text)]
        return sum(value for value, _ in times), 0.5 * times[-1][1] * (0.1 if "." in text else 1)
    sign, digits, power, unit = pieces.groups()
    scale = UNITS[unit or ""]
    step = 10.0 ** -len(digits.partition(".")[2]) * float(f"1{power}") * scale
    return float(f"{sign}{digits.replace(',', '')}{power}") * scale, 0.5000001 * step


def test_every_number_is_the_one_of_its_record(told):
    page, records = told
    numbers = [(values, text) for values, text in page.cited if values["tag"] == "a" and "data-from" in values]
    assert len(numbers) > 150
    for values, text in numbers:
        shown, slack = read(text, is_time=values["data-from"].endswith("_s"))
        assert math.isclose(shown, number(records, values), abs_tol=slack, rel_tol=1e-9), (values["data-from"], text)


def test_every_sentence_is_the_one_of_its_record(told):
    page, records = told
    sentences = [(values, text) for values, text in page.cited if values["tag"] != "a" and "data-from" in values]
    assert len(sentences) > 50
    for values, text in sentences:
        kept, shown = stands(records, values["data-from"]), plain(text)
        if isinstance(kept, str):
            shown = shown.strip("“”…").removesuffix("...")
            assert shown in plain(kept) or plain(kept) in shown, values["data-from"]
        else:  # several of its parts: each word with a digit is there
            words = [word.strip(".,:;()") for word in shown.split() if re.search(r"\d", word)]
            assert all(word in json.dumps(kept, ensure_ascii=False) for word in words), (values["data-from"], shown)


def plain(text: str) -> str:
    """Text without the marks of code and with one blank between words."""
    return " ".join(text.replace("`", "").replace("_", " ").split())


def test_every_number_of_a_told_sentence_stands_in_its_record(told):
    page, records = told
    for values, text in page.cited:
        if "data-within" not in values:
            continue
        below = stands(records, values["data-within"])
        held = [abs(value) * times for value in numbers_in(below) for times in (1, 100, 1e-3, 1e-6)]
        for match in re.finditer(r"\d[\d,]*\.?\d*", FIXED.sub("", text)):
            shown, slack = read(match[0].rstrip(",."))
            is_there = any(abs(value - shown) <= slack for value in held)
            assert is_there or match[0] in json.dumps(below), (values["data-within"], text)


def numbers_in(value):
    """All numbers below a place, and how far those of a line are apart."""
    if isinstance(value, list) and all(isinstance(each, float) for each in value):
        yield from (a - b for a in value for b in value)
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from numbers_in(each)
    elif isinstance(value, int | float):
        yield float(value)


def test_no_number_stands_there_without_its_source(told):
    page, _ = told
    assert [text for text in page.bare if re.search(r"\d", FIXED.sub("", text))] == []


def test_a_source_says_what_its_field_means(told, shop):
    decision = Project(shop).show("decision", Project(shop).runs()[0].run_id)
    sources = Sources({"decision": decision})
    assert sources.meaning("decision/worth/gain/low") == "Model less today, paired."
    link = sources.number("decision/worth/gain/value")
    assert f"decision: worth.gain.value = {decision.worth.gain.value}" in html.unescape(link)
    assert 'href="#record-decision"' in link


def test_no_error_is_said_to_be_smaller_by_more_than_all_of_it(shop):
    project = Project(shop)
    state = next(state for state in project.runs() if state.pipeline == "build")
    facts = facts_of(project, state)
    first = facts.evaluation.metrics[0]
    wide = first.gain_over_baseline.model_copy(update={"high": 1.5 * first.baseline.value})
    evaluation = facts.evaluation.model_copy(
        update={"metrics": (first.model_copy(update={"gain_over_baseline": wide}), *facts.evaluation.metrics[1:])}
    )
    changed = replace(facts, evaluation=evaluation)
    said = " ".join(str(doubt.striptags()) for doubt in doubts(changed, Sources(changed.records())))
    assert "at least" in said
    assert "150 %" not in said
    assert " and " in " ".join(str(doubt.striptags()) for doubt in doubts(facts, Sources(facts.records())))
