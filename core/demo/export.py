"""The national export 监测对象信息 of a day, person by person, with the sheet 务工信息."""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import xlsxwriter

from core.demo.breaks import AFTER_COLUMNS, MEASURE_COLUMNS
from core.demo.households import Household, Income, State, at_once
from core.demo.lives import EXPORTS, LATE_ON, in_export
from core.demo.people import Person, document_number, is_disability_card, relation
from core.demo.workbook import write_sheet
from core.places import place_tree

Cells = dict[str, str | float | None]

# 国家系统导出的177列（A—FU）：列位有公开出处的按原位，其余按同类导出排。
_COLUMNS = (
    "市 县 乡 村 户编号 人编号 户主姓名 户主证件号码 户类型 家庭人口数 联系电话 自然村 监测对象类别 监测联系人 联系方式 "
    "监测联系人单位 监测联系人职务 村民小组 是否军烈属 是否独生子女户 是否双女户 是否易地搬迁户 姓名 证件类型 证件号码 "
    "与户主关系 性别 民族 政治面貌 文化程度 在校生状况 就读学校 健康状况 残疾类别 残疾等级 大病病种 慢性病病种 是否会讲普通话 "
    "是否国外居住 户口性质 婚姻状况 劳动技能 技能等级 务工区域 务工月数 是否参加城乡居民基本医疗保险 是否参加大病保险 享受低保政策情况 "
    "是否参加城镇职工基本医疗保险 是否参加商业补充医疗保险 是否接受医疗救助 是否享受人身意外保险补贴 是否参加城乡居民基本养老保险 "
    "是否参加城镇职工基本养老保险 是否享受高龄补贴 是否享受残疾人补贴 是否孤儿 是否留守儿童 公益性岗位 公益性岗位月数 "
    "享受特困供养政策情况 致贫/返贫风险1 致贫/返贫风险2 致贫/返贫风险3 致贫/返贫风险4 致贫/返贫风险5 因自然灾害子项 风险其他备注 "
    "是否危房户 危房级别 是否解决安全饮用水 是否有卫生厕所 住房面积 耕地面积（亩） 林地面积（亩） 林果面积（亩） 牧草地面积（亩） 水面面积 "
    "退耕还林面积（亩） 是否通生产用电 是否通生活用电 是否通广播电视 入户路类型 与村主干路距离 主要燃料类型 整户无劳动能力兜底保障户 "
    "工资性收入 生产经营性收入 财产性收入 转移性收入 计划生育金 最低生活保障金 特困供养金 养老保险金 生态补偿金 其他转移性收入 "
    "资产收益分红收入 生产经营性支出 家庭纯收入 人均纯收入（元） 理赔收入 合规自付支出 是否义务教育阶段适龄儿童少年失学辍学 是否住房损毁 "
    "是否有家庭成员未参加城乡居民（职工）基本医疗保险 是否饮水设施损毁 是否加入农民专业合作组织 是否有龙头企业带动 风险是否已消除 识别监测时间 "
    "消除监测时间 风险消除方式 自然消除原因 实施开发式帮扶措施情况 产业帮扶 产业帮扶其他备注 就业帮扶 就业帮扶其他备注 金融帮扶 "
    "金融帮扶其他备注 公益性岗位帮扶 公益性岗位帮扶其他备注 住房安全保障 住房安全保障其他备注 饮水安全保障 饮水安全保障其他备注 教育帮扶 "
    "教育帮扶其他备注 义务教育保障 义务教育保障其他备注 综合保障 综合保障其他备注 社会帮扶 社会帮扶其他备注 搬迁 搬迁其他备注 "
    "生产生活条件改善 生产生活条件改善其他备注 基础设施建设 基础设施建设其他备注 帮扶单位 帮扶单位隶属关系 帮扶责任人 帮扶责任人单位 "
    "帮扶责任人电话 帮扶开始时间 帮扶结束时间 小额信贷金额 小额信贷余额 健康帮扶 健康帮扶其他备注 是否有创业致富带头人带动 家庭医生签约 "
    "慢病管理 是否规模性养殖 是否经商办企业 是否购买商品房 是否购买机动车 是否有财政供养人员 数据更新时间 采集人 录入人 审核人 审核状态 "
    + " ".join(AFTER_COLUMNS)
)
HEADERS = tuple(_COLUMNS.split())
_AT = {header: column for column, header in enumerate(HEADERS)}
WORK_HEADERS = (
    "市",
    "县",
    "乡",
    "村",
    "户编号",
    "人编号",
    "姓名",
    "证件号码",
    "是否已务工",
    "务工所在地",
    "就业渠道",
    "开始时间",
    "结束时间",
    "所属行业",
    "务工企业名称",
    "是否计划务工",
    "监测对象类别",
)
_CREATED = datetime(2022, 1, 1)


