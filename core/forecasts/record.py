"""What was forecast when, kept as it was said, and set against what happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import insert, select
from sqlmodel import col

from core.forecasts import households, money, projects
from core.forecasts.projects import NoForecast
from core.indicators.projects import COUNTING as PROJECTS
from core.ledgers import period_of
from core.places import Area, PlaceTree
from core.plan import latest_plan
from core.scope import Scope
from core.store import ALWAYS, Snapshot, Store
from core.tables.forecasts import IssuedForecast

Row = dict[str, float | str | date | None]

SUBJECTS = {"projects": "竣工项目（个）", "remaining": "未消除监测对象（户）", "paid": "已支付资金（元）"}
LEDGERS = {"projects": ("projects", "paid"), "monitored": ("remaining",)}


@dataclass(frozen=True)
class Issued:
    """A forecast of a count as it was issued, and what happened: None while its day has not come, or has not been
    reported."""

    subject: str
    as_of: date
    made_on: date
    target_on: date
    expected: float
    low: float | None
    high: float | None
    method: str
    happened: float | None

    @property
    def held(self) -> bool | None:
        """Whether what happened lies within the range; None while it is open or without a range."""
        if self.happened is None or self.low is None or self.high is None:
            return None
        return self.low <= self.happened <= self.high


def issue(store: Store, ledger: str, as_of: date, tree: PlaceTree, known: int = ALWAYS) -> int:
    """Forecasts on the newest data of a ledger, as known by a moment, and keeps them; gives how many were kept.
    Nothing is issued for a year without a plan of its own, or where the history is too short."""
    if ledger not in LEDGERS or latest_plan(as_of).year != as_of.year:
        return 0
    county = tree.county.code
    snapshot = store.snapshot(Scope(frozenset({county}), because="预测"), as_of, known)
    rows: list[Row] = []
    areas = [
        tree.county_area(),
        *map(tree.zone_area, tree.zones(as_of)),
        *map(tree.township_area, tree.townships),
    ]
    for area in areas:
        for subject in LEDGERS[ledger]:
            rows += _forecast(subject, snapshot, area)
    now = datetime.now(UTC)
    common = {"county": county, "as_of": as_of, "known": min(known, int(now.timestamp())), "made_at": now}
    if rows:
        with store.writing() as connection:
            connection.execute(insert(IssuedForecast), [{**BLANK, **common, **row} for row in rows])
    return len(rows)


BLANK = dict.fromkeys(
    ("probability", "expected", "low", "high", "expected_on", "early_on", "late_on"),
)


def place_key(area: Area) -> str:
    """How an issued forecast names its place: the county's or township's code, or the zone's name."""
    return area.name if area.kind == "zone" else ",".join(area.codes)


def _forecast(subject: str, snapshot: Snapshot, area: Area) -> list[Row]:
    place: Row = {"place": place_key(area)}
    said: Row
    if subject == "projects":
        count = projects.outlook(snapshot, area)
        if isinstance(count, NoForecast):
            return []
        said = {
            "subject": "projects",
            "target_on": count.deadline,
            "method": projects.METHOD,
            "expected": count.expected,
            "low": count.low,
            "high": count.high,
        }
        single: list[Row] = [
            {
                "subject": f"project:{p.key}",
                "target_on": count.deadline,
                "method": projects.METHOD,
                "probability": p.chance,
                "expected_on": p.middle,
                "early_on": p.early,
                "late_on": p.late,
                **place,
            }
            for p in count.projects
            if area.kind == "county"
        ]
        return [{**said, **place}, *single]
    if subject == "remaining":
        left = households.outlook(snapshot, area)
        if isinstance(left, NoForecast):
            return []
        said = {"target_on": left.by, "expected": left.expected, "low": left.low, "high": left.high}
        return [{**said, **place, "subject": "remaining", "method": households.METHOD}]
    by = date(snapshot.as_of.year, 12, 31)
    paid = money.outlook(snapshot, area, by)
    if isinstance(paid, NoForecast):
        return []
    said = {"target_on": by, "expected": paid.expected, "low": paid.low, "high": paid.high}
    return [{**said, **place, "subject": "paid", "method": money.METHOD}]


def issued(snapshot: Snapshot, area: Area) -> Sequence[Issued]:
    """The forecasts of an area's counts that had been issued by the snapshot's day, oldest first."""
    snapshot.check(area.codes)
    with snapshot.store.engine.connect() as connection:
        rows = connection.execute(
            select(
                col(IssuedForecast.subject),
                col(IssuedForecast.as_of),
                col(IssuedForecast.made_at),
                col(IssuedForecast.target_on),
                col(IssuedForecast.expected),
                col(IssuedForecast.low),
                col(IssuedForecast.high),
                col(IssuedForecast.method),
            )
            .where(
                col(IssuedForecast.county) == area.root,
                col(IssuedForecast.place) == place_key(area),
                col(IssuedForecast.subject).in_(SUBJECTS),
                col(IssuedForecast.as_of) <= snapshot.as_of,
                col(IssuedForecast.known) <= snapshot.known_by,
            )
            .order_by(col(IssuedForecast.as_of), col(IssuedForecast.id))
        ).all()
    return [
        Issued(
            row.subject,
            row.as_of,
            row.made_at.date(),
            row.target_on,
            row.expected,
            row.low,
            row.high,
            row.method,
            _happened(row.subject, row.target_on, snapshot, area),
        )
        for row in rows
    ]


HAPPENED = {
    "projects": ("projects", "projects.has_completed"),
    "remaining": ("monitored", "monitored.remaining.households"),
    "paid": ("projects", "projects.paid"),
}


def _happened(subject: str, on: date, snapshot: Snapshot, area: Area) -> float | None:
    """What the ledger says of the target day; None until a ledger of that day or later is there."""
    ledger, series = HAPPENED[subject]
    period = period_of(ledger, on)
    if not any(d >= on for d in snapshot.days(ledger, period, area.root)):
        return None
    if subject == "projects":
        # 竣工以竣工日计，晚报的也算当天。
        rows = [row for code in area.codes for row in snapshot.rows(PROJECTS, code, period)]
        return float(sum(row.completed_on is not None and row.completed_on <= on for row in rows))
    amount = snapshot.value(area.codes, series, period, on)
    return amount / 100 if subject == "paid" else float(amount)
