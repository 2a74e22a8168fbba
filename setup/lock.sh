#!/usr/bin/env bash
# Writes the Python lock files anew from the *.in files (needs the package uv). Run it after changing one of them.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() { uv pip compile --quiet --universal --python-version 3.10 --generate-hashes --no-header --no-annotate "$@"; }
draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
compile setup/requirements.in -o "$draft/run"
compile --no-deps setup/tensorflow.in -o "$draft/tensorflow"
{ echo '# Made by setup/lock.sh; do not edit.'; cat "$draft/run" "$draft/tensorflow"; } > requirements.lock
compile setup/tensorflow-gpu.in setup/requirements.in -c requirements.lock -o "$draft/gpu"
{ echo '# Made by setup/lock.sh; do not edit.'; cat "$draft/gpu"; } > setup/requirements-gpu.lock
compile tests/requirements.in setup/requirements.in -c requirements.lock -o "$draft/tests"
{ echo '# Made by setup/lock.sh; do not edit.'; cat "$draft/tests"; } > tests/requirements.lock
compile setup/cluster.in -o "$draft/cluster"
{ echo '# Made by setup/lock.sh; do not edit.'; cat "$draft/cluster"; } > setup/cluster.lock
compile tests/cluster.in setup/cluster.in -c setup/cluster.lock -o "$draft/tests-cluster"
{ echo '# Made by setup/lock.sh; do not edit.'; cat "$draft/tests-cluster"; } > tests/cluster.lock
