#!/usr/bin/env bash
# The browser tests need Chromium: say nothing if it is there, install it if we may.
set -u
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" >/dev/null && exit 0
done
sudo=
if [ "$(id -u)" -ne 0 ]; then sudo="sudo -n"; fi
if command -v apt-get >/dev/null; then
    echo "── install Chromium for the browser tests"
    # --no-install-recommends: the tests need no desktop around it
    if $sudo apt-get update -qq && $sudo env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends chromium >/dev/null; then
        exit 0
    fi
fi
echo "No Chromium found and none could be installed: put chromium or google-chrome on the PATH." >&2
# CI must not go green without the browser; at home those tests skip and say why.
if [ "${CI:-}" = true ]; then exit 1; fi
