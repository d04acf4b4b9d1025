"""However a county writes the same ledger, the same rows come out: columns, headers, brackets, units and dates at random."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from core.imports.reading import read
from core.places import place_tree
from tests.core.imports.test_headings import sheet
from tests.core.imports.test_reading import PERSON, PROJECT

TREE = place_tree()
ALLOCATION = {
    "下达文号": "豫财农综〔2022〕2号",
    "下达时间": "2022-01-20",
    "资金来源": "中央",
    "金额(万元)": 865.7,
}
PAYMENT = {
    "项目编号": "FC2022001",
    "支付时间": "2022-05-20",
    "资金来源": "省级",
    "支付金额(万元)": 12.5,
    "凭证号": "7",
}
MONEY_PROJECT = {k: v for k, v in PROJECT.items() if k != "已拨付金额(万元)"}

BRACKETS = st.sampled_from([("(", ")"), ("（", "）"), ("（ ", " ）"), ("\n（", "）")])
BLANKS = st.sampled_from(["", " ", "\u3000", "\n"])
WHERE = st.sampled_from(["title", "unit row", "header", "cell"])
UNITS = st.sampled_from(["万元", "元"])
DAYS = st.sampled_from(["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y%m%d", "date"])
MONTHS = st.sampled_from(["%Y%m", "%Y-%m", "%Y.%m", "%Y年%m月", "%Y/%m"])
WIDE = {ord(c): ord(c) + 0xFEE0 for c in "0123456789"}


def written_day(text, form):
    on = date.fromisoformat(text)
    return on if form == "date" else on.strftime(form)


@st.composite
def forms(draw, row, days=(), months=()):
    """The bytes of a workbook that says the same as `row`, in another form."""
    row = dict(row)
    for key in days:
        if row[key]:
            row[key] = written_day(row[key], draw(DAYS))
    for key in months:
        if row[key]:
            row[key] = date(int(row[key][:4]), int(row[key][4:]), 1).strftime(draw(MONTHS))
    where, unit = draw(WHERE), draw(UNITS)
    (left, right), blank, wide = draw(BRACKETS), draw(BLANKS), draw(st.booleans())
    money = [key for key in row if key.endswith("(万元)")]
    lines = []
    for _ in range(draw(st.integers(0, 3))):
        lines.append([""])
    title = "方城县2022年台账"
    lines.append([title + (f"（单位：{unit}）" if where == "title" else "")])
    if where == "unit row":
        lines.append(["", "", f"单位：{unit}"])
    headers, cells = [], []
    for key in draw(st.permutations(list(row))):
        value, name = row[key], key
        if key in money:
            value = round(value * 10_000, 2) if unit == "元" else value
            name = key.removesuffix("(万元)")
            if where == "header":
                name += f"{left}{unit}{right}"
            elif where == "cell":
                value = f"{value}{unit}"
        else:
            name = name.replace("(", left).replace(")", right).replace("（", left).replace("）", right)
        if len(name) > 2 and key not in money:
            name = name[:2] + blank + name[2:]
        if wide and isinstance(value, str) and key not in ("姓名", "户主姓名"):
            value = value.translate(WIDE) if key in (*days, *months) else value
        headers.append(name)
        cells.append(value)
    extra = draw(st.integers(0, len(headers)))
    headers.insert(extra, "经办人意见")
    cells.insert(extra, "同意")
    return sheet(*lines, headers, cells)


def rows(content, key):
    draft = read(content, f"{key}-20220831.xlsx", None, TREE)
    assert [str(p) for p in draft.problems if p.blocks] == []
    assert (draft.ledger, draft.unused.count("经办人意见")) == (key, 1)
    return [(r.key, r.leaf, r.period, r.values) for r in draft.rows]


FEW = settings(max_examples=25, deadline=None, derandomize=True)


@FEW
@given(forms(PERSON, months=("识别监测时间", "消除监测时间")))
def test_the_household_export_in_any_form(content):
    (row,) = rows(content, "monitored")
    (usual,) = read(sheet(list(PERSON), list(PERSON.values())), "监测对象信息-20220831.xlsx", None, TREE).rows
    assert row == (usual.key, usual.leaf, usual.period, usual.values)


PROJECT_DAYS = ("批复时间", "计划竣工时间", "开工时间", "实际竣工时间", "验收时间")


@FEW
@given(forms(MONEY_PROJECT, days=PROJECT_DAYS))
def test_the_project_ledger_in_any_form(content):
    (row,) = rows(content, "projects")
    assert row[0] == "FC2022001"
    assert TREE[row[1]].name == "大河口村"
    assert row[3]["first_planned_on"] == date(2022, 9, 30)
    assert [row[3][f"{s}_fen"] for s in ("central", "province", "city", "county", "integrated")] == [
        100_000_000, 50_000_000, 20_000_000, 30_000_000, 0,
    ]  # fmt: skip


@FEW
@given(forms(ALLOCATION, days=("下达时间",)))
def test_an_allocation_in_any_form(content):
    (row,) = rows(content, "allocations")
    assert row[3] == {
        "document": "豫财农综〔2022〕2号", "allocated_on": date(2022, 1, 20), "source": "central", "amount_fen": 865_700_000,
    }  # fmt: skip


@FEW
@given(forms(PAYMENT, days=("支付时间",)))
def test_a_payment_in_any_form(content):
    (row,) = rows(content, "payments")
    assert (row[3]["paid_on"], row[3]["source"], row[3]["amount_fen"]) == (
        date(2022, 5, 20),
        "province",
        12_500_000,
    )
