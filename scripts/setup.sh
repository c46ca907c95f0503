#!/usr/bin/env bash
# Brings what jetmeter is built with: packages of this Debian or Ubuntu release, and ONNX Runtime
# under .deps/. Asks nothing, says what it does, may be repeated; when everything is there it needs
# neither a network nor root.
#
#   scripts/setup.sh           what building needs
#   scripts/setup.sh --tests   and a database server that tests start, which no board should get
#   scripts/setup.sh --tools   and the formatter and the linter that `make check` runs
#
# ONNXRUNTIME_ROOT names an ONNX Runtime of your own (include/ and lib/); then none is fetched.
# ONNX Runtime is the one dependency that may stay away: without it the build goes on.
set -eu

# libopencv-dev and not the packages of single components: only it carries OpenCVConfig.cmake.
required=(cmake ninja-build make g++ pkg-config libcli11-dev libfmt-dev libexpected-dev
  nlohmann-json3-dev libtomlplusplus-dev libgtest-dev libgmock-dev libonnx-dev libprotobuf-dev
  protobuf-compiler libssl-dev libopencv-dev libsqlite3-dev libzip-dev)
optional=(libvalijson-dev libbenchmark-dev libpq-dev)
runtime_version=1.23.2 # of the library; its headers may be older, never newer
headers_suite=trixie   # the Debian release whose libonnxruntime-dev is taken
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

top=$(cd "$(dirname "$0")/.." && pwd)
deps=$top/.deps
work=
trap '[ -z "$work" ] || rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say() { printf 'setup: %s\n' "$*"; }
die() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

lost_without() {
  case $1 in
    libvalijson-dev) echo "the test of the record against its JSON Schema is not built" ;;
    libbenchmark-dev) echo "'make bench' lacks the small ones" ;;
    libpq-dev) echo "the history cannot be kept on a PostgreSQL server" ;;
    postgresql) echo "the tests of the history on a PostgreSQL server are skipped" ;;
    clang-format-14) echo "'make check' does not check the format" ;;
    clang-tidy-14) echo "'make check' does not lint" ;;
  esac
}

installed() { dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null | grep -q '^ii'; }
offered() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'; }

# Fills wanted (required packages that are missing) and extra (missing ones that are of use and
# that this release offers).
find_missing() {
  wanted=() extra=()
  local package
  for package in "${required[@]}"; do
    installed "$package" || wanted+=("$package")
  done
  for package in "${optional[@]}"; do
    if ! installed "$package" && offered "$package"; then extra+=("$package"); fi
  done
  case $(runtime_route) in
    system) installed libonnxruntime-dev || extra+=(libonnxruntime-dev) ;;
    fetch) command -v npm >/dev/null || extra+=(npm) ;;
  esac
}

# Fills root: the words before a command that give it root's rights. sudo may ask for a password
# only where somebody is there to type it.
find_root() {
  if [ "$(id -u)" -eq 0 ]; then
    root=(env)
  elif ! command -v sudo >/dev/null; then
    return 1
  elif sudo -n true 2>/dev/null; then
    root=(sudo -n)
  elif [ -t 0 ] && [ -t 2 ]; then
    root=(sudo)
  else
    return 1
  fi
}

# The one command that somebody with the rights can run.
install_command() {
  local line="apt-get update && apt-get install -y --no-install-recommends $*"
  if command -v sudo >/dev/null; then echo "sudo sh -c '$line'"; else echo "su -c '$line'"; fi
}

as_root_apt() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}

