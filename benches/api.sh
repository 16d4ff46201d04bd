#!/usr/bin/env bash
# Does the API do what its description says, whatever it is asked? schemathesis asks the daemon of the
# demo; any server error, any answer that is not described, fails.
#
#     python3 -m venv /tmp/asking && /tmp/asking/bin/pip install schemathesis==4.32.5
#     bash benches/api.sh target/release/benggala /tmp/asking/bin/schemathesis
set -euo pipefail
benggala=$1
schemathesis=$2
port=${PORT:-19630}
work=$(mktemp -d)

"$benggala" demo --for 600s --listen "127.0.0.1:$port" >"$work/demo.txt" 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 100); do
    if grep -q '^flagged' "$work/demo.txt"; then break; fi
    sleep 0.3
done
# The demo takes another port where this one is taken.
grep -q "127.0.0.1:$port" "$work/demo.txt"

checks=not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance
# Fewer changes a second than the daemon takes, so that no answer says only that these are too many.
cd "$work"
"$schemathesis" run "http://127.0.0.1:$port/api/v1/openapi.json" \
    --checks "$checks" --max-examples "${EXAMPLES:-20}" --seed 1 --rate-limit 15/s
