"""Charts and maps of a slide: shapes as SVG, words as HTML on top of them.

One unit is one pixel of a picture 1080 lines high; the stylesheet scales all of it with the screen. Words are not
SVG, so that they keep their size in rem and the browser's own measure of it is what stands on the wall.
Colours are classes: the document's stylesheet has them for light and dark.
"""

import math
from collections.abc import Sequence
from datetime import date
from html import escape

from core.geography import geography, township_labels
from core.geography import inside as is_inside
from core.indicators.indicator import Status
from core.meeting.slides import AreaMap, Bars, Curve, Gauges, TownMap
from core.units import money

SHAPES = {Status.ON_TRACK: "●", Status.RECOVERING: "◆", Status.BEHIND: "▲", Status.NOT_REPORTED: "○"}
CLASSES = {
    Status.ON_TRACK: "on-track",
    Status.RECOVERING: "recovering",
    Status.BEHIND: "behind",
    Status.NOT_REPORTED: "silent",
}
SIZE = 42  # 3.5% of 1080 lines is 38


def css_class(status: Status) -> str:
    """The stylesheet's class of a status."""
    return CLASSES.get(status, "plain")


def width_of(words: str) -> float:
    """How many Chinese characters wide a text is, about."""
    return sum(1.0 if ord(c) > 0x2000 else 0.58 for c in words)  # 引号、破折号、▲也占一格


def columns(
    headers: Sequence[str], rows: Sequence[Sequence[str]], wide: int, size: int = SIZE
) -> list[float]:
    """Widths of a list's columns in rem, 18 in all: each as wide as its words up to nine characters, the rest for `wide`."""
    widths = [
        min(9.2, max(width_of(row[n]) for row in (headers, *rows))) * size / 100 + 0.28
        for n in range(len(headers))
    ]
    widths[wide] = 18 - (sum(widths) - widths[wide])
    return widths


class Picture:
    """Shapes and words of one picture, `width` by `height` units."""

    def __init__(self, width: int, height: int, says: str) -> None:
        self.width, self.height, self.says = width, height, says
        self.shapes: list[str] = []
        self.words: list[str] = []

    def shape(self, tag: str, css: str, below: str = "", title: str = "", **attributes: object) -> None:
        """A shape; with `below` it is a link to the slide with that id."""
        drawn = " ".join(f'{k.replace("_", "-")}="{_number(v)}"' for k, v in attributes.items())
        markup = f'<{tag} class="{css}" {drawn}/>'
        if below:
            markup = f'<a href="#{below}" aria-label="{escape(title)}">{markup}</a>'
        self.shapes.append(markup)

    def text(
        self, x: float, y: float, words: str, css: str = "", *, at: str = "start", size: int = SIZE
    ) -> None:
        """A line of words whose middle stands at y; `at` start, middle or end of x."""
        place = f"left:{x / 100:.3f}rem;top:{y / 100:.3f}rem;font-size:{size / 100}rem"
        self.words.append(f'<span class="{at} {css}" data-style="{place}">{escape(words)}</span>')

    def html(self) -> str:
        """The picture; a screen reader hears its message."""
        box = f"width:{self.width / 100}rem;height:{self.height / 100}rem"
        return (
            f'<figure class="picture" data-style="{box}"><figcaption class="heard">{escape(self.says)}</figcaption>'
            f'<svg viewBox="0 0 {self.width} {self.height}" role="group" aria-label="{escape(self.says)}">'
            f"{''.join(self.shapes)}</svg>"
            f'<div class="words" aria-hidden="true">{"".join(self.words)}</div></figure>'
        )


def _number(value: object) -> str:
    return f"{value:.1f}" if isinstance(value, float) else escape(str(value))


