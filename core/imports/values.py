"""Readers for one cell: months, days, periods, money, counts, yes or no.

Each takes a cell as calamine gave it and returns the value, or raises `Unreadable` with what was expected and
what to do; a blank cell (`is_blank`) is for the caller and unreadable here. None of them guesses: what can be
read in two ways is said to be so.
"""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import nan

from core.draft import Problem
from core.imports.workbook import Cell

FIRST_YEAR, LAST_YEAR = 1949, 2100
FIRST_SERIAL, LAST_SERIAL = 18_264, 73_415  # 1950-01-01 to 2100-12-31 as Excel counts days

WIDTHS = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20, 0xA0: 0x20}

MONEY_UNITS = {"元": Decimal("0.0001"), "万元": Decimal(1), "万": Decimal(1), "亿元": Decimal(10_000)}


MOST_WAN = Decimal(10) ** 9  # 万元: ten trillion yuan, a slip of the hand in any county's table
MOST = 10**9  # of households, persons, items, and of any plain number


class Unreadable(Exception):
    """A cell that cannot be read; the caller knows where it stands and makes the Problem."""

    def __init__(self, expected: str, fix: str) -> None:
        super().__init__(f"应为{expected}。{fix}")
        self.expected = expected
        self.fix = fix

    def problem(self, cell: str, found: Cell, blocks: bool = True) -> Problem:
        """The Problem of this reading at a cell, with what stands there."""
        return Problem(cell, self.expected, plain(found), self.fix, blocks)


@dataclass(frozen=True)
class Period:
    """When something begins and ends, ISO text to the month (2021-08) or day (2021-08-31), None if not said.

    A single day or month is both. `ambiguous` holds every reading of a text that has several (2/9/2022);
    then neither start nor end is given.
    """

    start: str | None
    end: str | None
    ambiguous: tuple[str, ...] = ()


def narrow(text: str) -> str:
    """Full-width digits, letters and brackets as ASCII."""
    return text.translate(WIDTHS)


def tight(text: str) -> str:
    """`narrow`, and without any white space or line break."""
    return "".join(narrow(text).split())


def plain(cell: Cell) -> str:
    """A cell as a clerk would read it: 12.0 -> 12, a date as 2022-08-31, text without outer blanks."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return number_text(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    return str(cell)


def number_text(value: float) -> str:
    """A float with the 15 digits that a workbook keeps, without exponent: 0.1+0.2 -> 0.3."""
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    text = f"{Decimal(f'{value:.15g}'):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_blank(cell: Cell) -> bool:
    """True for an empty cell and for one that holds only white space."""
    return isinstance(cell, str) and not cell.strip()


# Dates


_A_DAY = "日期"
_DAY_FIX = "请写成2022-03-15这样的日期"
_A_MONTH = "年月"
_MONTH_FIX = "请写成2022-03或202203"
_A_PERIOD = "起止时间"
_PERIOD_FIX = "请写成2021年8月至2021年11月"

_POINT = re.compile(
    r"""(?P<year>\d{4})
    (?: 年 (?:(?P<m1>\d{1,2}) (?: 月 (?:(?P<d1>\d{1,2})[日号]?)? )? )?
      | (?P<sep>[-./]) (?P<m2>\d{1,2}) (?: (?P=sep) (?P<d2>\d{1,2}) )? 月? [日号]?
      | (?P<m3>\d{2}) (?P<d3>\d{2})?
    )$""",
    re.X,
)
_FOREIGN = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})$")
_CLOCK = re.compile(r"[T ]?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
_JOINT = re.compile(r"(?:至|到|—+|–|~+|～|－|─+|--+)")
_REST = re.compile(r"(?P<m>\d{1,2})(?:月(?:(?P<d>\d{1,2})[日号]?)?|[./](?P<d2>\d{1,2})[日号]?)?$")
_BEFORE = re.compile(r"(?:年底|底|末)?(?:以?前|之前)$|(?<=月)[底末]$|(?<=\d)年[底末]$")
_AFTER = re.compile(r"(?:起|开始|以?后|之后)$")
_ABOUT = re.compile(r"(?<=月)(?:初|[上中下]旬)$")  # 2022年3月上旬: the month is sure, the day is not
_PART_OF_YEAR = {
    "上半年": (1, 6), "下半年": (7, 12), "第一季度": (1, 3), "一季度": (1, 3), "第二季度": (4, 6), "二季度": (4, 6),
    "第三季度": (7, 9), "三季度": (7, 9), "第四季度": (10, 12), "四季度": (10, 12),
}  # fmt: skip


@dataclass(frozen=True)
class _Point:
    """A year, month or day that was written out."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str:
        if self.day is not None:
            return f"{self.year:04}-{self.month:02}-{self.day:02}"
        return f"{self.year:04}-{self.month:02}" if self.month else f"{self.year:04}"


