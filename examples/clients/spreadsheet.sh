#!/bin/sh
# Usage: spreadsheet.sh URL ROWS.csv ANSWERS.csv
# Takes a sheet that was saved as CSV, with a header, and writes it with the predictions as one more column.
set -eu
rows=$2 answers=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tr -d '\r' < "$rows" > "$work/rows"
tail -n +2 "$work/rows" | curl --silent --show-error --fail-with-body "$1/invocations" \
  --header 'Content-Type: text/csv' \
  --header "Authorization: Bearer ${MLWRIGHT_TOKEN:-}" \
  --data-binary @- > "$work/predictions" || {
  cat "$work/predictions" >&2 # why
  exit 1
}
{ echo prediction; cat "$work/predictions"; } | paste -d , "$work/rows" - > "$answers"
