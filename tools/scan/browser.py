"""A browser that reads pages and sends their forms, as somebody would who has no script."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests
from lxml import html

SECONDS = 30
WRITTEN = "text search email url tel password number date time"


@dataclass
class Form:
    """A form: where it goes, its fields as they stand, those that are written in, what its button says."""

    path: str
    method: str
    fields: dict[str, str]
    written: tuple[str, ...]
    button: str


@dataclass
class Page:
    """An answer. Addresses are paths with their query."""

    path: str
    status: int
    kind: str
    content: bytes

    @property
    def is_html(self) -> bool:
        """Whether it is a page."""
        return self.kind == "text/html" and bool(self.content)

    @property
    def text(self) -> str:
        """Its source."""
        return self.content.decode()

    @cached_property
    def _tree(self) -> html.HtmlElement:
        return html.fromstring(self.content)

    @property
    def links(self) -> Iterator[str]:
        """Where its links lead on this site."""
        for link in self._tree.iter("a"):
            address = urlsplit(urljoin(self.path, link.get("href", "")))
            if not address.netloc and address.path.startswith("/"):
                yield address._replace(fragment="").geturl()

    @cached_property
    def forms(self) -> list[Form]:
        """Its forms, in order."""
        return [_form(self.path, form) for form in self._tree.forms]

    def form_to(self, path: str) -> Form:
        """The form that is sent there."""
        return next(form for form in self.forms if form.path == path and form.method == "POST")


def _form(page: str, form: html.FormElement) -> Form:
    written = [
        field.name
        for field in form.inputs
        if field.name and (field.tag == "textarea" or field.get("type", "text") in WRITTEN.split())
    ]
    fields = {name: value for name, value in form.form_values() if name}
    label = ""
    for button in form.iter("button"):
        label = label or button.get("aria-label") or button.text_content()
        if button.get("name"):
            fields.setdefault(button.get("name"), button.get("value", ""))
    target = urljoin(page, form.get("action") or urlsplit(page).path)
    return Form(target, form.method, fields, tuple(written), label)


class Browser:
    """One person's browser on one site. `authority` is what a certificate must come from."""

    def __init__(self, url: str, authority: Path | None = None) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers["Accept"] = "text/html"
        if authority is not None:
            self._session.verify = str(authority)

    def keep_cookie(self, name: str, value: str) -> None:
        """Have this cookie from now on."""
        host = urlsplit(self.url).hostname or ""
        self._session.cookies.set(name, value, domain=host if "." in host else f"{host}.local", path="/")

    def cookie(self, name: str) -> str:
        """The value of a cookie it was given."""
        return next(cookie.value or "" for cookie in self._session.cookies if cookie.name == name)

    def get(self, path: str) -> Page:
        """Open an address and go where it sends on."""
        return self._page(self._session.get(self.url + path, timeout=SECONDS))

    def send(self, page: Page, form: Form, **values: str) -> Page:
        """Send a form of a page with these values changed, and go where it sends on."""
        headers = {"Referer": self.url + page.path, "Origin": self.url}
        answer = self._session.request(
            form.method, self.url + form.path, data=form.fields | values, headers=headers, timeout=SECONDS
        )
        return self._page(answer)

    def _page(self, answer: requests.Response) -> Page:
        address = urlsplit(answer.url)
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        path = address._replace(scheme="", netloc="").geturl()
        return Page(path, answer.status_code, kind, answer.content)
