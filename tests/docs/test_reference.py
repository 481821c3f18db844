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


@pytest.mark.parametrize("page", ["cli.md", "settings.md", "errors.md", "stages.md"])
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
    pages = [*DOCS.rglob("*.md"), DOCS.parent / "README.md"]
    for page in pages:
        for link in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in link:
                assert (page.parent / link).exists(), f"{page.name} links to {link}"
