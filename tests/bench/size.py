"""How large the big store is."""

from pathlib import Path

from sqlalchemy import make_url, text

from core.store import Store
from tests.bench import Row, Stage

IN_FORCE = """select sum(amount) from tally join series on series.id = tally.series
where name = 'monitored.monitored.households' and place = '41'"""


def measure(stage: Stage) -> dict[str, Row]:
    """Bytes on disk, all tables and indexes, and for each household in the newest export."""
    store = Store.open(stage.province)
    with store.engine.connect() as connection:
        households = int(connection.execute(text(IN_FORCE)).scalar_one())
        if connection.dialect.name == "sqlite":
            path = Path(make_url(stage.province).database)
            size = sum(p.stat().st_size for p in path.parent.glob(path.name + "*"))
        else:
            size = connection.execute(text("select pg_database_size(current_database())")).scalar_one()
    wrote = f"，写出用了{stage.seconds:.0f}秒" if stage.seconds else ""
    return {
        f"库的大小，{stage.counties}县": Row(size / 1e9, None, "GB", f"在册{households:,}户{wrote}"),
        "每户字节": Row(size / households, None, "字节"),
    }
