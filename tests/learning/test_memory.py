import pytest

from mlwright.core.errors import MemoryShort
from mlwright.learning.memory import available_bytes, check_memory, left_in_container, needed_bytes
from mlwright.learning.workers import workers
from mlwright.scoring.blocks import BlockNames

WIDE = BlockNames(tuple(f"x{i}" for i in range(1_000)), tuple(f"x{i}" for i in range(1_000)), (), (), ())


def test_what_fits_passes():
    check_memory(1_000, WIDE, n_workers=2)


def test_too_much_is_refused_with_both_figures():
    with pytest.raises(MemoryShort, match=r"10,000,000 rows and 1,000 encoded columns needs about 160.0 GB .* 8.0 GB"):
        check_memory(10_000_000, WIDE, n_workers=1, available=8_000_000_000)


def test_more_fits_at_a_time_and_text_need_more():
    assert needed_bytes(1_000, WIDE, 4) > needed_bytes(1_000, WIDE, 1)
    with_text = BlockNames(WIDE.numbers, WIDE.number_inputs, (), (), (), n_terms=5_000)
    assert needed_bytes(1_000, with_text, 1) > needed_bytes(1_000, WIDE, 1)


def test_the_machine_says_how_much_there_is():
    amount = available_bytes()
    assert amount is None or amount > 10**6


def test_of_many_rows_one_fit_runs_at_a_time_so_that_ten_million_need_less_than_eight_gigabytes():
    names = BlockNames(tuple(f"x{i}" for i in range(30)), tuple(f"x{i}" for i in range(30)), (), (), ())
    at_once = workers(10_000_000, n_jobs=4)
    assert at_once == (1, 4)
    check_memory(10_000_000, names, at_once.n_fits, available=8_000_000_000)


def test_files_that_a_container_keeps_in_memory_are_no_reason_to_refuse(tmp_path):
    said = {"memory.max": "4000", "memory.current": "3900", "memory.stat": "anon 900\ninactive_file 3000\n"}
    for name, text in said.items():
        (tmp_path / name).write_text(text)
    assert left_in_container(tmp_path) == 3100
    (tmp_path / "memory.max").write_text("max\n")
    assert left_in_container(tmp_path) is None
    assert left_in_container(tmp_path / "none") is None
