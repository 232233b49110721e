#!/bin/sh
# A Redis server for the tests that need one: one that is here, else Debian's. The tests start and
# stop their own; it need not run.
set -eu

command -v redis-server >/dev/null 2>&1 && exit 0
command -v valkey-server >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Getting Redis for the tests of several processes ..." >&2
    apt-get update --quiet >&2
    DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends \
        redis-server >&2 && exit 0
fi
echo "Missing: Redis. Try: sudo apt-get install redis-server" >&2
exit 1
