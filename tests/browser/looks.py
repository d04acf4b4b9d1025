"""Kept pictures, and when a page no longer looks like its own.

Another machine has another chromium and other hinting of the same font, so pixels are not compared: both pictures are
shrunk until a square of eight pixels is one cell, a cell may be a mixture of those around it, and what counts is a place
where a third of the cells of a square of 64 pixels are different: something there moved, is cut or is gone.
"""

from pathlib import Path

import numpy as np
from PIL import Image

KEPT = Path(__file__).parent / "pictures"
CELL, SQUARE = 8, 8  # pixels a cell, cells a square
LIGHTNESS, MOST = 20, 0.35  # of 255 that a cell may differ, of a square's cells that may


def shrunk(picture: Image.Image) -> Image.Image:
    """A cell's mean colour, as it is kept."""
    size = picture.width // CELL, picture.height // CELL
    return picture.convert("RGB").resize(size, Image.Resampling.BOX)


def _outside(ours: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """For each of our cells how far it lies outside of what the nine around it in theirs reach: nothing for a picture
    that is a few pixels aside, for its cells are mixtures of those."""
    padded = np.pad(theirs, ((1, 1), (1, 1), (0, 0)), mode="edge")
    high, wide = ours.shape[:2]
    around = np.stack([padded[y : y + high, x : x + wide] for y in range(3) for x in range(3)])
    return np.maximum(around.min(0) - ours, ours - around.max(0)).max(axis=2)


def differences(kept: Image.Image, now: Image.Image) -> list[tuple[int, int]]:
    """Where in the window (left, top, in pixels) the two shrunk pictures are not of the same thing; nothing for two
    pictures of one page."""
    if kept.size != now.size:
        return [(0, 0)]
    a, b = (np.asarray(picture, dtype=np.int16) for picture in (kept, now))
    apart = (np.maximum(_outside(a, b), _outside(b, a)) > LIGHTNESS).astype(float)
    sums = np.pad(apart.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
    squares = (
        sums[SQUARE:, SQUARE:] - sums[:-SQUARE, SQUARE:] - sums[SQUARE:, :-SQUARE] + sums[:-SQUARE, :-SQUARE]
    )
    return [(int(x) * CELL, int(y) * CELL) for y, x in np.argwhere(squares > MOST * SQUARE**2)]
