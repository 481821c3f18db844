import hashlib

import pytest

from mlwright.core.errors import StorageError, StoreDamaged
from mlwright.core.store.blobs import Blobs, write_atomically


def test_what_is_put_comes_back_under_its_hash(tmp_path):
    blobs = Blobs(tmp_path)
    name = blobs.put(b"some bytes")
    assert blobs.get(name) == b"some bytes"
    assert name == hashlib.sha256(b"some bytes").hexdigest()


def test_the_same_bytes_are_one_blob(tmp_path):
    blobs = Blobs(tmp_path)
    assert blobs.put(b"a") == blobs.put(b"a")
    assert len(list(tmp_path.glob("*/*"))) == 1


def test_a_changed_blob_is_refused(tmp_path):
    blobs = Blobs(tmp_path)
    name = blobs.put(b"honest")
    blobs.path(name).write_bytes(b"forged")
    with pytest.raises(StoreDamaged, match="was changed"):
        blobs.get(name)


def test_a_missing_blob_is_named(tmp_path):
    with pytest.raises(StoreDamaged, match="is missing"):
        Blobs(tmp_path).get("ab" * 32)


def test_a_finished_file_is_moved_in(tmp_path):
    file = tmp_path / "made"
    file.write_bytes(b"large")
    blobs = Blobs(tmp_path / "blobs")
    assert blobs.get(blobs.adopt(file)) == b"large"
    assert not file.exists()


def test_a_folder_that_cannot_be_written_is_explained(tmp_path):
    blocker = tmp_path / "readonly"
    blocker.mkdir()
    target = blocker / "x"
    target.mkdir()
    with pytest.raises((StorageError, OSError)):
        write_atomically(target, b"a file cannot replace a folder")
    assert not list(blocker.glob(".*.part"))
