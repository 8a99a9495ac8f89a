"""Order keys as the board's script counts them (`static/src/board/model/order.ts`): what is new is last."""

from collections.abc import Iterator

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
WHOLE = 6
"""How many digits count; those that may follow stand between two counts."""


def orders_after(key: str) -> Iterator[str]:
    """Ever later keys after `key` ("": the first of a board)."""
    count = 0
    for digit in key[:WHOLE].ljust(WHOLE, "0"):
        count = count * len(DIGITS) + max(0, DIGITS.find(digit))
    while True:
        count = min(count + 1, len(DIGITS) ** WHOLE - 1)
        rest, digits = count, ""
        for _place in range(WHOLE):
            rest, digit_value = divmod(rest, len(DIGITS))
            digits = DIGITS[digit_value] + digits
        yield digits
