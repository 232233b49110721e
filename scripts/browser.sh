#!/bin/sh
# A browser for the browser tests: one that is here, else Playwright's, else Debian's.
set -eu
cd "$(dirname "$0")/.."

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
has_own='import os, playwright.sync_api as p
with p.sync_playwright() as own: raise SystemExit(not os.path.exists(own.chromium.executable_path))'
if .venv/bin/python -c "$has_own" 2>/dev/null; then
    exit 0
fi
echo "Getting a browser for the browser tests ..." >&2
if .venv/bin/playwright install chromium >&2; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    apt-get update --quiet >&2 && apt-get install --yes --quiet chromium >&2 && exit 0
fi
echo "Missing: a browser. Try: sudo apt-get install chromium" >&2
exit 1
