"""会议: pick a playlist, put it in order, start it. What is shown on the wall is a document of its own."""

from dataclasses import replace
from urllib.parse import quote, urlencode

import streamlit as st

from core.meeting.deck import show
from core.meeting.document import KEYS, document
from core.meeting.playlists import (
    NoPlaylist,
    Playlist,
    area_of,
    offered,
    ready,
    remove,
    save,
    saved,
)
from core.meeting.routes import LISTS
from core.scope import OutOfScope
from core.units import day
from pages.pieces import question as asked
from pages.pieces import visitor

question = st.session_state["question"]
tree, scope, store, on = asked.tree(question), asked.scope(), asked.store(), question.as_of
own = list(ready(tree, scope, on, tuple(LISTS)))
kept = saved(store, tree, scope, on)
playlists = {p.id: p for p in (*kept, *own)}
DWELLS = (0, 15, 30, 60, 120)
THEMES = {"light": "浅色", "dark": "深色"}


def take(playlist: Playlist) -> None:
    """Puts a playlist on the table, to be started as it is or changed first."""
    st.session_state["meeting"] = playlist
    st.session_state["meeting_dwell"] = playlist.dwell_seconds if playlist.dwell_seconds in DWELLS else 30
    st.session_state["meeting_theme"] = playlist.theme
    st.session_state["meeting_name"] = "" if playlist.is_ready_made else playlist.name


def chosen() -> None:
    """Another playlist was chosen."""
    if st.session_state["meeting_id"] in playlists:
        take(playlists[st.session_state["meeting_id"]])


def put(slides: list[str]) -> None:
    """The slides in a new order."""
    st.session_state["meeting"] = replace(st.session_state["meeting"], slides=tuple(slides))


def move(at: int, by: int) -> None:
    """A slide one place up or down."""
    slides = list(st.session_state["meeting"].slides)
    if {at, at + by} <= set(range(len(slides))):  # the list may be shorter than when the button was drawn
        slides[at], slides[at + by] = slides[at + by], slides[at]
        put(slides)


def drop(key: str) -> None:
    """A slide out."""
    put([s for s in st.session_state["meeting"].slides if s != key])


def add() -> None:
    """The chosen slide to the end."""
    key = st.session_state.pop("meeting_more", None)
    if key:
        put([*st.session_state["meeting"].slides, key])


def keep(playlist: Playlist) -> None:
    """Saves under the name that was typed."""
    try:
        key = save(store, tree, scope, playlist, on, by=visitor.visitor().signature)
    except (ValueError, OutOfScope, NoPlaylist) as error:
        st.session_state["meeting_said"] = str(error)
        return
    st.session_state["meeting_id"] = key
    st.session_state["meeting"] = replace(playlist, id=key)
    st.session_state["meeting_said"] = f"已保存“{playlist.name}”。"


def forget(key: str) -> None:
    """Deletes a saved playlist and goes back to the first ready one."""
    remove(store, tree, scope, key, on)
    st.session_state["meeting_id"] = own[0].id
    take(own[0])


if not own:
    st.info("您的权限内没有可以放映的地方。请联系管理员。")
    st.stop()
start = next((p for p in own if p.area == question.area.name), own[0])
if st.session_state.get("meeting_id") not in playlists:
    st.session_state["meeting_id"] = start.id
    take(start)
playlist: Playlist = st.session_state["meeting"]
names = offered(area_of(playlist, tree, on), tree, on, tuple(LISTS))
slides = [s for s in playlist.slides if s in names]

left, right = st.columns([5, 6], gap="medium")
with left, st.container(border=True, height=890):
    st.markdown("#### 放什么")
    st.selectbox(
        "放映单", list(playlists), key="meeting_id", on_change=chosen,
        format_func=lambda key: playlists[key].name + ("" if playlists[key].is_ready_made else f"　{playlists[key].area}"),
    )  # fmt: skip
    dwell = st.segmented_control(
        "自动翻页", DWELLS, key="meeting_dwell", required=True,
        format_func=lambda s: "手动" if not s else f"{s}秒" if s < 60 else f"{s // 60}分钟",
    )  # fmt: skip
    theme = st.segmented_control(
        "底色", list(THEMES), key="meeting_theme", required=True, format_func=lambda t: THEMES[t]
    )
    playlist = replace(playlist, slides=tuple(slides), dwell_seconds=dwell or 0, theme=theme or "light")
    address = f"/meeting/show/{quote(playlist.id)}?" + urlencode(
        {
            "as_of": on.isoformat(),
            "slides": ",".join(slides),
            "dwell": playlist.dwell_seconds,
            "theme": playlist.theme,
            "county": question.area.root,
        }
    )
    with st.container(horizontal=True, gap="small"):
        st.link_button("开始放映", address, type="primary", icon=":material/play_arrow:", disabled=not slides)
        demo = "-演示数据" if store.is_demo() else ""
        stamp = visitor.visitor().watermark()
        visitor.download(
            "下载为一个文件",
            lambda: document(
                show(store, scope, tree, playlist, on, LISTS), standalone=True, mark=stamp
            ).encode(),
            f"{playlist.area}调度会-{day(on)}{demo}.html",
            "text/html",
            area_of(playlist, tree, on).codes,
            f"放映文件：{playlist.area}",
            disabled=not slides,
        )
    st.caption(
        f"数据截至{day(on)}。开始后在新标签页放映，按F全屏，按H看按键；断网时停在当前页，恢复后自己接上。"
        "下载的文件在没有网络的电脑上用浏览器打开即可。"
    )
    st.space("small")
    st.markdown("**存成自己的放映单**")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.text_input(
            "名称",
            key="meeting_name",
            max_chars=60,
            placeholder="例如：9月调度会",
            label_visibility="collapsed",
        )
        st.button("保存", on_click=keep, args=(replace(playlist, name=name),), disabled=not slides)
        if not playlist.is_ready_made:
            st.button("删去", on_click=forget, args=(playlist.id,))
    if said := st.session_state.pop("meeting_said", ""):
        st.caption(said)
    st.space("small")
    st.markdown("**放映时的按键**")
    st.markdown("  \n".join(f":small[{key}　:gray[{words}]]" for key, words in KEYS))
with right, st.container(border=True, height=890, gap=None):
    st.markdown(f"#### 放映顺序　:small[:gray[{len(slides)}项，点乡镇还可看各乡镇五个数]]")
    for at, key in enumerate(slides):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"{at + 1}．{names[key]}", width="stretch")
            st.button(
                "", key=f"up-{key}", icon=":material/arrow_upward:", type="tertiary", help="上移",
                disabled=at == 0, on_click=move, args=(at, -1),
            )  # fmt: skip
            st.button(
                "", key=f"down-{key}", icon=":material/arrow_downward:", type="tertiary", help="下移",
                disabled=at == len(slides) - 1, on_click=move, args=(at, 1),
            )  # fmt: skip
            st.button(
                "", key=f"drop-{key}", icon=":material/close:", type="tertiary", help="不放",
                on_click=drop, args=(key,),
            )  # fmt: skip
    rest = [key for key in names if key not in slides]
    if rest:
        st.selectbox(
            "加一页", rest, key="meeting_more", index=None, placeholder="加一页", on_change=add,
            format_func=lambda key: names[key], label_visibility="collapsed",
        )  # fmt: skip
