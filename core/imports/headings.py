"""Which column of a ledger each heading of a table is: known, confirmed by a clerk, asked about, or kept aside.

A heading is known when it equals one of the strings of a declaration (signs, blanks, width and the unit in
brackets set aside). One that is merely like a column that the table lacks is a question, which a clerk answers
once (`confirmed`); nothing is mapped by likeness alone.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz

from core.draft import HeaderQuestion
from core.imports.ledgers import Ledger
from core.imports.matching import bare_key, header_key
from core.imports.table import Header, Table
from core.imports.values import tight

NOT_USED = ""  # what a clerk says of a heading that is none of the ledger's columns
TOWNSHIP, VILLAGE = "_township", "_village"

LIKELY, LIKELY_OPTIONAL = 60, 75  # of 100, for a column that is needed and for one that is not

# Words that offices use for the same thing: they make headings more alike, never the same.
_SYNONYMS = (
    ("日期", "时间"), ("年月", "时间"), ("编码", "编号"), ("代码", "编号"), ("完工", "竣工"), ("完成", "竣工"),
    ("镇办", "乡镇"), ("镇街", "乡镇"), ("类别", "类型"), ("支出", "支付"), ("拨付", "支付"), ("经费", "资金"), ("资金", "金额"),
)  # fmt: skip
_OWNER = re.compile(r"^(所属|所在|实施|项目|其中)(?=..)")
# Groups that add nothing to the headings under them, and groups of money that was planned.
_NEUTRAL_GROUP = re.compile(
    r"(项目|户|家庭|人员)?(基本|建设|实施|所在|所属)*(情况|信息|概况|地点|地址|位置|区域|单位)?"
)
_MONEY_GROUP = re.compile(r"资金|投资|来源|预算|金额|投入|经费")
_SPENT_GROUP = re.compile(r"拨付|支付|支出|到位|结余|完成|结算|决算|报账")
_PART = re.compile(r"其中:?")

Confirmed = Mapping[str, str]  # {header_key: field, or NOT_USED}


class Field(NamedTuple):
    """A column that a heading may be: its field, the heading of the declaration, all its strings."""

    name: str
    heading: str
    strings: tuple[str, ...]
    is_required: bool
    is_money: bool


@dataclass(frozen=True)
class Headings:
    """`found` {field: column index}; `missing` the columns that the table lacks; and what to ask about them."""

    found: Mapping[str, int]
    missing: tuple[Field, ...]
    questions: tuple[HeaderQuestion, ...]
    required: int  # how many columns the ledger must have

    @property
    def there(self) -> int:
        """How many of the required columns are there."""
        return self.required - sum(f.is_required for f in self.missing)

    @property
    def asked(self) -> int:
        """How many of the required columns a heading may be, if the clerk says so."""
        return sum(q.is_required for q in self.questions)

    @property
    def share(self) -> float:
        """How many of the required columns are there, 0 to 1."""
        return self.there / self.required if self.required else 0.0


def fields_of(ledger: Ledger) -> tuple[Field, ...]:
    """Every column of a ledger, its township and village columns last."""
    declared = [Field(c.name, c.header, (c.header, *c.also), c.required, c.money) for c in ledger.columns]
    needs_place = ledger.meant == "townships"
    places = [
        Field(name, strings[0], strings, needs_place and name == TOWNSHIP, False)
        for name, strings in ((TOWNSHIP, ledger.place_headers), (VILLAGE, ledger.village_headers))
        if strings
    ]
    return (*declared, *places)


def field_named(ledger: Ledger, heading: str) -> str | None:
    """The field that a clerk means by a column's name; NOT_USED for 不用, None when the ledger has no such column."""
    if tight(heading) in ("不用", "不使用", "忽略"):
        return NOT_USED
    fits = [f.name for f in fields_of(ledger) if header_key(heading) in {header_key(s) for s in f.strings}]
    return fits[0] if fits else None


def headings_of(table: Table, ledger: Ledger, confirmed: Confirmed) -> Headings:
    """What each heading of a table is in a ledger, given what clerks confirmed of it before."""
    fields = fields_of(ledger)
    free = {h.index: h for h in table.headers if confirmed.get(header_key(h.text)) is None}
    said = {name: h.index for h in table.headers if (name := confirmed.get(header_key(h.text)))}
    found = {f.name: said[f.name] for f in fields if f.name in said}
    for key in (header_key, bare_key):
        places: dict[str, int] = {}
        for header in free.values():
            places.setdefault(key(header.text), header.index)
        for field in fields:
            if field.name not in found:
                at = next((places[k] for s in field.strings if (k := key(s)) in places), None)
                if at is not None:
                    found[field.name] = at
    used = set(found.values())
    leaves = {i: h for i, h in free.items() if (len(h.parts) > 1 or _PART.match(h.text)) and i not in used}
    for field in fields:
        if field.name not in found:
            fits = [h.index for h in leaves.values() if _is_leaf_of(h, field, whole_of(h, table.headers))]
            if len(fits) == 1:
                found[field.name] = fits[0]
    missing = tuple(f for f in fields if f.name not in found)
    left = [h for i, h in free.items() if i not in set(found.values())]
    required = sum(f.is_required for f in fields)
    return Headings(found, missing, tuple(_questions(table, missing, left)), required)


def whole_of(header: Header, headers: Iterable[Header]) -> Header | None:
    """What a heading under 其中 is a part of: the nearest heading to its left that is none; None for all others."""
    if not _PART.match(header.parts[0]):
        return None
    before = [h for h in headers if h.index < header.index and not _PART.match(h.parts[0])]
    return before[-1] if before else None


def _is_leaf_of(header: Header, field: Field, whole: Header | None) -> bool:
    """True where a heading under a group or 其中 is a column's, and the group does not make it another thing."""
    group, leaf = "".join(header.parts[:-1]), _PART.sub("", header.parts[-1], count=1)
    if bare_key(leaf) not in {bare_key(s) for s in field.strings}:
        return False
    is_part = bool(_PART.match(header.parts[0]))
    if field.is_money:
        group += whole.text if whole else ""
        return (is_part or bool(_MONEY_GROUP.search(group))) and not _SPENT_GROUP.search(group)
    return not is_part and bool(_NEUTRAL_GROUP.fullmatch(group))


def _likeness(header: Header, field: Field) -> float:
    texts = {header.text, header.parts[-1]}
    return max(fuzz.ratio(_alike(t), _alike(s)) for t in texts for s in field.strings)


@lru_cache(maxsize=4096)  # every heading is held against every column of every ledger
def _alike(text: str) -> str:
    key = bare_key(text)
    for word, instead in _SYNONYMS:
        key = key.replace(word, instead)
    return _OWNER.sub("", key)


def _questions(table: Table, missing: Iterable[Field], left: Iterable[Header]) -> Iterator[HeaderQuestion]:
    """The likeliest heading for each column that is missing, each heading asked about once, the likeliest first."""
    pairs = sorted(
        (
            (score, field, header)
            for field in missing
            for header in left
            if (score := _likeness(header, field)) >= (LIKELY if field.is_required else LIKELY_OPTIONAL)
        ),
        key=lambda pair: (-pair[0], not pair[1].is_required, pair[2].index),
    )
    asked: set[str | int] = set()
    for _, field, header in pairs:
        if field.name not in asked and header.index not in asked:
            asked |= {field.name, header.index}
            cell = table.cell_name(table.header_rows[-1], header.index)
            yield HeaderQuestion(header.text, cell, field.name, field.heading, field.is_required)
