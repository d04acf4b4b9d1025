"""Readings as the JSON of `python -m core figures`: what other programs and checks rely on."""

from collections.abc import Sequence
from typing import Any

from core.indicators.indicator import Indicator, Reading, Status, read, told
from core.places import Area
from core.store import Snapshot


def as_json(
    catalogue: Sequence[Indicator], snapshot: Snapshot, area: Area, known_by: str | None
) -> dict[str, Any]:
    """{as_of, known_by, place, figures: […]}; values unrounded, money in yuan, rates as 0 to 1."""
    return {
        "as_of": snapshot.as_of.isoformat(),
        "known_by": known_by,
        "place": area.name,
        "figures": [one(read(indicator, snapshot, area)) for indicator in catalogue],
    }


def one(reading: Reading) -> dict[str, Any]:
    """One figure; where it is 未报, its carried value and that value's date stand beside it."""
    indicator, target = reading.indicator, reading.target
    figure: dict[str, Any] = {
        "key": indicator.key,
        "name": indicator.name,
        "value": reading.value,
        "text": reading.text,
        "unit": indicator.unit.value,
        "numerator": _whole(indicator, reading.numerator),
        "denominator": _whole(indicator, reading.denominator),
        "target": None
        if target is None
        else {
            "value": target.value,
            "by": target.by.isoformat() if target.by else None,
            "clause": target.clause,
        },
        "status": reading.status.value,
        "source": reading.source,
        "items": list(indicator.items),
        "owner": indicator.owner,
    }
    if reading.status is Status.NOT_REPORTED:
        figure["carried_value"] = reading.carried_value
        figure["carried_as_of"] = reading.carried_as_of.isoformat() if reading.carried_as_of else None
    if reading.missing:
        figure["missing"] = list(reading.missing)
    if reading.slices:
        figure["slices"] = reading.slices
    return figure


def _whole(indicator: Indicator, amount: int | None) -> int | float | None:
    """Numerators and denominators in the units that a reader knows."""
    return None if amount is None else told(indicator, amount)
