"""A show as one HTML document: every slide inside, its own stylesheet and script, nothing asked for from elsewhere."""

import hashlib
import math
import re
from datetime import timedelta
from functools import cache
from html import escape
from pathlib import Path

from core.indicators.indicator import Status
from core.meeting import picture
from core.meeting.slides import AreaMap, Bars, Curve, Fact, Facts, Gauges, Part, Show, Slide, Table, TownMap
from core.serving.headers import digest
from core.units import short_day
from core.views.common import Note

HERE = Path(__file__).parent
KEYS = (
    ("翻页笔、方向键、空格", "前后翻页；Home、End 到首页、末页"),
    ("点乡镇，或Tab选中再回车", "看这个乡镇；退格键返回"),
    ("触摸屏", "左右滑动翻页，向下滑返回"),
    ("B 或 句点", "黑屏，再按恢复"),
    ("P", "自动翻页，再按暂停"),
    ("T", "就本页的问题交办：责任、限期、下一步"),
    ("K", "本页数字的口径和来源"),
    ("R", "有新数据时更新，停在本页"),
    ("F 或 F5", "全屏；L 换浅色、深色；H 显示本页"),
)


@cache
def script() -> str:
    """The show's script, as it is served at /meeting/show.js and stands in the single file."""
    return (HERE / "show.js").read_text(encoding="utf-8")


@cache
def stylesheet() -> str:
    """The show's stylesheet."""
    return (HERE / "show.css").read_text(encoding="utf-8")


@cache
def edition() -> str:
    """Changes when the script does, so that no browser keeps an old one."""
    return hashlib.sha256(script().encode()).hexdigest()[:12]


