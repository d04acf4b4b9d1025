"""Names matched to the county's places and to columns; place names found in words of any county."""

import pytest

from core.imports.matching import (
    header_key,
    match_in_words,
    match_unit,
    match_village,
    names_in_column,
    places_in,
    propose_unit,
    propose_village,
)
from core.places import place_tree

TREE = place_tree()
YANGJI = TREE.find_units("杨集镇")[0]


def test_digits_make_headers_different():
    assert header_key("致贫/返贫风险1") != header_key("致贫/返贫风险2")
    assert header_key("是否（否）　到户") == header_key("是否(否)到户")


@pytest.mark.parametrize("name", ["杨集镇", "杨集乡", "杨集", " 杨集 镇", "方城县杨集镇"])
def test_a_township_by_name_alias_or_former_name(name):
    assert match_unit(name, TREE).place == YANGJI


def test_the_whole_county_is_the_county_level():
    assert match_unit("方城县", TREE).place == TREE.find_units("县本级")[0]


def test_a_former_name_of_two_subdistricts_is_asked_back():
    match = match_unit("城关镇", TREE)
    assert match.place is None
    assert {p.name for p in match.several} == {"凤瑞街道", "释之街道"}
    assert "请写明是哪一个" in match.fix


def test_a_near_miss_proposes_the_likely_township():
    assert propose_unit("卷桥镇", TREE) == "改为“券桥镇”"
    assert propose_unit("卷桥", TREE) == "改为“券桥镇”"
    problem = match_unit("卷桥镇", TREE).problem("项目台账!C18", "乡镇名", "卷桥镇")
    assert str(problem) == "项目台账!C18：应为乡镇名，实为卷桥镇。改为“券桥镇”"


def test_a_foreign_township_gets_no_proposal():
    assert "没有这个乡镇" in propose_unit("桂溪街道", TREE)
    assert propose_unit("", TREE) == "填写乡镇（街道）名"


@pytest.mark.parametrize(
    "name", ["大河口村", "大河口", "大河口村委会", "杨集镇大河口村", "方城县杨集乡大河口村"]
)
def test_a_village_within_its_township(name):
    assert match_village(name, YANGJI, TREE).place == TREE.find_village(YANGJI, "大河口村")


def test_a_village_of_another_township_and_a_near_miss():
    assert propose_village("大和口村", YANGJI, TREE) == "改为“大河口村”"
    assert "杨集镇没有这个村" in propose_village("王庄村", YANGJI, TREE)
    assert match_village("王庄村", YANGJI, TREE).place is None


def test_the_countys_own_place_out_of_a_project_name():
    match = match_in_words("2022年杨集乡大河口村道路硬化项目", TREE)
    assert match.place == TREE.find_village(YANGJI, "大河口村")
    assert match.read_from_name
    assert match_in_words("杨集镇人民政府", TREE).place == YANGJI
    assert {p.name for p in match_in_words("杨集镇、券桥镇道路项目", TREE).several} == {"杨集镇", "券桥镇"}
    assert match_in_words("大清河镇道路项目", TREE).place is None
    assert match_in_words("小额信贷贴息", TREE).place is None


NAMED = {
    "2022年偃师区大口镇董村道路提升项目": [("大口镇", ""), ("大口镇", "董村")],
    "2021年度修武县七贤镇铁皮石斛种植项目": [("七贤镇", "")],
    "神农架林区木鱼镇乡村振兴基础设施建设项目(三堆河基础设施建设项目)": [("木鱼镇", "")],
    "红花坪村美丽乡村建设(木鱼镇珍珠河小 (略) 及边坡治理工程)": [("", "红花坪村"), ("木鱼镇", "")],
    "木鱼镇三堆河村、红花坪村": [("木鱼镇", ""), ("木鱼镇", "三堆河村"), ("木鱼镇", "红花坪村")],
    "七贤镇人民政府": [("七贤镇", "")],
    "下符桥镇2023年扶贫项目项目实施情况表": [("下符桥镇", "")],
    "崔寨村街道硬化": [("", "崔寨村")],
    "凤瑞街道办事处交通街社区": [("凤瑞街道", ""), ("凤瑞街道", "交通街社区")],
    "袁店回族乡汉山村": [("袁店回族乡", ""), ("袁店回族乡", "汉山村")],
    "周村镇周村产业路": [("周村镇", ""), ("周村镇", "周村")],
    "和平镇太和村": [("和平镇", ""), ("和平镇", "太和村")],
    "大口镇和府店镇道路": [("大口镇", ""), ("府店镇", "")],
    "内乡县赵店乡长岭村核桃深加工配套": [("赵店乡", ""), ("赵店乡", "长岭村")],
    "赵河镇泥岗村至平高台村通村道路": [("赵河镇", ""), ("赵河镇", "泥岗村"), ("赵河镇", "平高台村")],
    "董村村民委员会": [("", "董村")],
    "新建韩庄村果蔬种植": [("", "韩庄村")],
    "古城乡道路建设项目": [("古城乡", "")],
}


@pytest.mark.parametrize("text", NAMED)
def test_whole_place_names_in_words(text):
    assert [tuple(n) for n in places_in(text)] == NAMED[text]


@pytest.mark.parametrize(
    "text",
    ["相关乡镇", "2021年巩固脱贫攻坚成果通村公路建设项目", "开发区乡村振兴局", "美丽乡村建设", "村村通工程", "8个村集体",
     "整村推进", "农村公路", "街道硬化", "推进城镇化", "各乡镇", "大刘山林区、西大坪林区", "示范村建设", "全县行政村公益岗位", "新建村组道路", "内乡县交通局",
     "郏县2022年资金计划表", "方城县住房和城乡建设局", "方城县住房和城乡", "住房城乡建设厅", "城乡居民养老保险", "县城乡规划局", "推进城乡融合发展"],
)  # fmt: skip
def test_words_that_name_no_place(text):
    assert places_in(text) == ()


def test_names_of_a_place_column_may_lack_their_ending():
    assert names_in_column("田庄", "村") == ("田庄",)
    assert names_in_column("集镇街社区", "村") == ("集镇街社区",)
    assert names_in_column("苗儿村、田江", "村") == ("苗儿村", "田江")
    assert names_in_column("大口镇董村", "村") == ("董村",)
    assert names_in_column("桂阳", "镇") == ("桂阳",)
    assert names_in_column("大口镇、府店镇", "镇") == ("大口镇", "府店镇")
    for text in ("小额信贷贴息", "各村", "相关村"):
        assert names_in_column(text, "村") == ()
    for text in ("县直", "相关乡镇", "跨乡镇"):
        assert names_in_column(text, "镇") == ()
