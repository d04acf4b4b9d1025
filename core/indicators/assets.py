"""Assets that assistance projects left behind: titled, running, looked after (要点4). Money in 分."""

from core.count import Amounts, Baseline, Counting, Picture
from core.indicators.indicator import Better, Indicator
from core.tables.assets import Asset
from core.units import Unit


def stock(picture: Picture, _baseline: Baseline | None) -> Amounts:
    """Assets and their original value; what is or is not titled; running and looked-after ones of those that can be."""
    amounts = Amounts()
    for state in picture.rows.values():
        row, leaf = state.row, state.leaf
        amounts.add(leaf, "all")
        amounts.add(leaf, "fund_all", row.original_fen)
        if row.state is None:
            amounts.add(leaf, "lacking_state")
        if row.has_steward is None:
            amounts.add(leaf, "lacking_has_steward")
        if row.is_titled is not None:
            amounts.add(leaf, "title_due")
            amounts.add(leaf, "fund_title_due", row.original_fen)
            if row.is_titled:
                amounts.add(leaf, "titled")
                amounts.add(leaf, "fund_titled", row.original_fen)
        if row.kind == "operating" and row.state is not None:
            amounts.add(leaf, "operating")
            amounts.add(leaf, "running" if row.state == "normal" else "not_running")
        if row.kind == "public" and row.has_steward is not None:
            amounts.add(leaf, "public")
            if row.has_steward:
                amounts.add(leaf, "with_steward")
    return amounts


COUNTING = Counting(
    ledger="assets",
    table=Asset,
    columns=("kind", "original_fen", "is_titled", "has_steward", "state"),
    stock=stock,
)


def _asset(
    key: str,
    name: str,
    unit: Unit,
    top: str,
    bottom: str,
    definition: str,
    better: Better = Better.HIGHER,
    owner: str = "乡村振兴局",
    needs: tuple[str, ...] = (),
) -> Indicator:
    return Indicator(
        key=f"assets_{key}",
        name=name,
        unit=unit,
        definition=definition,
        source="要点4",
        numerator=(f"assets.{top}",),
        denominator=(f"assets.{bottom}",) if bottom else (),
        items=(4,),
        better=better,
        owner=owner,
        needs=needs,
    )


INDICATORS = (
    _asset("total", "扶贫项目资产", Unit.PROJECTS, "all", "", "项目资产台账所列全部资产。", Better.NEITHER),
    _asset(
        "original_yuan",
        "扶贫项目资产原值",
        Unit.YUAN,
        "fund_all",
        "",
        "项目资产台账所列资产原值之和。",
        Better.NEITHER,
    ),
    _asset(
        "titled_rate",
        "资产确权率",
        Unit.RATE,
        "titled",
        "title_due",
        "是否确权为“是”的资产 ÷ 该栏已填写的资产（个数）。",
    ),
    _asset(
        "titled_value_rate",
        "资产确权金额占比",
        Unit.RATE,
        "fund_titled",
        "fund_title_due",
        "是否确权为“是”的资产原值 ÷ 该栏已填写的资产原值。",
    ),
    _asset(
        "running_rate",
        "经营性资产正常运营率",
        Unit.RATE,
        "running",
        "operating",
        "运行状态为正常的经营性资产 ÷ 全部经营性资产；运行状态空着的按不正常计。",
        owner="农业农村局",
        needs=("state",),
    ),
    _asset(
        "not_running",
        "闲置、低效、毁损的经营性资产",
        Unit.PROJECTS,
        "not_running",
        "",
        "运行状态不是正常的经营性资产。",
        Better.LOWER,
        "农业农村局",
        ("state",),
    ),
    _asset(
        "with_steward_rate",
        "公益性资产管护责任落实率",
        Unit.RATE,
        "with_steward",
        "public",
        "已填管护责任人的公益性资产 ÷ 全部公益性资产。",
        needs=("has_steward",),
    ),
)
