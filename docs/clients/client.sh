#!/usr/bin/env bash
# A client of the Capacity Status API with curl and jq: docs/clients.md says why it does what it does.
#
#     API_URL=… TOKEN_URL=… CLIENT_ID=… CLIENT_SECRET=… client.sh SERVICE_ID
set -euo pipefail

id=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

say() { echo "$id: $*"; }

# Gets an access token. Neither it nor the secret is given on a command line, where others could see it.
sign_in() {
    curl --silent --show-error --fail --max-time 30 "$TOKEN_URL" --data grant_type=client_credentials \
        --config - <<< "user = \"$CLIENT_ID:$CLIENT_SECRET\"" > "$work/token"
    jq --raw-output '"Authorization: Bearer " + .access_token' "$work/token" > "$work/authorization"
}

# call METHOD PATH [CURL OPTIONS]: leaves $status, $work/headers and $work/body of the last answer.
# What may pass by itself is tried five times; 000 is no answer. An update comes with its
# Idempotency-Key, so it can be sent again whatever became of the answer.
call() {
    local method=$1 url=$API_URL$2 attempt signed_in= wait
    shift 2
    for attempt in 1 2 3 4 5; do
        : > "$work/headers" > "$work/body"
        status=$(curl --silent --show-error --max-time 30 --request "$method" "$url" \
            --header "@$work/authorization" --dump-header "$work/headers" --output "$work/body" \
            --write-out '%{http_code}' "$@") || status=000
        case $status in
            401) [ -z "$signed_in" ] || return 0; signed_in=yes; sign_in ;;
            000 | 409 | 429 | 503)
                wait=$(header Retry-After)
                # A status without a deadline still has none the next time.
                [ "$status" != 409 ] || [ -n "$wait" ] || return 0
                [ "$attempt" = 5 ] || sleep "${wait:-$attempt}"
                ;;
            *) return 0 ;;
        esac
    done
}

# header NAME: its value in the last answer; nothing if there is none.
header() {
    tr -d '\r' < "$work/headers" \
        | awk -F ': ' -v name="$1" 'tolower($1) == tolower(name) { value = $2 } END { print value }'
}

field() { jq --raw-output "$1" "$work/body"; }

# Ends the program unless the last answer is JSON with that status. Otherwise no status is known, least of
# all GREEN.
expect() {
    [ "$status" = "$1" ] && jq --exit-status . "$work/body" > /dev/null 2>&1 && return
    echo "$id: status $status, $(field '.code // .message' 2> /dev/null || true), request" \
        "$(header X-Request-ID)" >&2
    exit 1
}

# read_status [ETAG]
read_status() {
    call GET "/services/$id/capacitystatus" ${1:+--header "If-None-Match: $1"}
    [ "$status" = 304 ] || expect 200
}

# update ETAG KEY BODY: applied once, and only if the status is still the one of that tag.
update() {
    call PUT "/services/$id/capacitystatus" --header "If-Match: ${1:?}" --header "Idempotency-Key: $2" \
        --header 'Content-Type: application/json' --data "$3"
}

# extend ETAG KEY MINUTES: that many minutes more than are left of the status in the last answer, with what is left
# rounded up. The deadline counts from now, so this machine's clock must be right.
extend() {
    local minutes
    minutes=$(field "((.resetDateTime | fromdateiso8601) - now) / 60 | ceil + $3")
    call PUT "/services/$id/capacitystatus/deadline" --header "If-Match: ${1:?}" --header "Idempotency-Key: $2" \
        --header 'Content-Type: application/json' --data "{\"resetStatusIn\": $minutes}"
}

# The status of the last answer, its reason, and whether it is a replay
in_words() {
    local replayed=
    [ "$(header Idempotency-Replayed)" != true ] || replayed=', replayed'
    echo "$(field '[.status, .reason // empty] | join(", ")')$replayed"
}

new_key() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

sign_in

# The services that this client may update and that are not full. A page may be short or empty; the last
# one is the one without `next`.
count=0 cursor=
while true; do
    call GET "/services?editable=true&status=GREEN,AMBER&limit=10$cursor"
    expect 200
    count=$((count + $(field '.items | length')))
    cursor=$(field '.next | if . then "&cursor=" + . else "" end')
    [ -n "$cursor" ] || break
done
echo "$count services are not full"

read_status
tag=$(header ETag)
say "$(field .status)"

# Nothing is sent while nothing changes.
read_status "$tag"
[ "$status" = 304 ] && say "not modified"

# One key for one update, however often it is sent.
key=$(new_key)
red='{"status": "RED", "resetStatusIn": 120, "reason": "DEMAND", "notes": "two hour wait"}'
for _ in 1 2; do
    update "$tag" "$key" "$red"
    expect 200
    say "$(in_words)"
done

# That tag is of the past now. Read again, decide again, and that is another update.
amber='{"status": "AMBER"}'
update "$tag" "$(new_key)" "$amber"
expect 412
say "$(field .code)"
read_status
update "$(header ETag)" "$(new_key)" "$amber"
expect 200
say "$(field .status)"

# Still AMBER, and longer. What the user saw is extended, or nothing is.
before=$(field '.resetDateTime | fromdateiso8601')
extend "$(header ETag)" "$(new_key)" 30
expect 200
say "$(in_words), $(field "((.resetDateTime | fromdateiso8601) - $before) / 60 | floor") minutes longer"

# What is wrong with an update is said by codes, all at once.
update "$(header ETag)" "$(new_key)" '{"status": "PURPLE", "resetStatusIn": 1441}'
expect 400
say "$(field '.code + ": " + ([.errors[] | .pointer + " " + .code] | join(", "))')"

read_status
update "$(header ETag)" "$(new_key)" '{"status": "GREEN"}'
expect 200
say "$(field .status)"
