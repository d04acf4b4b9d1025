"""Charts are built unchecked; here plotly checks every property of what the demo county's pages draw."""

import re
from datetime import date
from pathlib import Path

import plotly.graph_objects as go
import pytest
from plotly.offline import get_plotlyjs_version

from core.charts import bars, lines, maps
from core.charts.style import DARK, LIGHT
from core.geography import geography, inside
from core.places import place_tree
from core.scope import Scope
from core.store import Store
from core.views.common import Question
from core.views.map import short
from core.views.overview import overview
from core.views.projects import projects
from pages.pieces import chart

CHARTS = Path(bars.__file__).parent
TREE = place_tree()
ON = date(2022, 8, 31)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_plotly_knows_every_property_of_the_charts_that_are_built_unchecked(demo_store, palette):
    store = Store.open(f"sqlite:///{demo_store}" if "://" not in str(demo_store) else str(demo_store))
    snapshot = store.snapshot(Scope(frozenset({TREE.county.code})), ON)
    for area in (TREE.county_area(), TREE.areas("杨集镇", ON)[0]):
        question = Question(area, ON)
        whole, works = overview(snapshot, question, TREE), projects(snapshot, question, TREE)
        for drawn in (
            lines.trajectory(whole.trajectory, palette),
            lines.burn_up(works.burn_up, palette),
            bars.project_bars(whole.projects, palette),
        ):
            assert len(drawn["data"]) > 1
            go.Figure(drawn)  # raises at the first property that plotly does not know
    store.engine.dispose()


def test_a_property_that_plotly_does_not_know_would_be_found():
    with pytest.raises(ValueError, match="colour"):
        go.Figure({"data": [{"type": "bar", "colour": "red"}]})


def test_the_browsers_plotly_is_the_one_that_checks_and_draws_every_kind_of_trace_that_we_use():
    (script,) = chart.FOLDER.glob("plotly-basic-*.min.js")
    assert script.name == f"plotly-basic-{get_plotlyjs_version()}.min.js"
    assert f"v{get_plotlyjs_version()}" in script.read_text(encoding="utf-8")[:100]
    kinds = {
        kind
        for path in CHARTS.glob("*.py")
        for kind in re.findall(r'"type": "(\w+)"|go\.(\w+)\(', path.read_text(encoding="utf-8"))
    }
    traces = {(told or made).lower() for told, made in kinds} & set(
        go.Figure()._data_validator.class_strs_map
    )
    assert {"bar", "scatter"} <= traces <= {"bar", "scatter", "pie"}, "the basic bundle draws no other"


@pytest.fixture(scope="module")
def view(demo_store):
    """The county's map of 总览."""
    store = Store.open(demo_store)
    snapshot = store.snapshot(Scope(frozenset({TREE.county.code}), because="测试"), ON)
    found = overview(snapshot, Question(TREE.county_area(), ON), TREE).map
    store.engine.dispose()
    return found


SIZES = pytest.mark.parametrize("size", [(536, 509), (500, 272), (560, 286)], ids=str)


def standing(names):
    """{township as the map calls it: the middle of its label}"""
    return {label["text"].split("\n")[0].lstrip("●◆▲○"): label["at"] for label in names.data}


@SIZES
def test_a_towns_name_stands_on_its_own_ground_on_a_map_of_any_size(view, size):
    *_, names = maps.county(view, LIGHT, *size).layers
    shapes = {short(shape.name): shape for shape in geography().shapes}
    at = standing(names)
    assert at.keys() == shapes.keys()
    aside = {name for name in at if not any(inside(*at[name], ring) for ring in shapes[name].rings)}
    assert aside <= {"释之", "凤瑞"}, "only the two that are narrower than their names may stand aside"


@SIZES
def test_a_name_that_stands_aside_has_a_line_to_its_own_ground(view, size):
    areas, names = maps.county(view, LIGHT, *size).layers
    lines = {area["name"]: area["polygon"] for area in areas.data if len(area["polygon"]) == 3}
    at = standing(names)
    for shape in geography().shapes:
        aside = not any(inside(*at[short(shape.name)], ring) for ring in shape.rings)
        assert (shape.name in lines) == aside
        if aside:
            assert any(inside(*lines[shape.name][-1], ring) for ring in shape.rings)
    assert "释之街道" in lines


def test_the_map_says_which_townships_it_draws_as_one(view):
    assert set(view.together) == {"凤瑞含赭阳", "释之含广安"}
    (joint,) = (t for t in view.townships if t.name == "释之街道")
    assert joint.label == "75%"  # 5/6 and 4/6


def test_percents_on_the_map_are_those_beside_it(view):
    (yanglou,) = (t for t in view.townships if t.name == "杨楼镇")
    assert (yanglou.text, yanglou.label) == ("93.8%", "94%")
