"""Who of the monitored households works, from the national system's 务工信息 (要点11)."""

from collections import defaultdict

from core.count import Amounts, Baseline, Counting, Picture, State
from core.indicators.indicator import Better, Indicator
from core.tables.employment import Worker
from core.units import Unit

BEYOND_COUNTY = ("县外省内", "省外")


def is_at_work(state: State) -> bool:
    """True for a person who is said to work and whose work has not ended before the data date's month."""
    row, on = state.row, state.as_of
    return row.is_employed and (row.ended is None or row.ended >= on.year * 100 + on.month)


def stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """Persons at work, also beyond the county; households with people listed, and those of them where nobody works."""
    amounts = Amounts()
    households: dict[str, list[State]] = defaultdict(list)
    with_region = {s.leaf[:9] for s in picture.rows.values() if s.row.region}
    for state in picture.rows.values():
        households[state.row.household].append(state)
        if is_at_work(state):
            amounts.add(state.leaf, "at_work")
            if state.leaf[:9] not in with_region:  # a whole township's: the workbook has no such column
                amounts.add(state.leaf, "lacking_region")
            if state.row.region in BEYOND_COUNTY:
                amounts.add(state.leaf, "beyond_county")
    for people in households.values():
        leaf = max(people, key=lambda s: (s.as_of, s.leaf)).leaf
        amounts.add(leaf, "households")
        if not any(is_at_work(one) for one in people):
            amounts.add(leaf, "without_work")
    return amounts


COUNTING = Counting(
    ledger="employment",
    table=Worker,
    columns=("household", "is_employed", "region", "ended"),
    stock=stock,
    is_by_row=False,
)


def _persons(key: str, name: str, series: str, definition: str, needs: tuple[str, ...] = ()) -> Indicator:
    return Indicator(
        key=key,
        name=name,
        unit=Unit.PERSONS,
        definition=definition,
        source="要点11（务工就业稳中有增）",
        numerator=(f"employment.{series}",),
        items=(11,),
        better=Better.HIGHER,
        owner="人力资源和社会保障局",
        needs=needs,
        caution="只含监测对象，不能与脱贫人口务工人数相加。",
    )


INDICATORS = (
    _persons(
        "monitored_persons_at_work",
        "监测对象务工人数",
        "at_work",
        "务工信息中是否已务工为“是”、且结束时间为空或不早于数据日期所在月的人。",
    ),
    _persons(
        "monitored_persons_beyond_county",
        "监测对象县外务工人数",
        "beyond_county",
        "正在务工的监测对象中，务工所在地为县外省内或省外的人。",
        ("region",),
    ),
    Indicator(
        key="monitored_households_without_work",
        name="务工信息中无人务工的监测户",
        unit=Unit.HOUSEHOLDS,
        definition="务工信息所列的户（户编号去重）中，所列各人都未在务工的户。",
        source="要点11（动态解决“零就业”）",
        numerator=("employment.without_work",),
        items=(11,),
        better=Better.LOWER,
        owner="人力资源和社会保障局",
        caution="务工信息只列有劳动力的人；是否零就业家庭由人社局认定，见“零就业户”。",
    ),
)
