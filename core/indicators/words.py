"""The field's code words and what a reader reads for them."""

KINDS = {"unstable": "脱贫不稳定户", "borderline": "边缘易致贫户", "sudden_hardship": "突发严重困难户"}

CAUSES = {
    "illness": "因病",
    "schooling": "因学",
    "disability": "因残",
    "disaster": "因自然灾害",
    "accident": "因意外事故",
    "failed_business": "因产业项目失败",
    "unstable_work": "因务工就业不稳",
    "no_labour": "因缺劳动力",
    "water": "因安全饮水",
    "housing": "因住房",
    "other": "其他",
}

SOURCES = {
    "central": "中央",
    "province": "省级",
    "city": "市级",
    "county": "县级配套",
    "integrated": "整合资金",
}

CLASSES = {
    "gone": "已不在系统",
    "improper": "消除不合规",
    "proper": "消除合规",
    "safety_net": "整户无劳动能力兜底",
    "young": "未满6个月",
    "eliminable": "可消除",
}

FLOWS = {
    "new": "新识别",
    "again": "再识别",
    "entered": "补录/迁入",
    "opening": "首次纳入",
    "reversed": "回退",
    "eliminated": "消除",
    "left": "移出/销户",
    "moved_out": "迁出",
    "heads": "自然增减",
}

STAGES = {
    "reserved": "储备",
    "approved": "批复",
    "started": "开工",
    "under_way": "在建",
    "completed": "竣工",
    "accepted": "验收",
    "terminated": "终止",
}