def bars(view: Bars, width: int, height: int) -> Picture:
    """Finished, hopeful and late projects of each township, with the count of the late ones at the end."""
    says = "；".join(
        f"{b.name}竣工{b.completed}个、{view.ahead_words}{b.on_course}个、{view.late_words}{b.late}个"
        if b.is_reported
        else f"{b.name}未报"
        for b in view.bars
    )
    picture = Picture(width, height, f"{view.says}。{says}")
    x = 250.0
    for css, words in (("done", "已竣工"), ("ahead", view.ahead_words), ("late", "▲" + view.late_words)):
        picture.shape("rect", css, x=x, y=10, width=34, height=34)
        picture.text(x + 46, 27, words, "behind" if css == "late" else "")
        x += 46 + width_of(words) * SIZE + 50
    left, top = 245, 74
    step = min(140.0, (height - top) / max(len(view.bars), 1))
    thick = step * 0.68
    most = max((b.completed + b.on_course + b.late for b in view.bars), default=1) or 1
    scale = (width - left - 110) / most
    for n, bar in enumerate(view.bars):
        y = top + n * step + (step - thick) / 2
        middle = y + thick / 2
        if bar.below:
            picture.shape(
                "rect",
                "hit",
                bar.below,
                f"{bar.name}，按回车看这个乡镇",
                x=0,
                y=y - 6,
                width=width,
                height=thick + 12,
                rx=8,
            )
        picture.text(left - 18, middle, bar.name, at="end")
        if not bar.is_reported:
            picture.text(left + 8, middle, "○ 未报", "silent")
            continue
        x = float(left)
        for css, count in (("done", bar.completed), ("ahead", bar.on_course), ("late", bar.late)):
            if not count:
                continue
            wide = count * scale
            picture.shape("rect", f"{css} quiet", x=x, y=y, width=wide, height=thick)
            if wide > len(str(count)) * 25 + 8:
                picture.text(x + wide / 2, middle, str(count), f"on-{css}", at="middle")
            x += wide
        if bar.late:
            picture.text(x + 12, middle, f"▲{bar.late}", "behind strong")
    return picture


def curve(view: Curve, width: int, height: int) -> Picture:
    """Remaining households over the year, the required pace dashed, the newest value large."""
    picture = Picture(width, height, view.says)
    days = [d for d, _ in (*view.points, *view.pace)]
    if not view.points or not days:
        picture.text(width / 2, height / 2, "○ 未报", "silent", at="middle", size=64)
        return picture
    first, last = min(days), max(days)
    if first == last:
        last = date(first.year, 12, 31)
    most = max(*(v for _, v in view.points), *(v for _, v in view.pace), 1) * 1.08
    left, right, top, bottom = 110, width - 110, 90, height - 70

    def x(on: date) -> float:
        return left + (right - left) * (on - first).days / max((last - first).days, 1)

    def y(value: float) -> float:
        return bottom - (bottom - top) * value / most

    picture.shape("line", "actual-key", x1=left, y1=28, x2=left + 70, y2=28)
    picture.text(left + 86, 28, "实际未消除（户）")
    picture.shape("line", "pace", x1=left + 480, y1=28, x2=left + 560, y2=28)
    picture.text(left + 576, 28, "序时进度")
    picture.shape("line", "axis", x1=left, y1=bottom, x2=width, y2=bottom)
    month = date(first.year, first.month, 1)
    while month <= last:
        if month >= first.replace(day=1):
            at = x(max(month, first))
            following = date(month.year + month.month // 12, month.month % 12 + 1, 1)
            # 起点不在月初时，首月与次月挨得太近就只标次月。
            if x(min(following, last)) - at > 80:
                picture.shape("line", "axis", x1=at, y1=bottom, x2=at, y2=bottom + 10)
                picture.text(
                    at, bottom + 40, f"{month.month}月", "muted", at="middle" if at > 40 else "start"
                )
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)
    if view.pace:
        line = " ".join(f"{x(d):.1f},{y(v):.1f}" for d, v in view.pace)
        picture.shape("polyline", "pace", points=line)
        goal_on, goal = view.pace[-1]
        picture.text(x(goal_on) + 14, y(goal) - 52, "兜底", "muted")
        picture.text(x(goal_on) + 14, y(goal) - 4, f"{goal:,.0f}", "muted")
    if view.ahead:
        by, expected = view.ahead
        since, value = view.points[-1]
        picture.shape("line", "hoped", x1=x(since), y1=y(value), x2=x(by), y2=y(expected))
        picture.shape("circle", "hoped-dot", cx=x(by), cy=y(expected), r=9)
        picture.text(width, y(expected) - 98, "照此进度", "actual-ink", at="end")
        picture.text(width, y(expected) - 52, f"{expected:,}左右", "actual-ink strong", at="end")
    line = " ".join(f"{x(d):.1f},{y(v):.1f}" for d, v in view.points)
    picture.shape("polyline", "actual", points=line)
    taken = math.inf
    for n, (on, value) in enumerate(reversed(view.points)):
        picture.shape("circle", "dot", cx=x(on), cy=y(value), r=9 if n else 14)
        words = f"{value:,}"
        if taken - x(on) < len(words) * 25 and n:
            continue
        taken = x(on)
        if n:
            picture.text(x(on) - 6, y(value) + 34, words, at="end")
        else:
            picture.text(x(on) + 26, y(value) - 36, words, "strong actual-ink", size=64)
    return picture


