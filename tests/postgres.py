"""A PostgreSQL server of the tests' own, in a temporary folder, on this machine alone; gone when they end."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

BIN = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)


def installed() -> bool:
    return BIN is not None and (BIN / "initdb").exists()


@contextlib.contextmanager
def server():
    """Gives the address of the server without a database: postgresql+psycopg://…:port/{}"""
    owner = {"user": "postgres"} if os.geteuid() == 0 else {}  # PostgreSQL refuses to run as root
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="county-postgres-"))
    data = folder / "data"
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    options += " -c synchronous_commit=off -c full_page_writes=off -c max_connections=40"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder, **owner}
    try:
        if owner:
            shutil.chown(folder, "postgres")
        make = ["initdb", "-D", data, "-U", "county", "-A", "trust", "-E", "UTF8", "--no-sync"]
        # 中文排序，与中文系统上装好的一样：代码里的比较不能靠 C 排序。
        make += ["--locale=C.UTF-8", "--locale-provider=icu", "--icu-locale=zh-Hans-CN"]
        subprocess.run([BIN / make[0], *make[1:]], **quiet)
        start = ["-D", data, "-o", options, "-l", folder / "log", "-w", "start"]
        subprocess.run([BIN / "pg_ctl", *start], **quiet)
        yield f"postgresql+psycopg://county@127.0.0.1:{port}/{{}}"
    finally:
        if (data / "postmaster.pid").exists():
            subprocess.run([BIN / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop"], **quiet)
        shutil.rmtree(folder, ignore_errors=True)
