# Sourced by scripts/test and scripts/check: named steps, each timed; all run, and any failure fails.
failed=""

step() {
    name=$1
    shift
    began=$(date +%s)
    printf '\n== %s\n' "$name"
    if "$@"; then
        printf '== %s: good, %s s\n' "$name" "$(($(date +%s) - began))"
    else
        printf '== %s: FAILED, %s s\n' "$name" "$(($(date +%s) - began))"
        failed="$failed\n  $name"
    fi
}

# A step beside the others; `step "its name" joined` waits for it and shows what it said.
beside() {
    said=$(mktemp)
    "$@" >"$said" 2>&1 &
    besides=$!
}

joined() {
    result=0
    wait "$besides" || result=$?
    cat "$said"
    rm -f "$said"
    return "$result"
}

finish() {
    if [ -n "$failed" ]; then
        printf '\nFailed:%b\n' "$failed"
        exit 1
    fi
    printf '\nAll good.\n'
}