@lru_cache(maxsize=1024)
def _place_cells(leaf: str) -> tuple[tuple[str, str], ...]:
    tree = place_tree()
    return (("市", "南阳市"), ("县", "方城县"), ("乡", tree[leaf[:9]].name), ("村", tree[leaf].name))


def _income_cells(money: Income, after: str = "") -> Cells:
    names = ("工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出", "家庭纯收入")
    values = (
        money.wages_yuan,
        money.business_yuan,
        money.property_yuan,
        money.transfers_yuan,
        money.costs_yuan,
        money.net_yuan,
    )
    cells: Cells = {after + header: value for header, value in zip(names, values, strict=True)}
    cells[f"{after}家庭人均纯收入" if after else "人均纯收入（元）"] = money.per_head_yuan
    cells[f"{after}理赔收入"] = money.insurance_yuan
    cells[f"{after}合规自付支出"] = money.out_of_pocket_yuan
    return cells


def _household_cells(home: Household, state: State, export: int) -> Cells:
    """What stands in every row of a household."""
    head = state.people[0]
    cells: Cells = dict(_place_cells(state.leaf))
    cells |= {
        "户编号": home.code,
        "户主姓名": head.name,
        "户主证件号码": document_number(head),
        "户类型": home.base_kind,
        "家庭人口数": len(state.people),
        "联系电话": home.phone,
        "监测对象类别": home.kind,
        "是否危房户": "否",
        "是否解决安全饮用水": "是",
        "整户无劳动能力兜底保障户": "是" if home.is_safety_net else "否",
        **_income_cells(home.income),
        "是否义务教育阶段适龄儿童少年失学辍学": "否",
        "是否住房损毁": "是" if "因住房" in home.causes else "否",
        "是否有家庭成员未参加城乡居民（职工）基本医疗保险": "否",
        "是否饮水设施损毁": "是" if "因安全饮水" in home.causes else "否",
        "风险是否已消除": "是" if state.eliminated else "否",
        "识别监测时间": str(state.identified),
        "实施开发式帮扶措施情况": "已实施" if state.begun else "尚未实施",
        **(home.measures if state.begun else at_once(home)),
    }
    if state.contact:
        cells |= {"监测联系人": state.contact, "联系方式": home.contact_phone}
    if home.disaster:
        cells["因自然灾害子项"] = home.disaster
    for number, cause in enumerate(home.causes, 1):
        cells[f"致贫/返贫风险{number}"] = cause
    if state.eliminated:
        cells |= {"消除监测时间": str(state.eliminated), "风险消除方式": state.way}
        cells |= dict.fromkeys(AFTER_COLUMNS[:4], "否")
        cells |= _income_cells(home.after, "风险消除后")
    for broken in home.breaks:
        if broken.first <= export <= broken.last and broken.member is None:
            cells |= dict(broken.cells)
    return cells


