"""示范片区: are the four towns becoming a model?"""

import pandas as pd
import streamlit as st

from core.charts import maps
from core.geography import OUTLINE_NOTE, geography
from core.views.common import STATUS_SHAPES
from core.views.pilot_zones import PilotZone, pilot_zones, zone_facts
from pages.pieces import parts
from pages.pieces import question as asked

question = st.session_state["question"]
view = parts.view(pilot_zones, question)
palette = parts.palette()


def zone_card(zone: PilotZone, width: int, height: int) -> None:
    """A zone: its sentence, its map, its figures, its milestones."""
    parts.title(zone.title, zone.note)
    st.caption(zone.theme)
    st.pydeck_chart(
        maps.pilot_zone(zone, asked.tree(question), palette, width, height),
        height=height,
        key=f"map-{zone.township.code}",
        alt=zone.title,
    )
    facts = [f":gray[:small[{name}]] **{value}**" for name, value in zone.facts]
    st.markdown("  \n".join("　".join(facts[n : n + 2]) for n in range(0, len(facts), 2)))


def milestones(zone: PilotZone) -> None:
    """All milestones of a zone with their state by shape and word."""
    st.markdown(f"**{zone.township.name}节点**　:small[:gray[{zone.theme}]]")
    if not zone.milestones:
        st.caption("未报：请导入示范片区节点台账。")
        return
    st.dataframe(
        pd.DataFrame(
            [
                (f"{STATUS_SHAPES.get(m.status, '·')} {m.words}", m.name, m.planned, m.department)
                for m in zone.milestones
            ],
            columns=["状态", "节点", "计划", "责任单位"],
        ),
        hide_index=True,
        column_config={"计划": st.column_config.DateColumn("计划", format="YYYY-MM-DD")},
    )


st.markdown(f"#### {view.title}")
if not view.zones:
    where = "、".join(facts.township for facts in zone_facts())
    st.info(f"所选范围没有县级示范片区。{len(zone_facts())}个片区在{where}（{zone_facts()[0].clause}）。")
else:
    columns = st.columns(min(len(view.zones), 4), gap="small")
    wide = {1: 1700, 2: 880, 3: 580}.get(len(view.zones), 395)
    for column, zone in zip(columns, view.zones, strict=False):
        with column, parts.card(640):
            zone_card(zone, wide, 450)
    st.caption(
        "项目：● 已竣工　■ 未到期　▲ 已过计划竣工日，大小按计划资金；灰点：村（示意位置）；★ 主题地名（示意位置）。"
        f"{geography().note}。{OUTLINE_NOTE}。"
    )
    for column, zone in zip(st.columns(min(len(view.zones), 2), gap="small") * 2, view.zones, strict=False):
        with column, st.container(border=True):
            milestones(zone)
    parts.source(*(zone.note for zone in view.zones))
