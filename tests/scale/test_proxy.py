"""What the proxy says itself is a sentence, guarded as every answer of the application is."""

import http.client
import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import needs
from tests.live.live_support import HANG_SECONDS, eventually
from tests.scale.scale_support import Door
from tools.run_tests import free_port
from tools.scale import Process
from workspace.web.security import USUAL_HEADERS

pytestmark = pytest.mark.live
CADDYFILE = Path(__file__).resolve().parents[2] / "deploy" / "Caddyfile"
TOO_MUCH = 11_000_001


@dataclass(frozen=True)
class Said:
    """An answer, read."""

    status: int
    headers: http.client.HTTPMessage
    text: str


def _said(connection: http.client.HTTPConnection) -> Said:
    with closing(connection), connection.getresponse() as answer:
        try:
            page = answer.read()
        except http.client.IncompleteRead as cut:  # the proxy hangs up on who goes on sending
            page = cut.partial
        return Said(answer.status, answer.headers, page.decode(errors="replace"))


def _asked(proxy: Door, *, chunked: bool) -> Said:
    """The answer to a body that is too large: announced and not sent, or sent without a word of its size."""
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=HANG_SECONDS)
    connection.putrequest("POST", "/sign-in")
    if chunked:
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders([b"x" * 65_536] * (TOO_MUCH // 65_536 + 1), encode_chunked=True)
    else:
        connection.putheader("Content-Length", str(TOO_MUCH))
        connection.endheaders()
    return _said(connection)


def test_body_announced_too_large_is_refused_with_a_sentence(proxy: Door) -> None:
    answer = _asked(proxy, chunked=False)
    assert answer.status == 413
    assert {name: answer.headers[name] for name in USUAL_HEADERS} == USUAL_HEADERS
    assert answer.headers["Server"] is None
    assert "trop grande" in answer.text


def test_body_that_grows_too_large_harms_nobody(proxy: Door) -> None:
    for _time in range(3):
        assert _asked(proxy, chunked=True).status >= 400
        assert proxy.request("GET", "/sign-in").status == 200


def _listens(address: str) -> bool:
    host, port = address.split(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@pytest.fixture
def lonely_proxy(tmp_path: Path) -> Iterator[str]:
    """The address of a proxy behind which nothing runs."""
    needs.program("caddy", "caddy")
    address = f"127.0.0.1:{free_port()}"
    environment = {
        **os.environ,
        "ETABLI_DOMAIN": f"http://{address}",
        "ETABLI_UPSTREAMS": f"127.0.0.1:{free_port()}",
        "CADDY_ADMIN": f"127.0.0.1:{free_port()}",
        "XDG_CONFIG_HOME": str(tmp_path),
        "XDG_DATA_HOME": str(tmp_path),
    }
    caddy = Process("lonely", tmp_path)
    caddy.start(["caddy", "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"], environment)
    try:
        eventually(lambda: _listens(address), what="Caddy")
        yield address
    finally:
        caddy.terminate()
        caddy.wait()


def test_when_nobody_answers_a_page_says_what_to_do(lonely_proxy: str) -> None:
    connection = http.client.HTTPConnection(lonely_proxy, timeout=HANG_SECONDS)
    connection.request("GET", "/")
    answer = _said(connection)
    assert answer.status in (502, 503)
    assert {name: answer.headers[name] for name in USUAL_HEADERS} == USUAL_HEADERS
    assert answer.headers["Retry-After"] == "5"
    assert "Rechargez cette page" in answer.text