def _person_cells(home: Household, person: Person, head: Person) -> Cells:
    cells: Cells = {
        "人编号": person.number,
        "姓名": person.name,
        "证件类型": "残疾人证" if is_disability_card(person) else "居民身份证",
        "证件号码": document_number(person),
        "与户主关系": relation(person, head),
        "性别": "男" if person.is_male else "女",
        "民族": "回族" if int(person.number[-6:]) % 100 < 3 else "汉族",
        "文化程度": person.schooling,
        "健康状况": person.health,
        "劳动技能": person.labour,
        "是否参加城乡居民基本医疗保险": "是",
    }
    if person.student:
        cells["在校生状况"] = person.student
    if home.is_safety_net or "低保" in home.measures.get("综合保障", ""):
        if "特困供养" in home.measures.get("综合保障", ""):
            cells["享受特困供养政策情况"] = "分散供养"
        else:
            cells["享受低保政策情况"] = "农村低保"
    return cells


def _rows(home: Household, state: State, export: int) -> Iterator[Cells]:
    shared = _household_cells(home, state, export)
    spoilt = [b for b in home.breaks if b.member is not None and b.first <= export <= b.last]
    for place, person in enumerate(state.people):
        cells = shared | _person_cells(home, person, state.people[0])
        for broken in spoilt:
            if broken.member == place:
                cells |= dict(broken.cells)
        if state.disagrees and place == 1:
            cells["风险是否已消除"] = "否" if state.eliminated else "是"
        yield cells


def _work_rows(home: Household, state: State, export: int) -> Iterator[list[str]]:
    now = [b for b in home.breaks if b.first <= export <= b.last]
    if any(b.hides_jobs for b in now):
        return
    pupil_works = any(b.pupil_works for b in now)
    for person in state.people:
        start = [*(value for _, value in _place_cells(state.leaf)), home.code, person.number, person.name]
        start.append(document_number(person))
        if pupil_works and person.student and person.age >= 16:
            pupil_works = False
            yield [
                *start,
                "是",
                "乡内",
                "自主外出",
                "202107",
                "",
                "批发和零售业",
                "示例商店",
                "否",
                home.kind,
            ]
        elif person.job:
            job = person.job
            done = [job.place, job.channel, str(job.begun), "", job.trade, job.employer]
            yield [*start, "是", *done, "否", home.kind]
        elif person.labour == "普通劳动力" and int(person.id_number[15]) < 3:
            yield [*start, "否", "", "", "", "", "", "", "是", home.kind]


def write_export(path: Path, export: int, *, late: bool = False) -> None:
    """Write the workbook of an export (0-5), or the late township's own."""
    standing = in_export(export, late=late)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"title": "演示数据：监测对象信息", "created": _CREATED})
        sheet = book.add_worksheet("监测对象信息")
        sheet.freeze_panes(1, 5)
        sheet.write_row(0, 0, HEADERS)
        line = 0
        for home, state in standing:
            for cells in _rows(home, state, export):
                line += 1
                for header, value in cells.items():
                    if isinstance(value, str):
                        sheet.write_string(line, _AT[header], value)
                    elif value is not None:
                        sheet.write_number(line, _AT[header], value)
        work = book.add_worksheet("务工信息")
        work.freeze_panes(1, 5)
        work.write_row(0, 0, WORK_HEADERS)
        line = 0
        for home, state in standing:
            for row in _work_rows(home, state, export):
                line += 1
                for column, text in enumerate(row):
                    if text:
                        work.write_string(line, column, text)


def write_work(path: Path, export: int) -> None:
    """Write the sheet 务工信息 of an export as a workbook of its own, the late township's people included."""
    standing = in_export(export)
    if EXPORTS[export] == LATE_ON:
        standing = sorted(
            standing + in_export(export, late=True), key=lambda pair: (pair[1].leaf, pair[0].code)
        )
    rows = (row for home, state in standing for row in _work_rows(home, state, export))
    write_sheet(path, "务工信息", [], WORK_HEADERS, rows)


assert set(MEASURE_COLUMNS) <= set(HEADERS)
