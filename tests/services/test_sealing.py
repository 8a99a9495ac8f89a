"""What is sealed opens with the same key and for the same purpose, and not otherwise."""

import base64

import pytest

from workspace.services.sealing import seal, unseal

KEY = "a secret key of the application"
SECRET = bytes(range(20))


@pytest.mark.parametrize("content", [b"", b"x", SECRET, b"\xff" * 100])
def test_what_was_sealed_opens(content: bytes) -> None:
    assert unseal(KEY, "bob", seal(KEY, "bob", content)) == content


def test_nothing_of_the_content_is_to_be_seen_and_no_two_seals_are_the_same() -> None:
    first, second = (seal(KEY, "bob", SECRET) for _ in range(2))
    assert first != second
    assert SECRET not in base64.urlsafe_b64decode(first[2:])


@pytest.mark.parametrize(("key", "purpose"), [("another", "bob"), (KEY, "alice"), ("", "bob"), (KEY, "")])
def test_other_keys_and_purposes_open_nothing(key: str, purpose: str) -> None:
    assert unseal(key, purpose, seal(KEY, "bob", SECRET)) is None


def test_every_changed_bit_is_noticed() -> None:
    whole = base64.urlsafe_b64decode(seal(KEY, "bob", SECRET)[2:])
    for bit in range(len(whole) * 8):
        changed = bytearray(whole)
        changed[bit // 8] ^= 1 << bit % 8
        assert unseal(KEY, "bob", f"1.{base64.urlsafe_b64encode(changed).decode()}") is None


@pytest.mark.parametrize("text", ["", "1.", "1", "x", "2.AAAA", "1.é", "1.####", "1.A"])
def test_what_was_never_sealed_opens_as_nothing(text: str) -> None:
    assert unseal(KEY, "bob", text) is None