install_packages() {
  find_missing
  if [ ${#wanted[@]} -eq 0 ] && [ ${#extra[@]} -eq 0 ]; then
    say "all packages are there"
    return
  fi
  if ! find_root; then
    if [ ${#wanted[@]} -eq 0 ]; then
      say "going on without ${extra[*]}, which this user may not install. To have them, run:"
      say "  $(install_command "${extra[@]}")"
      return
    fi
    say "this user may not install what is missing. Run this, then again what you ran:" >&2
    die "  $(install_command "${wanted[@]}" "${extra[@]}")"
  fi

  say "updating the package lists"
  as_root_apt update || say "the package lists could not be updated; going on with those at hand"
  find_missing # anew: with an empty list this release seemed to offer nothing
  local package
  for package in "${wanted[@]}"; do
    offered "$package" ||
      die "this release offers no package '$package' (on Ubuntu, enable the component 'universe')"
  done
  if [ ${#wanted[@]} -gt 0 ]; then
    say "installing ${wanted[*]}"
    as_root_apt install -y --no-install-recommends "${wanted[@]}" ||
      die "apt-get could not install what is required; its own words are above"
  fi
  if [ ${#extra[@]} -gt 0 ]; then
    say "installing ${extra[*]}"
    as_root_apt install -y --no-install-recommends "${extra[@]}" ||
      say "going on without ${extra[*]}: apt-get could not install them"
  fi
}

machine() {
  case $(uname -m) in
    x86_64) echo x64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
  esac
}

# Where ONNX Runtime comes from: yours | here | system | fetch.
runtime_route() {
  if [ -n "${ONNXRUNTIME_ROOT:-}" ]; then
    echo yours
  elif [ "$(cat "$deps/onnxruntime/version" 2>/dev/null)" = "$runtime_version $(machine)" ]; then
    echo here
  elif installed libonnxruntime-dev || offered libonnxruntime-dev; then
    echo system
  else
    echo fetch
  fi
}

# Headers from a newer Debian, through an apt state of our own: the system's sources stay as they
# are, and apt checks the signatures.
fetch_headers() {
  local mirror
  # shellcheck disable=SC2016 # apt's own variable
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' 'Created-By: Packages' |
    sort -u | head -n 1)
  if [ -z "$mirror" ]; then
    say "no Debian mirror is configured here, so there is none to take the headers from"
    return 1
  fi
  mkdir -p "$work/apt/lists/partial" "$work/apt/cache/archives/partial" "$work/deb"
  echo "deb [signed-by=$keyring] $mirror $headers_suite main" >"$work/apt/sources.list"
  local private_apt=(apt-get -qq
    -o Dir::Etc::sourcelist="$work/apt/sources.list" -o Dir::Etc::sourceparts=-
    -o Dir::State::lists="$work/apt/lists" -o Dir::Cache="$work/apt/cache"
    -o Acquire::Languages=none -o APT::Sandbox::User=root)
  (
    cd "$work/deb" &&
      "${private_apt[@]}" update &&
      "${private_apt[@]}" download libonnxruntime-dev &&
      dpkg-deb -x libonnxruntime-dev_*.deb . &&
      mv usr/include/onnxruntime "$work/new/include"
  )
}

fetch_library() {
  if ! command -v npm >/dev/null; then
    say "npm is not installed, so the library cannot be fetched"
    return 1
  fi
  local from
  from=package/bin/napi-v6/linux/$(machine)
  (
    cd "$work" &&
      npm pack "onnxruntime-node@$runtime_version" --ignore-scripts --silent \
        --cache "$work/npm" >npm.log &&
      tar -xzf "onnxruntime-node-$runtime_version.tgz" "$from" &&
      mkdir new/lib &&
      mv "$from/libonnxruntime.so.1" new/lib/ &&
      ln -s libonnxruntime.so.1 new/lib/libonnxruntime.so &&
      if [ -f "$from/libonnxruntime_providers_shared.so" ]; then
        mv "$from/libonnxruntime_providers_shared.so" new/lib/
      fi
  )
}

# Complete or not at all: put together in a folder beside its place, then moved there.
fetch_runtime() {
  case $(machine) in
    x64 | arm64) ;;
    *)
      say "no ONNX Runtime library is published for $(machine)"
      return 1
      ;;
  esac
  mkdir -p "$deps" && work=$(mktemp -d "$deps/fetch.XXXXXX") && mkdir "$work/new" || return 1
  say "fetching the headers of ONNX Runtime (Debian $headers_suite, libonnxruntime-dev)"
  fetch_headers || return 1
  say "fetching the library of ONNX Runtime $runtime_version (npm, onnxruntime-node)"
  fetch_library || return 1
  echo "$runtime_version $(machine)" >"$work/new/version"
  if [ -e "$deps/onnxruntime" ]; then mv "$deps/onnxruntime" "$work/old" || return 1; fi
  mv "$work/new" "$deps/onnxruntime"
}

bring_runtime() {
  case $(runtime_route) in
    yours) say "ONNX Runtime: yours, in $ONNXRUNTIME_ROOT" ;;
    here) say "ONNX Runtime $runtime_version: in .deps/onnxruntime" ;;
    system)
      if installed libonnxruntime-dev; then
        say "ONNX Runtime: this release's libonnxruntime-dev"
      else
        say "no ONNX Runtime: the build goes on without the backend onnxruntime"
      fi
      ;;
    fetch)
      if fetch_runtime; then
        say "ONNX Runtime $runtime_version: in .deps/onnxruntime"
      else
        say "no ONNX Runtime: the build goes on without the backend onnxruntime."
        say "If you have one, set ONNXRUNTIME_ROOT to the folder of its include/ and lib/."
      fi
      ;;
  esac
}

for argument in "$@"; do
  case $argument in
    --tests) optional+=(postgresql) ;;
    --tools) optional+=(clang-format-14 clang-tidy-14) ;;
    *) die "unknown argument '$argument'; there are --tests and --tools" ;;
  esac
done
command -v apt-get >/dev/null ||
  die "this is neither Debian nor Ubuntu (no apt-get); install what 'required' in this file lists"

install_packages
for package in "${optional[@]}"; do
  installed "$package" || say "without $package: $(lost_without "$package")"
done
bring_runtime
say "done"
