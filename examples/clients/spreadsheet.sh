#!/bin/sh
# Usage: spreadsheet.sh URL ROWS.csv ANSWERS.csv
# Takes a sheet that was saved as CSV, with a header, and writes it with the predictions as one more column.
set -eu
rows=$2 answers=$3
predictions=$(mktemp)
trap 'rm -f "$predictions"' EXIT
echo prediction > "$predictions"
tail -n +2 "$rows" | curl --silent --show-error --fail-with-body "$1/invocations" \
  --header 'Content-Type: text/csv' \
  --header "Authorization: Bearer ${MLWRIGHT_TOKEN:-}" \
  --data-binary @- >> "$predictions"
tr -d '\r' < "$rows" | paste -d , - "$predictions" > "$answers"
