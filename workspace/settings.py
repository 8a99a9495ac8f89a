"""The settings: one frozen dataclass read from the environment. Nothing else reads the environment.

`load()` raises `SettingsError` with one plain sentence that says what to do. Production refuses what
would be unsafe there (demonstration content, weak secrets, no public origin, no proxy count).
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import unquote, urlsplit

from models import failpoints

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("development", "production")
ASYNC_MODES = ("eventlet", "gevent")
WORKERS = ("embedded", "separate")
ISSUER_LIMIT = 300
OIDC_AUTH_METHODS = ("client_secret_basic", "client_secret_post")
MINIMUM_SECRET_BYTES = 32


class SettingsError(Exception):
    """A setting is wrong; the message is one sentence in French for whoever started the server."""


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over: encrypted at once with `is_tls`, else as soon as it is offered."""

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class OidcProvider:
    """Who vouches for people by OpenID Connect, and what was agreed with them (docs/oidc.md)."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    label: str
    scopes: tuple[str, ...] = ("openid", "email", "profile")
    acr_values: tuple[str, ...] = ()
    auth_method: str = "client_secret_basic"
    sends_pkce: bool = True
    signs_userinfo: bool = False
    """Whether userinfo must come as a signed JWT: plain JSON is then refused."""
    vouches_for_email: bool = False
    """Whether an address counts as verified though the provider does not say `email_verified`."""


@dataclass(frozen=True)
class Settings:
    """Everything the environment decides."""

    host: str
    port: int
    data: Path
    database_url: str
    redis_url: str
    demo: bool
    environment: str
    secret_key: str
    origins: tuple[str, ...]
    trusted_proxies: int
    async_mode: str
    failpoint: str = ""
    worker: str = "embedded"
    smtp: "SmtpServer | None" = None
    mail_from: str = ""
    oidc: "OidcProvider | None" = None
    max_body_bytes: int = 1_000_000
    session_days: int = 30
    session_idle_days: int = 7

    @property
    def is_production(self) -> bool:
        """Whether cookies must be secure and errors discreet."""
        return self.environment == "production"

    def cookie_name(self, name: str, path: str = "/") -> str:
        """What a cookie is called. In production its name makes browsers take it by TLS, from here only."""
        if not self.is_production:
            return name
        return f"__Host-{name}" if path == "/" else f"__Secure-{name}"

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a local file."""
        return self.database_url.startswith("sqlite")

    @property
    def mail(self) -> str:
        """What becomes of mail: `smtp` sends it, `caught` keeps it for whoever develops, `off` makes none.

        The invented people of a demonstration send nothing to anybody.
        """
        if self.demo:
            return "caught"
        if self.smtp is not None:
            return "smtp"
        return "off" if self.is_production else "caught"

    @property
    def base_url(self) -> str:
        """Where people reach the application, without a final slash: the first origin."""
        return self.origins[0]


def load(environ: Mapping[str, str] = os.environ, *, prepare_data: bool = True) -> Settings:
    """Read and check the settings; make the data folder and the secret key on the first start.

    Raises:
        SettingsError: a setting is wrong, or the data folder cannot be written.
    """
    environment = environ.get("ETABLI_ENV", "development")
    if environment not in ENVIRONMENTS:
        raise SettingsError(
            f"ETABLI_ENV vaut « {environment} » : choisissez « development » ou « production »."
        )
    host = environ.get("HOST", "127.0.0.1")
    port = _integer(environ, "PORT", 8000, 0, 65535)
    demo = _switch(environ, "ETABLI_DEMO", default=False)
    data = Path(environ.get("ETABLI_DATA", "var")).absolute()
    if prepare_data:
        _prepare_data(data)
    database_url = _database_url(environ, data)
    settings = Settings(
        host=host,
        port=port,
        data=data,
        database_url=database_url,
        redis_url=environ.get("ETABLI_REDIS_URL", ""),
        demo=demo,
        environment=environment,
        secret_key=environ.get("ETABLI_SECRET_KEY") or _secret_key(data, create=prepare_data),
        origins=_origins(environ, host, port),
        trusted_proxies=_integer(environ, "ETABLI_TRUSTED_PROXIES", 0, 0, 5),
        async_mode=environ.get("ETABLI_ASYNC_MODE", "eventlet"),
        failpoint=_failpoint(environ),
        worker=environ.get("ETABLI_WORKER", "embedded"),
        smtp=_smtp(environ),
        mail_from=environ.get("ETABLI_MAIL_FROM", "").strip(),
        oidc=_oidc(environ, is_production=environment == "production"),
    )
    if settings.worker not in WORKERS:
        raise SettingsError(f"ETABLI_WORKER doit valoir « {' » ou « '.join(WORKERS)} ».")
    if settings.async_mode not in ASYNC_MODES:
        raise SettingsError(f"ETABLI_ASYNC_MODE doit valoir « {' » ou « '.join(ASYNC_MODES)} ».")
    if settings.is_production:
        _check_production(settings, environ)
    return settings


