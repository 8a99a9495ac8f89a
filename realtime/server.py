"""The entry point: `python -m realtime.server`. Environment, monkey patching, application, sockets, serve.

The order matters. psycopg chooses how it waits when it is imported (its wait in C would freeze the hub),
and monkey patching must come before anything that keeps a lock or a socket class: so nothing but the
settings is imported before `main()` knows the async mode.
"""

import os
import sys
import time
import warnings
from typing import NoReturn

from models import failpoints
from workspace.settings import Settings, SettingsError, load

CANNOT_START = 1
BAD_SETTING = 2
STOP_SECONDS = 2.8


def main() -> None:
    """Start, serve until told to stop, and end cleanly."""
    try:
        settings = load()
    except SettingsError as error:
        _give_up(BAD_SETTING, str(error))
    _patch(settings.async_mode)
    try:
        _run(settings)
    except SettingsError as error:
        _give_up(CANNOT_START, str(error))
    except KeyboardInterrupt:  # before the server listens to signals there is nothing to end
        sys.exit(0)


def _patch(mode: str) -> None:
    if mode == "gevent":
        os.environ["PSYCOPG_WAIT_FUNC"] = "wait_poll"  # its select refuses descriptors above 1023
        import gevent.monkey  # noqa: PLC0415

        gevent.monkey.patch_all()
        return
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"
    # Threads hash passwords: they leave a core to everybody else.
    os.environ.setdefault("EVENTLET_THREADPOOL_SIZE", str(max(1, (os.cpu_count() or 2) - 1)))
    # Said once and for all in docs/adr: the async mode is one setting, eventlet is today's.
    warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")
    import eventlet  # noqa: PLC0415

    eventlet.monkey_patch()


def _run(settings: Settings) -> None:
    from realtime.assembly import assemble, web_for  # noqa: PLC0415
    from realtime.hardening.hub import hub_of  # noqa: PLC0415
    from realtime.upkeep import EmbeddedWorker  # noqa: PLC0415

    hub = hub_of(settings.async_mode)
    web = web_for(settings, hub)
    settings = web.listen(settings)
    app, live = assemble(settings, hub)
    _check_database()
    failpoints.arm(settings.failpoint)
    live.start()
    web.serve(app)
    web.await_healthy()
    print(f"L'Établi · {_url(settings)}", flush=True)  # noqa: T201 - the promised line
    worker = EmbeddedWorker(settings.port)
    if settings.worker == "embedded":
        worker.start()
    web.wait_for_stop()
    started = time.monotonic()
    worker.stop()
    web.stop_accepting()
    live.drain()
    web.finish(STOP_SECONDS - (time.monotonic() - started))


def _url(settings: Settings) -> str:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}/"


def _check_database() -> None:
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from models.migrate import is_current  # noqa: PLC0415
    from models.session import database  # noqa: PLC0415

    try:
        ready = is_current(database().engine)
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise SettingsError(
            f"La base de données ne répond pas ({reason}) : démarrez-la, ou corrigez ETABLI_DATABASE_URL, "
            "puis réessayez."
        ) from error
    if not ready:
        raise SettingsError("La base n’est pas à jour : lancez « etabli db upgrade », puis redémarrez.")


def _give_up(code: int, sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - one plain sentence, no traceback
    sys.exit(code)


if __name__ == "__main__":
    main()
