"""Names as counties write them, matched to places and columns: exactly, or with a proposal, never by a guess.

For the county's own tables names go through the `PlaceTree`. For any table the words alone say which
townships and villages it speaks of (`places_in`): a name is read only where it stands whole.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from core.draft import Problem
from core.imports.values import narrow, tight
from core.places import Place, PlaceTree

# Headers

_UNIT_IN_HEADER = re.compile(r"\((?:单位:?)?(?:万元|元|亿元|%|户|人|个|月|天|亩|公里|户/人)\)")
_SIGNS = str.maketrans("", "", "():：,，、;；.。/·-—_*'\"“”[]【】〔〕{}<>《》")


@lru_cache(maxsize=4096)
def header_key(text: str) -> str:
    """What makes two headers the same: no white space, half-width, no brackets and other signs.

    "人均纯收入（元）" and "人均纯收入 (元)" are one; digits count (致贫/返贫风险1 is not 风险2).
    """
    return tight(text).translate(_SIGNS)


@lru_cache(maxsize=4096)
def bare_key(text: str) -> str:
    """`header_key` without a unit in brackets: "中央(元)" and "中央（万元）" are one column in two units."""
    return _UNIT_IN_HEADER.sub("", tight(text)).translate(_SIGNS)


# The county's own places


@dataclass(frozen=True)
class PlaceMatch:
    """`place` when exactly one fits; else what fits (`several`) and the sentence for the clerk (`fix`)."""

    place: Place | None
    several: tuple[Place, ...] = ()
    fix: str = ""
    read_from_name: bool = False  # 由名称读出: out of a project name, unit or title, not a place column

    def problem(self, cell: str, expected: str, found: str) -> Problem:
        """The Problem of a name that was not matched."""
        return Problem(cell, expected, found or "空", self.fix)


_UNIT_SUFFIX = re.compile(r"(街道办事处|街道办|办事处|街道|回族乡|镇|乡)$")
_VILLAGE_SUFFIX = re.compile(r"(城市社区|社区)?(村民委员会|居民委员会|村委会|居委会)$|行政村$|(村|社区)$")


def match_unit(name: str, tree: PlaceTree) -> PlaceMatch:
    """The township (or 县本级, 跨乡镇, 大寺林场) of a place cell, by name, alias or former name."""
    text = tight(name)
    units = tree.find_units(text) or tree.find_units(
        re.sub(r"^(河南省)?(南阳市)?" + tree.county.name, "", text)
    )
    if not units and text in (tree.county.name, "县级", "县直"):
        units = tree.find_units("县本级")
    if len(units) == 1:
        return PlaceMatch(units[0])
    return PlaceMatch(None, tuple(units), propose_unit(name, tree))


def match_village(name: str, township: Place, tree: PlaceTree) -> PlaceMatch:
    """The village of a place cell within a township: with or without 村, 村委会, or its township in front."""
    text = tight(name)
    for form in dict.fromkeys((text, _without_township(text, township, tree), text.replace("行政村", "村"))):
        if village := tree.find_village(township, form):
            return PlaceMatch(village)
    return PlaceMatch(None, tuple(tree.find_villages(text)), propose_village(name, township, tree))


def _without_township(text: str, township: Place, tree: PlaceTree) -> str:
    text = text.removeprefix(tree.county.name)
    for form in (township.name, *(a for a, names in tree.aliases.items() if township.name in names)):
        if text.startswith(form) and len(text) > len(form):
            return text[len(form) :]
    return text


def propose_unit(name: str, tree: PlaceTree) -> str:
    """The fix for a township name that fits none or several: 改为“券桥镇”, or what to look at."""
    text = tight(name)
    several = tree.find_units(text)
    if len(several) > 1:
        return f"这个名称对应{'、'.join(p.name for p in several)}，请写明是哪一个"
    if not text:
        return "填写乡镇（街道）名"
    near = _nearest(
        _UNIT_SUFFIX.sub("", text), {p.name: _UNIT_SUFFIX.sub("", p.name) for p in tree.townships}
    )
    if len(near) == 1:
        return f"改为“{near[0]}”"
    if near:
        return f"是{'、'.join(f'“{n}”' for n in near)}中的哪一个，请改正"
    villages = tree.find_villages(text)
    if villages:
        owners = "、".join(tree[v.code[:9]].name for v in villages)
        return f"这是村名（{owners}），请填乡镇名"
    return f"{tree.county.name}没有这个乡镇（街道），请核对名称或确认是不是本县的表"


def propose_village(name: str, township: Place, tree: PlaceTree) -> str:
    """The fix for a village name that its township does not have."""
    text = tight(name)
    if not text:
        return "填写村名"
    bare = _VILLAGE_SUFFIX.sub("", _without_township(text, township, tree))
    near = _nearest(bare, {v.name: _VILLAGE_SUFFIX.sub("", v.name) for v in tree.villages_of(township)})
    if len(near) == 1:
        return f"改为“{near[0]}”"
    elsewhere = [tree[v.code[:9]].name for v in tree.find_villages(text)]
    if elsewhere:
        return f"{township.name}没有这个村，{'、'.join(elsewhere)}有，请核对乡镇"
    if near:
        return f"是{'、'.join(f'“{n}”' for n in near)}中的哪一个，请改正"
    return f"{township.name}没有这个村，请核对村名，不清楚请留空"


def _nearest(bare: str, names: Mapping[str, str]) -> list[str]:
    """Names one character away (two for long ones), or the same but for their ending; at most three."""
    reach = 1 if len(bare) < 4 else 2
    if not bare:
        return []
    scored = [(Levenshtein.distance(bare, stem, score_cutoff=reach), name) for name, stem in names.items()]
    best = min((s for s, _ in scored), default=reach + 1)
    near = [name for s, name in scored if s == best]
    shares = any(set(bare) & set(names[name]) for name in near)
    return near if best <= reach and shares and len(near) <= 3 else []


def match_in_words(text: str, tree: PlaceTree) -> PlaceMatch:
    """The one place of the county that a project name, unit or title names whole, marked as read from a name.

    A village (in the township named before it, else where only one township has it), else a township; several
    of them are given as `several` and decided by nobody here.
    """
    towns: dict[str, Place] = {}
    villages: dict[str, Place] = {}
    for named in places_in(text):
        units = tree.find_units(named.township) if named.township else ()
        if len(units) == 1:
            towns.setdefault(units[0].code, units[0])
        if named.village:
            inside = tree.find_village(units[0], named.village) if len(units) == 1 else None
            fits = [inside] if inside else [] if named.township else list(tree.find_villages(named.village))
            if len(fits) == 1:
                villages.setdefault(fits[0].code, fits[0])
    for found in (tuple(villages.values()), tuple(towns.values())):
        if len(found) == 1 and len(towns) <= 1:
            return PlaceMatch(found[0], read_from_name=True)
        if found:
            return PlaceMatch(None, found, "名称里有几个地方，请在乡镇、村列写明", read_from_name=True)
    return PlaceMatch(None, fix="名称里没有本县的乡镇或村，请在乡镇、村列写明", read_from_name=True)


# Place names in words


class Named(NamedTuple):
    """A township (village "") or a village (township "" where the words do not say) as it is written."""

    township: str
    village: str


_RUN = re.compile(r"[\u4e00-\u9fff]+")
_YEAR = re.compile(r"\d{4}\s*年?[-—至]?(\d{4}\s*年)?(年度|度)?")
_ENDING = re.compile(
    r"(?P<town>街道办事处|街道办|办事处|街道|镇|乡)|(?P<village>村民委员会|村委会|居民委员会|居委会|行政村|社区|村)"
)
# Words after which a name may begin; a district word needs a name before it, a joining word two characters after.
_DISTRICT = re.compile(r"(?<=.)[省市县区州旗盟]")
_JOINING = re.compile(r"[和与及至到对由的为在](?=..)")
_WORD = re.compile(
    r"年度|关于|位于|用于|项目|工程|建设|新建|续建|改建|扩建|修建|实施|购买|购置|提升|改造|巩固|拓展|帮扶|发展|支持|推进|"
    r"加强|完善|整治|硬化|涉及|以及|其中|包括|覆盖|带动|补助|补贴|奖补|国有|人民政府"
)
_NO_TOWN = re.compile(
    r"乡|城|住房.*城|集|各|全|本|建制|所在|所属|重点|中心|特色|小城|示范|部分|多个|若干|县直|.*(各|个|等|相关|有关|涉及|特色|示范|重点)"
)
_NO_VILLAGE = re.compile(
    r"村|[全各本我]?[省市县区镇]?|一|两|几|数|全|本|该|多|整|入|进|出|驻|包|通|惠|强|兴|富|治|扶|乡|下|联|并|撤|环|古|省级|市级|县级|集中|城中|出列|先进|项目|受益|"
    r".*(乡|农|各|个|等|贫困|脱贫|示范|美丽|和美|宜居|精品|重点|中心|自然|行政|相关|有关|薄弱|所在|所属|传统|文明|旅游|特色|生态|移民|"
    r"试点|样板|帮扶|涉及|新型|城市|城镇|农民|集镇)"
)
_CITY_AND_COUNTRY = re.compile(
    r"建设(局|厅|委|部|用地|和|与)|规划|居民|融合|一体化?|统筹|管理局|环境|社会|基本"
)  # 住房和城乡建设局; 古城乡道路 is a township's
_ROAD = re.compile(r"公路|道路|路|水泥")
_STREET_GOES_ON = re.compile(r"$|[\u4e00-\u9fff]{1,5}?(村|社区|居委会)|人民|党工委|管委")


def places_in(text: str) -> tuple[Named, ...]:
    """Townships and villages that a project name, unit, place or title names whole, in order.

    "2022年偃师区大口镇董村道路提升项目" -> (大口镇, ""), (大口镇, 董村). 美丽乡村, 相关乡镇, 通村公路 name none.
    Purely by the words: works for any county, and does not say whether such a place exists.
    """
    return _places_in(text)


@lru_cache(maxsize=65536)
def _places_in(text: str) -> tuple[Named, ...]:
    found: list[Named] = []
    township = ""
    for run in _RUN.findall(_YEAR.sub(" ", narrow(text))):
        start, after_place = 0, False
        for ending in _ENDING.finditer(run):
            if ending.start() < start or (
                ending.group() in "镇乡" and run[ending.end() :][:1] in ("县", "市")
            ):
                continue  # 内乡县, 景德镇市
            stem, rest = _stem(run[start : ending.start()], after_place), run[ending.end() :]
            name = None
            if ending.group("town"):
                if name := _town(stem, ending.group(), rest):
                    township = name
                    found.append(Named(name, ""))
            elif not _begins_town(stem + ending.group(), rest) and (
                name := _village(stem, ending.group(), rest)
            ):
                found.append(Named(township, name))
            is_within = ending.group() == "镇" and rest.startswith("村")  # 古镇村
            if name or not (is_within or _begins_town(stem + ending.group(), rest)):
                start, after_place = ending.end(), bool(name)
    return tuple(dict.fromkeys(found))


def _stem(words: str, after_place: bool) -> str:
    """What may be the name at the end of some words: 偃师区大口 -> 大口, 新建董 -> 董, 太和 -> 太和."""
    for pattern in (_WORD, _DISTRICT, _JOINING):
        for cut in reversed(list(pattern.finditer(words))):
            # 和平镇: a joining word that opens the words belongs to the name, unless a place stands before it.
            if pattern is _JOINING and cut.start() == 0 and not after_place:
                continue
            if cut.end() < len(words):
                words = words[cut.end() :]
                break
    return words


def _town(stem: str, ending: str, rest: str) -> str | None:
    if len(stem) > 2:
        stem = stem.removeprefix("县")  # 县城关镇
    if not 1 <= len(stem) <= 6 or _NO_TOWN.fullmatch(stem):
        return None
    if ending == "乡" and (
        re.match(r"[镇村土间亲情下]", rest) or (stem[-1] == "城" and _CITY_AND_COUNTRY.match(rest))
    ):
        return None
    if ending == "镇" and (
        re.match(r"[化区]", rest) or (len(stem) == 1 and re.match(r"村(?![庄级组民])", rest))
    ):
        return None  # 城镇化, 古镇村
    if ending == "街道" and (stem[-1] in "村庄内主" or not _STREET_GOES_ON.match(rest)):
        return None
    if ending == "办事处" and len(stem) > 4:
        return None
    return stem + ("街道" if ending.startswith("街道") else ending)


def _begins_town(name: str, rest: str) -> bool:
    """True where a name that ends in 村 or 乡 goes on as a township: 周村镇."""
    ending = re.match(r"街道办事处|街道办|街道|镇|乡", rest)
    return bool(ending and name[-1] == "村" and _town(name, ending.group(), rest[ending.end() :]))


def _village(stem: str, ending: str, rest: str) -> str | None:
    if not 1 <= len(stem) <= 5 or _NO_VILLAGE.fullmatch(stem):
        return None
    if ending == "村" and (re.match(r"庄(?!村)|落", rest) or (stem[-1] == "通" and _ROAD.match(rest))):
        return None
    if (
        ending == "村" and _WORD.fullmatch(stem) and rest[:1] in ("组", "内", "级", "屯", "道")
    ):  # 新建村组道路
        return None
    if ending == "社区" and _WORD.fullmatch(stem) and rest.startswith("工厂"):
        return None  # 新建社区工厂
    return stem + ("社区" if ending[0] in "社居" else "村")


def names_in_column(text: str, ending: str) -> tuple[str, ...]:
    """The names in a cell of a township (`ending` 镇) or village (村) column, also without 镇 or 村.

    Several stand joined by 、 and the like. 相关乡镇, 县直 and whatever reads like a sentence name none.
    """
    names: list[str] = []
    text = re.sub(r"\(原[^()]*\)", "", narrow(text))  # 王庄村（原李庄）: the former name is no second village
    for piece in re.split(r"[、,;/|\s()]+|(?<=[镇乡村道])[和及与](?=..)", text):
        found = places_in(piece)
        whole = (
            _WHOLE_VILLAGE.fullmatch(piece) if ending == "村" and not any(n.township for n in found) else None
        )
        if whole and (name := _village(_DISTRICT.split(whole.group(1))[-1], whole.group(2), "")):
            names.append(name)
            continue
        named = [n.township if ending == "镇" else n.village for n in found]
        if any(named):
            names += [n for n in named if n]
        elif (
            not places_in(piece)
            and re.fullmatch(r"[\u4e00-\u9fff]{2,4}", piece)
            and not _NO_NAME.search(piece)
        ):
            names.append(piece)
    return tuple(dict.fromkeys(names))


_WHOLE_VILLAGE = re.compile(r"([\u4e00-\u9fff]{1,6}?)(村民委员会|村委会|居民委员会|居委会|行政村|社区|村)")
_NO_NAME = re.compile(
    r"乡镇|镇村|乡村|农村|街道|村|县|市|全|各|相关|有关|合计|小计|部分|涉及|项目|资金|贴息|跨|场|局|办|区|无|等|略|以上|同上|直$"
)
