"""One declaration per ledger: which columns it has, under which headers, and how a cell of each is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.imports import values
from core.imports.values import Unreadable
from core.imports.workbook import Cell
from core.ledgers import LEDGERS as FACTS

FEN_PER_WAN = 1_000_000

KINDS = {"脱贫不稳定户": "unstable", "边缘易致贫户": "borderline", "突发严重困难户": "sudden_hardship"}

CAUSES = {
    "因病": "illness",
    "因学": "schooling",
    "因残": "disability",
    "因自然灾害": "disaster",
    "因灾": "disaster",
    "因意外事故": "accident",
    "因产业项目失败": "failed_business",
    "因产业（项目）失败": "failed_business",
    "因产业(项目)失败": "failed_business",
    "因产业失败": "failed_business",
    "因务工就业不稳": "unstable_work",
    "因务工就业不稳定": "unstable_work",
    "因缺劳动力": "no_labour",
    "缺劳动力": "no_labour",
    "因安全饮水": "water",
    "因住房": "housing",
    "因住房安全": "housing",
    "其他": "other",
}

MEASURES = (
    "产业帮扶",
    "就业帮扶",
    "金融帮扶",
    "公益性岗位帮扶",
    "住房安全保障",
    "饮水安全保障",
    "健康帮扶",
    "教育帮扶",
    "义务教育保障",
    "综合保障",
    "社会帮扶",
    "搬迁",
    "生产生活条件改善",
    "基础设施建设",
)

SOURCES = {
    "中央": "central",
    "中央资金": "central",
    "省": "province",
    "省级": "province",
    "市": "city",
    "市级": "city",
    "县": "county",
    "县级": "county",
    "县级配套": "county",
    "县配套": "county",
    "整合": "integrated",
    "整合资金": "integrated",
    "涉农整合资金": "integrated",
    "中央衔接资金": "central",
    "省级衔接资金": "province",
    "市级衔接资金": "city",
    "县级衔接资金": "county",
}

PROJECT_KINDS = {
    "产业发展": "产业发展",
    "产业类": "产业发展",
    "产业项目": "产业发展",
    "就业项目": "就业项目",
    "就业类": "就业项目",
    "乡村建设行动": "乡村建设行动",
    "基础设施类": "乡村建设行动",
    "基础设施": "乡村建设行动",
    "易地搬迁后扶": "易地搬迁后扶",
    "巩固三保障成果": "巩固三保障成果",
    "教育类": "巩固三保障成果",
    "生活条件改善": "巩固三保障成果",
    "乡村治理和精神文明建设": "乡村治理和精神文明建设",
    "项目管理费": "项目管理费",
    "其他": "其他",
}

ASSET_KINDS = {
    "经营性": "operating",
    "经营性资产": "operating",
    "经营类": "operating",
    "公益性": "public",
    "公益性资产": "public",
    "公益类": "public",
    "到户类": "household",
    "到户类资产": "household",
}

ASSET_STATES = {
    "正常": "normal",
    "正常运行": "normal",
    "正常运营": "normal",
    "正常使用": "normal",
    "良好": "normal",
    "闲置": "idle",
    "低效": "poor",
    "低效运行": "poor",
    "毁损": "damaged",
    "损毁": "damaged",
    "损坏": "damaged",
}

FINDING_KINDS = {
    "四查四促": "four_checks",
    "“四查四促”": "four_checks",
    "季度专项排查": "screening",
    "专项排查": "screening",
    "查补提": "screening",
    "上级反馈": "superior",
    "考核评估反馈": "superior",
    "年度考评反馈": "superior",
    "上级暗访": "superior",
    "资金监督检查": "funds",
    "资金监管": "funds",
    "财政监督检查": "funds",
    "督查巡查": "inspection",
    "督查": "inspection",
    "暗访督查": "inspection",
    "月核查": "monthly",
    "月自查": "monthly",
    "其他": "other",
}

LEVELS = {
    "中央": "central",
    "国家": "central",
    "国家级": "central",
    "省": "province",
    "省级": "province",
    "省批转": "province",
    "市": "city",
    "市级": "city",
    "市批转": "city",
    "县": "county",
    "县级": "county",
    "县批转": "county",
    "乡": "township",
    "乡级": "township",
    "乡镇": "township",
    "村": "township",
    "村级": "township",
}


LEDGER_WORDS = {
    word: facts.key
    for facts in FACTS.values()
    if facts.key != "corrections"
    for word in (facts.title, facts.key)
}


def text(cell: Cell) -> str:
    """A cell as text: 12.0 becomes 12, blanks at both ends go."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


