"""通报: what the county writes to its townships, in the sentences that counties write (要点6一季一通报、要点23).

总体进展, 排名由高到低, 存在问题 by township and post, 下步要求. Each sentence is made from its figures alone and is right
for none, one, several, ties and 未报.
"""

from collections.abc import Sequence

from core.forecasts.projects import CountOutlook
from core.indicators.indicator import Reading, Status, told_days
from core.places import Area
from core.plan import latest_plan
from core.ranking import light_words
from core.units import day, short_day, write
from core.views.briefing import Briefing
from core.views.bulletin_words import (
    Named,
    completion_problem,
    exit_problem,
    measures_problem,
    milestone_problem,
    notice_problem,
    overdue_problem,
    own_places_sentence,
    ranking_sentence,
    silent_problem,
    spending_problem,
    task_problem,
)
from core.views.common import change_words, load, note, number, pace_points, stale_words
from core.views.forecasts import completion, completion_words
from core.views.monitoring import monitoring
from core.views.overview import pace_gap_words, weekly
from core.views.paper import (
    OFFICE,
    Annex,
    Block,
    Figure,
    Heading,
    Paper,
    Paragraph,
    note_lines,
)
from core.views.pilot_zones import pilot_zones
from core.views.projects import GanttBar, projects
from core.views.tables import ranking_grids

NUMERALS = "一二三四五六七八九十"
KEYS = (
    "projects_planned",
    "projects_started_rate",
    "projects_completed",
    "projects_completed_rate",
    "projects_completed_on_time_rate",
    "projects_overdue",
    "monitored_households_remaining",
    "monitored_persons_remaining",
    "risk_elimination_rate_r1_households",
    "risk_elimination_rate_r1_persons",
    "baseline_improper_households",
    "newly_identified_households",
    "measures_rate",
    "transition_fund_total_yuan",
    "transition_fund_total_yuan_planned",
    "disbursed_yuan",
    "disbursement_rate",
    "industry_share",
    "industry_share_with_integrated",
    "public_notice_rate_village",
    "milestones_due",
    "milestones_due_done",
    "milestones_late",
)


def bulletin(made: Briefing, area: Area) -> Paper:
    """The bulletin of an area on the briefing's day, with the ranking annexed."""
    load(made.snapshot, area)
    readings = {key: number(made.snapshot, key, area) for key in KEYS}
    problems = _problems(made, area)
    asked = [one for _, _, one in problems]
    sourced = [reading for reading in readings.values() if reading.source]
    note_ = note(*(sourced or readings.values()))
    blocks: list[Block] = [
        Paragraph(f"现将截至{day(made.on)}{_whole(area)}乡村振兴重点工作进展情况通报如下。"),
        Heading("一、总体进展"),
        *_progress(made, area, readings),
        Heading("二、排名情况"),
        *_ranking(made, area),
        Heading("三、存在问题"),
        *(
            _numbered([(title, words) for title, words, _ in problems])
            or [Paragraph("从现有数据看，没有滞后、逾期、未报和核查未通过的情况。")]
        ),
        Heading("四、下步要求"),
        *_numbered([*asked, *_asked([title for title, _ in asked])]),
    ]
    grids = ranking_grids(made, area)
    return Paper(
        title=f"关于{_whole(area)}{made.on.year}年{made.on.month}月乡村振兴重点工作进展情况的通报",
        place=area.name,
        as_of=day(made.on),
        blocks=tuple(blocks),
        note=note_lines(note_, is_demo=made.is_demo),
        figures=tuple(_figure(reading) for reading in readings.values()),
        addressee=_addressee(area),
        annexes=(
            Annex("季度排名表", tuple(grids)),
            Annex(
                "数据来源和口径",
                tuple(
                    Paragraph(line)
                    for line in (*note_lines(note_, is_demo=made.is_demo), light_words(made.ranking.rules))
                ),
            ),
        ),
        signed_by=OFFICE,
        dated=day(made.on),
        is_official=True,
    )


def _whole(area: Area) -> str:
    return "全县" if area.kind == "county" else area.name


def _addressee(area: Area) -> str:
    if area.kind == "county":
        return "各乡镇人民政府、街道办事处，县直各部门："
    if area.kind == "township":
        seat = "" if area.townships[0].kind == "subdistrict" else "人民政府"
        return f"{area.name}{seat or '办事处'}："
    names = [f"{t.name}{'办事处' if t.kind == 'subdistrict' else '人民政府'}" for t in area.townships]
    return f"{'、'.join(names)}："


def _figure(reading: Reading) -> Figure:
    return Figure(reading.area.name, reading.indicator.name, reading.text)


