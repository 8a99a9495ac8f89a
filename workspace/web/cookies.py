"""Cookies that prove something: how they are called, kept and dropped (preferences: account/routes.py)."""

from flask import Response, current_app, request

from workspace.settings import Settings


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def read_cookie(name: str, path: str = "/") -> str:
    """What the browser sent; "" for nothing."""
    return request.cookies.get(_settings().cookie_name(name, path), "")


def keep_cookie(response: Response, name: str, value: str, *, max_age: int, path: str = "/") -> None:
    """Make the browser keep it for `max_age` seconds, out of reach of scripts and of other sites' forms."""
    settings = _settings()
    response.set_cookie(
        settings.cookie_name(name, path),
        value,
        max_age=max_age,
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.is_production,
    )


def drop_cookie(response: Response, name: str, path: str = "/") -> None:
    """Make the browser forget it."""
    settings = _settings()
    response.delete_cookie(
        settings.cookie_name(name, path),
        path=path,
        httponly=True,
        samesite="Lax",
        secure=settings.is_production,
    )


def sets_cookie(response: Response, name: str) -> bool:
    """Whether the answer sets or drops it already."""
    start = f"{_settings().cookie_name(name)}="
    return any(value.startswith(start) for value in response.headers.getlist("Set-Cookie"))
