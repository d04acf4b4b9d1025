"""Petitions about assistance, and the five days within which those passed on from above are settled (要点18)."""

from datetime import timedelta

from core.count import Amounts, Baseline, Counting, Picture
from core.indicators.indicator import Better, Indicator, Target
from core.plan import latest_plan
from core.tables.petitions import Petition
from core.units import Unit

FROM_ABOVE = ("central", "province", "city")  # 市级以上


def stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """Petitions of the year; of those passed on from the city and above, the ones that can be judged and that kept
    to the days. One that is neither settled nor past its days is not judged yet."""
    amounts = Amounts()
    allowed = {
        on: timedelta(days=latest_plan(on)["petition_days"].value)
        for on in {state.as_of for state in picture.rows.values()}
    }
    for state in picture.rows.values():
        row, leaf, on = state.row, state.leaf, state.as_of
        amounts.add(leaf, "received")
        amounts.add(leaf, "closed" if row.closed_on else "open")
        if row.level in FROM_ABOVE and row.passed_on:
            amounts.add(leaf, "passed_on")
            last_day = row.passed_on + allowed[on]
            if row.closed_on or on > last_day:
                amounts.add(leaf, "judged")
                in_time = row.closed_on is not None and row.closed_on <= last_day
                amounts.add(leaf, "in_time" if in_time else "late")
    return amounts


COUNTING = Counting(
    ledger="petitions",
    table=Petition,
    columns=("level", "received_on", "passed_on", "closed_on"),
    stock=stock,
)


def _count(key: str, name: str, series: str, definition: str, better: Better) -> Indicator:
    return Indicator(
        key=f"petitions_{key}",
        name=name,
        unit=Unit.CASES,
        definition=definition,
        source="要点18",
        numerator=(f"petitions.{series}",),
        items=(18,),
        better=better,
        owner="信访局",
    )


INDICATORS = (
    _count("received", "涉贫信访件", "received", "本年登记的信访件（累计至数据日期）。", Better.LOWER),
    _count("open", "未办结信访件", "open", "本年登记、尚无办结时间的信访件。", Better.LOWER),
    _count(
        "passed_on",
        "市级以上批转信访件",
        "passed_on",
        "批转层级为中央、省、市且有批转时间的信访件（本年累计）。",
        Better.NEITHER,
    ),
    _count(
        "late",
        "超过5天的批转信访件",
        "late",
        "市级以上批转件中，办结晚于批转日后第5天的，和已过第5天仍未办结的。",
        Better.LOWER,
    ),
    Indicator(
        key="petitions_in_time_rate",
        name="批转信访件五天办结率",
        unit=Unit.RATE,
        definition="市级以上批转件中，办结不晚于批转日后第5天的 ÷ 已办结或已过第5天的。",
        source="要点18（5天内处理到位）",
        numerator=("petitions.in_time",),
        denominator=("petitions.judged",),
        items=(18,),
        better=Better.HIGHER,
        owner="信访局",
        target=Target("petition_days", 1, everywhere=True),
        caution="自批转日起按自然日计；未办结也未满5天的暂不计入。",
    ),
)
