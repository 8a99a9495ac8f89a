"""Calls to the provider: bounded in time, in bytes and in number, and no redirect is followed.

`requests` reads standard sockets, which the server's monkey patching makes cooperative on eventlet and on
gevent: a slow provider makes one greenlet wait. A call runs in a thread (there, a greenlet) of its own, so
that a provider which sends a byte now and then cannot hold the caller longer than the limit either.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from io import BytesIO
from threading import BoundedSemaphore, Thread

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response, Session
from requests.adapters import HTTPAdapter
from requests.exceptions import RequestException

from workspace.oidc.failures import OidcFailure, unreachable

CALL_SECONDS = 6.0
WAIT_SECONDS = 4.0
"""For a connection, and between two reads."""
ANSWER_BYTES = 262_144
CALLS_AT_ONCE = 16

_places = BoundedSemaphore(CALLS_AT_ONCE)


class BoundedAdapter(HTTPAdapter):
    """Reads the whole answer within the limits; what comes out holds its bytes in memory."""

    def send(
        self,
        request: PreparedRequest,
        stream: bool = False,  # noqa: ARG002 - the library's signature
        timeout: object = None,  # noqa: ARG002
        verify: bool | str = True,
        cert: object = None,  # noqa: ARG002
        proxies: Mapping[str, str] | None = None,  # noqa: ARG002
    ) -> Response:
        """Send and read.

        Raises:
            OidcFailure: too slow, too long, a redirect, or no connection.
        """
        if not _places.acquire(blocking=False):
            raise unreachable("too many calls at once")
        answer: Future[Response] = Future()
        Thread(target=self._settle, args=(answer, request, verify), daemon=True).start()
        try:
            return answer.result(CALL_SECONDS)
        except TimeoutError as error:
            raise unreachable("timeout") from error

    def _settle(self, answer: Future[Response], request: PreparedRequest, verify: bool | str) -> None:
        try:
            answer.set_result(self._read(request, verify))
        except OidcFailure as failure:
            answer.set_exception(failure)
        except Exception as error:  # noqa: BLE001 - whatever a library raises, the caller must be told
            answer.set_exception(unreachable(type(error).__name__))
        finally:
            _places.release()

    def _read(self, request: PreparedRequest, verify: bool | str) -> Response:
        response = super().send(request, stream=True, timeout=(WAIT_SECONDS, WAIT_SECONDS), verify=verify)
        try:
            if response.is_redirect:
                raise unreachable("redirect")
            body = response.raw.read(ANSWER_BYTES + 1, decode_content=False)
        finally:
            response.close()
        if len(body) > ANSWER_BYTES:
            raise unreachable("too many bytes")
        response.raw = BytesIO(body)
        return response


def bounded(session: Session) -> Session:
    """Make every call of this session bounded; proxies and .netrc of the environment do not count."""
    session.trust_env = False
    session.headers["Accept-Encoding"] = "identity"
    session.mount("https://", BoundedAdapter())
    session.mount("http://", BoundedAdapter())
    return session


def fetch(url: str, *, bearer: str = "") -> Response:
    """A GET that must answer 200.

    Raises:
        OidcFailure: it did not.
    """
    headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
    with bounded(Session()) as session:
        try:
            response = session.get(url, headers=headers, allow_redirects=False)
        except RequestException as error:
            raise unreachable(type(error).__name__) from error
    if response.status_code != 200:
        raise unreachable(f"status {response.status_code}")
    return response


def json_object(response: Response) -> dict[str, object]:
    """The JSON object of an answer.

    Raises:
        OidcFailure: it is none.
    """
    try:
        found = response.json()
    except (ValueError, RecursionError) as error:
        raise unreachable("not json") from error
    if not isinstance(found, dict):
        raise unreachable("not an object")
    return found


def oauth_session(**options: object) -> OAuth2Session:
    """Authlib's client, bounded."""
    session = OAuth2Session(**options)
    bounded(session)
    return session