def _numbered(parts: Sequence[tuple[str, str]]) -> list[Block]:
    return [Paragraph(words, f"（{_numeral(at)}）{title}。") for at, (title, words) in enumerate(parts, 1)]


def _numeral(at: int) -> str:
    return NUMERALS[at - 1] if at <= len(NUMERALS) else f"十{NUMERALS[at - 11]}"


def _progress(made: Briefing, area: Area, r: dict[str, Reading]) -> list[Block]:
    parts = [
        ("项目建设", _projects_words(made, area, r)),
        ("监测帮扶", _monitored_words(made, area, r)),
        ("衔接资金", _funds_words(made, area, r)),
    ]
    due, done, overdue = r["milestones_due"], r["milestones_due_done"], r["milestones_late"]
    if any(t.is_pilot for t in area.townships) and due.value:
        late = f"{overdue.text}逾期未完成" if overdue.value else "没有逾期"
        since = stale_words(made.snapshot, due)
        parts.append(("示范片区", f"{since}到期节点{due.text}，已完成{done.text}，{late}。"))
    return _numbered(parts)


def _silent_words(ledger: str, reading: Reading) -> str:
    """监测对象信息8月31日未报，7月31日为146户; what never came is simply 未报."""
    if reading.carried_value is None or reading.carried_as_of is None:
        return f"{ledger}未报。"
    last = write(reading.carried_value, reading.indicator.unit)
    return f"{ledger}{short_day(reading.as_of)}未报，{short_day(reading.carried_as_of)}为{last}。"


def _projects_words(made: Briefing, area: Area, r: dict[str, Reading]) -> str:
    planned, done = r["projects_planned"], r["projects_completed"]
    if planned.value is None or done.value is None:
        return _silent_words("项目台账", planned)
    if not planned.value:
        return f"{_whole(area)}没有列入年度计划的项目。"
    money_words = r["transition_fund_total_yuan_planned"]
    invested = f"，计划安排资金{money_words.text}" if money_words.value else ""
    deadline = latest_plan(made.on)["projects_completed_rate"].by
    left = int(planned.value - done.value)
    told = told_days(done.indicator, made.snapshot, area)[-1]
    words = (
        f"{_whole(area)}年度计划项目共{planned.text}{invested}。截至{short_day(told)}，"
        f"开工率{r['projects_started_rate'].text}；"
    ) + (f"已竣工{done.text}，竣工率{r['projects_completed_rate'].text}" if done.value else "尚无项目竣工")
    on_time = r["projects_completed_on_time_rate"]
    if on_time.value is not None:
        words += f"，按期竣工率{on_time.text}"
    if done.value and (change := change_words(done)):
        words += f"；竣工数{change}"
    words += "。"
    if not left:
        return f"{words}年度计划项目已全部竣工。"
    if deadline and deadline > made.on:
        days = (deadline - made.on).days
        words += (
            f"距{short_day(deadline)}还有{days}天，尚有{left}个未竣工，平均每周需竣工{weekly(left, days)}个。"
        )
        outlook = completion(made.snapshot, area)
        if isinstance(outlook, CountOutlook):
            words += f"{completion_words(outlook)}。"
    elif deadline:
        since = (made.on - deadline).days
        passed = f"{short_day(deadline)}已过{since}天" if since else f"{short_day(deadline)}时限已到"
        words += f"{passed}，尚有{left}个未竣工。"
    return words


def _monitored_words(made: Briefing, area: Area, r: dict[str, Reading]) -> str:
    remaining, persons = r["monitored_households_remaining"], r["monitored_persons_remaining"]
    if remaining.value is None:
        return _silent_words("监测对象信息", remaining)
    since = stale_words(made.snapshot, remaining)
    words = f"{since}尚有风险未消除监测对象{remaining.text}、{persons.text}"
    words += f"，{change}" if (change := change_words(remaining)) else ""
    pace = remaining.target.pace if remaining.target else None
    words += f"，{pace_gap_words(remaining.value, pace)}" if pace is not None else ""
    words += "。"
    r1, improper = r["risk_elimination_rate_r1_households"], r["baseline_improper_households"]
    if r1.value is not None and r1.numerator is not None and r1.denominator is not None:
        by_head = r["risk_elimination_rate_r1_persons"].text
        words += (
            f"基准存量{r1.denominator:,}户中已标注消除{r1.numerator:,}户，存量消除率{r1.text}（按人{by_head}）"
            if r1.numerator
            else f"基准存量{r1.denominator:,}户中尚无标注消除的"
        )
        words += f"，其中{improper.text}未通过审慎退出核查。" if improper.value else "。"
    new = r["newly_identified_households"]
    if new.value is not None:
        words += f"本年新识别{new.text}。" if new.value else "本年没有新识别的。"
    measures = r["measures_rate"]
    if measures.value is not None:
        words += f"帮扶措施落实率{measures.text}。"
    return words