class _Impossible(Exception):
    """A month 13, a 30 February, a year 20223: says so; `is_day` where only the day is wrong."""

    def __init__(self, words: str, *, is_day: bool = False) -> None:
        super().__init__(words)
        self.is_day = is_day


def _never(why: _Impossible, expected: str, fix: str) -> Unreadable:
    """A date that never was: a wrong day is told as a day, and how to write one, where a period is expected too."""
    is_day = why.is_day or expected == _A_DAY
    how = _DAY_FIX if is_day and expected == _A_PERIOD else fix
    return Unreadable(expected, f"没有{'这一天' if is_day else '这样的年月'}（{why}），{how}")


def _point(year: str | int, month: str | int | None = None, day: str | int | None = None) -> _Point:
    point = _Point(int(year), int(month) if month else None, int(day) if day else None)
    if not FIRST_YEAR <= point.year <= LAST_YEAR:
        raise _Impossible(f"年份不会是{point.year}")
    if month is not None and not 1 <= (point.month or 0) <= 12:
        raise _Impossible(f"没有{int(month)}月")
    if day is not None:
        try:
            date(point.year, point.month or 1, point.day or 0)
        except ValueError as e:
            of_year = f"{point.year}年" if point.month == 2 else ""
            raise _Impossible(f"{of_year}{point.month}月没有{int(day)}日", is_day=True) from e
    return point


def _read_point(text: str) -> _Point | None:
    """One day, month or year out of tight text; None when it is not written like one."""
    match = _POINT.match(text)
    if not match:
        return None
    part = match.groupdict()
    return _point(
        part["year"], part["m1"] or part["m2"] or part["m3"], part["d1"] or part["d2"] or part["d3"]
    )


def _foreign_points(text: str) -> list[_Point]:
    """2/9/2022: month first and day first, as far as each is possible; the same one once."""
    match = _FOREIGN.match(text)
    points: list[_Point] = []
    if match:
        a, b, year = match.group(1), match.group(3), match.group(4)
        for month, day in ((a, b), (b, a)):
            try:
                point = _point(year, month, day)
            except _Impossible:
                continue
            if point not in points:
                points.append(point)
        if not points:
            raise _Impossible(f"没有{a}月{b}日")
    return points


def _serial(value: float) -> date | None:
    return date(1899, 12, 30) + timedelta(days=int(value)) if FIRST_SERIAL <= value <= LAST_SERIAL else None


def _number_points(value: float) -> list[_Point]:
    """A number in a date column: 202203, 20220315, a serial, 2022.3; 2022.1 may be January or October."""
    text = number_text(value)
    if re.fullmatch(r"\d{6}|\d{8}", text):
        point = _read_point(text)
        return [point] if point else []
    if match := re.fullmatch(r"(\d{4})\.(\d{1,2})", text):
        year, month = match.groups()
        # 表格里键入2022.10，存下来就是2022.1。
        return [_point(year, month), _point(year, 10)] if month == "1" else [_point(year, month)]
    if on := _serial(value):
        return [_point(on.year, on.month, on.day)]
    return []


def _points(cell: Cell, expected: str, fix: str) -> list[_Point]:
    """Every reading of a cell that holds one date, at least one; raises Unreadable."""
    try:
        if isinstance(cell, bool | time | timedelta):
            raise Unreadable(expected, fix)
        if isinstance(cell, date):  # a datetime too
            return [_point(cell.year, cell.month, cell.day)]
        if isinstance(cell, int | float):
            points = _number_points(float(cell))
        else:
            text = tight(_CLOCK.sub("", narrow(cell).strip()))
            one = _read_point(text)
            points = [one] if one else _foreign_points(text)
            if not points and re.fullmatch(r"\d{5}(\.\d+)?", text) and (on := _serial(float(text))):
                points = [_point(on.year, on.month, on.day)]
    except _Impossible as e:
        raise _never(e, expected, fix) from e
    if not points:
        raise Unreadable(expected, fix)
    return points


def month(cell: Cell) -> int:
    """202203 from 202203, 2022-03, 2022.3, 2022年3月, a day, a date or an Excel serial. Raises Unreadable."""
    points = _points(cell, _A_MONTH, _MONTH_FIX)
    months = sorted({p.iso[:7] for p in points})
    if len(months) > 1:
        raise Unreadable(_A_MONTH, f"可以读成{'或'.join(months)}，{_MONTH_FIX}")
    if points[0].month is None:
        raise Unreadable(_A_MONTH, _MONTH_FIX)
    return points[0].year * 100 + points[0].month


