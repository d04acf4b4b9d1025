#!/bin/sh
# Installs from the folder of wheels alone, where there is no network at all, and makes an empty store.
set -eu
cd "$(dirname "$0")/.."
ls wheels/*.whl >/dev/null 2>&1 || { echo "还没有 wheels 文件夹，请先在有网络的机器上 make wheels。" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cut_off="unshare --map-root-user --net"
$cut_off true 2>/dev/null || { cut_off=""; echo "（这里不能断开网络，只用 pip --no-index）"; }
$cut_off sh -eu -c '
    "${PYTHON:-python3}" -m venv "$1/venv"
    "$1/venv/bin/pip" install -q --no-index --find-links wheels -r requirements.txt
    COUNTY_STORE="sqlite:///$1/county.db" COUNTY_LOGS="$1" COUNTY_SECRET=x "$1/venv/bin/python" -m core init --real
    COUNTY_STORE="sqlite:///$1/county.db" COUNTY_LOGS="$1" COUNTY_SECRET=x "$1/venv/bin/python" -m core check
    "$1/venv/bin/python" -m streamlit version
' sh "$folder"
echo "没有网络，只用 wheels 装好了。"
