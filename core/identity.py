"""Names and ID numbers of villagers: how they are masked and hashed. Pure functions over a value."""

import hmac
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Person:
    """Somebody of a household as a workbook names them. Never printed: neither name nor number is in its repr."""

    number: str
    name: str = field(repr=False)
    document: str = field(default="", repr=False)
    is_head: bool = False


def masked(number: str) -> str:
    """41**************21: the first two and the last two places, stars between."""
    number = number.strip().upper()
    return number[:2] + "*" * (len(number) - 4) + number[-2:] if len(number) > 6 else "*" * len(number)


def keyed_hash(number: str, secret: bytes) -> str:
    """HMAC-SHA-256: two numbers can be compared, none can be found by trying them all without the secret."""
    number = number.strip().upper()
    return hmac.digest(secret, number.encode(), "sha256").hex() if number else ""
