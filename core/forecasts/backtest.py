"""The method tried on the past: at each cut-off only what was known then, against what came."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from core.forecasts.completion import (
    LEAST_FINISHED,
    Cutoff,
    Works,
    count_range,
    lasting,
    lately,
    learn,
    spread_of,
)
from core.forecasts.survival import Flags, Floats

CALIBRATION_DAYS = 1826  # misses older than five years say little about today's
BINS = 10

COLUMNS = ("started_on", "planned_on", "completed_on")


class BadTable(ValueError):
    """The file is not a table of works; the message says in Chinese what was expected and where."""


def read_csv(path: Path) -> tuple[Works, int]:
    """Works of a CSV (started_on, planned_on, completed_on, kind; ISO days), and how many rows were left out
    because they have no start or no plan or end before they start. Every day counts as known on itself.
    BadTable for a missing column or a day that is none."""
    rows: list[tuple[float, float, float, str]] = []
    left_out = 0
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            table = csv.DictReader(file)
            table.fieldnames = [name.strip() for name in table.fieldnames or ()]
            missing = [name for name in COLUMNS if name not in table.fieldnames]
            if missing:
                raise BadTable(f"{path.name} 第1行：应有列 {'、'.join(COLUMNS)}，缺 {'、'.join(missing)}。")
            for row in table:
                started, planned, ended = (_day(row, name, table.line_num) for name in COLUMNS)
                if np.isnan(started) or np.isnan(planned) or ended < started:
                    left_out += 1
                else:
                    rows.append((started, planned, ended, (row.get("kind") or "").strip()))
    except UnicodeDecodeError:
        raise BadTable(f"{path.name}：应为 UTF-8 编码的 CSV，请另存为“CSV UTF-8”。") from None
    except csv.Error as error:
        raise BadTable(f"{path.name} 第{table.line_num}行：不是完好的 CSV（{error}）。") from None
    if not rows:
        raise BadTable(f"{path.name}：没有一行既有开工日又有计划竣工日。")
    days = np.array([row[:3] for row in rows], dtype=np.float64)
    nothing = np.full(len(rows), np.nan)
    return Works(
        started=days[:, 0],
        planned=days[:, 1],
        ended=days[:, 2],
        seen=nothing,
        kind=np.array([row[3] for row in rows]),
        planned_start=nothing,
        pace=np.ones(len(rows)),
    ), left_out


def latest_day(works: Works) -> date:
    """The latest day on which something began or ended."""
    return date.fromordinal(int(np.nanmax(np.concatenate((works.started, works.ended)))))


def _day(row: dict[str, str | None], name: str, number: int) -> float:
    text = (row.get(name) or "").strip()
    if not text:
        return float("nan")
    try:
        return float(datetime.fromisoformat(text).toordinal())
    except ValueError:
        raise BadTable(f"第{number}行 {name}：应为 2022-08-31 这样的日期，实为“{text[:20]}”。") from None


def known_on(works: Works, cut: float) -> Works:
    """What was known of these works on a day: those begun by then, with the ends that had come."""
    begun = works[works.started <= cut]
    ended = np.where(begun.ended <= cut, begun.ended, np.nan)
    seen = np.full(len(begun), cut)
    return replace(begun, ended=ended, seen=seen)


@dataclass(frozen=True)
class Bin:
    """Forecasts of about the same probability: their mean, and the share of them that came true."""

    low: float
    high: float
    n: int
    forecast: float | None
    observed: float | None


@dataclass(frozen=True)
class HorizonRecord:
    """How the method did at one horizon. Skill is 1 minus its Brier score over that of the base rate."""

    days: int
    n: int
    cutoffs: int
    base_rate: float | None
    brier: dict[str, float] | None
    count_coverage: float | None
    count_width: float | None
    reliability: tuple[Bin, ...]

    @property
    def skill(self) -> dict[str, float] | None:
        """{planned, base, ours}: better than the base rate above 0."""
        if not self.brier or not self.brier["base"]:
            return None
        return {name: 1 - score / self.brier["base"] for name, score in self.brier.items()}

    def as_dict(self) -> dict[str, Any]:
        """The keys of the command's JSON."""
        return {
            "days": self.days,
            "n": self.n,
            "cutoffs": self.cutoffs,
            "base_rate": self.base_rate,
            "brier": self.brier,
            "skill": self.skill,
            "count_coverage": self.count_coverage,
            "count_width": self.count_width,
            "reliability": [
                {"from": b.low, "to": b.high, "n": b.n, "forecast": b.forecast, "observed": b.observed}
                for b in self.reliability
            ],
        }


@dataclass(frozen=True)
class Tried:
    """One cut-off: the chances that were given, how many history alone let expect, what a plan and the base rate
    would have said, and what came. Days are ordinals."""

    made: float
    due: float
    by_history: float
    chances: Floats
    planned: Floats
    base: float
    came: Flags
    range: tuple[int, int] | None

    @property
    def as_cutoff(self) -> Cutoff:
        """The count that was expected, against the one that came."""
        return Cutoff(
            self.made,
            self.due,
            self.by_history,
            float(self.chances.sum()),
            spread_of(self.chances),
            float(self.came.sum()),
        )


