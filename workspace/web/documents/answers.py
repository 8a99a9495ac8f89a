"""What the routes of documents answer with: whole documents, compressed once, known by their ETag."""

import gzip
from functools import lru_cache

import brotli
from flask import Response, request
from werkzeug import Request

from workspace.extensions import limiter
from workspace.web.guard import actor

BINARY = "application/octet-stream"
BROTLI_QUALITY = 4
MINIMUM_COMPRESSED_BYTES = 512

# By person, not by address: a whole town hall may sit behind one.
by_person = limiter.limit("240 per minute", key_func=lambda: actor().key)


def whole_document(content: bytes, etag: str, asked: Request | None = None) -> Response:
    """A whole document as one Yjs v1 update, as the browser can take it; 304 when it has it.

    `asked` is the request where there is no Flask context.
    """
    asked = asked or request
    response = Response(mimetype=BINARY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.add("Accept-Encoding")
    response.vary.add("Cookie")
    encoding = asked.accept_encodings.best_match(["br", "gzip", "identity"], default="identity")
    encoded = _encoded(encoding, content)
    if encoded is not content:
        response.headers["Content-Encoding"] = encoding
    response.set_data(encoded)
    response.make_conditional(asked)
    return response


@lru_cache(maxsize=16)
def _compressed(encoding: str, content: bytes) -> bytes:
    if encoding == "br":
        return bytes(brotli.compress(content, quality=BROTLI_QUALITY))
    return gzip.compress(content, compresslevel=6, mtime=0)


def _encoded(encoding: str, content: bytes) -> bytes:
    if encoding == "identity" or len(content) < MINIMUM_COMPRESSED_BYTES:
        return content
    return _compressed(encoding, content)
