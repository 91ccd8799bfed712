#!/usr/bin/env bash
# Checks the programs that tests and `make run` need beside Go and Node, and
# installs them from Debian's archive where that is possible.
set -euo pipefail

# found reports whether any of the named programs is on the PATH.
found() {
  local program
  for program in "$@"; do
    if command -v "$program" >/dev/null; then return 0; fi
  done
  return 1
}

# need PACKAGE PURPOSE PROGRAM... makes sure that one of the programs exists.
need() {
  local package=$1 purpose=$2
  shift 2
  if found "$@"; then return; fi
  if [[ $(id -u) == 0 ]] && found apt-get; then
    echo "installing $package for $purpose"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package"
    return
  fi
  echo "$1 is missing; it is needed for $purpose. On Debian or Ubuntu: sudo apt-get install $package" >&2
  return 1
}

need openjdk-17-jre-headless "DynamoDB Local (Java 17 or newer)" java
need chromium "the browser tests" chromium chromium-browser google-chrome google-chrome-stable headless-shell