def day(cell: Cell) -> date:
    """A day from a date, 2022-03-15, 2022.3.15, 2022年3月15日, 20220315 or an Excel serial. Raises Unreadable."""
    points = _points(cell, _A_DAY, _DAY_FIX)
    if len(points) > 1:
        raise Unreadable(_A_DAY, f"可以读成{'或'.join(p.iso for p in points)}，{_DAY_FIX}")
    if points[0].day is None:
        raise Unreadable(_A_DAY, "缺少日，" + _DAY_FIX)
    return date.fromisoformat(points[0].iso)


def period(cell: Cell) -> Period:
    """The start and end that a cell states. A lone number ("10") is unreadable here: it may count months.

    2021年8月至2021年11月, 2021.3-6, 2024年6月到12月, 2021年3月-2021年12月, 2022年3月1日-5月30日, 2022年,
    2022年12月底前 (an end only), 2022年3月起 (a start only), 2022年上半年, 2022年第二季度, 2022年3月上旬 (to the month), or
    a single day or month. Raises Unreadable.
    """
    if not isinstance(cell, str):
        if isinstance(cell, int | float) and not isinstance(cell, bool) and 0 < cell <= 60:
            raise Unreadable(_A_PERIOD, f"“{plain(cell)}”像是月数，{_PERIOD_FIX}")
        return _one(_points(cell, _A_PERIOD, _PERIOD_FIX))
    text = _in_figures(tight(_CLOCK.sub("", narrow(cell).strip())).rstrip("。.;、,")).replace("月份", "月")
    if re.match(r"\d{1,2}月\d|\d{1,2}-\d{1,2}月", text):
        raise Unreadable(_A_PERIOD, "缺少年份，" + _PERIOD_FIX)
    if re.fullmatch(r"\d{1,2}(个?月)?", text):
        raise Unreadable(_A_PERIOD, f"“{text}”像是月数，{_PERIOD_FIX}")
    only_end = only_start = False
    if before := _BEFORE.search(text):
        text, only_end = text[: before.start()], True
        if before.group(0).startswith("年"):
            text += "年12月"
    elif after := _AFTER.search(text):
        text, only_start = text[: after.start()], True
    text = _ABOUT.sub("", re.sub(r"(?<=\d年)度$", "", text))
    if (part := _PART_OF_YEAR.get(text[5:])) and (year := re.fullmatch(r"(\d{4})年", text[:5])):
        begin, finish = part
        return Period(f"{year.group(1)}-{begin:02}", f"{year.group(1)}-{finish:02}")
    try:
        for left, right in _splits(text):
            if ends := _range(left, right):
                first, last = ends
                if last.iso[:7] < first.iso[:7] or (first.day and last.day and last.iso < first.iso):
                    raise Unreadable(_A_PERIOD, "结束早于开始，" + _PERIOD_FIX)
                return Period(_begin(first), _finish(last))
        if text[:1] in ("至", "到"):
            text, only_end = text[1:], True
        found = _one(_points(text, _A_PERIOD, _PERIOD_FIX))
    except _Impossible as e:
        raise _never(e, _A_PERIOD, _PERIOD_FIX) from e
    if only_end:
        return Period(None, found.end, found.ambiguous)
    return Period(found.start, None, found.ambiguous) if only_start else found


def _in_figures(text: str) -> str:
    """二〇二二年三月十五日 as 2022年3月15日; any other text as it is."""
    if not re.match(r"[一二][〇○零一二三四五六七八九]{3}年", text):
        return text
    digits = {
        sign: str(digit) for digit, signs in enumerate(("〇○零", *"一二三四五六七八九")) for sign in signs
    }

    def figure(match: re.Match[str]) -> str:
        tens, ten, ones = match.group().partition("十")
        read = ["".join(digits[sign] for sign in part) for part in (tens, ones)]
        return f"{read[0] or 1}{read[1] or 0}" if ten else read[0]

    return re.sub(r"[〇○零一二三四五六七八九十]+", figure, text)


def _splits(text: str) -> list[tuple[str, str]]:
    """Where a text may be cut in two: at a word for "to", else at each hyphen that is not inside one date."""
    cuts = [(m.start(), m.end()) for m in _JOINT.finditer(text)]
    if len(cuts) != 1:
        cuts = [(m.start(), m.end()) for m in re.finditer(r"-", text)]
        # 2021-03-15 and 2021-3 are single dates; 2021.3-6 and 2021年3月-12月 are periods.
        if _POINT.match(text):
            return []
    return [(text[:a].removeprefix("从").removeprefix("自"), text[b:].removesuffix("止")) for a, b in cuts]


