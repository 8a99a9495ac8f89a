"""The QR code of a link's address, as an image that the page carries in itself."""

import segno


def qr_image(address: str) -> str:
    """A data: URL of the address as a QR code (SVG, medium error correction, dark on white)."""
    code = segno.make(address, error="m", micro=False)
    return str(code.svg_data_uri(scale=8, border=3, dark="#1b2733", light="#ffffff"))
