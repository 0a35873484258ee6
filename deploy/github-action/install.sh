#!/usr/bin/env bash
# Install the simulator in an environment of its own, so that no package of the job changes.
# Variables: VERSION, of the package index; empty for the source that this action came with.
set -euo pipefail
home=$RUNNER_TEMP/oifde-simulator
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
  echo "::error::oifde-simulator needs Python 3.11 or newer as python3; run actions/setup-python before this action"
  exit 1
fi
python3 -m venv "$home"
if [ -n "${VERSION:-}" ]; then
  "$home/bin/pip" install -q --disable-pip-version-check "oifde-simulator==$VERSION"
else
  source=$GITHUB_ACTION_PATH/../..
  "$home/bin/pip" install -q --disable-pip-version-check -c "$source/constraints.txt" "$source"
fi
