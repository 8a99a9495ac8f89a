"""What tests need of the machine. What is missing skips the test, is named at the end, and fails in CI."""

import os
import shutil
from functools import cache

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

LOCAL_POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def missing(what: str, remedy: str) -> None:
    """End this test: skipped, or failed in CI."""
    sentence = f"{what} est introuvable : {remedy}"
    if os.environ.get("CI"):
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


@cache
def _answers(url: str) -> bool:
    engine = create_engine(f"{url}/postgres", connect_args={"connect_timeout": 3})
    try:
        engine.connect().close()
    except OperationalError:
        return False
    finally:
        engine.dispose()
    return True


def postgres() -> str:
    """The URL of a PostgreSQL server, without a database name."""
    url = os.environ.get("ETABLI_TEST_POSTGRES", LOCAL_POSTGRES)
    if not _answers(url):
        missing("PostgreSQL", "installez-le (apt-get install postgresql) et lancez « make test »")
    return url


def chromium() -> str:
    """The path of the system's Chromium."""
    path = os.environ.get("ETABLI_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        missing("Chromium", "installez-le (apt-get install chromium) ou donnez ETABLI_CHROMIUM")
    return str(path)


def program(name: str, package: str) -> str:
    """The path of a server program of the distribution."""
    path = shutil.which(name)
    if path is None:
        missing(name, f"installez-le (apt-get install {package})")
    return str(path)