def document(show: Show, *, standalone: bool = False, mark: str = "") -> str:
    """The whole document. Served, its script stands at /meeting/show.js and asks /meeting/state for news;
    `standalone` is one file for a machine without network, with a policy of its own that allows no request at all;
    `mark` (who took it out, and when) stands faintly across its slides."""
    if standalone:
        rules = (
            f"default-src 'none'; script-src {digest(script())}; style-src {digest(stylesheet())}; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )
        head = f'<meta http-equiv="Content-Security-Policy" content="{rules}">'
        tail = f"<script>{script()}</script>"
    else:
        head = f'<script src="/meeting/show.js?{edition()}" defer></script>'
        tail = ""
    slides = "".join(_slide(s, show, page=n) for n, s in enumerate(show.slides, 1))
    slides += "".join(_slide(s, show, page=0) for s in show.below)
    sheets = "".join(_about(s) for s in (*show.slides, *show.below))
    keys = "".join(f"<li><kbd>{escape(key)}</kbd>{escape(words)}</li>" for key, words in KEYS)
    form = "" if standalone else _form(show)
    stamp = f'<p id="mark" aria-hidden="true">{escape(mark)}</p>' if mark else ""
    demo = " · 演示数据" if show.is_demo else ""
    return f"""<!doctype html>
<html lang="zh-CN" data-theme="{escape(show.theme)}" data-live="{"no" if standalone else "yes"}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex"><link rel="icon" href="data:,">
<title>{escape(show.name)} · 数据截至{show.as_of}{demo}</title>
<style>{stylesheet()}</style>{head}</head>
<body><main id="show" data-on="{show.on.isoformat()}" data-place="{escape(show.place)}" data-revision="{show.revision}" data-dwell="{show.dwell_seconds}">{slides}{sheets}</main>
<footer id="frame">{stamp}<p id="state" title="按H看按键"><u></u><b></b><i></i></p></footer>
<p id="told" class="heard" role="status" aria-live="polite"></p>
<section id="keys" class="sheet" hidden aria-label="按键"><h3>按键</h3><ul>{keys}</ul></section>
{form}<div id="blank" hidden aria-label="黑屏"></div>{tail}</body></html>"""


def _form(show: Show) -> str:
    """交办: who, by when, what next; posted to /meeting/task and shown on the slide at once."""
    places = "".join(
        f'<option value="{code}" data-post="{escape(post)}">{escape(name)}</option>'
        for code, name, post in show.answerable
    )
    # 日期框按浏览器的语言写日子，可能是英文次序；这里列出今后两个月，用中文写。
    ahead = [(n, show.on + timedelta(days=n)) for n in range(61)]
    days = "".join(
        f'<option value="{on}"{" selected" if n == 7 else ""}>{short_day(on)}（{f"{n}天后" if n else "当天"}）</option>'
        for n, on in ahead
    )
    return (
        '<form id="task" class="sheet" hidden aria-label="交办"><h3>交办</h3>'
        f'<label>地方<select name="place">{places}</select></label>'
        '<label>事项<textarea name="what" maxlength="200" required></textarea></label>'
        '<label>责任<input name="owner" maxlength="30" required autocomplete="off" '
        'placeholder="单位或职务，不写姓名"></label>'
        f'<label>限期<select name="due_on">{days}</select></label>'
        '<label>下一步<textarea name="next_step" maxlength="60" required></textarea></label>'
        '<p class="wrong" role="alert"></p><p class="act"><button class="main" type="submit">交办</button>'
        '<button type="button">取消</button></p></form>'
    )


def _fit(words: str) -> str:
    """Long sentences stand smaller, the longest in two lines: never cut."""
    wide = picture.width_of(words)
    for most, css in ((26.3, ""), (30.8, "long"), (35.7, "longer")):
        if wide <= most:
            return css
    return "longest"


def _slide(slide: Slide, show: Show, page: int) -> str:
    demo = '<span class="demo">演示数据</span>' if show.is_demo else ""
    parts = "".join(_part(p, alone=len(slide.parts) == 1) for p in slide.parts)
    below = "" if page else " data-below"
    remark = ""
    if slide.remark:
        css = " long" if picture.width_of(slide.remark) > 44 else ""
        remark = f'<p class="remark{css}">{escape(slide.remark)}</p>'
    return (
        f'<section class="slide" id="{escape(slide.id)}" tabindex="-1" aria-roledescription="幻灯片" '
        f'aria-label="{escape(slide.title)}" data-code="{escape(slide.code)}" data-title="{escape(slide.title)}"{below}>'
        f'<p class="kicker"><span>{escape(slide.place)} · {escape(slide.topic)}</span>{demo}</p>'
        f'<h2 class="{_fit(slide.title)}">{escape(slide.title)}</h2>'
        f'<div class="body">{parts}</div>{remark}'
        f"<footer><span>数据截至{escape(slide.note.as_of)}　来源：{escape(_sources(slide.note))}</span></footer></section>"
    )


def _sources(from_: Note) -> str:
    names = list(dict.fromkeys(s.split("（")[0] for s in from_.source.split("；") if s))
    if not names:
        return "未导入"
    return "、".join(names[:2]) + (f"等{len(names)}种台账" if len(names) > 2 else "")


def _about(slide: Slide) -> str:
    """口径: what every number of the slide means, and its workbooks with their dates; as many sheets as it takes."""
    words: dict[str, str] = {}
    for part in slide.note.definition.split("　**"):
        name, _, told = part.removeprefix("**").partition("**：")
        if told:  # 户与人同一口径，只写一次
            words.setdefault(told, name.removesuffix("（户）").removesuffix("（人）"))
    lines = [*(f"{name}：{told}" for told, name in words.items()), f"来源：{slide.note.source or '未导入'}"]
    sheets: list[list[str]] = [[]]
    left = SHEET_HEIGHT
    for line in lines:
        high = math.ceil(picture.width_of(line) / 42) * 0.58 + 0.1
        if sheets[-1] and high > left:
            sheets.append([])
            left = SHEET_HEIGHT
        sheets[-1].append(f"<p>{escape(line)}</p>")
        left -= high
    return "".join(
        f'<aside class="sheet" data-about="{escape(slide.id)}" hidden aria-label="口径">'
        f"<h3>口径{f'（{n}/{len(sheets)}，再按K翻页）' if len(sheets) > 1 else ''}</h3>{''.join(sheet)}</aside>"
        for n, sheet in enumerate(sheets, 1)
    )


SHEET_HEIGHT = 8.2  # rem


def _part(part: Part, *, alone: bool) -> str:
    if isinstance(part, Facts):
        css = "column" if part.is_column else "rows"
        return f'<div class="{css}">{"".join(_fact(f, in_column=part.is_column, size=0.8 if n else 1.2) for n, f in enumerate(part.facts))}</div>'
    if isinstance(part, Bars):
        return picture.bars(part, 1230, 700).html()
    if isinstance(part, Curve):
        return picture.curve(part, 1230, 700).html()
    if isinstance(part, Gauges):
        return picture.gauges(part, 1230, 700).html()
    if isinstance(part, TownMap):
        return picture.town_map(part, 1230, 706).html()
    if isinstance(part, AreaMap):
        wide = 1800 if alone else 1120 if not any(p.words for p in part.patches) else 820
        return picture.area_map(part, wide, 706).html()
    return _table(part, alone=alone)


def _fact(fact: Fact, *, in_column: bool, size: float) -> str:
    css = picture.css_class(fact.status)
    shape = picture.SHAPES.get(fact.status, "")
    word = f'<span class="word {css}">{shape} {escape(fact.status_words)}</span>' if fact.status_words else ""
    under = ' class="under"' if in_column and _is_wide(fact, size) else ""
    beside = f"<small{under}>{escape(fact.beside)}</small>" if fact.beside else ""
    wide = picture.width_of(fact.text)
    small = " words" if wide > 6 else " fit" if in_column and wide * size > 5 else ""
    size = 0.8 if small else size
    value = f'<span class="value {css}{small}">{escape(fact.text)}{beside}</span>'
    name, _, basis = fact.name.rstrip("）").partition("（")
    told = [part for line in fact.lines for part in _broken(line, 13.9 if in_column else 18.2)]
    lines = "".join(f'<span class="line">{escape(line)}</span>' for line in told)
    if in_column:
        return f'<div class="fact"><p class="name">{escape(name)}{word}</p><p>{value}</p><p>{lines}</p></div>'
    basis = f"<small>{escape(basis)}</small>" if basis else ""
    return (
        f'<div class="fact"><p class="name">{escape(name)}{basis}</p><p>{value}</p>'
        f"<p>{word}</p><p>{lines}</p></div>"
    )


def _is_wide(fact: Fact, size: float) -> bool:
    return picture.width_of(fact.text) * size + picture.width_of(fact.beside) * 0.42 > 5.1


def _broken(line: str, most: float) -> list[str]:
    """A line too wide for its column, parted where it takes a breath instead of inside a number."""
    lines = [""]
    for phrase in re.split(r"(?<=，)|(?=（)|(?<= / )", line):
        if lines[-1] and picture.width_of((lines[-1] + phrase).rstrip("，")) > most:
            lines.append("")
        lines[-1] += phrase
    return [part.strip(" ，").removesuffix(" /") for part in lines]


def _table(table: Table, *, alone: bool) -> str:
    css = "list" if alone else "tall" if len(table.columns) > 2 else ""
    head = "".join(
        f'<th scope="col"{_wide(table, n, alone)}>{escape(name)}</th>' for n, name in enumerate(table.columns)
    )
    rows = []
    for n, row in enumerate(table.rows):
        cells = []
        for at, cell in enumerate(row):
            words = escape(cell.words)
            told = MARKED.get(cell.words[:1], cell.status)  # 词里已带状态记号的，颜色随它
            status = cell.status if cell.status in picture.SHAPES else Status.NO_TARGET
            if status is not Status.NO_TARGET:
                words = f"{picture.SHAPES[status]} {words}"
            if at == 0 and table.below and table.below[n]:
                words = f'<a href="#{escape(table.below[n])}">{words}</a>'
            strong = " strong" if status is Status.BEHIND else ""
            css_cell = f"{picture.css_class(told)}{strong}{' wide' if alone and at == table.wide else ''}"
            cells.append(f'<td class="{css_cell}">{words}</td>')
        rows.append(f"<tr>{''.join(cells)}</tr>")
    widths = ""
    if alone:
        told_rows = [[cell.words for cell in row] for row in table.rows]
        widths = "".join(
            f'<col data-style="width:{w:.2f}rem">'
            for w in picture.columns(table.columns, told_rows, table.wide, table.size)
        )
    size = f' data-style="font-size:{table.size / 100}rem"' if alone and table.size != picture.SIZE else ""
    return f'<table class="{css}"{size}><colgroup>{widths}</colgroup><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'


MARKED = {shape: status for status, shape in picture.SHAPES.items()}


def _wide(table: Table, at: int, alone: bool) -> str:
    return ' class="wide"' if alone and at == table.wide else ""
