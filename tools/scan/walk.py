"""Every page that a role can reach, in one language, as it was sent; forms refused in place are pages too."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tools.scan.browser import Browser, Form, Page

SAME_KIND = 2
"""How many pages that differ by numbers only are looked at."""
STARTS = (
    *("/", "/account", "/account/data", "/account/erase", "/account/actions", "/notifications", "/problems"),
    *(
        "/problems/new",
        "/projects",
        "/cohorts",
        "/observations",
        "/programmes",
        "/audit",
        "/sign-in",
        "/about",
    ),
    *("/accessibility", "/setup", "/demo", "/mails", "/sign-in/link", "/sign-in/code", "/join/unknown"),
    *("/invitations/unknown", "/nowhere"),
)
NOT_PAGES = re.compile(r"/(assets|sign-out|socket\.io)")
ALL_BLANK = re.compile(r".*/(drafts?|autosave|similar|language|theme|sign-out)")
"""Forms that are not refused when they are sent blank, or that change what is walked through."""


def kind_of(path: str) -> str:
    """The address without its numbers, and without the words of its query."""
    address = urlsplit(path)
    names = sorted({pair.partition("=")[0] for pair in address.query.split("&")})
    return re.sub(r"\d+", "N", address.path) + ("?" + "&".join(names) if address.query else "")


def walk(browser: Browser) -> Iterator[Page]:
    """The pages, each once."""
    seen: Counter[str] = Counter()
    known: set[str] = set()
    waiting = deque(STARTS)
    sent: set[str] = set()
    while waiting:
        path = waiting.popleft()
        kind = kind_of(path)
        if path in known or seen[kind] >= SAME_KIND or NOT_PAGES.match(path):
            continue
        known.add(path)
        seen[kind] += 1
        page = browser.get(path)
        if not page.is_html:
            continue
        yield page
        waiting.extend(page.links)
        for form in page.forms:
            if form.written and form.method == "POST" and kind_of(form.path) not in sent:
                sent.add(kind_of(form.path))
                yield from _refusal(browser, page, form)


def _refusal(browser: Browser, page: Page, form: Form) -> Iterator[Page]:
    """The page that comes when a form is sent without what is written in it."""
    if ALL_BLANK.fullmatch(form.path):
        return
    answer = browser.send(page, form, **dict.fromkeys(form.written, ""))
    if answer.is_html and answer.status >= 400:
        yield answer


def keep(pages: Iterator[Page], folder: Path) -> dict[Path, str]:
    """Write the pages into a folder; gives the address of each file."""
    folder.mkdir(parents=True)
    files = {}
    for number, page in enumerate(pages):
        file = folder / f"{number:03}.html"
        file.write_bytes(page.content)
        files[file] = f"{kind_of(page.path)} ({page.status})"
    return files