def gauges(view: Gauges, width: int, height: int) -> Picture:
    """Bars filled as far as the figures are, with a tick where they should be."""
    says = "；".join(f"{g.name}{g.text}，{g.words}{g.status_words}" for g in view.gauges)
    picture = Picture(width, height, f"{view.says}。{says}")
    step = min(250.0, height / max(len(view.gauges), 1))
    for n, gauge in enumerate(view.gauges):
        y = n * step
        css = css_class(gauge.status)
        picture.text(0, y + 44, gauge.name)
        picture.text(width - 40, y + 36, gauge.text, f"{css} strong", at="end", size=68)
        bar = y + 88
        picture.shape("rect", "track", x=0, y=bar, width=width - 40, height=44)
        picture.shape(
            "rect", f"fill {css}-fill", x=0, y=bar, width=max(gauge.share, 0.0) * (width - 40), height=44
        )
        if gauge.mark is not None:
            at = gauge.mark * (width - 40)
            picture.shape("line", "tick", x1=at, y1=bar - 12, x2=at, y2=bar + 56)
        word = f"{SHAPES[gauge.status]} {gauge.status_words}" if gauge.status in SHAPES else ""
        if word:
            picture.text(0, bar + 84, word, f"{css} strong")
        picture.text((width_of(word) + 1) * SIZE if word else 0, bar + 84, gauge.words)
    return picture


class _Frame:
    """Longitude and latitude to a picture: as large as fits, in the middle."""

    def __init__(self, points: Sequence[tuple[float, float]], box: tuple[float, float, float, float]) -> None:
        left, top, width, height = box
        west, east = min(x for x, _ in points), max(x for x, _ in points)
        south, north = min(y for _, y in points), max(y for _, y in points)
        self.squeeze = math.cos(math.radians((south + north) / 2))
        wide, tall = (east - west) * self.squeeze, north - south
        self.scale = min(width / wide, height / tall)
        self.west, self.north = west, north
        self.left = left + (width - wide * self.scale) / 2
        self.top = top + (height - tall * self.scale) / 2

    def __call__(self, at: tuple[float, float]) -> tuple[float, float]:
        return (
            self.left + (at[0] - self.west) * self.squeeze * self.scale,
            self.top + (self.north - at[1]) * self.scale,
        )

    def degrees(self, width: float, height: float) -> tuple[float, float]:
        """A width and a height of the picture in degrees of longitude and latitude."""
        return width / self.scale / self.squeeze, height / self.scale

    def path(self, rings: Sequence[Sequence[tuple[float, float]]]) -> str:
        parts = []
        for ring in rings:
            points = [self(p) for p in ring]
            parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + "Z")
        return "".join(parts)


