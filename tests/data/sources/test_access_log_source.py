"""The access logs of web servers are tables."""

from datetime import datetime

import pytest

from mlwright.core.errors import SourceUnreadable

COMMON = '198.51.100.7 - ann [01/Mar/2024:09:14:05 +0200] "GET /items?q=red+shoes HTTP/1.1" 200 2326'
COMBINED = f'{COMMON} "https://www.example.org/" "Mozilla/5.0 (X11; Linux x86_64)"'
NOISE = r'203.0.113.9 - - [1/Mar/2024:09:14:06 +0200] "\x16\x03\x01 \"" 400 - "-" "-"'


def test_a_line_in_combined_format_becomes_its_fields(read_text):
    result = read_text(f"{COMBINED}\n{NOISE}\n", name="access.log")
    assert result.rows[0] == (
        *(datetime(2024, 3, 1, 7, 14, 5), "198.51.100.7", "ann", "GET", "/items", "q=red+shoes", "HTTP/1.1"),
        *(200, 2326, "https://www.example.org/", "Mozilla/5.0 (X11; Linux x86_64)"),
    )
    assert result.rows[1] == (datetime(2024, 3, 1, 7, 14, 6), "203.0.113.9", *[None] * 5, 400, 0, None, None)
    assert result.types["time"] == "timestamp[us]"
    assert result.details["format"] == "access log"


def test_common_format_has_no_agent_and_every_file_the_same_columns(read_text):
    usual = ["time", "client", "user", "method", "path", "query", "protocol", "status", "bytes"]
    plain = COMMON.replace("?q=red+shoes", "").replace(" ann ", " - ")
    assert read_text(f"{COMMON}\n" * 3, name="access_log").table.column_names == usual
    assert read_text(f"{plain}\n" * 3, name="access.log.1").table.column_names == usual


def test_a_host_in_front_and_fields_behind_are_columns_too(read_text):
    result = read_text(f'www.example.org {COMBINED} 0.012 "10.0.0.1, 10.0.0.2" -\n' * 3, name="nginx.log")
    assert result.column("host") == ["www.example.org"] * 3
    assert (result.column("more_1")[0], result.column("more_2")[0]) == (0.012, "10.0.0.1, 10.0.0.2")
    assert "more_3" not in result.table.column_names


def test_lines_that_are_no_requests_are_left_out_and_told(read_text):
    result = read_text("\n".join([*[COMBINED] * 30, "server restarted", *[COMBINED] * 3]) + "\n", name="access.log")
    assert len(result.rows) == 33
    assert "Left out: 1 line that is no request." in result.notices


def test_a_log_that_is_mostly_something_else_is_refused(read_text):
    with pytest.raises(SourceUnreadable, match="100 of its 200 lines are no requests"):
        read_text("\n".join([COMBINED] * 100 + ["server restarted"] * 100), name="access.log")


def test_a_table_with_a_column_of_such_lines_is_a_table(read_text):
    quoted = COMMON.replace('"', "'")
    assert read_text(f'n,line\n1,"{quoted}"\n2,"{quoted}"\n', name="lines.log").table.column_names == ["n", "line"]


def test_a_request_at_a_moment_that_cannot_be_has_no_time(read_text):
    odd = [COMBINED.replace("01/Mar", day) for day in ("31/Feb", "01/Foo")]
    leap = COMBINED.replace("09:14:05", "23:59:60")
    result = read_text("\n".join([COMBINED, *odd, leap, COMBINED]) + "\n", name="access.log")
    moment = datetime(2024, 3, 1, 7, 14, 5)
    assert result.column("time") == [moment, None, None, None, moment]
    assert result.column("bytes") == [2326] * 5
