"""The generated pages say what the code says, and every setting and stage is documented."""

import importlib.util
import re
from pathlib import Path

import pytest

from mlwright.pipeline import Settings

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def generator():
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["cli.md", "settings.md", "errors.md", "stages.md", "places.md"])
def test_a_generated_page_is_up_to_date(generator, page):
    written = (DOCS / "reference" / page).read_text("utf-8")
    assert written == generator.pages()[page], "run: python docs/make_reference.py"


@pytest.mark.parametrize("section", Settings.model_fields)
def test_every_setting_has_a_meaning(generator, section):
    kind = Settings.model_fields[section].annotation
    documented = generator.documented(kind)
    assert list(documented) == list(kind.model_fields)
    assert all(meaning for _, meaning in documented.values())


def test_every_link_between_pages_leads_somewhere():
    pages = [*DOCS.rglob("*.md"), DOCS.parent / "README.md", DOCS.parent / "CONTRIBUTING.md"]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_every_page_can_be_found_from_the_first_one():
    index = DOCS / "README.md"
    linked = {(index.parent / link).resolve() for link in re.findall(r"\]\(([^)#]+)\)", index.read_text("utf-8"))}
    pages = {page for page in DOCS.rglob("*.md") if page != index and page.parent.name != "decisions"}
    assert pages - linked == set()


def test_every_decision_is_listed():
    listed = (DOCS / "decisions" / "README.md").read_text("utf-8")
    assert all(page.name in listed for page in (DOCS / "decisions").glob("0*.md"))


def test_every_plugin_family_has_a_page_that_names_its_members():
    from mlwright.data.checks import CHECKS
    from mlwright.data.insights import SEEKERS
    from mlwright.data.views import VIEWS
    from mlwright.judging.probes import PROBES
    from mlwright.judging.remedies import REMEDIES
    from mlwright.judging.rules import RULES
    from mlwright.learning.metrics import METRICS
    from mlwright.learning.models import MODELS

    pages = {"checks": CHECKS, "views": VIEWS, "insights": SEEKERS, "models": MODELS, "metrics": METRICS}
    pages |= {"probes": PROBES, "rules": RULES, "remedies": REMEDIES}
    for page, family in pages.items():
        text = (DOCS / "reference" / f"{page}.md").read_text("utf-8")
        assert [name for name in family.names() if f"`{name}`" not in text and f"## {name}" not in text] == []
