"""A bundle goes into use if the decision says so or a person does; nothing else changes the champion."""

import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from mlwright import Project, load
from mlwright.core.errors import BundleError, MemberUnknown, NothingToShow, SettingsError
from mlwright.core.run import Clock, Run
from mlwright.faces.cli.main import build
from mlwright.records.settings import DeploySettings
from mlwright.scoring.bundle import Bundle
from mlwright.shipping.deploy import deploy
from mlwright.shipping.targets import TARGETS

TOML = """
[project]
target = "bought"
[collect]
source = "shop.csv"
[train]
families = ["linear"]
candidates = 2
"""


@pytest.fixture(scope="module")
def packed_project(tmp_path_factory):
    """A project whose run has come to `pack`, and not to `deploy`."""
    folder = tmp_path_factory.mktemp("shop")
    rng = np.random.default_rng(0)
    age, visits = rng.integers(18, 80, 400), rng.poisson(3, 400)
    bought = np.where(rng.random(400) < 1 / (1 + np.exp(-2.0 * (visits - 3))), "yes", "no")
    lines = [f"{a},{v},{b}" for a, v, b in zip(age, visits, bought, strict=True)]
    (folder / "shop.csv").write_text("\n".join(["age,visits,bought", *lines]) + "\n")
    (folder / "mlwright.toml").write_text(TOML)
    project = Project(folder)
    project.run(until="pack", n_jobs=1)
    return project


@pytest.fixture
def project(packed_project):
    """The same, with nothing in use."""
    packed_project.store.registry.journal.path.unlink(missing_ok=True)
    return packed_project


def put(project, verdict="deploy", run_id="r-1", bundle_id=None, **settings):
    """Deploy the project's bundle with another verdict."""
    packed, decision = project.show("bundle"), project.show("decision")
    packed = packed.model_copy(update={"bundle_id": bundle_id or packed.bundle_id})
    run = Run(run_id, project.store, Clock(project.path / "cancel", None))
    return deploy(packed, decision.model_copy(update={"verdict": verdict}), DeploySettings(**settings), run)


def test_the_verdict_deploy_makes_the_bundle_champion(project):
    done = put(project)
    champion = project.current()
    assert done.in_use
    assert not done.overruled
    assert done.champion == champion.bundle_id == project.show("bundle").bundle_id
    assert (champion.run_id, champion.verdict, champion.target) == ("r-1", "deploy", "project")
    assert Bundle.load(done.address).bundle_id == champion.bundle_id


@pytest.mark.parametrize("verdict", ["pilot", "collect_more", "stop"])
def test_any_other_verdict_leaves_the_champion_as_it_is(project, verdict):
    put(project, bundle_id="before")
    done = put(project, verdict)
    assert not done.in_use
    assert done.champion == "before"
    assert repr(verdict.replace("_", " ")) in done.sentence
    assert "bundle before stays in use" in done.sentence


def test_a_person_can_overrule_the_verdict_and_the_registry_keeps_why(project):
    done = put(project, "pilot", overrule="the branch in Riga tries it")
    assert done.in_use
    assert done.overruled
    assert project.current().why == "overruled: the branch in Riga tries it"
    assert project.current().verdict == "pilot"


def test_what_is_overruled_is_said_only_where_it_had_to_be(project):
    assert not put(project, "deploy", overrule="in any case").overruled
    assert project.current().why != "overruled: in any case"


def test_doing_it_again_changes_nothing(project):
    put(project)
    since = project.current().since
    assert "stays so" in put(project, run_id="r-2").sentence
    assert project.current().since == since