def _integer(environ: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environ.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingsError(f"{name} vaut « {text} » : donnez un nombre entre {low} et {high}.")
    return int(text)


def _switch(environ: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environ.get(name, "")
    if not text:
        return default
    if text not in ("0", "1"):
        raise SettingsError(f"{name} vaut « {text} » : donnez 0 ou 1.")
    return text == "1"


def _failpoint(environ: Mapping[str, str]) -> str:
    text = environ.get("ETABLI_FAILPOINT", "")
    try:
        failpoints.parse(text)
    except ValueError as error:
        raise SettingsError(
            f"ETABLI_FAILPOINT contient « {error} » : donnez « point:passage:action » "
            "(points et actions : models/failpoints.py)."
        ) from error
    return text


def _smtp(environ: Mapping[str, str]) -> SmtpServer | None:
    text = environ.get("ETABLI_SMTP_URL", "")
    if not text:
        return None
    wrong = SettingsError(
        "ETABLI_SMTP_URL doit ressembler à « smtp://compte:motdepasse@mail.example:587 », "
        "ou à « smtps://… » si le serveur chiffre dès la connexion."
    )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/"):
        raise wrong
    sender = environ.get("ETABLI_MAIL_FROM", "")
    if parseaddr(sender)[1].count("@") != 1 or "\n" in sender:
        raise SettingsError(
            "ETABLI_MAIL_FROM est nécessaire avec ETABLI_SMTP_URL : l’adresse d’où partent les messages, "
            "par exemple « L’Établi <etabli@ville.example> »."
        )
    is_tls = parts.scheme == "smtps"
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return SmtpServer(parts.hostname, port or (465 if is_tls else 587), is_tls, user, password)


def _oidc(environ: Mapping[str, str], *, is_production: bool) -> OidcProvider | None:
    needed = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "LABEL")
    given = {name: environ.get(f"ETABLI_OIDC_{name}", "").strip() for name in needed}
    absent = [f"ETABLI_OIDC_{name}" for name in needed if not given[name]]
    if absent:
        if len(absent) == len(needed):
            return None
        raise SettingsError(
            f"Il manque {', '.join(absent)} : donnez les quatre variables "
            "ETABLI_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET et _LABEL, ou aucune."
        )
    auth_method = environ.get("ETABLI_OIDC_AUTH_METHOD") or OIDC_AUTH_METHODS[0]
    if auth_method not in OIDC_AUTH_METHODS:
        raise SettingsError(f"ETABLI_OIDC_AUTH_METHOD doit valoir « {' » ou « '.join(OIDC_AUTH_METHODS)} ».")
    scopes = tuple(environ.get("ETABLI_OIDC_SCOPES", "").split()) or OidcProvider.scopes
    return OidcProvider(
        issuer=_issuer(given["ISSUER"], is_production=is_production),
        client_id=given["CLIENT_ID"],
        client_secret=given["CLIENT_SECRET"],
        label=given["LABEL"],
        scopes=("openid", *(scope for scope in scopes if scope != "openid")),
        acr_values=tuple(environ.get("ETABLI_OIDC_ACR_VALUES", "").split()),
        auth_method=auth_method,
        sends_pkce=_switch(environ, "ETABLI_OIDC_PKCE", default=True),
        signs_userinfo=_switch(environ, "ETABLI_OIDC_SIGNED_USERINFO", default=False),
        vouches_for_email=_switch(environ, "ETABLI_OIDC_EMAIL_IS_VERIFIED", default=False),
    )


def _issuer(issuer: str, *, is_production: bool) -> str:
    parts = urlsplit(issuer)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or parts.username
        or len(issuer) > ISSUER_LIMIT
    ):
        raise SettingsError(
            f"ETABLI_OIDC_ISSUER vaut « {issuer} » : donnez l’adresse de l’émetteur, telle que son document "
            "de découverte l’écrit, par exemple https://connexion.example/api/v2."
        )
    if is_production and parts.scheme != "https":
        raise SettingsError("ETABLI_OIDC_ISSUER doit être une adresse https:// en production.")
    return issuer