def area_map(view: AreaMap, width: int, height: int) -> Picture:
    """Townships by status; those outside the place are quiet and carry no word."""
    says = "；".join(f"{p.name}{p.words}{_STATUS[p.status]}" for p in view.patches if p.is_inside)
    picture = Picture(width, height, f"{view.says}。{says}")
    shapes = {s.name: s for s in geography().shapes}
    inside = [p for p in view.patches if p.is_inside and p.name in shapes]
    has_words = any(p.words for p in inside)
    statuses = dict.fromkeys(p.status for p in sorted(inside, key=lambda p: list(_STATUS).index(p.status)))
    points = [at for p in inside for ring in shapes[p.name].rings for at in ring]
    frame = _Frame(points, (10, 6, width - 20, height - (80 if has_words else 12)))
    for patch in sorted(view.patches, key=lambda p: p.is_inside):
        shape = shapes.get(patch.name)
        if shape is None:
            continue
        css = f"patch {css_class(patch.status)}-patch" if patch.is_inside else "patch outside"
        if not patch.is_inside and has_words:
            continue  # 战区图只画本战区，周围的乡镇不占地方
        title = f"{patch.name}，按回车看这个乡镇" if patch.below else ""
        picture.shape("path", css, patch.below, title, d=frame.path(shape.rings))
    sizes = []
    for patch in inside:
        wide = max(width_of(patch.label) * SIZE, (width_of(patch.words) + 1) * 46) if has_words else (width_of(patch.label) + 1) * 40  # fmt: skip
        sizes.append((patch.name, *frame.degrees(wide + 16, 108.0 if has_words else 46.0)))
    middles = township_labels(tuple(sizes))
    for patch in inside:
        x, y = frame(middles[patch.name])
        mark = SHAPES.get(patch.status, "")
        if patch.words:
            picture.text(x, y - 26, patch.label, "strong", at="middle")
            picture.text(x, y + 28, f"{mark}{patch.words}", at="middle", size=46)
        else:
            picture.text(x, y, f"{mark}{patch.label}", at="middle", size=40)
    legend = [(f"{SHAPES.get(s, '')}{_STATUS[s]}", f"{css_class(s)} strong") for s in statuses]
    if has_words:
        x = 20.0
        for words, css in legend:
            picture.text(x, height - 28, words, css)
            x += width_of(words) * SIZE + 50
    else:  # 县域图左上角空着，图例放在那里，图可以再大些
        for n, (words, css) in enumerate([*legend, *((words, "muted") for words in view.together)]):
            picture.text(0, 30 + n * 58, words, css, size=40)
    return picture


_STATUS = {
    Status.ON_TRACK: "正常",
    Status.RECOVERING: "预警",
    Status.BEHIND: "滞后",
    Status.NOT_REPORTED: "未报",
    Status.NO_TARGET: "",
    Status.NOT_APPLICABLE: "",
}

SITES = ((Status.ON_TRACK, "●", "已竣工"), (Status.NO_TARGET, "■", "未到期"), (Status.BEHIND, "▲", "已过期"))


def _star(x: float, y: float, r: float) -> str:
    turns = [(r if n % 2 == 0 else r * 0.42, math.pi * (n / 5 - 0.5)) for n in range(10)]
    return "M" + "L".join(f"{x + d * math.cos(a):.1f} {y + d * math.sin(a):.1f}" for d, a in turns) + "Z"


def _radius(yuan: float) -> float:
    """A site's size: its area grows with its money."""
    return 12 + min(30.0, math.sqrt(yuan / 1e4) * 1.7)


def _round(yuan: float) -> float:
    """A sum with one digit, for the key of sizes."""
    unit = 10.0 ** math.floor(math.log10(yuan)) if yuan > 0 else 1.0
    return round(yuan / unit) * unit


def _within(
    at: tuple[float, float], middle: tuple[float, float], rings: Sequence[Sequence[tuple[float, float]]]
) -> tuple[float, float]:
    """A named place as near as it may stand to where it is, within its town: both borders and places are 示意."""
    for step in range(20):
        share = step / 20
        near = tuple(there + (inner - there) * share for there, inner in zip(at, middle, strict=True))
        if any(is_inside(near[0], near[1], ring) for ring in rings):
            share += 0.1 if step else 0.0  # 挪进来的离界线也留一点
            return at[0] + (middle[0] - at[0]) * share, at[1] + (middle[1] - at[1]) * share
    return middle


