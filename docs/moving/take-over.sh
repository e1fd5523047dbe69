#!/usr/bin/env bash
# Makes the updates of statuses.sql here, unless the status here is newer. See ../moving.md.
set -euo pipefail
psql --quiet --tuples-only --no-align --file "$(dirname "$0")/statuses.sql" > statuses.jsonl
while read -r line; do
    id=$(jq --raw-output .id <<< "$line")
    url=$API_URL/services/$id/capacitystatus
    status=$(curl --silent --max-time 30 --header @authorization --dump-header headers --output body \
        --write-out '%{http_code}' "$url") || true
    if [ "$status" = 200 ] && jq --exit-status --argjson old "$line" \
        '.modifiedDate and .modifiedDate >= ($old.modified // "")
         and (.modifiedBy != "automatic reset" or $old.deadline == "passed")' body > /dev/null; then
        echo "$id: newer here"
        continue
    fi
    if [ "$status" = 200 ]; then
        tag=$(tr -d '\r' < headers | awk 'tolower($1) == "etag:" { print $2 }')
        status=$(jq .update <<< "$line" | curl --silent --max-time 30 --header @authorization \
            --header 'Content-Type: application/json' --header "If-Match: $tag" --request PUT \
            --data-binary @- --output body --write-out '%{http_code}' "$url") || true
    fi
    echo "$id: deadline $(jq --raw-output .deadline <<< "$line"): $status"
done < statuses.jsonl
