"""The pages and the screens that every test of all pages goes through. A new page is one line here."""

import re
from urllib.parse import quote

from core.indicators.catalogue import CATALOGUE

NAME = "方城县乡村振兴指挥看板"
SCREENS = {"投影": (1920, 1080), "笔记本": (1366, 768), "平板": (820, 1180), "手机": (390, 844)}
THEMES = ("light", "dark")

# address: title, plotly charts at least, maps, a sentence or word that only this page has
PAGES = {
    "/": ("总览", 2, 1, "存量消除率（基准日存量）"),
    "/monitoring": ("监测帮扶", 3, 1, "各乡镇未消除情况"),
    "/risk": ("风险消除", 2, 0, "四种消除率，分母各不相同"),
    "/projects": ("项目建设", 4, 1, "挂图作战："),
    "/funds": ("衔接资金", 5, 0, "各项目支付"),
    "/pilot-zones": ("示范片区", 0, 4, "示意位置"),
    "/work-plan": ("六大工程", 0, 0, "滞后在前；"),
    "/war-zones": ("战区乡镇", 0, 0, "街道组末位："),
    f"/township?township={quote('拐河镇')}": ("乡镇情况", 0, 0, "乡镇组第14位/14"),
    "/questions": ("需要过问的事", 0, 0, "问："),
    "/tasks": ("调度", 0, 0, "交办"),
    "/meeting": ("会议", 0, 0, "放映顺序"),
    "/reports": ("材料", 0, 0, "已发出0份"),
    "/imports": ("数据导入", 0, 0, "导入一份表格"),
    "/quality": ("数据质量", 0, 0, "户要改"),
    "/definitions": ("指标口径", 0, 0, "计划中的数字"),
    "/record": ("预测记录", 1, 0, "预测记录"),
}

# 代号 on 指标口径 is what scripts and the command line call an indicator.
KEYS = {word for indicator in CATALOGUE for word in re.findall(r"[A-Za-z]{3,}", indicator.key)}
LATIN = {
    "/definitions": KEYS,
    "/imports": {"XLSB", "ODS"},
    "/questions": {"data", "reference", "matters", "toml"},
}