@dataclass(frozen=True)
class OneOf:
    """Reads one of the known words; anything else is Unreadable with the list of them."""

    words: Mapping[str, str]

    def __call__(self, cell: Cell) -> str:
        """The meaning of the word in a cell."""
        word = text(cell)
        if word not in self.words:
            raise Unreadable("、".join(dict.fromkeys(self.words)), "改为其中一个")
        return self.words[word]

    @property
    def choices(self) -> tuple[str, ...]:
        """One word for each meaning: what a drop-down offers."""
        first: dict[str, str] = {}
        for word, meaning in self.words.items():
            first.setdefault(meaning, word)
        return tuple(first.values())


one_of = OneOf


def fen(cell: Cell, unit: str | None) -> int:
    """Money in 分, given the unit of its column (元 or 万元); Unreadable without a unit, or beyond one 分."""
    exact = values.amount(cell, unit) * FEN_PER_WAN
    if exact != exact.to_integral_value():
        raise Unreadable("精确到分的金额", "按万元填写，最多六位小数")
    return int(exact)


def percent(cell: Cell) -> float:
    """A percentage from 0 to 100."""
    value = values.percent(cell)
    if not 0 <= value <= 100:
        raise Unreadable("0到100的百分数", "改为0到100之间的数")
    return float(value)


def milli(cell: Cell) -> int:
    """A number in thousandths."""
    return round(values.plain_number(cell) * 1000)


def is_named(_cell: Cell) -> bool:
    """True for a cell that holds a person's name: that there is one is kept, the name is not."""
    return True


@dataclass(frozen=True)
class Column:
    """One column: the field it fills, the header strings counties use, how a cell is read.

    `required`: the workbook must have it. `filled`: every row must fill it. `default` stands for an empty cell.
    """

    name: str
    header: str
    read: Callable[[Cell], Any] = text
    also: tuple[str, ...] = ()
    required: bool = False
    filled: bool = False
    default: Any = None
    money: bool = False  # in the unit that the header, the unit row or the title states; kept in 分


@dataclass(frozen=True)
class Ledger:
    """One kind of workbook. `key` names the columns that make a row's key; `meant` says which units a whole
    workbook speaks of: `townships` (a township without rows is 未报), `all` (without rows is 确无), or `rows`."""

    key: str
    title: str
    columns: tuple[Column, ...]
    row_key: tuple[str, ...]
    meant: str
    place_headers: tuple[str, ...] = ("乡镇", "乡", "乡镇（街道）", "乡（镇）", "乡镇(街道)")
    village_headers: tuple[str, ...] = ("村", "行政村", "村（社区）")
    period: Callable[[Mapping[str, Any], date], int] = lambda _row, _as_of: 0
    place_in_key: bool = False  # the same name may stand in several townships
    amount: str = ""  # the column whose sum is the ledger's declared budget


MONITORED = Ledger(
    key="monitored",
    title="监测对象信息",
    columns=(
        Column("code", "户编号", required=True, filled=True),
        Column("kind", "监测对象类别", one_of(KINDS), also=("监测对象类型",), required=True),
        Column(
            "is_eliminated",
            "风险是否已消除",
            values.yes_no,
            also=("风险是否消除",),
            required=True,
            filled=True,
        ),
        Column("identified", "识别监测时间", values.month, also=("识别时间",), required=True),
        Column("eliminated", "消除监测时间", values.month, also=("风险消除时间", "消除时间"), required=True),
        Column(
            "is_safety_net",
            "整户无劳动能力兜底保障户",
            values.yes_no,
            also=("是否兜底保障户",),
            required=True,
            default=False,
        ),
        Column("elimination_way", "风险消除方式", default=""),
        Column("development_measures", "实施开发式帮扶措施情况", default=""),
        Column("contact", "监测联系人", default=""),
        Column("income", "人均纯收入（元）", also=("家庭人均纯收入", "人均纯收入")),
    ),
    row_key=("code",),
    meant="townships",
    place_headers=("乡", "乡镇", "乡（镇）", "乡镇（街道）"),
    village_headers=("村", "行政村"),
)

