#!/bin/sh
# A PostgreSQL server for the tests that need one: one that is here, else Debian's. The tests start
# and stop their own; it need not run.
set -eu

command -v pg_ctl >/dev/null 2>&1 && exit 0
for folder in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin; do
    [ ! -x "$folder/pg_ctl" ] || exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Getting PostgreSQL for the tests on both databases ..." >&2
    apt-get update --quiet >&2
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends \
        postgresql >&2 && exit 0
fi
echo "Missing: PostgreSQL. Try: sudo apt-get install postgresql" >&2
exit 1
