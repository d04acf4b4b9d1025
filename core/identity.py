"""Names and ID numbers of villagers: how they are checked, masked and hashed. Pure functions over a value."""

import hashlib
import hmac
from dataclasses import dataclass, field

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
LENGTHS = (18, 20, 22)  # an identity card; a disability card; one that was issued anew


@dataclass(frozen=True)
class Person:
    """Somebody of a household as a workbook names them. Never printed: neither name nor number is in its repr."""

    number: str
    name: str = field(repr=False)
    document: str = field(default="", repr=False)
    is_head: bool = False


def document_fault(number: str) -> str:
    """Why an ID number cannot be right: `length` (not 18, 20 or 22 places), `digits`, `checksum` (of its first 18
    places, GB 11643-1999), `empty`; an empty text when it can be."""
    number = number.strip().upper()
    if not number:
        return "empty"
    if len(number) not in LENGTHS:
        return "length"
    if not (number[:17].isascii() and number[:17].isdigit()):
        return "digits"
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return "" if CHECK[total % 11] == number[17] else "checksum"


def masked(number: str) -> str:
    """41**************21: the first two and the last two places, stars between."""
    number = number.strip().upper()
    return number[:2] + "*" * (len(number) - 4) + number[-2:] if len(number) > 6 else "*" * len(number)


def keyed_hash(number: str, secret: bytes) -> str:
    """HMAC-SHA-256: two numbers can be compared, none can be found by trying them all without the secret."""
    number = number.strip().upper()
    return hmac.new(secret, number.encode(), hashlib.sha256).hexdigest() if number else ""