# Columns that a working ledger of projects may lack, and that a count needs: without them nothing is told, which is not zero.
OPTIONAL = (
    "status",
    "planned_start_on",
    "progress_percent",
    "accepted_on",
    "paid_fen",
    "notice_county",
    "notice_township",
    "notice_village",
    "beneficiary_households",
)

PROJECTS = Ledger(
    key="projects",
    title="项目台账",
    columns=(
        Column("code", "项目编号", required=True, filled=True),
        Column("year", "项目年度", values.count, also=("年度", "实施年度"), required=True, filled=True),
        Column("name", "项目名称", required=True, filled=True),
        Column("kind", "项目类型", one_of(PROJECT_KINDS), also=("项目类别",), required=True, filled=True),
        Column("department", "责任单位", default=""),
        Column("officer_post", "项目责任人", default=""),
        Column("status", "项目状态", default=""),
        Column("approved_on", "批复时间", values.day, required=True),
        Column("planned_start_on", "计划开工时间", values.day),
        Column("started_on", "开工时间", values.day, also=("实际开工时间",), required=True),
        Column("progress_percent", "形象进度(%)", percent, also=("形象进度",)),
        Column("first_planned_on", "计划竣工时间", values.day, also=("计划完工时间",), required=True),
        Column("revised_on", "调整后竣工时间", values.day),
        Column("completed_on", "实际竣工时间", values.day, also=("竣工时间", "实际完工时间"), required=True),
        Column("accepted_on", "验收时间", values.day),
        Column("total_fen", "资金合计(万元)", money=True, also=("资金合计",)),
        Column("central_fen", "中央(万元)", money=True, also=("中央",), required=True, default=0),
        Column("province_fen", "省级(万元)", money=True, also=("省级", "省"), required=True, default=0),
        Column("city_fen", "市级(万元)", money=True, also=("市级", "市"), required=True, default=0),
        Column(
            "county_fen",
            "县级(万元)",
            money=True,
            also=("县级", "县级配套(万元)", "县"),
            required=True,
            default=0,
        ),
        Column(
            "integrated_fen",
            "整合资金(万元)",
            money=True,
            also=("整合资金", "整合"),
            required=True,
            default=0,
        ),
        Column(
            "paid_fen",
            "已拨付金额(万元)",
            money=True,
            also=("已拨付(支出)金额", "已拨付（支出）金额", "已支付金额(万元)"),
        ),
        Column(
            "settled_fen",
            "决算金额(万元)",
            money=True,
            also=("结算金额(万元)", "决算审计金额(万元)", "决算金额", "结算金额"),
        ),
        Column("unpaid_reason", "未拨付原因", default=""),
        Column("notice_county", "县级公告公示", values.yes_no),
        Column("notice_township", "乡级公告公示", values.yes_no),
        Column("notice_village", "村级公告公示", values.yes_no),
        Column("beneficiary_households", "受益户数", values.count),
        Column("problem", "存在问题", default=""),
    ),
    row_key=("code",),
    meant="townships",
    period=lambda row, _as_of: int(row["year"]),
    amount="total_fen",
)

POOL = Ledger(
    key="pool",
    title="项目库",
    columns=(
        Column("code", "项目编号", required=True, filled=True),
        Column("name", "项目名称", required=True, filled=True),
        Column("year", "规划年度", values.count, required=True, filled=True),
        Column("kind", "项目类型", one_of(PROJECT_KINDS), required=True, filled=True),
        Column("is_in_annual_plan", "是否纳入年度项目实施计划", values.yes_no, required=True, filled=True),
        Column("planned_start_on", "计划开工时间", values.day),
        Column("planned_on", "计划完工时间", values.day),
        Column("budget_fen", "项目预算总投资(万元)", money=True),
        Column("listed_on", "入库时间", values.day),
    ),
    row_key=("code",),
    meant="all",
    place_headers=("乡", "乡镇"),
    period=lambda row, _as_of: int(row["year"]),
    amount="budget_fen",
)

ALLOCATIONS = Ledger(
    key="allocations",
    title="资金下达台账",
    columns=(
        Column("document", "下达文号", also=("文号",), required=True, filled=True),
        Column("allocated_on", "下达时间", values.day, also=("下达日期",), required=True, filled=True),
        Column("source", "资金来源", one_of(SOURCES), also=("资金级次",), required=True, filled=True),
        Column(
            "amount_fen",
            "金额(万元)",
            money=True,
            also=("下达金额(万元)", "金额"),
            required=True,
            filled=True,
        ),
    ),
    row_key=("document", "allocated_on", "source"),
    meant="all",
    period=lambda row, _as_of: int(row["allocated_on"].year),
    amount="amount_fen",
)