def _range(left: str, right: str) -> tuple[_Point, _Point] | None:
    if match := re.match(r"(\d{4})年(\d{1,2})$", left):  # 2022年3-10月
        first: _Point | None = _point(*match.groups())
    else:
        first = _read_point(left)
    if first is None or not right:
        return None
    last = _read_point(right)
    if last is None and right in ("年底", "年末"):
        last = _point(first.year, 12)
    if last is None and first.day is not None and re.fullmatch(r"\d{1,2}[日号]", right):
        last = _point(first.year, first.month, right[:-1])
    if last is None and first.month is not None and (rest := _REST.match(right)):
        day = rest.group("d") or rest.group("d2")
        if day is None and first.day is not None and "月" not in right:
            last = _point(first.year, first.month, rest.group("m"))  # 2022.3.1-15
        else:
            last = _point(first.year, rest.group("m"), day)
    if last is None and (long := re.search(r"\d{5,}年", right)):
        raise _Impossible(f"年份不会是{long.group()[:-1]}")
    return (first, last) if last else None


def _begin(point: _Point) -> str:
    return point.iso if point.month else f"{point.year}-01"


def _finish(point: _Point) -> str:
    return point.iso if point.month else f"{point.year}-12"


def _one(points: list[_Point]) -> Period:
    if len(points) > 1:
        return Period(None, None, tuple(p.iso for p in points))
    return Period(_begin(points[0]), _finish(points[0]))


_AS_OF = re.compile(
    r"(?:截[至止到]+|数据日期|数据时间|数据截止|统计日期|统计时间|截止日期|截止时间|填报日期|填报时间|填表日期|填表时间|时间|日期)"
    r"[为是:]*(\d{4}年\d{1,2}月(?:\d{1,2}[日号]|[底末])|\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{8})"
)
_BARE_DAY = re.compile(r"\(?(\d{4}年\d{1,2}月\d{1,2}[日号])\)?$")


