"""Whose hands wrote what between two moments of a board, read from the structs of the later one.

A struct carries the Yjs client that made it, and the server knows whose each client is; so this says who did
something even where several people worked at once. What was only deleted leaves no struct.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from models.board.scan import scan
from models.board.shadow import OBJECTS
from models.board.skeleton import MAP, TEXT, Skeleton, place_in_map, place_in_root, place_in_text

Written = Mapping[str, Mapping[str, frozenset[int]]]
"""The clients that wrote in each field, by object id."""


def written_since(state: Mapping[int, int], snapshot: bytes, fields: Mapping[str, Iterable[str]]) -> Written:
    """Which clients wrote in these fields (names by object id) after `state`, a state vector.

    Empty when the snapshot is unusual: then nobody is named rather than somebody wrong.
    """
    skeleton = scan(snapshot)
    if skeleton is None:
        return {}
    roots = {place_in_root(OBJECTS, one): one for one in fields}
    places: dict[int, tuple[str, str]] = {}
    for client, start, _end, place, content in _rows(skeleton):
        one = roots.get(place)
        if one is not None and content == MAP:
            places |= {place_in_map(client, start, name): (one, name) for name in fields[one]}
    texts = {
        place_in_text(client, start): places[place]
        for client, start, _end, place, content in _rows(skeleton)
        if content == TEXT and place in places
    }
    places |= texts
    found: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for client, _start, end, place, _content in _rows(skeleton):
        if place in places and end > state.get(client, 0):
            one, name = places[place]
            found[one][name].add(client)
    return {
        one: {name: frozenset(clients) for name, clients in names.items()} for one, names in found.items()
    }


def _rows(skeleton: Skeleton) -> Iterator[tuple[int, int, int, int, int]]:
    """Client, first clock, clock after the last, place, content."""
    for client, column in skeleton.columns.items():
        ends = [*column.starts[1:], column.end]
        yield from (
            (client, start, end, place, content)
            for start, end, place, content in zip(
                column.starts, ends, column.places, column.contents, strict=True
            )
        )