PAYMENTS = Ledger(
    key="payments",
    title="资金支付台账",
    columns=(
        Column("project", "项目编号", required=True, filled=True),
        Column(
            "paid_on",
            "支付时间",
            values.day,
            also=("支付日期", "拨付时间", "拨付日期"),
            required=True,
            filled=True,
        ),
        Column("source", "资金来源", one_of(SOURCES), also=("资金级次",), required=True, filled=True),
        Column(
            "amount_fen",
            "支付金额(万元)",
            money=True,
            also=("拨付金额(万元)", "金额(万元)", "金额"),
            required=True,
            filled=True,
        ),
        Column("voucher", "凭证号", default=""),
    ),
    row_key=("project", "paid_on", "source", "voucher"),
    meant="all",
    period=lambda row, _as_of: int(row["paid_on"].year),
    amount="amount_fen",
)

MILESTONES = Ledger(
    key="milestones",
    title="示范片区节点",
    columns=(
        Column("name", "节点名称", required=True, filled=True),
        Column("kind", "节点类别", default=""),
        Column("department", "责任单位", default=""),
        Column("planned_on", "计划完成时间", values.day, required=True, filled=True),
        Column("done_on", "实际完成时间", values.day, required=True),
        Column("progress", "进展情况", default=""),
    ),
    row_key=("name",),
    place_in_key=True,
    meant="rows",
    place_headers=("片区乡镇", "乡镇"),
    period=lambda row, _as_of: int(row["planned_on"].year),
)

INDICATOR_REPORT = Ledger(
    key="indicator_report",
    title="指标月报",
    columns=(
        Column("code", "指标编码", required=True, filled=True),
        Column("month", "期别", values.month, required=True, filled=True),
        Column("numerator_milli", "分子", milli, required=True),
        Column("denominator_milli", "分母", milli, required=True),
        Column("value_milli", "值", milli, required=True),
        Column("department", "来源单位", default=""),
    ),
    row_key=("code", "month"),
    place_in_key=True,
    meant="report",
    period=lambda row, _as_of: int(row["month"]),
)

CORRECTIONS = Ledger(
    key="corrections",
    title="更正台账",
    columns=(
        Column("target", "台账", one_of(LEDGER_WORDS), required=True, filled=True),
        Column("row_key", "主键", values.plain, required=True, filled=True),
        Column("heading", "字段（列名）", also=("字段", "列名"), required=True, filled=True),
        Column("was", "原值", values.plain, required=True, default=""),
        Column("now", "改为", values.plain, required=True, default=""),
        Column("reason", "理由", required=True, filled=True),
        Column("document", "依据文件", required=True, filled=True),
    ),
    row_key=("target", "row_key", "heading"),
    meant="rows",
    place_headers=(),
    village_headers=(),
)

ASSETS = Ledger(
    key="assets",
    title="扶贫项目资产台账",
    columns=(
        Column("name", "资产名称", also=("项目资产名称",), required=True, filled=True),
        Column(
            "kind",
            "资产类别",
            one_of(ASSET_KINDS),
            also=("资产类型", "资产性质"),
            required=True,
            filled=True,
        ),
        Column("project", "项目名称", also=("形成资产的项目名称", "资产来源项目"), default=""),
        Column("year", "项目年度", values.count, also=("年度", "形成年度")),
        Column(
            "original_fen",
            "资产原值(万元)",
            money=True,
            also=("资产原值", "原值(万元)", "资产规模(万元)", "资产金额(万元)"),
            required=True,
            filled=True,
        ),
        Column("location", "坐落位置", also=("坐落地点", "存放地点"), default=""),
        Column("code", "资产编号", also=("资产编码",), default=""),
        Column("owner", "所有权归属", also=("产权归属", "所有权人", "确权单位"), default=""),
        Column("is_titled", "是否确权", values.yes_no, also=("确权情况", "是否已确权"), required=True),
        Column("has_steward", "管护责任人", is_named, also=("管护人", "管护主体责任人"), default=False),
        Column(
            "state",
            "运行状态",
            one_of(ASSET_STATES),
            also=("运行状态(正常/闲置/低效/毁损)", "运营状态", "使用状况", "运行情况"),
            default="",
        ),
    ),
    row_key=("name", "project", "location", "code"),
    place_in_key=True,
    meant="townships",
    amount="original_fen",
)

