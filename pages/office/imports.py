"""数据导入: is this workbook right, and what would a yes change?"""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from core import importing
from core.draft import Draft, HeaderQuestion, Problem
from core.header_memory import ask_again, remember, set_aside
from core.imports.ledgers import LEDGERS
from core.imports.reading import UnknownLedger
from core.imports.templates import template
from core.imports.values import Unreadable
from core.imports.values import day as read_day
from core.imports.workbook import Refused
from core.indicators import COUNTINGS
from core.places import place_tree
from core.store import StoreError, moment
from core.units import day
from core.views.imports import BatchRow, Preview, ProblemGroup, batch_rows, preview, table_seen
from pages.pieces import question as asked
from pages.pieces import visitor

KINDS_OF_FILE = ["xlsx", "xls", "xlsb", "ods", "csv"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ITSELF = "自动识别"
UNDECIDED, YES, NOT_USED = "还没定", "是", "不用这一列"
tree = place_tree()
store = asked.store()
who = visitor.visitor()
by, address = who.signature, who.address


def a_day(label: str, key: str, placeholder: str, note: str) -> date | None:
    """A day that the clerk types; None where nothing, or nothing readable, stands there."""
    typed = st.text_input(label, key=key, placeholder=placeholder, help=note)
    if not typed.strip():
        return None
    try:
        return read_day(typed.strip())
    except Unreadable as unreadable:
        st.caption(f":red[{label}应为{unreadable.expected}，{unreadable.fix}]")
        return None


def table(columns: Sequence[str], rows: Sequence[Any], height: int | None = None, **widths: int) -> None:
    """A plain table; `widths` in pixels by column."""
    sized = {name: st.column_config.TextColumn(width=width) for name, width in widths.items()}
    natural = 37 + 31 * len(rows)
    st.dataframe(
        pd.DataFrame(list(rows), columns=list(columns)),
        hide_index=True,
        placeholder="",
        row_height=31,
        height=min(natural, height or natural),
        column_config=sized,
    )


def upload() -> None:
    """The file, what is said about it, and then everything that a yes would change."""
    turn = st.session_state.setdefault("import_turn", 0)
    with st.container(border=True):
        st.markdown(
            "**导入一份表格**　:small[:gray[先检查，确认后才写入；全国系统导出、财政表格、乡镇报表都可以：Excel、WPS、CSV]]"
        )
        left, right = st.columns([5, 6], gap="medium")
        with left:
            file = st.file_uploader(
                "表格",
                type=KINDS_OF_FILE,
                key=f"file-{turn}",
                label_visibility="collapsed",
            )
        with left, st.container(horizontal=True, vertical_alignment="center", gap="small"):
            wanted = st.selectbox(
                "空白模板", list(LEDGERS), format_func=lambda key: f"空白模板：{LEDGERS[key].title}",
                label_visibility="collapsed",
            )  # fmt: skip
            st.download_button(
                "下载模板", data=lambda: template(wanted, tree), file_name=f"{LEDGERS[wanted].title}（模板）.xlsx",
                mime=XLSX, on_click="ignore",
            )  # fmt: skip
        with right, st.container(horizontal=True, vertical_alignment="top", gap="small"):
            choices = [ITSELF, *LEDGERS]
            kind = st.selectbox(
                "台账", choices, choices.index(st.session_state.get("import_ledger", ITSELF)), key=f"ledger-{turn}",
                format_func=lambda key: ITSELF if key == ITSELF else LEDGERS[key].title,
            )  # fmt: skip
            st.session_state["import_ledger"] = kind  # for the mended workbook too, until one is accepted
            as_of = a_day(
                "数据截至", f"as-of-{turn}", "取文件名或表内所写", "表里的数是哪一天的，如 2022-09-30"
            )
            known_on = a_day("补录", f"known-{turn}", "不是补录", "补录以前的表时，写它当时形成的日期")
        with right, st.container(horizontal=True, vertical_alignment="top", gap="small"):
            names = [t.name for t in tree.townships]
            covers = st.multiselect("包含哪些乡镇", names, key=f"covers-{turn}", placeholder="全县")
            nothing = st.multiselect(
                "确无数据的乡镇（不是未报）", names, key=f"none-{turn}", placeholder="没有"
            )
    if file is None:
        return
    content = file.getvalue()
    ledger = None if kind == ITSELF else kind
    answers_key = f"answers-{hashlib.sha256(content).hexdigest()}-{kind}"
    answers: dict[str, str] = st.session_state.setdefault(answers_key, {})
    read = examined(content, file.name, ledger, as_of, covers, nothing, answers)
    if isinstance(read, UnknownLedger):
        answer((), "", answers, answers_key)
        take_back(read.described.headers, answers)
        unknown(read, file.name, content)
        return
    if read is None:
        return
    draft, view = read
    answer(view.questions, view.ledger, answers, answers_key)
    take_back(draft.headers, answers)
    decide(draft, view, content, known_on)
    show(view)


def examined(
    content: bytes,
    name: str,
    ledger: str | None,
    as_of: date | None,
    covers: list[str],
    nothing: list[str],
    answers: dict[str, str],
) -> tuple[Draft, Preview] | UnknownLedger | None:
    """The upload read and compared, once for each answer the clerk gives; described where it is none of the
    ledgers, None where it cannot be read."""
    digest = hashlib.sha256(content).hexdigest()
    asked_for = (
        digest,
        name,
        ledger,
        as_of,
        tuple(covers),
        tuple(nothing),
        tuple(answers.items()),
        store.version(),
    )
    if st.session_state.get("import_read", (None,))[0] == asked_for:
        held: tuple[Draft, Preview] | UnknownLedger = st.session_state["import_read"][1]
        return held
    found: tuple[Draft, Preview] | UnknownLedger
    townships = {t.name: t for t in tree.townships}
    progress = st.empty()  # gone when the reading is over
    try:
        with progress.container(), st.status(f"正在读取和检查“{name}”……", expanded=True):
            st.write("解码、找表头、逐格核对")
            draft, _ = importing.examine(
                store, content, name, tree, ledger, as_of=as_of,
                covers=[townships[n] for n in covers], nothing_in=[townships[n] for n in nothing],
                answers=importing.answers_from([f"{header}={column}" for header, column in answers.items()], ledger),
            )  # fmt: skip
            st.write("与在用的数据逐行比对")
            change = importing.differences(store, draft) if draft.as_of else None
            found = draft, preview(draft, change, tree)
    except UnknownLedger as unknown_ledger:
        found = unknown_ledger.with_traceback(None)
    except Refused as refused:
        st.error(str(refused.problem))
        return None
    finally:
        progress.empty()
    if st.session_state.get("import_noted") != digest:
        visitor.note("import", [tree.county.code], name)
        st.session_state["import_noted"] = digest
    st.session_state["import_read"] = (asked_for, found)
    return found


def unknown(read: UnknownLedger, name: str, content: bytes) -> None:
    """A table that is none of the ledgers: what stands in it, and the way to say what it is."""
    view, described = table_seen(read), read.described
    with st.container(border=True):
        st.markdown(f"#### {view.title}")
        st.warning(view.advice)
        left, right = st.columns([6, 5], gap="small")
        with left:
            for fact, words in view.facts:
                st.markdown(f"**{fact}**　{words}")
        with right:
            if view.totals:
                table(("在哪里", "合计行", "金额"), view.totals, 190)
        st.markdown(f"**{view.problems_title}**")
        problems(view.problems)
        if described.problems:
            give_back(content, name, described.problems)


def problems(groups: Sequence[ProblemGroup]) -> None:
    """Like problems, one line each."""
    if groups:
        table(
            ("问题", "在哪里", "应为", "实为", "怎么改"),
            [(f"{g.words}{f'（{g.count}处）' if g.count > 1 else ''}", g.cells, g.expected, g.found, g.fix) for g in groups],
            300,
        )  # fmt: skip


def give_back(content: bytes, name: str, found: Sequence[Problem]) -> None:
    """The clerk's own file with every problem marked in its cell."""
    visitor.download(
        "下载标出问题的表",
        lambda: importing.marked(content, name, found, who.watermark()),
        f"{name.rsplit('.', 1)[0]}（问题已标出）.xlsx",
        XLSX,
        [tree.county.code],
        f"标出问题的表：{name}",
    )


def answer(questions: Sequence[HeaderQuestion], ledger: str, answers: dict[str, str], key: str) -> None:
    """Headings that are only alike: the clerk says once what they are. It is kept when it is said, for the mended
    workbook too, and may be changed while this one is open."""
    asked_before: dict[str, tuple[HeaderQuestion, str]] = st.session_state.setdefault(f"{key}-asked", {})
    asked_before.update((q.header, (q, ledger)) for q in questions)
    open_headers = {q.header for q in questions}
    shown = [known for header, known in asked_before.items() if header in open_headers or header in answers]
    if not shown:
        return
    with st.container(border=True):
        st.markdown(
            "**这些表头认不准，请确认一次，以后都记得**"
            if open_headers
            else "**表头都确认了，已经记住，以后不再问**　:small[:gray[点错了在这里改]]"
        )
        for q, of_ledger in shown:
            given = answers.get(q.header)
            choice = st.segmented_control(
                f"{q.cell}“{q.header}”是不是“{q.proposal}”？",
                [YES, NOT_USED] if given else [UNDECIDED, YES, NOT_USED],
                default=YES if given == q.proposal else NOT_USED if given else UNDECIDED,
                required=True,
                key=f"{key}-{q.cell}-{'said' if given else 'open'}",
            )
            said = {YES: q.proposal, NOT_USED: "不用"}.get(choice)
            if said and given != said:
                try:
                    remember(store, importing.answers_from([f"{q.header}={said}"], of_ledger), by=by)
                except StoreError as error:
                    st.error(str(error))
                    return
                answers[q.header] = said
                st.rerun()


def take_back(headers: Sequence[str], answers: dict[str, str]) -> None:
    """Headings that were once said not to be used, each with a button that takes that back; what was said of this very
    workbook is changed where it was said."""
    if not (said := [header for header in set_aside(store, headers) if header not in answers]):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown("以前答过“不用”的表头，答错了的：", width="content")
        for header in said:
            if st.button(f"重新问“{header}”", key=f"again-{header}"):
                ask_again(store, header, by=by)
                st.session_state.pop("import_read", None)
                st.rerun()


def decide(draft: Draft, view: Preview, content: bytes, known_on: date | None) -> None:
    """What must be mended or confirmed, and the yes."""
    with st.container(border=True):
        st.markdown(f"#### {view.title}")
        if view.as_of is None:
            st.warning("没有找到数据日期：请在上面“数据截至”里填写，如 2022-09-30。")
        doubtful = view.confirmable or view.warnings
        say = st.error if view.is_blocked else st.warning if doubtful else st.success
        say(view.problems_title)
        if view.warnings:
            st.warning("\n".join(f"- {words}" for words in view.warnings))
        problems(view.problems)
        confirmed = [
            st.checkbox(
                f"已核对：{p.expected}，实为{p.found}。{p.fix}",
                key=f"yes-{draft.file_hash[:8]}-{p.expected}-{p.found}",  # a tick holds for these words alone
            )
            for p in view.confirmable
        ]
        with st.container(horizontal=True, gap="small"):
            ready = not view.is_blocked and view.as_of is not None and all(confirmed)
            if st.button("确认接收", type="primary", disabled=not ready):
                accept(draft, content, known_on)
            if draft.problems:
                give_back(content, draft.file_name, draft.problems)
            if st.button("不导入"):
                st.session_state["import_turn"] += 1
                st.rerun()


def accept(draft: Draft, content: bytes, known_on: date | None) -> None:
    """Writes the batch and says so above the list of batches."""
    try:
        with st.spinner("正在写入并重算……", show_time=True):
            number = importing.accept(
                store,
                draft,
                content,
                by=by,
                address=address,
                confirmed=True,
                known=moment(known_on) if known_on else None,
            )
    except StoreError as error:
        st.error(str(error))
        return
    assert draft.as_of, "an undated draft is not accepted"
    st.session_state["import_said"] = (
        f"已接收为第{number}批：{draft.file_name}，{len(draft.rows):,}条，"
        f"数据截至{day(draft.as_of)}。各页已按它重算。"
    )
    st.session_state["import_turn"] += 1
    del st.session_state["import_ledger"]
    st.rerun()


def show(view: Preview) -> None:
    """Totals before and after, who is new, gone and changed, and how the columns were read."""
    left, right = st.columns([6, 5], gap="small")
    with left, st.container(border=True):
        st.markdown(f"**接收后会怎样：{view.changes_title}**")
        if view.totals:
            table(
                ("合计", "上次", "这次", "变动"), [(t.name, t.before, t.after, t.change) for t in view.totals]
            )
        if view.units:
            table(
                ("乡镇", "上次", "这次", "新增", "减少", "变化", "报送"),
                [(u.name, u.before, u.after, u.new, u.gone, u.changed, u.words) for u in view.units],
                420,
            )
    with right, st.container(border=True):
        note = "　:small[:gray[户编号已遮盖]]" if view.ledger == "monitored" else ""
        st.markdown(f"**逐条看**{note}")
        if view.changes:
            table(
                ("增减", "地方", "编号", "变了什么"),
                [(c.kind, c.place, c.key, c.columns) for c in view.changes],
                300,
            )
        elif view.totals:
            st.caption("没有新增、减少或变化。")
        if view.quality:
            st.info(view.quality)
        if view.doubts:
            st.markdown(f"**值得核实的{len(view.doubts)}处**　:small[:gray[不妨碍导入]]")
            table(
                ("情况", "地方", "项目", "实为"),
                [(d.rule, d.place, d.about, d.words) for d in view.doubts],
                220,
            )
        for one in view.corrected:
            st.caption(
                f"已更正 {one.cell} {one.header}：原“{one.was or '空'}”，现“{one.now or '空'}”。{one.reason}"
            )
        for words, columns in (
            ("认出的列", view.read_columns), ("没有的列", view.lacking), ("没有用到的列（留在原件里）", view.unused),
        ):  # fmt: skip
            if columns:
                with st.expander(f"{words}：{len(columns)}列"):
                    st.caption("、".join(columns))


def batches() -> None:
    """Every batch of the county ever accepted, and the way to take one out of force or to bring it back."""
    rows = batch_rows(store.batches(tree.county.code), tree)
    with st.container(border=True):
        st.markdown(
            f"**批次：{sum(b.in_force for b in rows)}批在用，共{len(rows)}批**　:small[:gray[点一行可撤回或恢复；记录都留着]]"
        )
        if not rows:
            st.caption("还没有导入过。")
            return
        frame = pd.DataFrame(
            [(b.id, b.state, b.ledger, b.as_of, f"{b.rows:,}", b.file_name, b.accepted, b.mark, b.missing) for b in rows],
            columns=["批次", "状态", "台账", "数据截至", "条数", "文件", "接收", "补录", "未报"],
        )  # fmt: skip
        event = st.dataframe(
            frame,
            hide_index=True,
            placeholder="",
            row_height=31,
            height=min(412, 37 + 31 * len(rows)),
            on_select="rerun",
            selection_mode="single-row",
            key="batches",
            column_config={
                "批次": st.column_config.NumberColumn(width=70),
                "状态": st.column_config.TextColumn(width=80),
            },
        )
        chosen = event.selection.rows
        if chosen and chosen[0] < len(rows):
            change(rows[chosen[0]])


def change(batch: BatchRow) -> None:
    """What happened to a batch; taking it out of force or back takes a second yes."""
    verb = "撤回" if batch.in_force else "恢复"
    st.markdown(f"**第{batch.id}批**　{batch.file_name}　:small[:gray[{'；'.join(batch.events)}]]")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.session_state.get("import_asks") != (batch.id, verb):
            if st.button(f"{verb}第{batch.id}批"):
                st.session_state["import_asks"] = (batch.id, verb)
                st.rerun()
            return
        effect = "各页改用更早的批次" if batch.in_force else "各页重新用它"
        st.markdown(f"{verb}后{effect}，记录仍在，随时可以{'恢复' if batch.in_force else '再撤回'}。")
        if st.button(f"确认{verb}", type="primary"):
            st.session_state.pop("import_asks")
            try:
                with st.spinner(f"正在{verb}并重算……", show_time=True):
                    (store.withdraw if batch.in_force else store.reinstate)(
                        batch.id, COUNTINGS, by=by, address=address
                    )
                st.session_state["import_said"] = f"第{batch.id}批已{verb}。"
            except StoreError as error:
                st.session_state["import_said"] = str(error)
            st.rerun()
        if st.button("取消"):
            st.session_state.pop("import_asks")
            st.rerun()


if said := st.session_state.pop("import_said", ""):
    st.success(said)
upload()
batches()
