"""Pictures, over real HTTP: one that is slow to make anew holds nobody up, on each async mode."""

import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from tests.live.live_support import LiveServer

pytestmark = [pytest.mark.live, pytest.mark.both_modes]


def png(width: int, height: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(made, "PNG")
    return made.getvalue()


def test_large_picture_is_taken_while_others_are_served(live_server: LiveServer) -> None:
    alice, bob = live_server.sign_in("alice"), live_server.sign_in("bob")
    address = f"/documents/{live_server.document_id}/images"
    large = png(8_000, 6_000)
    live_server.csrf()
    with ThreadPoolExecutor(1) as others:
        sent = others.submit(alice.post, address, large)
        served = 0
        while not sent.done():
            assert live_server.request("GET", "/healthz").status == 200
            served += 1
        answer = sent.result()
    assert answer.status == 201, answer.body
    assert served >= 10
    made = json.loads(answer.body)
    assert (made["width"], made["height"]) == (2_048, 1_536)
    shown = bob.get(made["url"])
    assert (shown.status, shown.headers["Content-Type"], shown.body[8:12]) == (200, "image/webp", b"WEBP")


def test_file_of_several_megabytes_is_taken(live_server: LiveServer) -> None:
    made = io.BytesIO()
    Image.effect_noise((2_000, 2_000), 90).save(made, "PNG")
    assert made.tell() > 3_000_000
    alice = live_server.sign_in("alice")
    answer = alice.post(f"/documents/{live_server.document_id}/images", made.getvalue())
    assert answer.status == 201, answer.body


def test_file_that_is_too_large_is_refused(live_server: LiveServer) -> None:
    alice = live_server.sign_in("alice")
    answer = alice.post(f"/documents/{live_server.document_id}/images", b"\xff\xd8\xff" + b"\0" * 10_600_000)
    assert answer.status == 413
    assert live_server.request("GET", "/healthz").status == 200
