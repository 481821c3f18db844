"""What is said of findings where some checks were not asked."""

from mlwright.faces.render.terminal.findings import findings_table, quiet_line
from mlwright.records.findings import NO_TIME, Findings, Skipped

SAYS_NOTHING = Skipped(name="label_errors", reason="there are not two classes")
LATE = Skipped(name="outliers", reason=NO_TIME)


def test_that_nothing_was_found_is_said_of_what_was_looked_for():
    all_asked = Findings(findings=(), quiet=("id_columns",), skipped=(SAYS_NOTHING,))
    assert str(findings_table(all_asked)) == "Nothing was found in the data that stands in the way."
    hurried = Findings(findings=(), quiet=("id_columns",), skipped=(SAYS_NOTHING, LATE))
    assert str(findings_table(hurried)) == (
        "Nothing was found so far, but for 1 check there was no time; a longer budget asks them too."
    )


def test_a_check_that_was_not_asked_did_not_have_nothing_to_judge():
    hurried = Findings(findings=(), quiet=("id_columns",), skipped=(SAYS_NOTHING, LATE, LATE))
    assert str(quiet_line(hurried)) == (
        "1 check looked and found nothing; 1 check had nothing to judge; for 2 checks there was no time."
    )