def _funds_words(made: Briefing, area: Area, r: dict[str, Reading]) -> str:
    paid, rate, total = r["disbursed_yuan"], r["disbursement_rate"], r["transition_fund_total_yuan"]
    share, whole = r["industry_share"], r["industry_share_with_integrated"]
    words = ""
    if (gap := pace_points(made.snapshot, rate)) is not None:
        compare = (
            f"比序时进度{'高' if gap > 0 else '低'}{abs(gap):.1f}个百分点"
            if round(gap, 1)
            else "与序时进度持平"
        )
        words += f"{stale_words(made.snapshot, rate)}累计下达{total.text}，已支付{paid.text}，支出率{rate.text}，{compare}。"
    elif paid.value is not None:
        words += f"项目已支付资金{paid.text}。" if paid.value else "项目资金尚无支付。"
    else:
        words += _silent_words("资金支付台账", paid)
    if share.value is not None:
        words += f"产业占比{share.text}（四级衔接资金），含整合资金为{whole.text}。"
    notice = r["public_notice_rate_village"]
    if notice.value is not None:
        words += f"项目村级公告公示率{notice.text}。"
    return words


def _ranking(made: Briefing, area: Area) -> list[Block]:
    ranked = made.ranking
    rules = ranked.rules
    if area.kind != "county":
        codes = {t.code for t in area.townships}
        rows = [row for row in ranked.rows if row.township.code in codes]
        return [Paragraph(f"按全县{rules.title}，{own_places_sentence(rows)}排名表见附件1。")]
    said: list[Block] = [
        Paragraph(ranking_sentence(group.name, ranked.group(group), group.last_words))
        for group in rules.group
    ]
    counted = "、".join(f"{rule.short}{float(rule.weight):g}" for rule in rules.weighted)
    listed = "、".join(rule.short for rule in rules.indicator if not rule.weight)
    apart = f"；{listed}只列位次、不计分" if listed else ""
    return [*said, Paragraph(f"得分按{counted}的权重计算{apart}。分项位次见附件1。")]


Asked = tuple[str, str]


def _notices(made: Briefing, area: Area) -> tuple[list[Named], int, int]:
    """Where projects are not announced in their village, how many are, of how many."""
    found = []
    for place in (made.tree.township_area(t) for t in area.townships):
        reading = number(made.snapshot, "public_notice_rate_village", place)
        left = (reading.denominator or 0) - (reading.numerator or 0) if reading.value is not None else 0
        if left:
            found.append(Named(place.name, f"{left}个", left))
    whole = number(made.snapshot, "public_notice_rate_village", area)
    found.sort(key=lambda line: (-line.value, line.name))
    return found, whole.numerator or 0, whole.denominator or 0


def _late_milestones(made: Briefing, area: Area) -> list[Named]:
    late = [
        (milestone, zone.township.name)
        for zone in made.view(pilot_zones, area).zones
        for milestone in zone.late
    ]
    late.sort(key=lambda one: (one[0].planned, one[1]))
    return [Named(f"{name}“{m.name}”", m.words) for m, name in late]


