"""What an operator may set, from the environment; everything has a default that works on a laptop."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"


def store_url() -> str:
    """The store's address, a SQLAlchemy URL: COUNTY_STORE, else the SQLite file data/county.db."""
    return os.environ.get("COUNTY_STORE") or f"sqlite:///{DATA / 'county.db'}"


def originals() -> Path:
    """Where uploaded workbooks are kept by their hash: COUNTY_ORIGINALS, else data/originals."""
    return Path(os.environ.get("COUNTY_ORIGINALS") or DATA / "originals")


def issued() -> Path:
    """Where handed-out materials are kept by their hash: COUNTY_ISSUED, else data/issued."""
    return Path(os.environ.get("COUNTY_ISSUED") or DATA / "issued")


def boundary() -> Path | None:
    """The county's own boundary file, when it has dropped one in (data/boundary.geojson)."""
    path = DATA / "boundary.geojson"
    return path if path.exists() else None


def hosts() -> frozenset[str]:
    """The names, besides this machine's own, under which the server answers: COUNTY_HOSTS, by commas."""
    return frozenset(h.strip().lower() for h in os.environ.get("COUNTY_HOSTS", "").split(",") if h.strip())


def logs() -> Path:
    """The folder of the log files: COUNTY_LOGS, else data/logs."""
    return Path(os.environ.get("COUNTY_LOGS") or DATA / "logs")


def secret_file() -> Path:
    """Where the secret stands when it is not given: COUNTY_SECRET_FILE, else data/secret."""
    return Path(os.environ.get("COUNTY_SECRET_FILE") or DATA / "secret")


def secret() -> bytes:
    """The key under which ID numbers are hashed and sign-in pages signed: COUNTY_SECRET, else the file
    COUNTY_SECRET_FILE (data/secret), which is made on first use. PermissionError when others may read the file."""
    given = os.environ.get("COUNTY_SECRET")
    if given:
        return given.encode()
    path = secret_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
    except FileExistsError:
        pass
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} 别人也能读。请运行 chmod 600 {path} 再试。")
    return path.read_bytes().strip()


@dataclass(frozen=True)
class Provider:
    """The county's OpenID Connect provider. `claim` is what names the account in its answer."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    name: str


def provider() -> Provider | None:
    """COUNTY_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET (or _CLIENT_SECRET_FILE), _CLAIM and _NAME; None when not set."""
    issuer = os.environ.get("COUNTY_OIDC_ISSUER", "").rstrip("/")
    if not issuer:
        return None
    file = os.environ.get("COUNTY_OIDC_CLIENT_SECRET_FILE")
    return Provider(
        issuer,
        os.environ.get("COUNTY_OIDC_CLIENT_ID", ""),
        Path(file).read_text(encoding="utf-8").strip()
        if file
        else os.environ.get("COUNTY_OIDC_CLIENT_SECRET", ""),
        os.environ.get("COUNTY_OIDC_CLAIM", "preferred_username"),
        os.environ.get("COUNTY_OIDC_NAME", "统一身份认证"),
    )
