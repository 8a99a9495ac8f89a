"""What comes is decoded by one decoder, in a process apart, and made anew from its pixels alone."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from models.errors import Refused
from workspace.images import checking, reencode
from workspace.images.checking import Picture, made_anew

SCRIPT = b"<script>alert(document.domain)</script>"
ZIP = b"PK\x03\x04 a file of another kind PK\x05\x06" + b"\0" * 18
PLACE = b"48.8566 N 2.3522 E"


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    made = io.BytesIO()
    image.save(made, kind, **options)
    return made.getvalue()


def opened(picture: Picture) -> Image.Image:
    image = Image.open(io.BytesIO(picture.content), formats=["WEBP"])
    image.load()
    assert (image.width, image.height) == (picture.width, picture.height)
    return image


def red(size: tuple[int, int] = (40, 30), mode: str = "RGB") -> Image.Image:
    return Image.new("RGB", size, (220, 20, 20)).convert(mode)


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG file whose header says what it likes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


LOOKS = {
    "JPEG": ("RGB", "L", "CMYK"),
    "PNG": ("RGB", "P", "1", "LA", "RGBA"),
    "WEBP": ("RGB", "RGBA"),
    "GIF": ("P",),
}


@pytest.mark.parametrize(("kind", "mode"), [(kind, mode) for kind, modes in LOOKS.items() for mode in modes])
def test_pictures_of_every_kind_keep_their_look(kind: str, mode: str) -> None:
    before = red(mode=mode)
    image = opened(made_anew(encoded(before, kind)))
    expected = before.convert("RGB").getpixel((20, 15))
    found = image.convert("RGB").getpixel((20, 15))
    assert isinstance(found, tuple)
    assert isinstance(expected, tuple)
    assert all(abs(one - other) < 24 for one, other in zip(found, expected, strict=True)), (found, expected)


def test_sixteen_bits_become_eight() -> None:
    deep = Image.new("I;16", (20, 20), 0x8000)
    assert opened(made_anew(encoded(deep, "PNG"))).convert("L").getpixel((5, 5)) in range(120, 137)


def test_transparency_stays() -> None:
    glass = Image.new("RGBA", (20, 20), (10, 20, 30, 0))
    assert opened(made_anew(encoded(glass, "PNG"))).convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_large_picture_is_made_smaller_and_keeps_its_ratio() -> None:
    picture = made_anew(encoded(red((6_000, 3_000)), "JPEG"))
    assert (picture.width, picture.height) == (2_048, 1_024)


def test_picture_taken_sideways_stands_upright_and_says_nothing_of_where() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = PLACE.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    sent = encoded(red((40, 20)), "JPEG", exif=exif, icc_profile=profile, comment=PLACE)
    assert PLACE in sent
    picture = made_anew(sent)
    assert (picture.width, picture.height) == (20, 40)
    assert PLACE not in picture.content
    image = opened(picture)
    assert not image.getexif()
    assert "icc_profile" not in image.info


@pytest.mark.parametrize("tail", [SCRIPT, ZIP])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_file_of_two_kinds_keeps_its_pixels_only(kind: str, tail: bytes) -> None:
    picture = made_anew(encoded(red(mode="P" if kind == "GIF" else "RGB"), kind) + tail)
    assert tail not in picture.content
    opened(picture)


def test_words_hidden_in_a_png_are_gone() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Comment", SCRIPT.decode())
    sent = encoded(red(), "PNG", pnginfo=words)
    assert SCRIPT in sent
    assert SCRIPT not in made_anew(sent).content


def test_gif_that_is_also_a_script_is_refused_or_cleaned() -> None:
    with pytest.raises(Refused, match="abîmée"):
        made_anew(b"GIF89a/*" + b"\0" * 40 + b"*/=1;alert(1)")


def test_moving_picture_shows_its_first_image() -> None:
    frames = [red(), Image.new("RGB", (40, 30), "blue")]
    sent = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)
    image = opened(made_anew(sent))
    assert getattr(image, "n_frames", 1) == 1
    assert image.convert("RGB").getpixel((5, 5))[0] > 150  # type: ignore[index]


HOSTILE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "svg": (b'<?xml version="1.0"?><svg xmlns="x" onload="alert(1)"/>', "not_an_image"),
    "html": (b"<html><body>" + SCRIPT, "not_an_image"),
    "pdf": (b"%PDF-1.7", "not_an_image"),
    "program": (b"MZ\x90\0", "not_an_image"),
    "bmp": (b"BM" + b"\0" * 60, "not_an_image"),
    "tiff": (b"II*\0" + b"\0" * 60, "not_an_image"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not_an_image"),
    "script as jpeg": (b"\xff\xd8\xff" + SCRIPT, "unreadable"),
    "script as png": (b"\x89PNG\r\n\x1a\n" + SCRIPT, "unreadable"),
    "empty webp": (b"RIFF\x10\0\0\0WEBPVP8 " + b"\0" * 40, "unreadable"),
    "cut jpeg": (encoded(red((400, 300)), "JPEG")[:500], "unreadable"),
    "cut png": (encoded(Image.effect_noise((200, 200), 60), "PNG")[:9_000], "unreadable"),
    "100 megapixels": (png_of(10_000, 10_000, zlib.compress(b"\0")), "too_many_pixels"),
    "overflow": (png_of(2**31 - 1, 2**31 - 1, zlib.compress(b"\0")), "too_many_pixels"),
    "no size": (png_of(0, 0, zlib.compress(b"\0")), "unreadable"),
    "11 MB": (b"\xff\xd8\xff" + b"\0" * checking.MAX_BYTES, "too_large"),
}


@pytest.mark.parametrize(("data", "code"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        made_anew(data)
    assert refused.value.code == code
    assert refused.value.message.endswith(".") or ":" in refused.value.message


def test_small_file_that_grows_is_bounded_in_time_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forty megapixels of nothing are 40 kB: taken, and not at the expense of this process."""
    bomb = encoded(Image.new("1", (8_000, 5_000)), "PNG")
    assert len(bomb) < 100_000
    picture = made_anew(bomb)
    assert max(picture.width, picture.height) == reencode.MAX_SIDE
    chunks = b"".join(chunk(b"zTXt", b"k\0\0" + zlib.compress(b"\0" * 60_000_000, 9)) for _ in range(8))
    sent = encoded(red(), "PNG")
    with_texts = sent[:33] + chunks + sent[33:]
    assert len(with_texts) < checking.MAX_BYTES
    with pytest.raises(Refused):
        made_anew(with_texts)


def test_decoder_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "SECONDS", 0.001)
    with pytest.raises(Refused, match="abîmée"):
        made_anew(encoded(red(), "PNG"))
