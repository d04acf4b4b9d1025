"""Every indicator, declared once, with its words, formula and clause."""

from core.imports.quality_rules import ANSWERS
from core.indicators import assets, employment, findings, petitions
from core.indicators.indicator import Better, Indicator, Target
from core.indicators.reports import report_indicators
from core.indicators.words import FLOWS as FLOW_WORDS
from core.indicators.words import SOURCES
from core.units import Unit

HOUSEHOLDS, PERSONS, PROJECTS, RATE, YUAN = Unit.HOUSEHOLDS, Unit.PERSONS, Unit.PROJECTS, Unit.RATE, Unit.YUAN

FOUR_LEVELS = ("central", "province", "city", "county")
ALL_SOURCES = tuple(SOURCES)


def _funds(ledger: str, kind: str, sources: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{ledger}.{kind}_{source}" for source in sources)


def _flows(word: str, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"monitored.{name}.{word}" for name in names)


def _pair(
    key: str,
    name: str,
    series: str,
    definition: str,
    source: str,
    *,
    items: tuple[int, ...],
    better: Better = Better.NEITHER,
    slices: tuple[str, ...] = (),
    caution: str = "",
    since_new_year: bool = False,
    at_opening: bool = False,
    needs_baseline: bool = False,
    target: tuple[Target, Target] | None = None,
) -> tuple[Indicator, Indicator]:
    """户 and 人 are two official figures: an indicator of households is declared with its twin of persons.

    `key` and `series` hold {unit}, which becomes households or persons.
    """
    return tuple(  # type: ignore[return-value]
        Indicator(
            key=key.format(unit=word),
            name=f"{name}（{unit.value}）",
            unit=unit,
            definition=definition,
            source=source,
            owner="乡村振兴局",
            numerator=(f"monitored.{series}.{word}",),
            items=items,
            better=better,
            slices=slices,
            caution=caution,
            since_new_year=since_new_year,
            at_opening=at_opening,
            needs_baseline=needs_baseline,
            target=target[i] if target else None,
        )
        for i, (word, unit) in enumerate((("households", HOUSEHOLDS), ("persons", PERSONS)))
    )


def _rate_pair(
    code: str,
    name: str,
    top: tuple[str, ...],
    bottom: tuple[str, ...],
    definition: str,
    caution: str,
    *,
    needs_baseline: bool,
    has_target: bool = False,
) -> tuple[Indicator, Indicator]:
    return tuple(  # type: ignore[return-value]
        Indicator(
            key=f"risk_elimination_rate_{code}_{word}",
            name=f"{name}（{unit.value}）",
            unit=RATE,
            definition=definition,
            source="要点8；主要目标",
            owner="乡村振兴局",
            numerator=tuple(f"monitored.{series}.{word}" for series in top),
            denominator=tuple(f"monitored.{series}.{word}" for series in bottom),
            items=(8,),
            better=Better.HIGHER if code == "r4" else Better.NEITHER,
            caution=caution,
            needs_baseline=needs_baseline,
            plan_figures=(f"baseline_{word}",) if needs_baseline else (),
            # 兜底户暂不标注消除（要点8），序时进度只走到兜底之外的部分。
            target=Target(
                "risk_elimination_rate", everywhere=True, held=f"monitored.baseline_safety_net.{word}"
            )
            if has_target
            else None,
        )
        for word, unit in (("households", HOUSEHOLDS), ("persons", PERSONS))
    )


MONITORED = (
    *_pair(
        "monitored_{unit}",
        "监测对象",
        "monitored",
        "监测对象类别已填的户（户编号去重）与人（其在册人数），含已消除风险的。",
        "要点5、要点7",
        items=(5, 7),
        slices=("kind",),
        caution="脱贫不稳定户同时属于脱贫户，不得与脱贫人口相加。",
    ),
    *_pair(
        "monitored_{unit}_remaining",
        "风险未消除监测对象",
        "remaining",
        "风险是否已消除为“否”的户与人；同户成员填写不一致的按未消除计。含基准日后新识别的。",
        "主要目标、要点7、要点8",
        items=(7, 8),
        better=Better.LOWER,
        slices=("kind", "main", "any"),
        caution="整户无劳动能力兜底户暂不标注消除，序时进度降至兜底户数为止；计划原目标为全部消除。",
        target=(
            Target(
                "risk_elimination_rate",
                0,
                start="monitored.baseline.households",
                end="monitored.open_safety_net.households",
            ),
            Target(
                "risk_elimination_rate",
                0,
                start="monitored.baseline.persons",
                end="monitored.open_safety_net.persons",
            ),
        ),
    ),
    *_pair(
        "newly_identified_{unit}",
        "本年新识别",
        "new_this_year",
        "识别监测时间在计划年度内的户与人，累计至数据日期（不论现在是否已消除）。",
        "要点5（应纳尽纳，不设规模限制）",
        items=(5,),
        slices=("kind",),
    ),
    *_pair(
        "risk_eliminated_{unit}",
        "累计已消除",
        "eliminated",
        "风险是否已消除为“是”的在册户与人，含历年消除的。",
        "要点8",
        items=(8,),
    ),
    *_pair(
        "risk_eliminated_this_year_{unit}",
        "本年消除",
        "eliminated_this_year",
        "已消除、消除监测时间在计划年度内且未回退的户与人。",
        "要点8",
        items=(8,),
    ),
    *_pair(
        "safety_net_{unit}",
        "整户无劳动能力兜底（未消除）",
        "open_safety_net",
        "未消除且整户无劳动能力兜底保障户为“是”的户与人；落实社会保障后暂不标注消除。",
        "要点8（审慎退出）",
        items=(8,),
    ),
    *_pair(
        "under_six_months_{unit}",
        "识别未满6个月（未消除）",
        "open_young",
        "未消除、非兜底，识别监测时间至数据日期不满6个月的户与人；无识别时间的计入此类。",
        "要点8（审慎退出）",
        items=(8,),
    ),
    *_pair(
        "eliminable_{unit}",
        "可消除（未消除）",
        "open_eliminable",
        "未消除、非兜底、识别已满6个月的户与人：经研判稳定后可按程序消除。",
        "要点8",
        items=(8,),
    ),
    *_pair(
        "improper_exit_{unit}",
        "不符合审慎退出核查的消除",
        "exit_faulty",
        "已消除但为兜底户、或2022年4月后识别不满6个月即消除（自然消除除外）、或未填消除时间的户与人。",
        "要点8（严格执行退出标准和程序）",
        items=(8,),
        better=Better.LOWER,
    ),
    *_pair(
        "measures_in_place_{unit}",
        "已落实帮扶措施（未消除）",
        "with_measure",
        "未消除且帮扶措施各栏至少填有一项的户与人。",
        "要点7（应扶尽扶）",
        items=(7,),
    ),
    Indicator(
        key="measures_rate",
        name="帮扶措施落实率",
        unit=RATE,
        definition="已落实至少一项帮扶措施的未消除户 ÷ 未消除户。",
        source="要点7（应扶尽扶）",
        owner="乡村振兴局",
        numerator=("monitored.with_measure.households",),
        denominator=("monitored.remaining.households",),
        items=(7,),
        better=Better.HIGHER,
    ),
    Indicator(
        key="measures_match_rate",
        name="风险与措施匹配率",
        unit=RATE,
        definition="未消除且风险含因病、因学或因安全饮水的户中，每项这类风险都有对应措施的户 ÷ 这类户："
        + "；".join(f"{words}对应{'、'.join(measures)}" for words, measures in ANSWERS.values())
        + "。",
        source="要点7（缺什么补什么）",
        owner="乡村振兴局",
        numerator=("monitored.answered.households",),
        denominator=("monitored.answerable.households",),
        items=(7,),
        better=Better.HIGHER,
        above_village=True,
        caution="只看有没有对应的措施栏，措施是否管用要入户核实。",
    ),
    Indicator(
        key="within_income_line_households",
        name="人均纯收入在监测参考范围内（未消除）",
        unit=HOUSEHOLDS,
        definition="未消除且识别时人均纯收入不高于当年省定监测收入参考范围（2022年6900元）的户；收入空着的不计。",
        source="要点5（省定2022年防止返贫监测收入参考范围6900元）",
        owner="乡村振兴局",
        numerator=("monitored.within_income_line.households",),
        needs=("income",),
        plan_figures=("monitoring_income_line",),
        items=(5,),
        caution="参考范围不是硬杠：突发严重困难户收入可以超出。",
    ),
    Indicator(
        key="contact_officer_rate",
        name="监测联系人配备率",
        unit=RATE,
        definition="本年新识别户中已填监测联系人的户 ÷ 本年新识别户；所在导出没有监测联系人一列的不在分母。",
        source="要点7（必须明确县、乡公职人员担任监测联系人）",
        owner="乡村振兴局",
        numerator=("monitored.new_with_contact.households",),
        denominator=("monitored.new_contact_due.households",),
        needs=("contact",),
        items=(7,),
        better=Better.HIGHER,
        target=Target("contact_officer_rate", everywhere=True),
    ),
)

RATES = (
    *_rate_pair(
        "r1",
        "存量消除率 R1",
        ("baseline_proper", "baseline_improper"),
        ("baseline",),
        "基准日（2022年3月15日）未消除户中现已标注消除的 ÷ 基准存量（2943户、8417人）；按基准日所在地和人数计。",
        "已不在系统的仍在分母。计划要求力争全部消除，同时要求不盲目追求消除率。",
        needs_baseline=True,
        has_target=True,
    ),
    *_rate_pair(
        "r2",
        "累计消除率 R2",
        ("eliminated",),
        ("monitored",),
        "系统内已标注消除 ÷ 系统内全部监测对象（含历年）；按现在所在地和在册人数计。",
        "全国性报道用此口径，不能与存量消除率比较。",
        needs_baseline=False,
    ),
    *_rate_pair(
        "r3",
        "当年滚动消除率 R3",
        ("eliminated_this_year",),
        ("eliminated_this_year", "remaining"),
        "本年消除且未回退 ÷（本年消除且未回退 + 现未消除）。",
        "回退和新识别已在未消除之中，不再另加。",
        needs_baseline=False,
    ),
    *_rate_pair(
        "r4",
        "可消除口径消除率 R4",
        ("baseline_proper",),
        ("baseline_proper", "baseline_eliminable"),
        "基准存量中合规消除 ÷（合规消除 + 可消除）；不含兜底、未满6个月、不合规和已不在系统的。",
        "随着识别满6个月，分母会增大，比率可能因此下降。",
        needs_baseline=True,
    ),
)

BASELINE = tuple(
    one
    for name, words, definition in (
        ("gone", "已不在系统", "最新导出中已无此户。"),
        ("improper", "消除不合规", "已标注消除，但属兜底户、不满6个月或未填消除时间。"),
        ("proper", "消除合规", "已标注消除，且通过审慎退出核查。"),
        ("safety_net", "整户无劳动能力兜底", "未消除，兜底保障。"),
        ("young", "未满6个月", "未消除，识别不满6个月或无识别时间。"),
        ("eliminable", "可消除", "未消除，非兜底，识别已满6个月。"),
    )
    for one in _pair(
        f"baseline_{name}_{{unit}}",
        f"基准存量·{words}",
        f"baseline_{name}",
        f"2022年3月15日未消除的户与人中：{definition}六类相加等于基准存量。",
        "主要目标、要点8",
        items=(8,),
        needs_baseline=True,
    )
)

_FLOW_NOTE = "由前后两次导出对比得出，自1月1日累计；两次导出之间发生又撤销的看不见。"

FLOWS = (
    *_pair(
        "risk_reversed_{unit}",
        "风险消除回退",
        "flow.reversed",
        f"由“是”变回“否”且识别时间未更新的户与人。{_FLOW_NOTE}",
        "要点8",
        items=(8,),
        since_new_year=True,
    ),
    *(
        one
        for name, words, definition in (
            ("new", "新识别（流量）", "新出现的未消除户，识别时间不早于上次导出的月份。"),
            ("again", "再识别", "由“是”变回“否”且识别时间更新的户与人。"),
            ("entered", "补录/迁入", "新出现的未消除户，识别时间早于上次导出；以及由别处迁入的。"),
            ("opening", "首次纳入", "此前从未报送的乡镇首次报送的未消除户。"),
            ("eliminated", "消除（流量）", "由“否”变为“是”的户与人。"),
            ("left", "移出/销户", "上次未消除、本次导出中不再出现的户与人。"),
            ("moved_out", "迁出", "未消除户由本地迁往别处；战区由所辖乡镇相加，含乡镇之间的；全县为零。"),
        )
        for one in _pair(
            f"flow_{name}_{{unit}}",
            words,
            f"flow.{name}",
            definition + _FLOW_NOTE,
            "要点5、要点8",
            items=(5, 8),
            since_new_year=True,
        )
    ),
    *_pair(
        "opening_stock_{unit}",
        "期初未消除",
        "remaining",
        "上年最后一次导出（没有的，本年第一次导出）时风险未消除的户与人；期初加各项流量等于期末。",
        "要点5、要点8",
        items=(5, 8),
        at_opening=True,
    ),
    *(
        Indicator(
            key=f"reconciliation_difference_{word}",
            name=f"流量勾稽差额（{unit.value}）",
            unit=unit,
            definition="期末未消除 −（期初 + 新识别 + 再识别 + 补录/迁入 + 首次纳入 + 回退 − 消除 − 移出/销户 − 迁出"
            + (" ± 自然增减" if word == "persons" else "")
            + "），应为0。",
            source="要点5、要点8",
            owner="乡村振兴局",
            numerator=_flows(
                word, ("remaining", *(f"flow.{name}" for name in ("eliminated", "left", "moved_out")))
            ),
            minus=_flows(
                word,
                tuple(
                    f"flow.{name}"
                    for name in FLOW_WORDS
                    if name not in ("eliminated", "left", "moved_out")
                    and (name != "heads" or word == "persons")
                ),
            ),
            items=(5, 8),
            better=Better.NEITHER,
            since_new_year=True,
        )
        for word, unit in (("households", HOUSEHOLDS), ("persons", PERSONS))
    ),
    Indicator(
        key="flow_heads_persons",
        name="自然增减（人）",
        unit=PERSONS,
        definition=f"两次导出都未消除的户人数的变化（出生、死亡、迁移）。{_FLOW_NOTE}",
        source="要点5、要点8",
        owner="乡村振兴局",
        numerator=("monitored.flow.heads.persons",),
        items=(5, 8),
        since_new_year=True,
    ),
)


def _projects(key: str, name: str, series: str, definition: str, **more: object) -> Indicator:
    return Indicator(
        key=key,
        name=name,
        unit=PROJECTS,
        definition=definition,
        source="要点2",
        owner="乡村振兴局",
        numerator=(f"projects.{series}",),
        items=(2,),
        **more,  # type: ignore[arg-type]
    )


def _project_rate(
    key: str,
    name: str,
    top: str,
    bottom: str,
    definition: str,
    target: Target | None = None,
    needs: tuple[str, ...] = (),
) -> Indicator:
    return Indicator(
        key=key,
        name=name,
        unit=RATE,
        definition=definition,
        source="主要目标、要点2",
        owner="乡村振兴局",
        numerator=(f"projects.{top}",),
        denominator=(f"projects.{bottom}",),
        items=(2,),
        better=Better.HIGHER,
        target=target,
        needs=needs,
    )


PROJECT_INDICATORS = (
    _projects(
        "projects_planned",
        "年度计划项目",
        "planned",
        "本年度项目台账所列全部项目，已终止的也计入。",
        slices=("kind",),
    ),
    _projects("projects_reserved", "储备（未批复）", "stage_reserved", "台账中尚无批复时间的项目。"),
    _projects("projects_approved", "已批复未开工", "stage_approved", "有批复时间、无开工时间的项目。"),
    _projects(
        "projects_just_started",
        "已开工（尚无形象进度）",
        "stage_started",
        "有开工时间、形象进度为空或0的项目。",
        needs=("progress_percent",),
    ),
    _projects(
        "projects_under_way",
        "在建",
        "stage_under_way",
        "形象进度大于0、无实际竣工时间的项目。",
        needs=("progress_percent",),
    ),
    _projects("projects_started", "已开工", "has_started", "有开工时间或实际竣工时间的项目（累计）。"),
    _projects(
        "projects_completed",
        "已竣工",
        "has_completed",
        "有实际竣工时间的项目（累计，含已验收）。",
        slices=("kind",),
    ),
    _projects("projects_accepted", "已验收", "has_acceptance", "有验收时间的项目。", needs=("accepted_on",)),
    _projects(
        "projects_terminated", "已终止", "stage_terminated", "项目状态为已终止的项目。", needs=("status",)
    ),
    _projects(
        "projects_overdue",
        "已过计划竣工日未竣工",
        "overdue",
        "批复后首个计划竣工日早于数据日期、未竣工且未终止的项目；调整后的日期另列，不改变是否逾期。",
        better=Better.LOWER,
    ),
    _projects(
        "projects_completed_on_time",
        "按期竣工",
        "completed_on_time",
        "实际竣工不晚于批复后首个计划竣工日的项目。",
    ),
    _project_rate(
        "projects_started_rate", "项目开工率", "has_started", "planned", "已开工项目 ÷ 年度计划项目。"
    ),
    _project_rate(
        "projects_completed_rate",
        "项目竣工率",
        "has_completed",
        "planned",
        "已竣工项目 ÷ 年度计划项目。",
        Target("projects_completed_rate", everywhere=True),
    ),
    _project_rate(
        "projects_accepted_rate",
        "项目验收率",
        "has_acceptance",
        "acceptance_due",
        "已验收项目 ÷ 已竣工项目；所在台账没有验收时间一列的项目不在分母。",
        needs=("accepted_on",),
    ),
    _project_rate(
        "projects_completed_on_time_rate",
        "按期竣工率",
        "due_on_time",
        "due",
        "应竣工项目中，实际竣工不晚于首个计划竣工日的 ÷ 应竣工项目；过期未竣工的也在分母。",
    ),
    _projects(
        "projects_due",
        "应竣工",
        "due",
        "批复后首个计划竣工日不晚于数据日期的项目，已终止的也计入。",
    ),
    Indicator(
        key="projects_on_negative_list",
        name="名称涉及负面清单的项目",
        unit=PROJECTS,
        definition="项目名称中出现负面清单用语（楼堂馆所、偿还债务等，见负面清单）的项目，应为0。",
        source="要点2（严格项目库负面清单管理）",
        owner="乡村振兴局",
        numerator=("projects.negative",),
        items=(2,),
        better=Better.LOWER,
        target=Target("negative_list", everywhere=True),
        caution="只按名称比对，是否属实由乡村振兴局认定。",
    ),
    _project_rate(
        "projects_approved_early_rate",
        "早批复率",
        "approved_early",
        "approved_with_plan",
        "批复不晚于计划开工日的项目 ÷ 有批复时间和计划开工日的项目（早批复）。",
        needs=("planned_start_on",),
    ),
    _project_rate(
        "projects_started_on_time_rate",
        "早开工率",
        "started_on_time",
        "start_due",
        "开工不晚于计划开工日的项目 ÷ 计划开工日不晚于数据日期的项目（早开工）。",
        needs=("planned_start_on",),
    ),
    Indicator(
        key="project_beneficiary_households",
        name="项目受益",
        unit=Unit.HOUSEHOLD_TIMES,
        definition="本年度项目台账受益户数之和，一户受益于几个项目就计几次。",
        source="要点2（早受益）",
        owner="乡村振兴局",
        numerator=("projects.beneficiary_households",),
        items=(2,),
        needs=("beneficiary_households",),
    ),
    Indicator(
        key="building_projects_completed_rate",
        name="基础设施项目竣工率",
        unit=RATE,
        definition="已竣工的乡村建设行动类项目 ÷ 本年度项目台账乡村建设行动类项目。",
        source="主要目标、要点15",
        owner="乡村振兴局",
        numerator=("projects.building_completed",),
        denominator=("projects.building",),
        items=(15,),
        better=Better.HIGHER,
        target=Target("projects_completed_rate", everywhere=True),
    ),
    Indicator(
        key="relocation_projects",
        name="易地搬迁安置区后扶项目",
        unit=PROJECTS,
        definition="本年度项目台账中项目类型为易地搬迁后扶的项目。",
        source="要点15",
        owner="发展和改革委员会",
        numerator=("projects.relocation",),
        items=(15,),
    ),
    _projects(
        "projects_works_ahead_of_money",
        "支付落后于工程的项目",
        "money_works_ahead",
        "形象进度高于支付比例（已拨付 ÷ 计划资金）、相差超过县定界限的项目；已竣工的形象进度按100%，已终止的不计。",
        better=Better.LOWER,
        needs=("progress_percent", "paid_fen"),
    ),
    _projects(
        "projects_money_ahead_of_works",
        "支付超前于工程的项目",
        "money_money_ahead",
        "支付比例（已拨付 ÷ 计划资金）高于形象进度、相差超过县定界限的项目；已终止的不计。",
        better=Better.LOWER,
        needs=("progress_percent", "paid_fen"),
    ),
    Indicator(
        key="projects_waiting",
        name="储备项目（未列入年度计划）",
        unit=PROJECTS,
        definition="全国项目库导出中“是否纳入年度项目实施计划”为否的项目。",
        source="要点2（储备一批）",
        owner="乡村振兴局",
        numerator=("pool.waiting",),
        items=(2,),
    ),
)

MONEY = (
    Indicator(
        key="transition_fund_total_yuan",
        name="资金总规模（下达）",
        unit=YUAN,
        definition="中央、省、市衔接资金与县级配套、整合资金本年累计下达数之和。",
        source="主要目标、要点21",
        owner="财政局",
        numerator=_funds("allocations", "fund", ALL_SOURCES),
        items=(21,),
        county_only=True,
        better=Better.HIGHER,
        target=Target("transition_fund_total_yuan"),
    ),
    Indicator(
        key="transition_fund_total_yuan_planned",
        name="资金总规模（计划）",
        unit=YUAN,
        definition="本年度项目台账五个来源计划资金之和。",
        source="主要目标、要点21",
        owner="财政局",
        numerator=_funds("projects", "fund", ALL_SOURCES),
        items=(21,),
    ),
    Indicator(
        key="county_matching_yuan",
        name="县级配套到位（下达）",
        unit=YUAN,
        definition="县级配套资金本年累计下达数。",
        source="主要目标、要点21",
        owner="财政局",
        numerator=("allocations.fund_county",),
        items=(21,),
        county_only=True,
        better=Better.HIGHER,
        target=Target("county_matching_yuan"),
    ),
    Indicator(
        key="county_matching_yuan_planned",
        name="县级配套资金（计划）",
        unit=YUAN,
        definition="本年度项目台账县级资金计划数之和。",
        source="主要目标、要点21",
        owner="财政局",
        numerator=("projects.fund_county",),
        items=(21,),
    ),
    *(
        Indicator(
            key=f"fund_{source}_yuan",
            name=f"{words}（下达）",
            unit=YUAN,
            definition=f"{words}本年累计下达数。",
            source="主要目标、要点21",
            owner="财政局",
            numerator=(f"allocations.fund_{source}",),
            items=(21,),
            county_only=True,
        )
        for source, words in SOURCES.items()
    ),
    *(
        Indicator(
            key=f"fund_{source}_yuan_planned",
            name=f"{words}（计划）",
            unit=YUAN,
            definition=f"本年度项目台账{words}计划数之和。",
            source="主要目标、要点21",
            owner="财政局",
            numerator=(f"projects.fund_{source}",),
            items=(21,),
        )
        for source, words in SOURCES.items()
    ),
    Indicator(
        key="county_matching_to_last_year",
        name="县级配套与上年之比（下达）",
        unit=RATE,
        definition="县级配套资金本年累计下达数 ÷ 上年全年下达数；到年底应不低于100%。",
        source="要点21（不低于上个年度）",
        owner="财政局",
        numerator=("allocations.fund_county",),
        denominator=("allocations.fund_county",),
        items=(21,),
        county_only=True,
        to_last_year=True,
        better=Better.HIGHER,
        target=Target("county_matching_to_last_year"),
    ),
    Indicator(
        key="transition_fund_to_last_year",
        name="四级衔接资金与上年之比（下达）",
        unit=RATE,
        definition="中央、省、市、县四级衔接资金本年累计下达数 ÷ 上年全年下达数。",
        source="要点21（保障财政衔接资金投入稳定且不低于上个年度）",
        owner="财政局",
        numerator=_funds("allocations", "fund", FOUR_LEVELS),
        denominator=_funds("allocations", "fund", FOUR_LEVELS),
        items=(21,),
        county_only=True,
        to_last_year=True,
        better=Better.HIGHER,
        target=Target("county_matching_to_last_year"),
    ),
    Indicator(
        key="disbursed_yuan",
        name="已支付资金",
        unit=YUAN,
        definition="资金支付台账本年累计支付数，冲回以负数计；没有支付台账时、分村时取项目台账已拨付数。",
        source="主要目标（按计划完成资金拨付）",
        owner="财政局",
        numerator=_funds("payments", "fund", ALL_SOURCES),
        items=(2, 21),
        fallback=("projects.paid",),
    ),
    Indicator(
        key="disbursement_rate",
        name="资金支出率",
        unit=RATE,
        definition="本年累计支付 ÷ 本年累计下达（五个来源）。",
        source="主要目标（按计划完成资金拨付）",
        owner="财政局",
        numerator=_funds("payments", "fund", ALL_SOURCES),
        denominator=_funds("allocations", "fund", ALL_SOURCES),
        items=(2, 21),
        county_only=True,
        better=Better.HIGHER,
        fallback=("projects.paid",),
    ),
    Indicator(
        key="industry_share",
        name="产业占比（中央、省、市、县四级衔接资金）",
        unit=RATE,
        definition="产业发展类项目的四级衔接资金 ÷ 全部项目的四级衔接资金（项目台账计划数，不含整合资金）。",
        source="主要目标、要点2",
        owner="财政局",
        numerator=_funds("projects", "industry", FOUR_LEVELS),
        denominator=_funds("projects", "fund", FOUR_LEVELS),
        items=(2,),
        better=Better.HIGHER,
        target=Target("industry_share"),
        caution="计划未写明分母；此处以四级衔接资金为主口径，含整合资金的另列。",
    ),
    Indicator(
        key="industry_share_with_integrated",
        name="产业占比（含整合资金）",
        unit=RATE,
        definition="产业发展类项目五个来源资金 ÷ 全部项目五个来源资金（项目台账计划数）。",
        source="主要目标、要点2",
        owner="财政局",
        numerator=_funds("projects", "industry", ALL_SOURCES),
        denominator=_funds("projects", "fund", ALL_SOURCES),
        items=(2,),
        better=Better.HIGHER,
        target=Target("industry_share"),
    ),
    *(
        Indicator(
            key=f"industry_share_{source}",
            name=f"产业占比（{words}）",
            unit=RATE,
            definition=f"产业发展类项目的{words} ÷ 全部项目的{words}（项目台账计划数）。",
            source="要点2",
            owner="财政局",
            numerator=(f"projects.industry_{source}",),
            denominator=(f"projects.fund_{source}",),
            items=(2,),
        )
        for source, words in SOURCES.items()
        if source != "integrated"
    ),
    *(
        Indicator(
            key=f"public_notice_rate_{level}",
            name=f"{words}公告公示率",
            unit=RATE,
            definition=f"{words}公告公示栏为“是”的项目 ÷ 该栏已填写的项目。",
            source="要点3（一律公告公示）",
            owner="乡村振兴局",
            numerator=(f"projects.notice_{level}_done",),
            denominator=(f"projects.notice_{level}_due",),
            needs=(f"notice_{level}",),
            items=(3,),
            better=Better.HIGHER,
            target=Target("public_notice_rate", everywhere=True),
        )
        for level, words in (("county", "县级"), ("township", "乡级"), ("village", "村级"))
    ),
)

ZONES = (
    Indicator(
        key="milestones_planned",
        name="示范片区节点",
        unit=Unit.ITEMS,
        definition="示范片区节点台账所列节点。",
        source="要点17",
        owner="示范片区专班",
        numerator=("milestones.all",),
        items=(17,),
    ),
    *(
        Indicator(
            key=f"milestones_{key}",
            name=name,
            unit=Unit.ITEMS,
            definition=definition,
            source="要点17",
            owner="示范片区专班",
            numerator=(f"milestones.{key}",),
            items=(17,),
            better=better,
        )
        for key, name, definition, better in (
            ("due", "到期节点", "计划完成日不晚于数据日期的节点。", Better.NEITHER),
            ("due_done", "到期已完成节点", "计划完成日不晚于数据日期且已完成的节点。", Better.NEITHER),
            ("late", "逾期节点", "计划完成日早于数据日期而未完成的节点；当天到期的还不算。", Better.LOWER),
        )
    ),
    Indicator(
        key="milestones_due_done_rate",
        name="到期节点完成率",
        unit=RATE,
        definition="计划完成日不晚于数据日期且已完成的节点 ÷ 计划完成日不晚于数据日期的节点。",
        source="要点17",
        owner="示范片区专班",
        numerator=("milestones.due_done",),
        denominator=("milestones.due",),
        items=(17,),
        better=Better.HIGHER,
    ),
)

CATALOGUE: tuple[Indicator, ...] = (
    *MONITORED,
    *RATES,
    *BASELINE,
    *FLOWS,
    *PROJECT_INDICATORS,
    *MONEY,
    *ZONES,
    *assets.INDICATORS,
    *findings.INDICATORS,
    *petitions.INDICATORS,
    *employment.INDICATORS,
    *report_indicators(),
)

BY_KEY = {indicator.key: indicator for indicator in CATALOGUE}
