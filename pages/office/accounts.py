"""账号与日志: who may see what, and who did what?"""

from collections.abc import Callable
from datetime import timedelta

import pandas as pd
import streamlit as st

from core import accounts, journal
from core.accounts import Refused
from core.places import place_tree
from core.units import CHINA
from core.views import log
from pages.pieces import visitor
from pages.pieces.store import store

RIGHTS = {"figures": "看数", "names": "看姓名", "import": "导入", "export": "导出", "accounts": "账号和日志"}
TITLES = {role.key: role.title for role in accounts.roles().values()}
RIGHTS_WORDS = {
    role.key: "、".join(words for right, words in RIGHTS.items() if right in role.rights)
    for role in accounts.roles().values()
}
PASSWORD_WORDS = "至少10个字符，首次登录时本人须修改"
ROW, IN_SIGHT = 35, 11
ANY = "全部"
SHOWN, EXPORTED = 2000, 1_000_000  # lines
who = visitor.visitor()
opened = store()
turn = st.session_state.setdefault("_form", 0)


def act(said: str, change: object, *arguments: object, **more: object) -> None:
    """Does one thing and says how it went, above everything else on the next run."""
    try:
        change(opened, who, *arguments, **more)  # type: ignore[operator]
        st.session_state["_said"] = ("success", said)
        st.session_state["_form"] = turn + 1  # what was refused stays in the form; what is done leaves it
    except Refused as error:
        st.session_state["_said"] = ("error", str(error))
    st.rerun()


def read(limit: int) -> list[tuple[str, ...]]:
    """The chosen lines, newest first."""
    with opened.engine.connect() as connection:
        found = journal.lines(connection, who.scope, limit=limit, **chosen)  # type: ignore[arg-type]
    return log.rows(found, place_tree())


def export() -> bytes:
    """All chosen lines as a workbook; made, and logged, when it is asked for."""
    rows = read(EXPORTED)
    with opened.writing() as connection:
        journal.note(connection, "export", who.account, who.address, (), f"日志，{len(rows)}行")
    return log.workbook(rows, who.watermark())


def role_and_place(key: str, role: str | None = None, place: str = "") -> tuple[str, Callable[[], str]]:
    """Asks for a role, and gives the box that asks for the place that goes with it (none where it has no place).
    No place is chosen beforehand but the one that an account has."""
    chosen = st.selectbox(
        "角色",
        list(TITLES),
        index=list(TITLES).index(role) if role else 0,
        format_func=lambda k: f"{TITLES[k]}　{RIGHTS_WORDS[k]}",
        key=f"role-{key}",
    )
    needs, tree = accounts.roles()[chosen].places, place_tree()
    if needs == "zone":
        names = [zone.name for zone in tree.zones(accounts.today())]
    else:
        names = [township.name for township in tree.townships] if needs == "township" else []
    held = names.index(place) if place in names else None

    def box() -> str:
        if not names:
            return ""
        return str(
            st.selectbox("地方", names, index=held, placeholder="请选择", key=f"place-{key}-{needs}") or ""
        )

    return chosen, box


def handle(one: accounts.AccountLine) -> None:
    """What may be done with the chosen account; each of it signs the account out everywhere."""
    st.markdown(
        f"**{one.name}**　:small[:gray[{one.role} {one.place}，{one.state}；以下各项都使它在各处立即退出]]"
    )
    is_own = one.name == who.account
    role, place_box = role_and_place(
        one.name, next((k for k, title in TITLES.items() if title == one.role), None), one.place
    )
    with st.form(f"reassign-{one.name}", border=False):
        place = place_box()
        if st.form_submit_button("调整角色或地方", disabled=is_own):
            act(f"{one.name} 已调整，各处登录已退出。", accounts.reassign, one.name, role, place)
    with st.form("reset", border=False, clear_on_submit=True):
        fresh = st.text_input("新的初始密码", type="password", placeholder=PASSWORD_WORDS)
        if st.form_submit_button("重设密码"):
            act(
                f"已重设 {one.name} 的密码，各处登录已退出。",
                accounts.reset_password,
                one.name,
                fresh,
                must_change=True,
            )
    is_off = one.state == "已停用"
    if st.button("重新启用" if is_off else "停用账号", disabled=is_own):
        words = f"{one.name} 已启用。" if is_off else f"{one.name} 已停用，各处登录已退出。"
        act(words, accounts.set_disabled, one.name, not is_off)
    if is_own:
        st.caption("自己的角色和停用，请另一位管理员来做；自己的密码在右上角修改。")


if said := st.session_state.pop("_said", None):
    (st.success if said[0] == "success" else st.error)(said[1])
lines = accounts.listing(opened, who)
left, right = st.columns([7, 4], gap="small")
with left, st.container(border=True, height="stretch"):
    active = sum(line.state != "已停用" for line in lines)
    st.markdown(
        f"**{active}个账号在用**　:small[:gray[共{len(lines)}个；点一行，可调整、停用、启用或重设密码]]"
    )
    event = st.dataframe(
        pd.DataFrame(
            [
                (a.name, a.role, a.place, a.state, a.signed_in, f"{a.created_at.astimezone(CHINA):%Y-%m-%d}")
                for a in lines
            ],
            columns=["账号", "角色", "地方", "状态", "当前登录处", "建立日期"],
        ),
        hide_index=True,
        height=38 + ROW * min(len(lines), IN_SIGHT),
        on_select="rerun",
        selection_mode="single-row",
        key="accounts",
    )
picked = [lines[row] for row in event.selection.rows if row < len(lines)]
with right, st.container(border=True, height="stretch"):
    if picked:
        handle(picked[0])
    else:
        st.markdown("**新建账号**　:small[:gray[一人一个，不要合用；人员变动当天停用或调整]]")
        role, place_box = role_and_place(f"add-{turn}")
        with st.form(f"add-{turn}", border=False):
            place = place_box()
            name = st.text_input(
                "账号名", placeholder="汉字、字母或数字，2到40个", max_chars=40, key=f"name-{turn}"
            )
            first = st.text_input(
                "初始密码", type="password", placeholder=PASSWORD_WORDS, key=f"first-{turn}"
            )
            if st.form_submit_button("建立", type="primary"):
                act(f"账号 {name} 已建立。", accounts.add, name, role, place, first, must_change=True)

with st.container(border=True):
    st.markdown("**日志**　:small[:gray[只增不改，至少保留六个月；不含任何群众信息]]")
    today = accounts.today()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        since = st.date_input("起", today - timedelta(days=30), key="since", format="YYYY-MM-DD", width=160)
        until = st.date_input("止", today, key="until", format="YYYY-MM-DD", width=160)
        kind = st.selectbox(
            "事项", [ANY, *journal.KINDS], format_func=lambda k: journal.KINDS.get(k, k), width=180
        )
        account = st.selectbox("账号", [ANY, *(line.name for line in lines)], width=200)
        st.space("stretch")
        chosen = {
            "since": since,
            "until": until,
            "kind": "" if kind == ANY else kind,
            "account": "" if account == ANY else account,
        }
        st.download_button(
            "导出为 Excel",
            data=visitor.only_mine(export),
            file_name=f"日志-{today:%Y%m%d}.xlsx",
            mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        )
    rows = read(SHOWN)
    st.dataframe(
        pd.DataFrame(rows, columns=log.COLUMNS),
        hide_index=True,
        height=38 + ROW * min(max(len(rows), 1), IN_SIGHT),
        placeholder="",
    )
    st.caption(
        f"共{len(rows):,}条" if len(rows) < SHOWN else f"最近{SHOWN:,}条；更早的在导出里，或改起止日期"
    )
