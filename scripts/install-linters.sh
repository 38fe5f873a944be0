#!/usr/bin/env bash
# Installs what scripts/lint-workflows.sh takes, at pinned versions, into a folder whose bin/ belongs on the PATH:
#   scripts/install-linters.sh FOLDER
# What is on the PATH already is left out. A registry that does not serve costs a line, not the exit code:
# lint-workflows.sh --require is who insists.
set -euo pipefail
folder=$(mkdir -p "$1" && cd "$1" && pwd)
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ACTIONLINT=v1.7.12

lacks() { ! command -v "$1" >/dev/null; }

# $1: what is installed; the rest does it. Only a failure is worth its words.
attempt() {
  local what=$1 said
  shift
  if said=$(timeout 300 "$@" 2>&1); then
    echo "installed $what"
  else
    printf '%s could not be installed: %s\n' "$what" "$(tail -n 1 <<<"$said")"
  fi
}

if lacks zizmor || lacks shellcheck; then
  if [ -x "$folder/bin/python" ] || python3 -m venv "$folder" >/dev/null 2>&1; then
    attempt 'zizmor and shellcheck' \
      "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --requirement .ci/requirements.txt
  else
    echo 'zizmor and shellcheck could not be installed: python3 makes no venv'
  fi
fi
if lacks actionlint; then
  if lacks go; then
    echo 'actionlint is not installed: there is no go to build it'
  else
    attempt "actionlint $ACTIONLINT" \
      env GOBIN="$folder/bin" go install "github.com/rhysd/actionlint/cmd/actionlint@$ACTIONLINT"
  fi
fi