def record(days: int, tried: Sequence[Tried]) -> HorizonRecord:
    """Scores of cut-offs at one horizon."""
    tried = [t for t in tried if len(t.chances)]
    if not tried:
        return HorizonRecord(days, 0, 0, None, None, None, None, ())
    came = np.concatenate([t.came for t in tried]).astype(float)
    ours = np.concatenate([t.chances for t in tried])
    planned = np.concatenate([t.planned for t in tried])
    base = np.concatenate([np.full(len(t.chances), t.base) for t in tried])
    ranged = [(t, t.range) for t in tried if t.range]
    held = [low <= int(t.came.sum()) <= high for t, (low, high) in ranged]
    widths = [(high - low) / len(t.chances) for t, (low, high) in ranged]
    return HorizonRecord(
        days,
        len(came),
        len(tried),
        float(came.mean()),
        {
            "planned": float(np.mean((planned - came) ** 2)),
            "base": float(np.mean((base - came) ** 2)),
            "ours": float(np.mean((ours - came) ** 2)),
        },
        float(np.mean(held)) if held else None,
        float(np.mean(widths)) if widths else None,
        tuple(reliability(ours, came)),
    )


def reliability(chances: Floats, came: Floats) -> Iterable[Bin]:
    """Ten bins of probability, each with what was said and what came."""
    index = np.minimum((chances * BINS).astype(int), BINS - 1)
    for b in range(BINS):
        inside = index == b
        n = int(inside.sum())
        said = float(chances[inside].mean()) if n else None
        seen = float(came[inside].mean()) if n else None
        yield Bin(b / BINS, (b + 1) / BINS, n, said, seen)


def backtest(works: Works, horizon: int, until: date) -> HorizonRecord:
    """The record of the cut-offs from the second year on; those of the first year only teach."""
    second_year = float(np.min(works.started)) + 365
    return record(horizon, [t for t in cutoffs(works, horizon, until) if t.made >= second_year])


def cutoffs(works: Works, horizon: int, until: date) -> list[Tried]:
    """Every quarter's end whose horizon ends by `until`, forecast from what was known on it."""
    first = date.fromordinal(int(np.min(works.started)))
    tried: list[Tried] = []
    for day in _quarter_ends(first, until - timedelta(days=horizon)):
        one = _try(works, float(day.toordinal()), horizon, tried)
        if one is not None:
            tried.append(one)
    return tried


def _try(works: Works, cut: float, horizon: int, before: Sequence[Tried]) -> Tried | None:
    known = known_on(works, cut)
    history = learn(known)
    still = known[known.is_open]
    if not len(still) or not history.finished:
        return None
    due = cut + horizon
    # 只用到截止日时已见分晓的更早的截止日。
    settled = [t for t in before if t.due <= cut]
    past = [t.as_cutoff for t in settled if t.due > cut - CALIBRATION_DAYS]
    lasts = lasting(history, still, np.array([float(horizon)]))[:, 0]
    chances = 1 - lasts ** lately(past, cut)
    n = sum(len(t.came) for t in settled)
    ends = works.ended[(works.started <= cut) & ~(works.ended <= cut)]
    return Tried(
        cut,
        due,
        float((1 - lasts).sum()),
        chances,
        (still.planned <= due).astype(float),
        sum(int(t.came.sum()) for t in settled) / n if n else float(1 - np.exp(-history.pace * horizon)),
        ends <= due,
        count_range(chances, past) if history.finished >= LEAST_FINISHED else None,
    )


def _quarter_ends(first: date, last: date) -> list[date]:
    found: list[date] = []
    for year in range(first.year, last.year + 1):
        found += [date(year, 3, 31), date(year, 6, 30), date(year, 9, 30), date(year, 12, 31)]
    return [day for day in found if first <= day <= last]


def told(one: HorizonRecord) -> list[str]:
    """A record in the lines of the command."""
    head = f"{one.days}天：预测{one.n}个，截止日{one.cutoffs}个"
    if one.brier is None or one.base_rate is None:
        return [f"{head}——历史太短，没有可检验的截止日"]
    skill = one.skill or {}
    lines = [f"{head}，实际按期{one.base_rate:.1%}"]
    for name, words in (("planned", "照计划日"), ("base", "历史比率"), ("ours", "本方法")):
        better = f"，比历史比率{skill[name]:+.3f}" if name in skill else ""
        lines.append(f"  {words}：Brier {one.brier[name]:.4f}{better}")
    if one.count_coverage is not None and one.count_width is not None:
        lines.append(
            f"  个数的80%区间：{one.count_coverage:.0%}的截止日落在其中，平均宽度为在建数的{one.count_width:.0%}"
        )
    lines += [
        f"  预计{b.low:.0%}—{b.high:.0%}：{b.n}个，平均预计{b.forecast:.0%}，实际{b.observed:.0%}"
        for b in one.reliability
        if b.forecast is not None and b.observed is not None
    ]
    return lines
