#!/bin/sh
# Usage: curl.sh URL ROWS.json
set -eu
curl --silent --show-error --fail-with-body "$1/predict" \
  --header 'Content-Type: application/json' \
  --header "Authorization: Bearer ${MLWRIGHT_TOKEN:-}" \
  --data-binary "@$2"