def test_a_bundle_that_does_not_answer_is_not_put_to_use(project):
    put(project, bundle_id="before")
    packed = project.show("bundle")
    broken = {**packed.files, "card.md": project.store.blobs.put(b"another card")}
    manifest = project.store.blobs.get(packed.files["manifest.json"])
    sealed_otherwise = manifest.replace(packed.files["card.md"].encode(), broken["card.md"].encode())
    broken["manifest.json"] = project.store.blobs.put(sealed_otherwise)
    run = Run("r-2", project.store, Clock(project.path / "cancel", None))
    decision = project.show("decision").model_copy(update={"verdict": "deploy"})
    with pytest.raises(BundleError, match="is not what was packed"):
        deploy(packed.model_copy(update={"files": broken, "bundle_id": "broken"}), decision, DeploySettings(), run)
    assert project.current().bundle_id == "before"


def test_an_unknown_target_is_refused_with_the_known_ones(project):
    with pytest.raises(MemberUnknown, match="no 'locl' among the targets") as refused:
        put(project, target="locl")
    assert "local" in refused.value.hint
    assert project.current() is None


def test_undo_puts_the_bundle_before_back_even_if_its_folder_is_gone(project):
    first = put(project).bundle_id
    put(project, run_id="r-2", bundle_id="second")
    shutil.rmtree(project.path / "bundles" / first)
    assert project.undo("it was slow").bundle_id == first
    assert project.current().bundle_id == first
    assert Bundle.load(project.model_path()).bundle_id == first
    with pytest.raises(NothingToShow, match="No bundle was in use before"):
        project.undo()


def test_rollback_goes_to_the_bundle_that_is_named_and_says_so_first(project):
    first = put(project).bundle_id
    put(project, run_id="r-2", bundle_id="second")
    put(project, run_id="r-3", bundle_id="third")
    words = ["rollback", "-p", str(project.path), "--to", first]
    said = CliRunner().invoke(build(), [*words, "--dry-run"]).stdout
    assert f"let bundle {first} of run r-1 answer in place of third" in said
    assert project.current().bundle_id == "third"
    said = CliRunner().invoke(build(), [*words, "--why", "it was slow"]).stdout
    assert f"Bundle {first} of run r-1 is in use again." in said
    assert project.current().bundle_id == first


def test_the_champion_answers_and_without_one_the_latest_bundle(project):
    latest = project.show("bundle").bundle_id
    assert (project.in_use().bundle_id, project.in_use().is_champion) == (latest, False)
    assert load(project.path).bundle_id == latest
    put(project)
    assert project.in_use().is_champion
    assert project.model_path() == project.path / "bundles" / latest


@pytest.mark.parametrize("name", TARGETS.names())
def test_a_target_has_a_title_and_a_docstring(name):
    assert TARGETS.get(name).title
    assert TARGETS.get(name).__doc__


def test_a_person_may_put_a_bundle_to_use_with_a_reason_that_is_kept(project):
    latest = project.show("bundle").bundle_id
    verdict = project.show("decision").verdict
    champion = project.approve("compared for four weeks")
    assert project.current() == champion
    assert champion.bundle_id == latest
    assert champion.verdict == verdict
    assert champion.why == "approved: compared for four weeks"
    assert champion.by
    assert Bundle.load(project.model_path()).bundle_id == latest


def test_nobodys_word_is_without_a_reason(project):
    with pytest.raises(SettingsError, match="without a reason"):
        project.approve("  ")
    assert project.current() is None


def test_the_place_has_the_options_of_the_project_file(project):
    file = project.path / "mlwright.toml"
    file.write_text(
        TOML + '[deploy]\ntarget = "docker"\noptions = {port = 9000, base = "registry.example/python:3.11"}\n'
    )
    try:
        assert (project.target().port, project.target().base) == (9000, "registry.example/python:3.11")
        assert project.target("project").title == "the project itself"
    finally:
        file.write_text(TOML)


def test_an_option_that_the_place_does_not_know_changes_nothing(project):
    put(project, bundle_id="before")
    with pytest.raises(SettingsError, match="docker has no option 'prot'"):
        put(project, target="docker", options={"prot": 9000})
    assert project.current().bundle_id == "before"
