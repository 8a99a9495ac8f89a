"""The map of départements as equal tiles, overseas ones as large as the others: where each one stands.

It is a picture of the same figures as the list of départements beside it, and a way to filter by pointing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

# Row by row from the north; a dot is sea or abroad. The collectivities overseas stand in the Atlantic.
GRID = """
    975 977 978  .   .   .  62  59   .   .   .   .   .
    986 987 988  .   .  76  80  02  08   .   .   .   .
     .   .   .  50  14  27  60  95  51  55  57  67   .
    29  22  35  53  61  28  78  92  93  10  54  68   .
     .  56  44  49  72  41  91  75  94  77  52  88   .
     .   .  85  79  37  36  45  89  58  21  70  90   .
    971  .   .  17  86  23  18  03  71  39  25   .   .
    972  .   .  16  87  19  63  42  69  01  74   .   .
    973  .  33  24  46  15  43  07  26  38  73   .   .
    974  .  40  47  82  12  48  30  84  04  05   .   .
    976  .  64  32  31  81  34   .  13  83  06   .  2B
     .   .   .  65  09  11  66   .   .   .   .   .  2A
"""
PLACES = {
    code: (column, row)
    for row, line in enumerate(GRID.split("\n")[1:-1])
    for column, code in enumerate(line.split())
    if code != "."
}
SIDE = 24
MAP_SIZE = (
    SIDE * (1 + max(column for column, _row in PLACES.values())),
    SIDE * (1 + max(row for _column, row in PLACES.values())),
)
FULL_AT = 8
SHADES = 4


@dataclass(frozen=True)
class Tile:
    """A département: its corner in the picture, how many problems it has, and a shade of 0 to 4."""

    code: str
    name: str
    count: int
    x: int
    y: int
    shade: int


def tile_map(counts: Mapping[str, int], names: Mapping[str, str]) -> list[Tile]:
    """Every tile, in reading order. Names are known for the départements that have a count."""
    return [
        Tile(code, names.get(code, ""), count, column * SIDE, row * SIDE, _shade(count))
        for code, (column, row) in PLACES.items()
        for count in (counts.get(code, 0),)
    ]


def _shade(count: int) -> int:
    """0 for none, then one of four shades; a few problems already show."""
    return 0 if count <= 0 else min(SHADES, 1 + (count - 1) * SHADES // FULL_AT)
