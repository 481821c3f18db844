"""A bundle that is signed can be told from one that somebody else made."""

from __future__ import annotations

import base64
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mlwright.core.errors import BundleError, SettingsError
from mlwright.faces.cli.main import build
from mlwright.records.settings.serving import ServeSettings
from mlwright.scoring.bundle import Bundle
from mlwright.scoring.folder import MANIFEST, SIGNATURE
from mlwright.scoring.signature import check_signature
from mlwright.shipping import signing
from mlwright.shipping.serving.server import serve

KEPT = Path(__file__).parents[1] / "compat" / "bundle_1"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    shutil.copytree(KEPT, tmp_path / "one")
    return tmp_path / "one"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    signing.new_key(tmp_path / "key")
    return tmp_path / "key"


def public(key: Path) -> str:
    return str(key.with_name("key.pub"))


def test_what_was_signed_is_known_again_and_the_comment_names_the_bundle(bundle: Path, key: Path) -> None:
    said = signing.sign(bundle, signing.read_key(key))
    loaded = Bundle.load(bundle, signed_by=public(key))
    assert loaded.is_signed
    assert check_signature(bundle, public(key)) == said
    assert said.startswith(f"bundle {loaded.bundle_id} of p, made ")


def test_a_copy_of_a_signed_bundle_is_signed(bundle: Path, key: Path, tmp_path: Path) -> None:
    signing.sign(bundle, signing.read_key(key))
    assert Bundle.load(Bundle.load(bundle).save(tmp_path / "copy"), signed_by=public(key)).is_signed


def test_without_a_signature_nothing_is_loaded_where_one_is_wanted(bundle: Path, key: Path) -> None:
    with pytest.raises(BundleError, match="is not signed"):
        Bundle.load(bundle, signed_by=public(key))
    assert not Bundle.load(bundle).is_signed


def test_a_signature_of_somebody_else_is_refused(bundle: Path, key: Path, tmp_path: Path) -> None:
    signing.new_key(tmp_path / "other")
    signing.sign(bundle, signing.read_key(tmp_path / "other"))
    with pytest.raises(BundleError, match="signed with another key"):
        Bundle.load(bundle, signed_by=public(key))


def test_a_key_that_pretends_to_be_another_is_refused(bundle: Path, key: Path, tmp_path: Path) -> None:
    signing.new_key(tmp_path / "other")
    other = signing.read_key(tmp_path / "other")._replace(key_id=signing.read_key(key).key_id)
    signing.sign(bundle, other)
    with pytest.raises(BundleError, match="is not of this manifest"):
        Bundle.load(bundle, signed_by=public(key))


def test_a_bundle_that_was_sealed_anew_after_signing_is_refused(bundle: Path, key: Path) -> None:
    signing.sign(bundle, signing.read_key(key))
    changed = (bundle / MANIFEST).read_bytes().replace(b'"name": "p"', b'"name": "q"')
    (bundle / MANIFEST).write_bytes(changed)
    with pytest.raises(BundleError, match="is not of this manifest"):
        Bundle.load(bundle, signed_by=public(key))


def test_every_byte_of_the_signature_counts(bundle: Path, key: Path) -> None:
    signing.sign(bundle, signing.read_key(key))
    lines = (bundle / SIGNATURE).read_text().splitlines()
    for number in (1, 2, 3):
        for place in (*range(0, len(lines[number]), 7), len(lines[number]) - 3):
            letter = "A" if lines[number][place] != "A" else "B"
            bad = [*lines]
            bad[number] = f"{lines[number][:place]}{letter}{lines[number][place + 1 :]}"
            (bundle / SIGNATURE).write_text("\n".join(bad) + "\n")
            with pytest.raises(BundleError):
                check_signature(bundle, public(key))


@pytest.mark.parametrize(
    "text", ["", "no", "a\nb\nc\nd\n", "\0" * 4000, "untrusted comment: x\nRWQ=\ntrusted comment: \nAA==\n"]
)
def test_what_is_no_signature_is_refused_in_words(bundle: Path, key: Path, text: str) -> None:
    (bundle / SIGNATURE).write_text(text)
    with pytest.raises(BundleError, match="no signature of minisign"):
        check_signature(bundle, public(key))


@pytest.mark.parametrize("text", ["", "RWQ=", "no key", base64.b64encode(b"XX" + bytes(40)).decode()])
def test_what_is_no_public_key_is_refused_in_words(bundle: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="none of minisign"):
        check_signature(bundle, text)


def test_the_secret_key_is_for_its_owner_alone_and_is_never_written_over(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(SettingsError, match="there already"):
        signing.new_key(key)


def test_a_service_that_wants_a_signature_does_not_start_without(bundle: Path, key: Path) -> None:
    with pytest.raises(BundleError, match="is not signed"):
        serve(bundle, ServeSettings(port=0, require_signature=public(key)))


def test_the_command_makes_keys_signs_and_checks(bundle: Path, tmp_path: Path) -> None:
    words = [
        str(bundle),
        "--new-key",
        str(tmp_path / "k"),
        "--key",
        str(tmp_path / "k"),
        "--check",
        f"{tmp_path}/k.pub",
    ]
    said = CliRunner().invoke(build(), ["sign", *words]).stdout
    assert "Public key: RW" in said
    assert "Signed: bundle" in said
    assert "The signature holds: bundle" in said


def test_minisign_reads_our_keys_and_signatures_and_we_read_its(bundle: Path, tmp_path: Path) -> None:
    if shutil.which("minisign") is None:
        pytest.skip("minisign is not installed")
    signing.new_key(tmp_path / "ours")
    signing.sign(bundle, signing.read_key(tmp_path / "ours"))
    checked = ["minisign", "-Vm", str(bundle / MANIFEST), "-p", str(tmp_path / "ours.pub")]
    assert "Signature and comment signature verified" in subprocess.check_output(checked, text=True)
    theirs = tmp_path / "theirs"
    subprocess.run(["minisign", "-G", "-p", f"{theirs}.pub", "-s", theirs], input="word\nword\n", text=True, check=True)
    signing.sign(bundle, signing.read_key(theirs, "word"))
    assert Bundle.load(bundle, signed_by=f"{theirs}.pub").is_signed
    (bundle / SIGNATURE).unlink()
    subprocess.run(["minisign", "-Sm", bundle / MANIFEST, "-s", theirs], input="word\n", text=True, check=True)
    assert Bundle.load(bundle, signed_by=f"{theirs}.pub").is_signed


def test_a_key_under_a_password_opens_with_that_password_alone(
    bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "OPERATIONS", 1 << 19)
    monkeypatch.setattr(signing, "MEMORY", 1 << 24)
    made = signing.new_key(tmp_path / "locked", "word")
    assert signing.read_key(tmp_path / "locked", "word").public == made
    with pytest.raises(SettingsError, match="does not open"):
        signing.read_key(tmp_path / "locked", "another")
    with pytest.raises(SettingsError, match="locked by a password"):
        signing.read_key(tmp_path / "locked")
