#!/usr/bin/env bash
# Compares what is AMBER or RED in the old API and here. See ../moving.md.
set -euo pipefail
psql --quiet --tuples-only --no-align --file "$(dirname "$0")/statuses.sql" \
    | jq --raw-output '"\(.id) \(.update.status)"' | sort > old.txt
cursor=
while
    curl --silent --show-error --fail --header @authorization --get "$API_URL/services" \
        --data status=AMBER,RED --data limit=100 ${cursor:+--data-urlencode "cursor=$cursor"} > page || exit
    jq --raw-output '.items[] | "\(.id) \(.status)"' page
    cursor=$(jq --raw-output '.next // empty' page)
    [ -n "$cursor" ]
do :; done | sort > new.txt
diff old.txt new.txt
