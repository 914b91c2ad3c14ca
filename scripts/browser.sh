#!/bin/sh
# The browser tests need Chromium and a Chinese font. Finds them, or installs them where it may.
#   sh scripts/browser.sh <folder of the environment's programs>
set -eu
found() {
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null 2>&1 && return 0
  done
  [ -n "${CHROMIUM:-}" ] && [ -x "$CHROMIUM" ]
}
chinese() {
  ! command -v fc-list >/dev/null 2>&1 || [ -n "$(fc-list :lang=zh-cn family 2>/dev/null | head -n 1)" ]
}
if found && chinese; then exit 0; fi
if command -v apt-get >/dev/null 2>&1 && { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null 2>&1; }; then
  sudo=""
  [ "$(id -u)" = 0 ] || sudo=sudo
  echo "Installing Chromium and a Chinese font for the browser tests …"
  export DEBIAN_FRONTEND=noninteractive
  $sudo apt-get update -qq
  $sudo apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk fontconfig >/dev/null
fi
found || "$1/playwright" install chromium
