"""What serves HTTP: an interface with one implementation per async mode, and what they share."""

import errno
import http.client
import time
from dataclasses import replace
from typing import Any, Protocol

from workspace.settings import Settings, SettingsError

HEALTH_SECONDS = 20.0
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - how to reach oneself


class Web(Protocol):
    """A web server of one async mode."""

    def listen(self, settings: Settings) -> Settings:
        """Take the port; gives the settings with the port taken. Raises: SettingsError."""
        ...

    def serve(self, app: Any) -> None:
        """Begin to answer, in the background."""
        ...

    def await_healthy(self) -> None:
        """Return once GET /healthz answers."""
        ...

    def wait_for_stop(self) -> None:
        """Return on SIGINT or SIGTERM."""
        ...

    def stop_accepting(self) -> None:
        """Take no new connection."""
        ...

    def finish(self, seconds: float) -> None:
        """Let running requests end, for `seconds` at most, then close everything."""
        ...


def with_port(settings: Settings, port: int) -> Settings:
    """The settings once the system has chosen the port (PORT=0)."""
    if settings.port == port:
        return settings
    origins = tuple(
        f"{origin[:-2]}:{port}" if origin.endswith(":0") else origin for origin in settings.origins
    )
    return replace(settings, port=port, origins=origins)


def cannot_listen(settings: Settings, error: OSError) -> SettingsError:
    """One sentence that says what to do."""
    place = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return SettingsError(
            f"Le port {settings.port} est déjà pris : "
            "arrêtez ce qui l’occupe, ou donnez-en un autre par PORT."
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return SettingsError(
            f"Le port {settings.port} est réservé : donnez-en un autre par PORT (8000 par exemple)."
        )
    return SettingsError(
        f"L’adresse {place} ne peut pas être utilisée ({error.strerror or error}) : corrigez HOST ou PORT."
    )


def await_healthy(settings: Settings) -> None:
    """Ask /healthz until it answers. Raises: SettingsError when it does not in time."""
    host = ANY_ADDRESS.get(settings.host, settings.host)
    deadline = time.monotonic() + HEALTH_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(host, settings.port, timeout=HEALTH_SECONDS)
        try:
            connection.request("GET", "/healthz", headers={"Connection": "close"})
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass
        finally:
            connection.close()
        time.sleep(0.05)
    raise SettingsError(
        "Le serveur a démarré mais ne répond pas : consultez les messages d’erreur ci-dessus."
    )
