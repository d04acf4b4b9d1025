"""Every kind of material that can be handed out: its title, its file type, for which places, and how it is made."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.meeting.slides import Slide
from core.places import Area
from core.reports.package import packed
from core.reports.sheet import sheet_file
from core.reports.slides import deck, slides_file
from core.reports.slides import figures_of as figures_of_slides
from core.reports.word import word_file
from core.units import day
from core.views.briefing import Briefing
from core.views.bulletin import bulletin
from core.views.one_page import one_page, places_below
from core.views.paper import Figure, Grid, Paper, Sheets, figures_of
from core.views.supervision import supervision
from core.views.tables import project_ledger, ranking_table, summary_table

Content = Paper | Sheets | tuple[Slide, ...]
Progress = Callable[[int, int, str], object]
WHOLE = ("county", "zone", "township")


@dataclass(frozen=True)
class Kind:
    """A kind of material: `tell` gives what its file says (the preview reads the same), or `hold` what its ZIP holds."""

    key: str
    title: str
    says: str
    ending: str
    tell: Callable[[Briefing, Area], Content] | None = None
    hold: Callable[[Briefing, Area], "Held"] | None = None
    places: tuple[str, ...] = WHOLE


Held = Sequence[tuple[Kind, Area, str]]  # a kind, the place it is made for, the folder it lies in


@dataclass(frozen=True)
class Made:
    """A file ready to hand out, with its figures."""

    file_name: str
    content: bytes
    figures: tuple[Figure, ...]


SINGLE = (
    Kind("bulletin", "通报", "公文格式，点名排名，附排名表", "docx", bulletin),
    Kind("slides", "调度会幻灯片", "图表可在PowerPoint、WPS里编辑", "pptx", deck),
    Kind("ranking", "排名表", "各组位次、得分和分项", "xlsx", ranking_table),
    Kind("projects", "项目台账", "逐项目资金、进度，合计有公式", "xlsx", project_ledger),
    Kind("summary", "监测和项目汇总表", "分乡镇（乡镇分村）汇总", "xlsx", summary_table),
    Kind("one_page", "一页纸", "下乡、开会各带一张", "docx", one_page),
    Kind("supervision", "督办单", "每件未销号事项一张", "docx", supervision),
)


def _meeting(made: Briefing, area: Area) -> Held:
    """Every kind for the area, and the one-page sheets of the places below."""
    sheet = BY_KEY["one_page"]
    below = [(sheet, place, "一页纸/") for place in places_below(made, area) if place != area]
    return [*((kind, area, "") for kind in SINGLE), *below]


def _each_township(made: Briefing, area: Area) -> Held:
    """Every kind for every township, a folder each."""
    places = [made.tree.township_area(t) for t in area.townships]
    return [(kind, place, f"{place.name}/") for place in places for kind in SINGLE]


KINDS = (
    *SINGLE,
    Kind("pack", "材料包", "以上全部，所辖各乡镇一页纸各一份", "zip", hold=_meeting),
    Kind(
        "township_packs",
        "各乡镇材料包",
        "所辖每个乡镇一个文件夹，以上各种各一份",
        "zip",
        hold=_each_township,
        places=("county", "zone"),
    ),
)
BY_KEY = {kind.key: kind for kind in KINDS}
MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
    "pdf": "application/pdf",
}


class NoData(LookupError):
    """Nothing was reported by the day; says in Chinese since when something was."""


def nothing_yet(made: Briefing, area: Area) -> str:
    """2021年8月31日还没有任何数据；最早是2022年3月15日。 Empty where a material has something to tell."""
    days = made.snapshot.store.data_days(area.root, made.snapshot.known_by)
    if any(known <= made.on for known in days):
        return ""
    first = f"最早是{day(min(days))}" if days else "请先导入第一份表格"
    return f"{day(made.on)}还没有任何数据；{first}。"


def make(kind: Kind, made: Briefing, area: Area, *, mark: str = "", progress: Progress | None = None) -> Made:
    """A kind's file for an area. `mark` (account and time) stands small in it; `progress` hears (done, of, what).
    The same store revision, scope, place, date and mark give the same bytes. OutOfScope outside the scope;
    ValueError for a kind that the place has not; NoData for a day before the first workbook."""
    made.snapshot.check(area.codes)
    if area.kind not in kind.places:
        raise ValueError(f"{area.name}没有{kind.title}。请选全县、一个战区或一个乡镇。")
    if words := nothing_yet(made, area):
        raise NoData(words)
    if kind.hold is not None:
        return _pack(kind, kind.hold(made, area), made, area, mark, progress)
    assert kind.tell is not None, "a kind tells or holds"
    content = kind.tell(made, area)
    return Made(file_name(kind, made, area), written(content, made, area, mark), figures(content))


def file_name(kind: Kind, made: Briefing, area: Area) -> str:
    """三战区通报-20220831.docx; 演示数据 stands in the name too."""
    demo = "-演示数据" if made.is_demo else ""
    return f"{area.name}{kind.title}-{made.on:%Y%m%d}{demo}.{kind.ending}"


def written(content: Content, made: Briefing, area: Area, mark: str) -> bytes:
    """What a material says, as the bytes of its file."""
    if isinstance(content, Paper):
        return word_file(content, made.on, is_demo=made.is_demo, mark=mark)
    if isinstance(content, Sheets):
        return sheet_file(content, made.on, is_demo=made.is_demo, mark=mark)
    return slides_file(content, area, made.on, is_demo=made.is_demo, mark=mark)


def figures(content: Content) -> tuple[Figure, ...]:
    """The figures that a material tells, for the archive."""
    if isinstance(content, Paper):
        tables = [g for annex in content.annexes for g in annex.blocks if isinstance(g, Grid)]
        return (*content.figures, *(f for g in tables for f in figures_of(g, content.place)))
    if isinstance(content, Sheets):
        return tuple(f for _, grid in content.grids for f in figures_of(grid, content.place))
    return figures_of_slides(content)


def _pack(kind: Kind, wanted: Held, made: Briefing, area: Area, mark: str, progress: Progress | None) -> Made:
    """Every file of a ZIP, numbered within its folder."""
    files: list[tuple[str, bytes]] = []
    told: list[Figure] = []
    count: Counter[str] = Counter()
    for at, (one, place, folder) in enumerate(wanted):
        if progress:
            progress(at, len(wanted), f"{place.name}{one.title}")
        part = make(one, made, place, mark=mark)
        count[folder] += 1
        files.append((f"{folder}{count[folder]:02d}-{part.file_name}", part.content))
        told += [Figure(f.place, f"{one.title}·{f.name}", f.text) for f in part.figures]
    if progress:
        progress(len(wanted), len(wanted), "完成")
    return Made(file_name(kind, made, area), packed(files, made.on, compress=False), tuple(told))


def kinds_for(area: Area) -> Sequence[Kind]:
    """The kinds that an area has."""
    return [kind for kind in KINDS if area.kind in kind.places]
