#!/usr/bin/env bash
# What a change must pass before anybody reads it: format, layers, lint, and the shell scripts.
# Reports everything that is wrong, not the first thing only. Building and testing are `make test`.
#
#   scripts/check.sh [--all]
#
# The linter takes seconds per file, so without --all it sees what differs from $JM_CHECK_BASE
# (default: HEAD). It needs build/dev/compile_commands.json, which `make check` writes first.
set -eu
cd "$(dirname "$0")/.."

all=no
case ${1:-} in
  --all) all=yes ;;
  '') ;;
  *)
    echo "check: unknown argument '$1'; the only one is --all" >&2
    exit 1
    ;;
esac

failed=()
jobs=$(nproc)

# run <name> <tool> <command...>: the command decides; without the tool nothing is decided.
run() {
  local name=$1 tool=$2
  shift 2
  if ! command -v "$tool" >/dev/null; then
    echo "check: $name: skipped, $tool is not installed (scripts/setup.sh --tools)"
  elif "$@"; then
    echo "check: $name: good"
  else
    echo "check: $name: FAILED"
    failed+=("$name")
  fi
}

# Tracked and new files, but not what git ignores.
sources() { git ls-files --cached --others --exclude-standard -- "$@" | sort -u | while read -r f; do
  if [ -e "$f" ]; then printf '%s\n' "$f"; fi
done; }

changed() {
  git diff --name-only --diff-filter=d "${JM_CHECK_BASE:-HEAD}" -- "$@"
  git ls-files --others --exclude-standard -- "$@"
}

# The .cpp files to lint: those that changed, and those that include a header that changed.
to_lint() {
  if [ $all = yes ]; then
    sources 'src/*.cpp'
    return
  fi
  changed 'src/*.cpp'
  local header
  changed 'src/*.h' 'include/*.h' 'tests/support/*.h' | while read -r header; do
    header=${header#src/}
    header=${header#include/}
    header=${header#tests/}
    git grep -l --untracked -F "#include \"$header\"" -- 'src/*.cpp' || true
  done
}

check_format() { sources '*.cpp' '*.h' | xargs -r clang-format-14 --dry-run -Werror; }

check_lint() {
  if [ ! -f build/dev/compile_commands.json ]; then
    echo "check: build/dev/compile_commands.json is missing; run 'make check' or 'cmake --preset dev'"
    return 1
  fi
  local count
  count=$(to_lint | sort -u | wc -l)
  echo "check: lint: $count files"
  # Its count of warnings suppressed in system headers goes to stderr and says nothing.
  to_lint | sort -u | xargs -r -P "$jobs" -n 1 clang-tidy-14 -p build/dev --quiet 2>/dev/null
}

check_scripts() { sources '*.sh' .ci/run | xargs -r shellcheck; }

run format clang-format-14 check_format
run layers cmake cmake -P cmake/check_layers.cmake
run scripts shellcheck check_scripts
run lint clang-tidy-14 check_lint

if [ ${#failed[@]} -gt 0 ]; then
  echo "check: failed: ${failed[*]}"
  exit 1
fi
echo "check: all good"
