#!/usr/bin/env bash
# Lints the workflows of this repository, of its examples and of its documentation, and the scripts that CI runs, with what
# is on the PATH of actionlint, shellcheck (which actionlint calls too) and zizmor; scripts/install-linters.sh brings them.
# Without them it says so and goes on; with --require their absence fails.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

missing=0
has() {
  command -v "$1" >/dev/null && return
  echo "$1 is not installed: skipped"
  missing=1
  return 1
}

temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT
node scripts/workflow-blocks.mjs "$temp/blocks"

# What init writes: everything that it can, and as little as it can. They are projects of their own, linted as their owners do.
written=()
for shape in full bare; do
  project=$temp/$shape
  mkdir -p "$project"
  git init --quiet "$project"
  written+=("$project")
done
touch "$temp/full/Dockerfile"
cp examples/flask-on-ecs/task-definition.json "$temp/full/"
node dist/cli.js init "$temp/full" --account-id 123456789012 --ecs-cluster papyrus --ecs-service papyrus --quiet >/dev/null
node dist/cli.js init "$temp/bare" --environment none --quiet >/dev/null

failed=0
if has shellcheck; then shellcheck .ci/run scripts/*.sh || failed=1; fi
if has actionlint; then
  # Example projects are projects of their own: actionlint takes the folder above .github for the root.
  actionlint -no-color || failed=1
  for project in examples/*/; do
    [ -d "$project.github/workflows" ] || continue
    actionlint -no-color "$project".github/workflows/*.yml || failed=1
  done
  # A project of its own too, which has this action at its root: what a block gives and reads is compared with action.yml.
  (cd "$temp/blocks" && actionlint -no-color) || failed=1
  for project in "${written[@]}"; do (cd "$project" && actionlint -no-color) || failed=1; done
fi
if has zizmor; then
  zizmor --offline --quiet --no-progress --color=never . || failed=1
  for project in examples/*/; do
    [ -d "$project.github" ] || continue
    zizmor --offline --quiet --no-progress --color=never --config .github/zizmor-examples.yml "$project" || failed=1
  done
  zizmor --offline --quiet --no-progress --color=never --config .github/zizmor-blocks.yml "$temp/blocks" || failed=1
  for project in "${written[@]}"; do
    zizmor --offline --quiet --no-progress --color=never "$project" || failed=1
  done
fi
if [ "${1:-}" = --require ] && [ "$missing" = 1 ]; then failed=1; fi
exit "$failed"
