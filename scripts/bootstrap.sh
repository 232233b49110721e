#!/bin/sh
# Brings what Care Navigator needs into .venv: uv, a Python 3.10 and the locked packages.
#   scripts/bootstrap.sh run    what it takes to run
#   scripts/bootstrap.sh test   that, and the tools for tests and checks
set -eu
cd "$(dirname "$0")/.."
unset VIRTUAL_ENV PYTHONPATH || true
PYENV="${PYENV_ROOT:-$HOME/.pyenv}/versions"

say() { printf '%s\n' "$*" >&2; }

# Each candidate is tried: a pyenv shim may be on PATH and still refuse to run.
works() { "$@" >/dev/null 2>&1; }

on_path() {
    (
        IFS=:
        for folder in $PATH; do
            for name in "$@"; do
                [ ! -x "$folder/$name" ] || printf '%s\n' "$folder/$name"
            done
        done
    )
}

find_uv() {
    for candidate in $(on_path uv) .uv/bin/uv "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv"; do
        if works "$candidate" --version; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

find_python_with_pip() {
    for candidate in $(on_path python3 python python3.13 python3.12 python3.11 python3.10) \
        "$PYENV"/3.1*/bin/python3; do
        if works "$candidate" -c 'import sys, pip; sys.exit(sys.version_info < (3, 10))'; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

get_uv() {
    python=$(find_python_with_pip) || {
        say "Missing: uv, and no Python 3.10 or newer with pip to get it with."
        say "Get uv from https://docs.astral.sh/uv/getting-started/installation/"
        say "or pip with your system's package python3-pip. Then run this again."
        exit 1
    }
    say "Getting uv, into .uv ..."
    PIP_ROOT_USER_ACTION=ignore "$python" -m pip install --quiet --disable-pip-version-check \
        --upgrade --target .uv uv >&2 || {
        say "Missing: uv. pip could not get it; see above."
        say "Other ways: https://docs.astral.sh/uv/getting-started/installation/"
        exit 1
    }
    printf '%s\n' .uv/bin/uv
}

find_python310() {
    for candidate in .venv/bin/python $(on_path python3.10) "$PYENV"/3.10*/bin/python3.10; do
        if works "$candidate" -c 'import sys, venv; sys.exit(sys.version_info[:2] != (3, 10))'; then
            "$candidate" -c 'import os, sys; print(os.path.realpath(sys.executable))'
            return 0
        fi
    done
    "$uv" python find --quiet 3.10 2>/dev/null
}

get_python310() {
    say "Getting Python 3.10 (Rasa needs that one) ..."
    if "$uv" python install 3.10 >&2 && find_python310; then
        return 0
    fi
    say "Missing: Python 3.10, and it could not be downloaded. Ways to get it:"
    say "  pyenv install 3.10"
    say "  sudo apt-get install python3.10-venv     (Ubuntu 22.04; else add ppa:deadsnakes/ppa first)"
    say "  brew install python@3.10                 (macOS)"
    say "Then run this again."
    exit 1
}

case "${1:-}" in
run) extra="--no-dev --inexact" ;; # leaves the tools for tests where they are
test) extra="" ;;
*)
    say "usage: scripts/bootstrap.sh run|test"
    exit 2
    ;;
esac

uv=$(find_uv) || uv=$(get_uv)
python=$(find_python310) || python=$(get_python310)
[ -x .venv/bin/carenav ] || say "Getting the packages (3 GB on disk); the first time takes some minutes ..."
# shellcheck disable=SC2086 # two words or none
"$uv" sync --frozen --extra engine --python "$python" $extra || {
    say "The packages could not be brought in; see above."
    command -v cc >/dev/null 2>&1 ||
        say "Missing: a C compiler. sudo apt-get install build-essential, or xcode-select --install"
    exit 1
}
