"""What was issued: the file by its hash, who, when, from which revision, and its figures as they were then.

The door to the archive. Nothing is changed or deleted; scope is an argument of every read and write.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import col

from core import settings
from core.places import Area
from core.scope import OutOfScope, Scope
from core.store import Store
from core.tables.materials import IssuedMaterial
from core.units import CHINA


class MaterialError(LookupError):
    """There is no such material for this reader, or its file is gone; says in Chinese what to do."""


@dataclass(frozen=True)
class Issued:
    """A material as the archive lists it. `figures` are (place, name, words)."""

    id: int
    kind: str
    place: str
    as_of: date
    revision: int
    file_name: str
    sha256: str
    size: int
    figures: tuple[tuple[str, str, str], ...]
    mark: str
    issued_by: str
    issued_at: datetime  # in China


def issue(
    store: Store,
    scope: Scope,
    *,
    kind: str,
    area: Area,
    as_of: date,
    revision: int,
    file_name: str,
    content: bytes,
    figures: Sequence[tuple[str, str, str]],
    mark: str,
    by: str,
    at: datetime | None = None,
) -> int:
    """Keeps a file as it is handed out and gives its number in the archive. OutOfScope for a place outside the scope."""
    if not all(scope.covers(code) for code in area.codes):
        raise OutOfScope(f"您的权限不含这个地方（{scope.because or '未授权'}）。")
    digest = sha256(content).hexdigest()
    _keep(_path(digest), content)
    with store.writing() as connection:
        made = connection.execute(
            insert(IssuedMaterial).values(
                kind=kind, place=area.name, codes=list(area.codes), as_of=as_of, revision=revision,
                file_name=file_name, sha256=digest, size=len(content), figures=[list(f) for f in figures],
                mark=mark, issued_by=by, issued_at=at or datetime.now(UTC),
            )
        )  # fmt: skip
    return int(made.inserted_primary_key[0])  # type: ignore[index]


def issued(store: Store, scope: Scope) -> tuple[Issued, ...]:
    """The archive within a scope, the newest first."""
    return tuple(_issued(row) for row in _rows(store) if _may(scope, row))


def one_issued(store: Store, scope: Scope, material: int) -> Issued:
    """A material by its number; MaterialError where there is none within the scope."""
    for row in _rows(store, material):
        if _may(scope, row):
            return _issued(row)
    raise MaterialError(f"没有第{material}号材料，或您的权限不含它的地方。")


def content_of(material: Issued) -> bytes:
    """The bytes as they were issued. MaterialError where the file is gone or was changed on the disk."""
    path = _path(material.sha256)
    try:
        content = path.read_bytes()
    except OSError:
        raise MaterialError(f"存档文件 {path.name[:12]}… 不在了。请从备份恢复 {path.parent}。") from None
    if sha256(content).hexdigest() != material.sha256:
        raise MaterialError(
            f"存档文件 {path.name[:12]}… 与发出时不一致，不能使用。请从备份恢复 {path.parent}。"
        )
    return content


def _path(digest: str) -> Path:
    return settings.issued() / digest


def _keep(path: Path, content: bytes) -> None:
    """Written beside and put in place at once; only the operator's account may read it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and path.read_bytes() == content:
        return
    beside = path.with_suffix(f".{os.getpid()}.tmp")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
    beside.replace(path)


def _rows(store: Store, material: int | None = None) -> list[Any]:
    query = select(IssuedMaterial.__table__).order_by(col(IssuedMaterial.id).desc())  # type: ignore[attr-defined]
    if material is not None:
        query = query.where(col(IssuedMaterial.id) == material)
    with store.engine.connect() as connection:
        return list(connection.execute(query))


def _may(scope: Scope, row: Any) -> bool:
    return bool(row.codes) and all(scope.covers(code) for code in row.codes)


def _issued(row: Any) -> Issued:
    at = row.issued_at if row.issued_at.tzinfo else row.issued_at.replace(tzinfo=UTC)
    return Issued(
        row.id, row.kind, row.place, row.as_of, row.revision, row.file_name, row.sha256, row.size,
        tuple((place, name, text) for place, name, text in row.figures), row.mark, row.issued_by,
        at.astimezone(CHINA),
    )  # fmt: skip