def town_map(view: TownMap, width: int, height: int) -> Picture:
    """A pilot town: village dots, project sites by status (shape and colour) and money (size), named places."""
    counts = {status: sum(m.status is status for m in view.marks) for status, _, _ in SITES}
    legend = [(status, f"{mark}{word}{counts[status]}") for status, mark, word in SITES if counts[status]]
    picture = Picture(width, height, f"{view.says}。项目{'、'.join(words[1:] for _, words in legend)}")
    shape = geography().shape(view.township)
    if shape is None:
        return picture
    frame = _Frame([at for ring in shape.rings for at in ring], (10, 10, 610, height - 90))
    picture.shape("path", "town", d=frame.path(shape.rings))
    for at in view.villages:
        x, y = frame(at)
        picture.shape("circle", "village", cx=x, cy=y, r=7)
    placed: dict[tuple[float, float], int] = {}
    labels: list[tuple[float, float, str, str]] = []  # where it stands, its words and their class
    for mark in sorted(view.marks, key=lambda m: -m.yuan):
        nth = placed[mark.at] = placed.get(mark.at, -1) + 1
        x, y = frame(mark.at)
        x, y = x + 34 * math.cos(nth * 2.4) * bool(nth), y + 34 * math.sin(nth * 2.4) * bool(nth)
        r = _radius(mark.yuan)
        if mark.status is Status.BEHIND and mark.village:
            labels.append((x, y, f"▲{mark.village}", "behind strong"))
        if mark.status is Status.BEHIND:
            points = (
                f"{x:.1f},{y - r * 1.15:.1f} {x - r:.1f},{y + r * 0.75:.1f} {x + r:.1f},{y + r * 0.75:.1f}"
            )
            picture.shape("polygon", "site late", points=points)
        elif mark.status is Status.ON_TRACK:
            picture.shape("circle", "site finished", cx=x, cy=y, r=r)
        else:
            picture.shape("rect", "site ahead", x=x - r * 0.85, y=y - r * 0.85, width=r * 1.7, height=r * 1.7)
    for name, at in view.named:
        x, y = frame(_within(at, shape.label, shape.rings))
        picture.shape("path", "star", d=_star(x, y, 24))
        labels.append((x, y, f"★{name}", "strong"))
    line, lines = 0.0, []
    for x, y, words, css in sorted(labels, key=lambda one: (one[1], -one[0])):
        # 名称写在图的右边，用细线引到位置，不盖住项目。
        lines.append(line := max(y, line + 64, 30))
        picture.shape("polyline", "leader", points=f"{x:.1f},{y:.1f} 640,{line:.1f} 652,{line:.1f}")
        picture.text(662, line, words, css, size=40)
    if view.marks:
        # 图例放在右边最靠下、两头都不碰名称的地方。
        free = (at for at in range(height - 230, 0, -20) if not any(-70 < n - at < 160 for n in lines))
        line = next(free, height - 230)
        picture.text(662, line, "图形大小为计划资金", "muted", size=40)
        x = 690.0
        for yuan in sorted({_round(f(m.yuan for m in view.marks)) for f in (min, max)}):
            r = _radius(yuan)
            picture.shape("circle", "size", cx=x, cy=line + 66, r=r)
            picture.text(x + r + 12, line + 66, money(yuan), "muted", size=40)
            x += r + 300
    x = 20.0
    for status, words in legend:
        css = {Status.ON_TRACK: "on-track", Status.BEHIND: "behind"}.get(status, "plain")
        picture.text(x, height - 30, words, f"{css} strong")
        x += width_of(words) * SIZE + 40
    picture.shape("circle", "village", cx=x + 8, cy=height - 30, r=9)
    picture.text(x + 26, height - 30, "村")
    picture.text(x + 26 + SIZE + 40, height - 30, "★主题地名")
    return picture
