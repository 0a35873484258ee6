#!/usr/bin/env bash
# Stop the simulator that start.sh started, and exit as it does: with 3 if a rule never fired and that is to fail.
# Variables: JUNIT, a file for the report on the rules; OIFDE_SIMULATOR_CONTROL_TOKEN if the job has set one.
set -euo pipefail
home=$RUNNER_TEMP/oifde-simulator
ready=$home/ready.json log=$home/log ended=$home/exit-code

value_of() { "$home/bin/python" -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$ready" "$1"; }
if [ -e "$ready" ]; then
  if [ -n "${JUNIT:-}" ]; then
    curl -sf --noproxy '*' -H "Authorization: Bearer ${OIFDE_SIMULATOR_CONTROL_TOKEN:-}" \
      "$(value_of control)/coverage?format=junit" -o "$JUNIT" || echo "::warning::no report on the rules: $JUNIT"
  fi
  kill -TERM "$(value_of pid)"
  for _ in $(seq 150); do
    if [ -e "$ended" ]; then break; fi
    sleep 0.2
  done
fi
echo "::group::Log of oifde-simulator"
cat "$log" 2>/dev/null || echo "It was not started."
echo "::endgroup::"
code=$(cat "$ended" 2>/dev/null || echo 1)
if [ "$code" = 3 ]; then echo "::error::a rule of the scenarios never fired; the log of oifde-simulator names it"; fi
exit "$code"
