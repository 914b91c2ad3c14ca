#!/bin/sh
# The tests need Lighthouse, which needs Node.js 18.16 or newer. Installs both where it may: Lighthouse with exactly
# the versions of tests/lighthouse/package-lock.json, into tests/lighthouse/node_modules.
set -eu
cd "$(dirname "$0")/../tests/lighthouse"
made=node_modules/.made-from
if [ -f "$made" ] && cmp -s package-lock.json "$made"; then exit 0; fi
fit() {
  command -v npm >/dev/null 2>&1 && node -e 'var v = process.versions.node.split("."); process.exit(v[0] > 18 || (v[0] == 18 && v[1] >= 16) ? 0 : 1)' 2>/dev/null
}
if ! fit && command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1; }; then
  sudo=""
  [ "$(id -u)" = 0 ] || sudo=sudo
  echo "Installing Node.js for Lighthouse …"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
fi
if ! fit; then
  echo "The tests need Node.js 18.16 or newer with npm (for Lighthouse). Please install it and start again." >&2
  exit 1
fi
echo "Installing Lighthouse …"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
cp package-lock.json "$made"
