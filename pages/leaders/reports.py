"""材料: choose, look at it as it will be handed out, download; what was issued stays as it was."""

import streamlit as st

from core import materials
from core.materials import Issued, MaterialError
from core.meeting.slides import Slide
from core.reports.catalogue import BY_KEY, MIME, Kind, Made, kinds_for, make, nothing_yet, written
from core.reports.drawn import Drawn, drawn
from core.reports.pdf import NoPdf, office, pdf
from core.reports.reprint import reprint
from core.units import day
from core.views.briefing import Briefing
from pages.pieces import preview, visitor
from pages.pieces import question as asked

question = st.session_state["question"]
store, scope, tree = asked.store(), asked.scope(), asked.tree(question)
briefing = Briefing(asked.snapshot(question), tree)
area = question.area
who = visitor.visitor()
HEIGHT = 880


def issue(kind: Kind) -> None:
    """Makes the file with progress, keeps it in the archive, and lays it ready to download."""
    bar = st.progress(0.0, f"正在生成{area.name}{kind.title} ……")
    revision = store.version()
    made = make(
        kind,
        briefing,
        area,
        mark=(mark := who.watermark()),
        progress=lambda done, of, what: bar.progress(done / of, f"{done}/{of}　{what}"),
    )
    number = materials.issue(
        store, scope, kind=kind.key, area=area, as_of=question.as_of, revision=revision,
        file_name=made.file_name, content=made.content,
        figures=[(f.place, f.name, f.text) for f in made.figures], mark=mark, by=who.signature,
    )  # fmt: skip
    visitor.note("export", area.codes, f"材料：{made.file_name}（第{number}号）")
    bar.empty()
    st.session_state["material"] = (made, number)
    st.session_state["material_key"] = key_of(kind)


def key_of(kind: Kind) -> tuple[object, ...]:
    """What a made file is good for: another place, day or revision needs another."""
    return (kind.key, area.codes, question.as_of, store.version())


def pictures(slides: tuple[Slide, ...], kind: Kind) -> tuple[Drawn, ...]:
    """The slides drawn from the file that will be handed out, kept while it is the same file."""
    kept = st.session_state.get("slides_drawn")
    if kept is None or kept[0] != key_of(kind):
        kept = key_of(kind), drawn(written(slides, briefing, area, who.watermark()))
        st.session_state["slides_drawn"] = kept
    shown: tuple[Drawn, ...] = kept[1]
    return shown


def downloads(made: Made, kind: Kind) -> None:
    """The file, and its PDF where LibreOffice is installed."""
    with st.container(horizontal=True, gap="small"):
        visitor.download(
            f"下载{kind.ending.upper()}",
            lambda: made.content,
            made.file_name,
            MIME[kind.ending],
            area.codes,
            f"下载材料：{made.file_name}",
            type="primary",
            icon=":material/download:",
        )
        if kind.ending != "zip" and office() and st.button("转成PDF"):
            try:
                with st.spinner("正在转成PDF ……"):
                    content = pdf(made.content, kind.ending)
            except NoPdf as error:
                st.error(str(error))
            else:
                name = made.file_name.rsplit(".", 1)[0] + ".pdf"
                visitor.download(
                    "下载PDF", lambda: content, name, MIME["pdf"], area.codes, f"下载材料：{name}"
                )
    if kind.ending != "zip" and not office():
        st.caption("没有安装LibreOffice，不能在这里转成PDF；可用Word或WPS另存。")


def archive(found: tuple[Issued, ...]) -> None:
    """What was issued, the newest first; a click opens the reprint."""
    st.markdown(f"**已发出{len(found)}份**　:small[:gray[原样保存；点一份可重印，并与现在的数逐一比较]]")
    if not found:
        st.caption("还没有发出过材料。")
        return
    chosen = preview.archive_list(found, {key: kind.title for key, kind in BY_KEY.items()})
    if chosen is None:
        return
    try:
        with st.spinner("正在与现在的数比较 ……"):
            again = reprint(store, scope, tree, chosen)
    except MaterialError as error:
        st.error(str(error))
        return
    st.markdown(f"**{chosen.file_name}**  \n:small[:gray[SHA-256 {chosen.sha256}]]")
    (st.warning if again.corrections else st.success)(again.says)
    preview.corrections(again.corrections)
    visitor.download(
        "重印（与发出时相同）",
        lambda: again.content,
        chosen.file_name,
        MIME[chosen.file_name.rsplit(".", 1)[-1]],
        area.codes,
        f"重印第{chosen.id}号材料：{chosen.file_name}",
        icon=":material/print:",
    )


kinds = kinds_for(area)
if not kinds:
    st.info("这里不能生成材料。请在上方选全县、一个战区或一个乡镇。")
    st.stop()
nothing = nothing_yet(briefing, area)
left, right = st.columns([4, 9], gap="small")
with left:
    with st.container(border=True):
        st.markdown(f"#### {area.name}的材料")
        st.caption(f"数据截至{day(question.as_of)}；地方和日期在上方选择。")
        kind = BY_KEY[
            st.radio(
                "种类",
                [k.key for k in kinds],
                format_func=lambda key: BY_KEY[key].title,
                captions=[f"{k.ending.upper()} · {k.says}" for k in kinds],
                key="material_kind",
                label_visibility="collapsed",
            )
        ]
        if (
            scope.may_export
            and not nothing
            and st.button(f"生成{kind.title}并存档", type="primary", width="stretch")
        ):
            issue(kind)
        if st.session_state.get("material_key") == key_of(kind):
            made, number = st.session_state["material"]
            st.success(f"已生成，存档第{number}号，{len(made.content) / 1024:,.0f} KB。")
            downloads(made, kind)
    with st.container(border=True):
        archive(materials.issued(store, scope))
with right, st.container(border=True, height=HEIGHT):
    if nothing:
        st.info(nothing)
    elif kind.hold is not None:
        preview.pack(f"{area.name}{kind.title}", kind.hold(briefing, area), is_demo=briefing.is_demo)
    elif kind.tell is not None:
        told = kind.tell(briefing, area)
        if isinstance(told, tuple):
            preview.slides(pictures(told, kind))
        else:
            preview.content(told, is_demo=briefing.is_demo)