def _prepare_data(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        (data / "files").mkdir(exist_ok=True)
        probe = data / f".probe-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"Le dossier de données {data} ne peut pas être écrit ({error.strerror}) : "
            "donnez-en un autre par ETABLI_DATA, ou corrigez ses droits."
        ) from error


def _database_url(environ: Mapping[str, str], data: Path) -> str:
    url = environ.get("ETABLI_DATABASE_URL") or f"sqlite:///{data / 'etabli.sqlite3'}"
    if not url.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise SettingsError(
            "ETABLI_DATABASE_URL doit commencer par « sqlite:/// » ou « postgresql+psycopg:// »."
        )
    return url


def _secret_key(data: Path, *, create: bool) -> str:
    path = data / "secret_key"
    if path.exists():
        return path.read_text().strip()
    key = secrets.token_urlsafe(48)
    if create:
        path.touch(mode=0o600)
        path.write_text(key + "\n")
    return key


def _origins(environ: Mapping[str, str], host: str, port: int) -> tuple[str, ...]:
    given = [origin.strip().rstrip("/") for origin in environ.get("ETABLI_ORIGINS", "").split(",")]
    origins = [origin for origin in given if origin]
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
            raise SettingsError(
                f"ETABLI_ORIGINS contient « {origin} » : donnez des adresses comme https://etabli.example, "
                "séparées par des virgules."
            )
    if origins:
        return tuple(origins)
    names = ["127.0.0.1", "localhost"] if host in ("127.0.0.1", "localhost", "0.0.0.0", "::") else [host]  # noqa: S104
    return tuple(f"http://{name}:{port}" for name in names)


def _check_production(settings: Settings, environ: Mapping[str, str]) -> None:
    if settings.demo:
        raise SettingsError(
            "ETABLI_DEMO=1 est refusé en production : le contenu de démonstration est ouvert à tous."
        )
    if len(settings.secret_key.encode()) < MINIMUM_SECRET_BYTES or len(set(settings.secret_key)) < 10:
        raise SettingsError(
            "ETABLI_SECRET_KEY est trop faible pour la production : "
            "donnez au moins 32 caractères tirés au hasard."
        )
    if not environ.get("ETABLI_ORIGINS"):
        raise SettingsError(
            "ETABLI_ORIGINS est obligatoire en production : par exemple https://etabli.example."
        )
    if any(not origin.startswith("https://") for origin in settings.origins):
        raise SettingsError("ETABLI_ORIGINS doit n’avoir que des adresses https:// en production.")
    if "ETABLI_TRUSTED_PROXIES" not in environ:
        raise SettingsError(
            "ETABLI_TRUSTED_PROXIES est obligatoire en production : "
            "le nombre exact de mandataires devant l’application."
        )
    if settings.failpoint:
        raise SettingsError("ETABLI_FAILPOINT est refusé en production : retirez cette variable.")
    if environ.get("FLASK_DEBUG", "0") not in ("", "0"):
        raise SettingsError("FLASK_DEBUG est refusé en production : retirez cette variable.")
