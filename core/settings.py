"""What an operator may set, from the environment; everything has a default that works on a laptop."""

import os
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
