"""Document numbers of the national export: an ID card (18), or a disability certificate built on it (20 or 22)."""

from itertools import starmap
from operator import mul

_LENGTHS = (18, 20, 22)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_CHECK = "10X98765432"


def is_valid_id(text: str) -> bool:
    """True for 18, 20 or 22 characters of which the first 18 are an ID number with the right check digit.

    What a disability certificate adds (kind and grade, then B and a digit for a reissue) is not checked. A small
    x for the check digit is taken; blanks and full-width digits are not.
    """
    digits = text[:17]
    if len(text) not in _LENGTHS or not (digits.isascii() and digits.isdigit()):
        return False
    total = sum(starmap(mul, zip(map(int, digits), _WEIGHTS, strict=True)))
    return _CHECK[total % 11] == text[17].upper()
