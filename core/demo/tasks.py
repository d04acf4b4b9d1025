"""Problems that the invented county's monthly review raised: by post, two overdue, one closed, one waiting to be closed."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DemoTask:
    """A task as it was raised, and what followed: (day, kind, what was said)."""

    place: str
    what: str
    owner: str
    due_on: date
    next_step: str
    raised_on: date
    origin: tuple[str, str] = ("", "")
    then: tuple[tuple[date, str, str], ...] = ()
    by: str = "县委农办"


JULY, AUGUST = date(2022, 7, 29), date(2022, 8, 12)

TASKS = (
    DemoTask(
        "拐河镇",
        "10个项目只竣工1个，逐个说明原因，倒排工期",
        "拐河镇镇长",
        date(2022, 8, 15),
        "逐项目报竣工计划，县乡村振兴局现场核实",
        JULY,
        ("indicator", "projects_completed_rate"),
        ((date(2022, 8, 16), "changed", "逐项目报竣工计划，镇长每周一报进度"),),
    ),
    DemoTask(
        "赵河镇",
        "未落实帮扶措施的监测户，逐户落实到位",
        "赵河镇党委书记",
        date(2022, 8, 25),
        "包村干部逐户入户，措施录入全国系统",
        AUGUST,
        ("indicator", "measures_rate"),
    ),
    DemoTask(
        "杨楼镇",
        "两个项目没有村级公示，限期补公示",
        "杨楼镇镇长、县乡村振兴局",
        date(2022, 9, 5),
        "补公示并上传照片，县乡村振兴局抽查",
        AUGUST,
        ("indicator", "public_notice_rate_village"),
    ),
    DemoTask(
        "小史店镇",
        "8月监测对象信息未报",
        "小史店镇镇长",
        date(2022, 9, 2),
        "监测中心上门指导导出，当日补报",
        date(2022, 8, 31),
        ("question", "未报"),
    ),
    DemoTask(
        "二郎庙镇",
        "片区节点两项未按期完成，报新的完成日和责任人职务",
        "二郎庙镇镇长",
        date(2022, 8, 26),
        "片区专班每周现场调度一次",
        JULY,
        ("indicator", "milestones_due_done_rate"),
        ((date(2022, 8, 24), "reported", "已报新的完成日，两项均已复工"),),
    ),
    DemoTask(
        "方城县",
        "已竣工项目的资金拨付慢于工程，梳理卡在哪个环节",
        "县财政局、县乡村振兴局",
        date(2022, 9, 15),
        "逐项目对账，9月10日前报未拨付原因",
        AUGUST,
        ("indicator", "disbursed_yuan"),
    ),
    DemoTask(
        "柳河镇",
        "新识别户中有1户未明确监测联系人",
        "柳河镇镇长",
        date(2022, 8, 20),
        "明确乡镇干部为联系人并录入全国系统",
        JULY,
        ("indicator", "contact_officer_rate"),
        (
            (date(2022, 8, 18), "reported", "已明确联系人并录入"),
            (date(2022, 8, 22), "closed", "监测中心核对属实"),
        ),
    ),
)
