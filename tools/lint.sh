#!/bin/sh
# Every check on style, types and security; fails if one of them does, after all have run.
set -u

cd "$(dirname "$0")/.."
bin="$(pwd)/build/venv/bin"
failed=''

check() {
    name="$1"
    shift
    if "$@"; then
        echo "lint: $name ok"
    else
        failed="$failed $name"
        echo "lint: $name FAILED"
    fi
}

# under its own name, through the link: the checkout's folder may be called anything
types() (
    cd build/plugins &&
        "$bin/mypy" --config-file ../../pyproject.toml -p enclave_watch.core
)

# as plugins.qgis.org does: with the defaults, on what the zip holds
security() {
    "$PYTHON" tools/package.py --list '*.py' | xargs "$bin/bandit" --quiet
}

security_of_tools() {
    # starting programs is what the tools are for
    "$bin/bandit" --quiet --recursive --skip B404,B603,B607 tools
}

secrets() {
    "$PYTHON" tools/package.py --list '*' | xargs "$bin/detect-secrets-hook" --no-verify
}

check 'ruff' "$bin/ruff" check .
check 'ruff format' "$bin/ruff" format --check .
check 'mypy' types
check 'bandit' security
check 'bandit on tools' security_of_tools
check 'detect-secrets' secrets
check 'flake8-qgis' "$bin/flake8" .

[ -z "$failed" ] || { echo "lint: failed:$failed" >&2; exit 1; }
