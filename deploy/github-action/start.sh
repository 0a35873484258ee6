#!/usr/bin/env bash
# Start the simulator on free ports, wait until it is ready, and write the outputs of the action.
# Variables: SCENARIOS, paths, one a line; FAIL_ON_UNUSED, true or false. Settings: OIFDE_SIMULATOR_*, as of `serve`.
set -euo pipefail
home=$RUNNER_TEMP/oifde-simulator
ready=$home/ready.json log=$home/log ended=$home/exit-code

options=(--port 0 --control-port 0 --ready-file "$ready")
while IFS= read -r path; do
  path=${path%$'\r'}
  if [ -n "$path" ]; then options+=(--scenarios "$path"); fi
done <<<"${SCENARIOS:-}"
case ${FAIL_ON_UNUSED:-false} in
  true) options+=(--fail-on-unused) ;;
  false) ;;
  *) echo "::error::fail-on-unused: expected true or false, found $FAIL_ON_UNUSED" && exit 1 ;;
esac

rm -f "$ended"
# A shell stays beside the server: the step that stops it, no parent of it, wants its exit code.
# shellcheck disable=SC2016 # it is the inner shell that expands
nohup bash -c '"${@:2}"; echo $? >"$1"' - "$ended" "$home/bin/oifde-simulator" serve "${options[@]}" \
  >"$log" 2>&1 </dev/null &
until "$home/bin/oifde-simulator" readyz --ready-file "$ready" >/dev/null 2>&1; do
  if [ -e "$ended" ]; then
    cat "$log"
    echo "::error::oifde-simulator did not start: exit code $(cat "$ended")"
    exit 1
  fi
  sleep 0.2
done

value_of() { "$home/bin/python" -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$ready" "$1"; }
control=$(value_of control)
echo "url=$(value_of data)" >>"$GITHUB_OUTPUT"
echo "control=$control" >>"$GITHUB_OUTPUT"
if curl -sf --noproxy '*' "$control/ca.pem" -o "$home/ca.pem"; then
  echo "ca-file=$home/ca.pem" >>"$GITHUB_OUTPUT"
fi # with --tls off there is none