def _problems(made: Briefing, area: Area) -> list[tuple[str, str, Asked]]:
    """(title, sentence, what is asked for it) of each problem that there is."""
    rate = number(made.snapshot, "disbursement_rate", area)
    found = [
        (
            "项目竣工滞后",
            completion_problem(*_behind(made, area)),
            (
                "倒排工期抓竣工",
                ("" if area.kind == "township" else "竣工滞后的乡镇（街道）")
                + "要逐项目列出剩余工程量、施工力量和完成时限，主要负责同志一线调度。",
            ),
        ),
        (
            "项目超过计划竣工日",
            overdue_problem(*_overdue(made, area)),
            (
                "逐个项目销号",
                "逾期项目由责任人说明原因，报调整后的竣工日；调整不改变按首个计划竣工日考核。",
            ),
        ),
        (
            "资金支出滞后",
            spending_problem(rate.text, pace_points(made.snapshot, rate), stale_words(made.snapshot, rate)),
            ("加快资金拨付", PAY),
        ),
        (
            "公告公示不到位",
            notice_problem(*_notices(made, area)),
            ("公告公示全覆盖", "尚未公示的项目要立即在村公告公示，县、乡、村三级一个不漏（要点3）。"),
        ),
        (
            "示范片区节点逾期",
            milestone_problem(_late_milestones(made, area)),
            (
                "抓紧片区节点",
                "逾期节点由片区专班倒排时间、明确到人，每周现场调度，确保年底初具规模（要点17）。",
            ),
        ),
        (
            "帮扶措施未落实",
            measures_problem(*_without_measures(made, area)),
            (
                "补齐帮扶措施",
                "对尚无措施的户逐户研判，至少落实一项有针对性的措施，并录入全国防返贫监测信息系统。",
            ),
        ),
        (
            "退出核查未通过",
            exit_problem(*_improper(made, area)),
            (
                "坚持审慎退出",
                "对未通过核查的户逐户复核，不符合条件的按程序回退，不盲目追求风险消除率（要点8）。",
            ),
        ),
        (
            "数据未报",
            silent_problem(_silent(made, area)),
            ("按时报送数据", "未报的单位要立即补报，并说明原因；补报后按更正后的数字重新核定。"),
        ),
        (
            "交办事项逾期",
            task_problem(_late_tasks(made, area)),
            ("按期办结交办事项", "逾期事项由责任单位提出办结时间，办结一件、核实一件、销号一件。"),
        ),
    ]
    return [(title, words, asked) for title, words, asked in found if words]


PAY = "按工程进度及时审核报账，做到工程完、资金清、资料齐。"


def _asked(asked_already: Sequence[str]) -> list[Asked]:
    """What is asked of everybody, whatever the problems."""
    pay = [] if "加快资金拨付" in asked_already else [("加快资金拨付", PAY)]
    return [
        *pay,
        (
            "常态监测不松劲",
            "坚持应纳尽纳、应帮尽帮，发现一户、识别一户、帮扶一户，守住不发生规模性返贫的底线。",
        ),
    ]


def _behind(made: Briefing, area: Area) -> tuple[list[Named], list[Named]]:
    """The townships whose completion is 滞后, and those that are 预警, from low to high."""
    found: dict[Status, list[Named]] = {Status.BEHIND: [], Status.RECOVERING: []}
    for township in area.townships:
        place = made.tree.township_area(township)
        reading = number(made.snapshot, "projects_completed_rate", place)
        if reading.status in found and reading.value is not None:
            words = f"{reading.denominator}个项目竣工{reading.numerator}个，竣工率{reading.text}"
            found[reading.status].append(Named(township.name, words, reading.value))
    behind, warned = (sorted(lines, key=lambda line: (line.value, line.name)) for lines in found.values())
    return behind, warned


def _overdue(made: Briefing, area: Area) -> tuple[list[GanttBar], list[Named]]:
    late = [bar for bar in made.view(projects, area).wall if bar.days_late]
    count: dict[str, int] = {}
    for bar in late:
        count[bar.place] = count.get(bar.place, 0) + 1
    order = sorted(count, key=lambda name: (-count[name], name))
    return late, [Named(name, f"{count[name]}个") for name in order]


def _without_measures(made: Briefing, area: Area) -> tuple[list[Named], int]:
    lines = [t for t in made.view(monitoring, area).townships if t.without_measure]
    lines.sort(key=lambda t: (-(t.without_measure or 0), t.name))
    found = [Named(t.name, f"{t.without_measure}户") for t in lines]
    measures = number(made.snapshot, "measures_rate", area)
    total = (measures.denominator or 0) - (measures.numerator or 0) if measures.value is not None else 0
    return found, total


def _improper(made: Briefing, area: Area) -> tuple[list[Named], int]:
    found = []
    for township in area.townships:
        reading = number(made.snapshot, "improper_exit_households", made.tree.township_area(township))
        if reading.value:
            found.append((int(reading.value), township.name))
    whole = number(made.snapshot, "improper_exit_households", area)
    lines = [Named(name, f"{count}户") for count, name in sorted(found, key=lambda one: (-one[0], one[1]))]
    return lines, int(whole.value or 0)


def _silent(made: Briefing, area: Area) -> list[Named]:
    codes = {t.code for t in area.townships}
    return [
        Named(row.township.name, row.remark)
        for row in made.ranking.rows
        if row.is_silent and row.township.code in codes
    ]


def _late_tasks(made: Briefing, area: Area) -> list[Named]:
    return [
        Named(
            f"“{line.task.what}”",
            f"{line.place}，逾期{line.task.overdue_days}天，责任单位：{line.task.owner}",
        )
        for line in made.tasks(area).open
        if line.task.overdue_days
    ]
