"""What is the matter with a database or a disk, in words for whoever runs the dashboard."""

import errno
from sqlite3 import (
    SQLITE_BUSY,
    SQLITE_CANTOPEN,
    SQLITE_CORRUPT,
    SQLITE_FULL,
    SQLITE_IOERR,
    SQLITE_LOCKED,
    SQLITE_NOTADB,
    SQLITE_READONLY,
)

from sqlalchemy.exc import DBAPIError

DAMAGED = (
    "打不开，可能不是数据库或已损坏。请停下看板，把原文件另存备查，"
    "再用 python -m core restore-backup 备份文件夹 恢复。"
)
BUSY = "正被别的程序占用，等了一会儿仍没有让出，这一次什么也没有写入。请关掉占用它的程序（数据库工具、备份软件、另一个导入）后再试。"
FULL = "所在的磁盘已满，这一次什么也没有写入，原有数据完好。请腾出空间后再试。"
READ_ONLY = "不能写入，这一次什么也没有写入。请检查文件和所在文件夹的权限，或磁盘是否被设为只读。"
CANNOT_OPEN = "打不开。请检查文件夹是否存在、有没有权限。"
FAILING = "读写磁盘出错，这一次什么也没有写入。请检查磁盘是否已满或有故障，再试；仍不行时用备份恢复。"
AWAY = "连不上。请检查数据库服务是否在运行，地址、用户和密码是否正确；服务恢复后刷新即可。"
CROWDED = "连接已占满。请稍候再试；经常如此时，请管理员加大数据库服务的 max_connections。"

_SQLITE = {
    SQLITE_BUSY: BUSY,
    SQLITE_LOCKED: BUSY,
    SQLITE_FULL: FULL,
    SQLITE_READONLY: READ_ONLY,
    SQLITE_CANTOPEN: CANNOT_OPEN,
    SQLITE_IOERR: FAILING,
    SQLITE_CORRUPT: DAMAGED,
    SQLITE_NOTADB: DAMAGED,
}
_POSTGRES = {  # SQLSTATE, from its beginning
    "08": AWAY,
    "57P": AWAY,
    "28": AWAY,
    "3D": AWAY,
    "53100": FULL,
    "53300": CROWDED,
    "55P03": BUSY,
    "40": BUSY,
    "25006": READ_ONLY,
}
_SYSTEM = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EFBIG: FULL,
    errno.EROFS: READ_ONLY,
    errno.EACCES: READ_ONLY,
}


def in_words(error: BaseException) -> str | None:
    """What goes after the store's or the file's name; None for an error that is not the database's or the disk's."""
    if isinstance(error, DBAPIError):
        code = getattr(error.orig, "sqlite_errorcode", None)
        if code is not None:
            return _SQLITE.get(code & 0xFF)
        state = getattr(error.orig, "sqlstate", None)
        if state is None:
            return AWAY if type(error.orig).__name__ == "OperationalError" else None
        return next((words for start, words in _POSTGRES.items() if state.startswith(start)), None)
    if isinstance(error, OSError):
        return _SYSTEM.get(error.errno or 0)
    return None
