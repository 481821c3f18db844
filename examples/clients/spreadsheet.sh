#!/bin/sh
# Usage: spreadsheet.sh URL ROWS.csv ANSWERS.csv [WHAT ELSE]
# Takes a sheet that was saved as CSV, with a header, and writes it with the predictions as one more column; what else is
# asked for, such as 'probabilities=1&reasons=2', has columns of its own.
set -eu
rows=$2 answers=$3 more=${4:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tr -d '\r' < "$rows" > "$work/rows"
curl --silent --show-error --fail-with-body "$1/invocations${more:+?$more}" \
  --header 'Content-Type: text/csv; header=present' \
  --header 'Accept: text/csv; header=present' \
  --header "Authorization: Bearer ${MLWRIGHT_TOKEN:-}" \
  --data-binary @"$work/rows" > "$work/predictions" || {
  cat "$work/predictions" >&2 # why
  exit 1
}
paste -d , "$work/rows" "$work/predictions" > "$answers"
