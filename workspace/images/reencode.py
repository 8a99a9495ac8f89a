"""Makes a picture anew, in a process of its own: `python -I reencode.py <the kind that its first bytes say>`.

Reads the file from standard input. Writes a line `width height`, then a WebP file made from the pixels alone:
no name, place, date, camera or trailing bytes of the one that came. Ends with the code of `REFUSALS` when it
takes none. Imports nothing of the application: a decoder that is tricked finds neither its database nor its
secrets here, little memory and a few seconds.
"""

import os
import resource
import sys
import warnings
from importlib import import_module
from io import BytesIO

from PIL import Image, ImageCms, ImageOps

MAX_PIXELS = 50_000_000
"""What a good telephone takes; refused by what the header says, before anything is decoded."""
MAX_SIDE = 2_048
"""Of what is kept, in pixels: twice what a board shows at 100 %."""
MEMORY_BYTES = 1 << 30
SECONDS = 15
QUALITY = 82

REFUSALS = {"unreadable": 3, "too_many_pixels": 4}


def confine() -> None:
    """Little memory, a few seconds, no file opened or written: what decoders load late is loaded before."""
    for name in ("copy", "PIL.TiffImagePlugin", "PIL.WebPImagePlugin"):
        import_module(name)
    Image.preinit()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def reencode(data: bytes, kind: str) -> tuple[int, int, bytes]:
    """Width, height and the new file. Raises: SystemExit with a code of `REFUSALS`."""
    try:
        found = Image.open(BytesIO(data), formats=[kind])
        if found.width * found.height > MAX_PIXELS:
            raise SystemExit(REFUSALS["too_many_pixels"])
        found.draft("RGB", (MAX_SIDE, MAX_SIDE))  # a JPEG is decoded smaller at once
        found.load()
        image = _in_srgb(ImageOps.exif_transpose(found))
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
        made = BytesIO()
        image.save(made, "WEBP", quality=QUALITY, method=4, exif=b"", icc_profile=None)
    except Image.DecompressionBombError:
        raise SystemExit(REFUSALS["too_many_pixels"]) from None
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError):
        raise SystemExit(REFUSALS["unreadable"]) from None
    return image.width, image.height, made.getvalue()


def _in_srgb(image: Image.Image) -> Image.Image:
    """The pixels as every screen takes them: colours converted by the profile that came, then without it."""
    has_alpha = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    profile = image.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(
                image, source, target, outputMode="RGBA" if has_alpha else "RGB"
            )
            image = converted or image
        except (ImageCms.PyCMSError, ValueError):
            pass  # a profile that means nothing is left out
    if image.mode.startswith("I;16"):
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert("RGBA" if has_alpha else "RGB")


def main() -> None:
    """See the module."""
    confine()
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    width, height, made = reencode(sys.stdin.buffer.read(), sys.argv[1])
    sys.stdout.buffer.write(f"{width} {height}\n".encode())
    sys.stdout.buffer.write(made)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
