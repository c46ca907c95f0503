#!/usr/bin/env bash
# Runs every test of build/<preset> and closes with one line that counts them.
#
#   scripts/test.sh <preset> [<ctest option>...]
set -u
cd "$(dirname "$0")/.." || exit 1
preset=$1
shift

# Faults that tests provoke must reach the signal, as without a sanitizer.
export TSAN_OPTIONS="handle_segv=0 suppressions=$PWD/tests/support/tsan.supp ${TSAN_OPTIONS:-}"

results=$PWD/build/$preset/tests.xml
rm -f "$results"
ctest --test-dir "build/$preset" --output-on-failure --parallel "$(nproc)" \
  --output-junit "$results" "$@"
status=$?

count() { sed -n "s/^.*[[:space:]]$1=\"\([0-9]*\)\".*/\1/p" "$results" 2>/dev/null | head -n 1; }
tests=$(count tests)
if [ "${tests:-0}" -eq 0 ]; then
  echo "test: no test was run"
  exit 1
fi
verdict=passed
[ $status -eq 0 ] || verdict=FAILED
echo "test: $verdict: $tests tests, $(count failures) failed, $(count skipped) skipped"
exit $status
