#!/bin/sh
# Prepares build/: installs by apt what is missing (QGIS, Xvfb ..), makes the virtual environment
# build/venv that sees QGIS's Python, and links the checkout as a plugin. Quick when all is there.
# With the word `tests`, installs what only they need too: a browser, PostgreSQL with PostGIS.
set -eu

cd "$(dirname "$0")/.."
# not plain python3, which may be another than the one that QGIS is built for
system_python=/usr/bin/python3
venv=build/venv
oldest_qgis=322

packages='qgis python3-qgis qgis-providers python3-venv python3-pip python3-numpy python3-pyproj
    fonts-dejavu-core python3-pil python3-matplotlib python3-jinja2 ffmpeg git make procps xvfb xauth xdotool imagemagick'
programs='qgis qgis_process ffmpeg git make Xvfb xdotool import'

say() { printf 'install: %s\n' "$*"; }
fail() { printf 'install: %s\n' "$*" >&2; exit 1; }

missing_programs() {
    for program in $programs; do
        command -v "$program" >/dev/null 2>&1 || printf '%s ' "$program"
    done
    "$system_python" -c 'import ensurepip, numpy, pyproj, PIL' 2>/dev/null || printf 'python-modules '
    # found without importing it, which would take a second
    "$system_python" -c 'import importlib.util as u, sys
sys.exit(not all(map(u.find_spec, ("qgis", "jinja2", "matplotlib"))))' 2>/dev/null ||
        printf 'python3-qgis '
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1; then
        sudo "$@"
    else
        fail "root is needed for: $*"
    fi
}

install_packages() {
    missing="$(missing_programs)"
    [ -n "$missing" ] || return 0
    say "missing: $missing"
    command -v apt-get >/dev/null 2>&1 ||
        fail 'no apt-get here. Install QGIS 3.22 or newer, Xvfb, xdotool and ImageMagick, then try again.'
    as_root apt-get update -q
    # shellcheck disable=SC2086 - a list of words
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages
    missing="$(missing_programs)"
    [ -z "$missing" ] || fail "still missing after apt-get: $missing"
}

# what the tests of pages need besides; without it they are skipped, and say so
install_browser() {
    command -v chromium >/dev/null 2>&1 && command -v chromedriver >/dev/null 2>&1 && return 0
    # elsewhere the packages of these names only lead to a shop
    if grep -qs '^ID=debian$' /etc/os-release; then
        as_root apt-get update -q
        as_root env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -q --no-install-recommends chromium chromium-driver && return 0
    fi
    say 'no chromium and chromedriver: tests of pages in a browser will be skipped'
}

has_postgis() {
    for server in /usr/lib/postgresql/*/bin/postgres; do
        version="${server%/bin/postgres}"
        [ ! -e "/usr/share/postgresql/${version##*/}/extension/postgis.control" ] || return 0
    done
    return 1
}

# what the tests of PostGIS need besides: they start a server of their own, so none is started or
# set up for the system here, where it had none before
install_postgis() {
    has_postgis && return 0
    ! command -v apt-get >/dev/null 2>&1 || (apt_get_postgis) || true
    has_postgis || say 'no PostgreSQL with PostGIS: tests of it will be skipped'
}

apt_get_postgis() {
    no_server=/etc/postgresql-common/createcluster.d/enclave-watch-tests.conf
    as_root mkdir -p "${no_server%/*}"
    echo 'create_main_cluster = false' | as_root tee "$no_server" >/dev/null
    trap 'as_root rm -f "$no_server"' EXIT
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends postgresql-postgis
}

check_qgis() {
    found="$("$system_python" -c 'from qgis.core import Qgis; print(Qgis.QGIS_VERSION_INT // 100)')"
    [ "$found" -ge "$oldest_qgis" ] || fail "QGIS $found is too old: 3.22 or newer is needed."
}

venv_is_sound() {
    # a checkout that was moved or copied has scripts that start the Python of the other place
    case "$(head -n 1 "$venv/bin/pip" 2>/dev/null)" in
        "#!$(pwd)/$venv/bin/"*) "$venv/bin/python" -c 'import qgis' 2>/dev/null ;;
        *) return 1 ;;
    esac
}

make_venv() {
    venv_is_sound || "$system_python" -m venv --clear --system-site-packages "$venv"
    # GDAL's and QGIS's modules are built against the system's numpy: never another
    # and beside the older GEOS that comes with numpy 1, shapely 2.0: so both ends of its range are tested
    "$system_python" -c '
import numpy
print("numpy==" + numpy.__version__)
if int(numpy.__version__.split(".")[0]) < 2:
    print("shapely<2.1")' >build/constraints.txt
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check --no-input \
        --constraint build/constraints.txt --requirement tools/requirements-dev.txt
    "$venv/bin/python" -c '
import shapely
assert tuple(map(int, shapely.__version__.split(".")[:2])) >= (2, 0), shapely.__version__'
}

link_plugin() {
    mkdir -p build/plugins build/pytest-qgis
    # the package is only ever imported by its name, never from the checkout itself
    ln -sfn ../.. build/plugins/enclave_watch
    # pytest-qgis insists on this name beside pyproject.toml: let its files lie in build/ too
    [ -e .qgis-settings ] || ln -sfn build/pytest-qgis .qgis-settings
}

fingerprint() {
    cat tools/install.sh tools/requirements.txt tools/requirements-dev.txt | cksum
    "$system_python" --version
    pwd -P
}

link_plugin
install_packages
if [ "${1:-}" = tests ]; then
    install_browser
    install_postgis
fi
stamp=build/.installed
if [ -x "$venv/bin/pytest" ] && [ "$(fingerprint)" = "$(cat "$stamp" 2>/dev/null)" ]; then
    exit 0
fi
check_qgis
make_venv
fingerprint >"$stamp"
say "ready: $("$venv/bin/python" -c 'import shapely; print("shapely", shapely.__version__)')"