FINDINGS = Ledger(
    key="findings",
    title="问题整改台账",
    columns=(
        Column("code", "问题编号", also=("编号", "问题序号"), required=True, filled=True),
        Column(
            "kind",
            "检查类别",
            one_of(FINDING_KINDS),
            also=("检查类型", "问题来源", "督查类别"),
            required=True,
            filled=True,
        ),
        Column("inspector", "检查单位", also=("督查单位", "检查组", "反馈单位"), default=""),
        Column("subject", "问题类别", also=("问题类型",), default=""),
        Column("what", "问题内容", also=("发现问题", "存在问题", "具体问题"), required=True, filled=True),
        Column(
            "found_on",
            "发现时间",
            values.day,
            also=("检查时间", "交办时间", "反馈时间"),
            required=True,
            filled=True,
        ),
        Column("department", "责任单位", also=("整改责任单位", "牵头单位"), default=""),
        Column(
            "due_on", "整改时限", values.day, also=("整改期限", "完成时限", "要求完成时间"), required=True
        ),
        Column(
            "rectified_on",
            "整改完成时间",
            values.day,
            also=("完成整改时间", "整改时间", "实际完成时间"),
            required=True,
        ),
        Column("closed_on", "销号时间", values.day, also=("销号日期",), required=True),
    ),
    row_key=("code",),
    meant="all",
    place_headers=("乡镇", "乡镇（街道）", "责任乡镇", "乡", "乡（镇）"),
    period=lambda row, _as_of: int(row["found_on"].year),
)

PETITIONS = Ledger(
    key="petitions",
    title="信访件台账",
    columns=(
        Column("code", "信访件编号", also=("信访编号", "登记编号"), required=True, filled=True),
        Column("form", "信访形式", also=("信访方式",), default=""),
        Column("category", "问题类别", also=("信访类别", "内容分类", "诉求类别"), default=""),
        Column(
            "level",
            "批转层级",
            one_of(LEVELS),
            also=("交办层级", "批转级别", "来源层级"),
            required=True,
            filled=True,
        ),
        Column(
            "received_on",
            "登记时间",
            values.day,
            also=("登记日期", "受理时间", "来访时间", "收件时间"),
            required=True,
            filled=True,
        ),
        Column("passed_on", "批转时间", values.day, also=("批转日期", "交办时间", "转办时间"), required=True),
        Column("department", "责任单位", also=("承办单位", "办理单位"), default=""),
        Column("closed_on", "办结时间", values.day, also=("办结日期", "办理完成时间"), required=True),
    ),
    row_key=("code",),
    meant="all",
    place_headers=("乡镇", "乡镇（街道）", "问题属地", "属地乡镇", "乡", "乡（镇）"),
    period=lambda row, _as_of: int(row["received_on"].year),
)

EMPLOYMENT = Ledger(
    key="employment",
    title="务工信息",
    columns=(
        Column("person", "人编号", also=("人员编号",), required=True, filled=True),
        Column("household", "户编号", required=True, filled=True),
        Column(
            "is_employed",
            "是否已务工",
            values.yes_no,
            also=("是否已外出务工", "是否务工"),
            required=True,
            filled=True,
        ),
        Column("region", "务工所在地", also=("务工区域", "务工地点"), default=""),
        Column("channel", "就业渠道", also=("务工渠道",), default=""),
        Column("begun", "开始时间", values.month, also=("务工开始时间",)),
        Column("ended", "结束时间", values.month, also=("务工结束时间",)),
    ),
    row_key=("person",),
    meant="townships",
    place_headers=("乡", "乡镇", "乡（镇）", "乡镇（街道）"),
    village_headers=("村", "行政村"),
)

LEDGERS = {
    ledger.key: ledger
    for ledger in (
        MONITORED,
        PROJECTS,
        POOL,
        ALLOCATIONS,
        PAYMENTS,
        MILESTONES,
        INDICATOR_REPORT,
        CORRECTIONS,
        ASSETS,
        FINDINGS,
        PETITIONS,
        EMPLOYMENT,
    )
}