def as_of_in(text: str) -> date | None:
    """The data date that a title or a date row states (截至2022年8月31日, 2022年8月底), else None."""
    text = tight(text)
    match = _AS_OF.search(text) or _BARE_DAY.match(text)
    if not match:
        return None
    found = match.group(1)
    try:
        if found[-1] in "底末":
            year, number = divmod(month(found[:-1]), 100)
            return date(year + number // 12, number % 12 + 1, 1) - timedelta(days=1)
        return day(found)
    except Unreadable:
        return None


def as_of_in_name(name: str) -> date | None:
    """The data date at the end of a file's name: 项目台账-20220831.xlsx, else None."""
    match = re.search(r"(?<!\d)(\d{4}-?\d{2}-?\d{2})(?:\.\w+)?$", name)
    try:
        return day(match.group(1)) if match else None
    except Unreadable:
        return None


# Money and counts


_AN_AMOUNT = "金额"
_AMOUNT = re.compile(
    r"(?:人民币)?[¥￥]?(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+)"
    r"(?P<unit>万元|亿元|元|万)?整?(?P<remark>\([^()]*\))?$"
)


def amount(cell: Cell, unit: str | None) -> Decimal:
    """Money in 万元, exact. `unit` (元, 万元 or 亿元) is the column's; one written in the cell wins.

    "248万元", "1,234.50", "１２．５", "10(其中,灾情因素6万元)" are read; "*元", "约20", "53.29万/公里" are not, nor
    a number without any unit. Raises Unreadable.
    """
    number, own = amount_parts(cell)
    unit = own or unit
    if unit is None:
        raise Unreadable("带单位的金额", "请在表头或表题注明“单位：万元”或“单位：元”")
    wan = number * MONEY_UNITS[unit]
    if abs(wan) > MOST_WAN:
        raise Unreadable("10万亿元以内的金额", "请核对小数点和单位")
    return wan


def amount_parts(cell: Cell) -> tuple[Decimal, str | None]:
    """The number of an amount cell and the unit written in the cell itself, or None. Raises Unreadable."""
    fix = "请填数字，没有金额请留空"
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise Unreadable(_AN_AMOUNT, fix)
    if not isinstance(cell, str):
        text = number_text(float(cell))
        if not re.fullmatch(r"-?\d+(\.\d+)?", text):
            raise Unreadable(_AN_AMOUNT, fix)
        return _sane(Decimal(text)), None
    text = tight(cell)
    match = _AMOUNT.match(text)
    if not match:
        in_words = _in_capitals(text)
        if in_words is None:
            raise Unreadable(_AN_AMOUNT, fix)
        return in_words, "元"
    remark = match.group("remark") or ""
    unit = match.group("unit") or (remark[1:-1] if remark[1:-1] in MONEY_UNITS else None)
    return _sane(Decimal(match.group("number").replace(",", ""))), unit


_CAPITAL_DIGITS = {
    sign: digit
    for digit, signs in enumerate(("零", "壹", "贰貳", "叁參", "肆", "伍", "陆陸", "柒", "捌", "玖"))
    for sign in signs
}
_CAPITAL_TENS = {"拾": 10, "佰": 100, "仟": 1000}
_CAPITALS = re.compile(
    r"(?:人民币)?(?:(?P<yi>[零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟]+)亿)?(?:(?P<wan>[零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟]+)万)?"
    r"(?P<one>[零壹贰貳叁參肆伍陆陸柒捌玖拾佰仟]+)?[元圆]整?零?(?:(?P<jiao>[壹贰貳叁參肆伍陆陸柒捌玖])角)?零?(?:(?P<fen>[壹贰貳叁參肆伍陆陸柒捌玖])分)?[整正]?$"
)


def _in_capitals(text: str) -> Decimal | None:
    """大写 in 元: 人民币壹拾贰万叁仟元伍角 -> 123000.5; None where the text is no such amount."""
    match = _CAPITALS.match(text)
    if not match or not any(match.groups()):
        return None

    def below_ten_thousand(signs: str | None) -> int:
        total = digit = 0
        for sign in signs or "":
            if sign in _CAPITAL_TENS:  # 拾伍 is fifteen
                total, digit = total + (digit or 1) * _CAPITAL_TENS[sign], 0
            else:
                digit = _CAPITAL_DIGITS[sign]
        return total + digit

    yuan = sum(
        below_ten_thousand(match[part]) * worth for part, worth in (("yi", 10**8), ("wan", 10**4), ("one", 1))
    )
    jiao, fen = (_CAPITAL_DIGITS[match[part]] if match[part] else 0 for part in ("jiao", "fen"))
    return Decimal(yuan) + Decimal(jiao * 10 + fen) / 100


def _sane(number: Decimal) -> Decimal:
    """Before its unit is known: an amount in 元 may be 10,000 times one in 万元."""
    if abs(number) > MOST_WAN * 10_000:
        raise Unreadable("10万亿元以内的金额", "请核对小数点和单位")
    return number


def plain_number(cell: Cell) -> float:
    """A plain number, of a cell or of text: 1,234.5. Raises Unreadable for anything else, not finite or past MOST."""
    try:
        value = float(plain(cell).replace(",", ""))
    except ValueError:
        value = nan
    if not abs(value) <= MOST:
        raise Unreadable("数字", "请改为数字，没有请留空")
    return value


def count(cell: Cell, unit: str = "") -> int:
    """A whole number of households, persons, items; `unit` (户, 人) may follow it in the cell. Raises Unreadable."""
    found: float | None = None
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        found = cell
    elif isinstance(cell, str):
        match = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.0*)?(.*)", tight(cell))
        if match and match.group(2) in ("", unit):
            found = float(match.group(1).replace(",", ""))
    if found is not None and abs(found) <= MOST and found == int(found):
        return int(found)
    raise Unreadable("整数", f"请填整数{f'（{unit}）' if unit else ''}，没有请留空")


def percent(cell: Cell) -> Decimal:
    """A percentage as a number of percent: "61.3%" -> 61.3, 61.3 -> 61.3. Raises Unreadable.

    Whether a bare 0.613 means 61.3% depends on the column; the caller decides, the cell does not say.
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) <= MOST:
        return Decimal(number_text(float(cell)))
    if isinstance(cell, str) and (match := re.fullmatch(r"(-?\d{1,9}(?:\.\d+)?)%?", tight(cell))):
        return Decimal(match.group(1))
    raise Unreadable("百分数", "请填0到100的数字")


def yes_no(cell: Cell) -> bool:
    """是 True, 否 False; also 有/无, 已/未 and ticks. Raises Unreadable."""
    if isinstance(cell, bool):
        return cell
    text = tight(cell) if isinstance(cell, str) else plain(cell)
    if text in ("是", "有", "已", "√", "✓", "☑", "Y", "1"):
        return True
    if text in ("否", "无", "未", "×", "✗", "X", "N", "0"):
        return False
    raise Unreadable("是或否", "请填“是”或“否”")
