"""A picture on a board: chosen, pasted, dropped, refused with a sentence; its words; what the others see."""

import base64
import io
import re

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, expect

from tests.browser.board_support import BoardPage, OpenBoard
from tests.browser.test_board_access import violations

pytestmark = [pytest.mark.browser, pytest.mark.live]


def picture(
    name: str = "cour.png", size: tuple[int, int] = (900, 600), colour: str = "seagreen"
) -> FilePayload:
    """A file with something to see in it."""
    image = Image.new("RGB", size, colour)
    ImageDraw.Draw(image).ellipse((size[0] // 4, size[1] // 4, size[0] // 2, size[1] // 2), fill="gold")
    made = io.BytesIO()
    image.save(made, "PNG")
    return {"name": name, "mimeType": "image/png", "buffer": made.getvalue()}


def give(someone: BoardPage, event: str, file: FilePayload) -> None:
    """Paste or drop a file, as the browser tells of it."""
    someone.page.evaluate(
        """([event, name, type, data]) => {
          const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name, { type }));
          const stage = document.querySelector("#stage");
          const options = { bubbles: true, cancelable: true, clientX: 500, clientY: 640 };
          stage.dispatchEvent(event === "paste"
            ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
            : new DragEvent("drop", { ...options, dataTransfer: transfer }));
        }""",
        [event, file["name"], file["mimeType"], base64.b64encode(file["buffer"]).decode()],
    )


def choose(someone: BoardPage, *files: FilePayload) -> None:
    with someone.page.expect_file_chooser() as chooser:
        someone.page.locator("[data-do=image]").click()
    chooser.value.set_files(files)


def test_pictures_are_chosen_pasted_dropped_described_and_seen(open_board: OpenBoard) -> None:
    alice, bob = open_board("alice"), open_board("bob")
    choose(alice, picture())
    words = alice.page.get_by_role("textbox", name="Ce que montre l’image")
    expect(words).to_be_focused()
    alice.page.keyboard.type("La cour vue du toit")
    alice.press("Escape")
    alice.expect_saved()

    seen = bob.note("La cour vue du toit")
    expect(seen).to_be_attached()
    expect(bob.row("La cour vue du toit")).to_be_attached()
    expect(seen).to_contain_text("image, par Alice")
    natural = (
        "node => { const shown = node.querySelector('img'); return [shown.complete, shown.naturalWidth] }"
    )
    bob.page.wait_for_function("() => document.querySelector('.board-image img')?.naturalWidth === 900")
    assert seen.evaluate(natural) == [True, 900]

    give(alice, "paste", picture("collée.png", (300, 300), "crimson"))
    expect(words).to_be_focused()
    alice.page.keyboard.type("Un second plan")
    alice.press("Escape")
    give(alice, "drop", picture("déposée.png", (200, 400), "navy"))
    expect(words).to_be_focused()
    alice.press("Escape")
    expect(bob.page.locator(".board-image")).to_have_count(3)
    expect(bob.row("Image sans description")).to_be_attached()
    expect(alice.page.locator(".board-waiting-image")).to_have_count(0)

    # It is an object like the others: it takes another size with its ratio, goes, and comes back.
    alice.page.keyboard.press("Control+z")
    expect(bob.page.locator(".board-image")).to_have_count(2)
    alice.page.keyboard.press("Control+y")
    expect(bob.page.locator(".board-image")).to_have_count(3)
    alice.expect_saved()
    alice.reload()
    expect(alice.note("La cour vue du toit")).to_be_attached()
    assert violations(alice.page) == []


@pytest.mark.parametrize(
    ("file", "why"),
    [
        ({"name": "plan.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"}, "SVG"),
        (
            {"name": "faux.png", "mimeType": "image/png", "buffer": b"<script>alert(1)</script>"},
            "n’est pas une image",
        ),
        ({"name": "gros.png", "mimeType": "image/png", "buffer": b"\x89PNG" + b"\0" * 10_500_000}, "10 Mo"),
    ],
    ids=["svg", "html", "large"],
)
def test_what_is_no_picture_is_refused_with_a_sentence(
    open_board: OpenBoard, file: FilePayload, why: str
) -> None:
    alice = open_board("alice")
    choose(alice, file)
    toast = alice.page.locator(".board-toast")
    expect(toast).to_contain_text(re.compile(re.escape(why)))
    expect(toast).to_contain_text(file["name"])
    expect(alice.page.locator(".board-image")).to_have_count(0)


def test_photograph_is_made_smaller_before_it_travels(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    noise = Image.effect_noise((2_400, 600), 90).convert("RGB")
    made = io.BytesIO()
    noise.save(made, "JPEG", quality=95)
    assert made.tell() > 1_000_000
    with alice.page.expect_response(re.compile(r"/images$")) as answer:
        choose(alice, {"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()})
    assert answer.value.status == 201
    headers = answer.value.request.all_headers()
    assert headers["content-type"] == "image/webp"
    assert int(headers["content-length"]) < made.tell() / 2
    expect(alice.page.locator(".board-image")).to_have_count(1)


def test_without_network_a_picture_waits_for_another_time(open_board: OpenBoard) -> None:
    alice = open_board("alice")
    alice.expect_saved()
    alice.page.wait_for_function(
        "() => performance.getEntriesByType('resource').some(file => file.name.includes('/craft-'))"
    )
    alice.page.context.set_offline(True)
    expect(alice.status).to_contain_text(re.compile("Hors ligne|Reconnexion", re.IGNORECASE))
    give(alice, "drop", picture())
    expect(alice.page.locator(".board-toast")).to_contain_text("besoin du réseau")
    expect(alice.page.locator(".board-image")).to_have_count(0)
