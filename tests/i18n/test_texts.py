"""Which language a reader gets, and how texts are formatted and escaped in pages."""

from collections.abc import Iterator

import pytest
from flask import Flask, render_template_string

from workspace.i18n import (
    _,
    catalogue,
    current_locale,
    current_zone,
    in_locale,
    init_i18n,
    javascript,
    js_catalogue,
    lazy_gettext,
    ngettext,
)
from workspace.i18n.catalogue import Catalogue

ENGLISH = Catalogue(
    singles={
        "Bonjour %(name)s !": "Hello %(name)s!",
        "Prêt ?": "Ready?",
        "Lire <b>%(title)s</b>": "Read <b>%(title)s</b>",
        "50 %% des voix": "50%% of the votes",
        "Inventer": "Invent",
    },
    plurals={"%(num)s note": ("%(num)s note", "%(num)s notes")},
)


@pytest.fixture(autouse=True)
def small_catalogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("workspace.i18n.catalogue", "workspace.i18n.templates", "workspace.i18n.javascript"):
        monkeypatch.setattr(f"{name}.english", lambda: ENGLISH)
    javascript._texts.cache_clear()
    yield
    javascript._texts.cache_clear()


@pytest.fixture
def account() -> dict[str, str | None]:
    return {"locale": None, "zone": None}


@pytest.fixture
def app(account: dict[str, str | None], monkeypatch: pytest.MonkeyPatch) -> Flask:
    app = Flask(__name__)
    monkeypatch.setattr("workspace.i18n.english", lambda: ENGLISH)
    init_i18n(app, reader_locale=lambda: account["locale"], reader_zone=lambda: account["zone"])
    return app


def test_language_is_french_unless_asked_otherwise(app: Flask) -> None:
    with app.test_request_context():
        assert (current_locale(), _("Prêt ?")) == ("fr", "Prêt\u202f?")


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [("en-US,en;q=0.9", "en"), ("de,en;q=0.5", "en"), ("de", "fr"), ("fr-CA", "fr"), ("%", "fr")],
)
def test_language_follows_the_browser(app: Flask, accepted: str, expected: str) -> None:
    with app.test_request_context(headers={"Accept-Language": accepted}):
        assert current_locale() == expected


def test_cookie_wins_over_browser_and_account_over_cookie(app: Flask, account: dict[str, str | None]) -> None:
    headers = {"Accept-Language": "fr", "Cookie": "locale=en"}
    with app.test_request_context(headers=headers):
        assert current_locale() == "en"
    account["locale"] = "fr"
    with app.test_request_context(headers=headers):
        assert current_locale() == "fr"


@pytest.mark.parametrize("cookie", ["xx", "../../etc", "", "EN"])
def test_unknown_language_in_cookie_is_ignored(app: Flask, cookie: str) -> None:
    with app.test_request_context(headers={"Cookie": f"locale={cookie}"}):
        assert current_locale() == "fr"


def test_zone_of_account_then_cookie_then_paris(app: Flask, account: dict[str, str | None]) -> None:
    with app.test_request_context():
        assert current_zone().key == "Europe/Paris"
    with app.test_request_context(headers={"Cookie": "zone=America/Cayenne"}):
        assert current_zone().key == "America/Cayenne"
    account["zone"] = "Indian/Reunion"
    with app.test_request_context(headers={"Cookie": "zone=America/Cayenne"}):
        assert current_zone().key == "Indian/Reunion"
    account["zone"] = None
    with app.test_request_context(headers={"Cookie": "zone=../../etc/passwd"}):
        assert current_zone().key == "Europe/Paris"


def test_in_locale_translates_for_somebody_else(app: Flask) -> None:
    with app.test_request_context():
        with in_locale("en"):
            assert _("Bonjour %(name)s !", name="Ana") == "Hello Ana!"
        assert _("Bonjour %(name)s !", name="Ana") == "Bonjour Ana\u202f!"
        with in_locale(None):
            assert current_locale() == "fr"


def test_outside_an_application_texts_are_french() -> None:
    assert _("Prêt ?") == "Prêt\u202f?"
    assert ngettext("%(num)s note", "%(num)s notes", 0) == "0 note"


@pytest.mark.parametrize(
    ("locale", "count", "expected"),
    [
        ("fr", 0, "0 note"),
        ("fr", 1, "1 note"),
        ("fr", 2, "2 notes"),
        ("en", 0, "0 notes"),
        ("en", 1, "1 note"),
        ("en", 2, "2 notes"),
    ],
)
def test_zero_is_singular_in_french_and_plural_in_english(
    app: Flask, locale: str, count: int, expected: str
) -> None:
    with app.test_request_context(headers={"Cookie": f"locale={locale}"}):
        assert ngettext("%(num)s note", "%(num)s notes", count) == expected
        page = render_template_string("{{ ngettext('%(num)s note', '%(num)s notes', n) }}", n=count)
        assert page == expected


def test_percent_sign_is_written_twice_everywhere(app: Flask) -> None:
    with app.test_request_context():
        assert _("50 %% des voix") == "50\u202f% des voix"
        assert render_template_string("{{ _('50 %% des voix') }}") == "50\u202f% des voix"
        assert render_template_string("{% trans %}50 % des voix{% endtrans %}") == "50\u202f% des voix"


def test_message_already_made_is_shown_as_it_is(app: Flask) -> None:
    with app.test_request_context():
        assert _("100 % des 12 %d") == "100 % des 12 %d"
        assert render_template_string("{{ _(made) }}", made="100 % <b>") == "100 % &lt;b&gt;"


def test_page_keeps_our_markup_and_escapes_values(app: Flask) -> None:
    with app.test_request_context():
        page = render_template_string("{{ _('Lire <b>%(title)s</b>', title=title) }}", title="<script>")
        assert page == "Lire <b>&lt;script&gt;</b>"


def test_text_from_a_person_cannot_become_markup(app: Flask) -> None:
    with app.test_request_context():
        hostile = "<img src=x onerror=alert(1)>"
        assert "<img" not in render_template_string("{{ _(text) }}", text=hostile)
        assert "<img" not in render_template_string("{{ _(text, n=1) }}", text=hostile)
        assert "<img" not in render_template_string("{{ ngettext(text, text, 2) }}", text=hostile)
        assert "<img" not in render_template_string("{{ text }}", text=lazy_gettext("%(x)s", x=hostile))


def test_lazy_text_follows_the_reader(app: Flask) -> None:
    label = lazy_gettext("Inventer")
    with app.test_request_context(headers={"Cookie": "locale=en"}):
        assert str(label) == "Invent"
        assert render_template_string("{{ label }} {{ _(label) }}", label=label) == "Invent Invent"
    with app.test_request_context():
        assert str(label) == "Inventer"


def test_start_is_refused_when_english_is_not_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(catalogue, "COMPILED", tmp_path / "messages.mo")
    catalogue.english.cache_clear()
    try:
        with pytest.raises(RuntimeError, match=r"tools/translations\.py compile"):
            init_i18n(Flask(__name__))
    finally:
        catalogue.english.cache_clear()


def test_page_carries_only_the_texts_of_its_script(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    collected = {"main": ["Prêt ?", "Inventer", ["%(num)s note", "%(num)s notes"]], "board": ["Autre"]}
    monkeypatch.setattr("workspace.i18n.javascript._collected", lambda: collected)
    with app.test_request_context(headers={"Cookie": "locale=en"}):
        assert js_catalogue("main") == {"locale": "en", "texts": {"Prêt ?": "Ready?", "Inventer": "Invent"}}
    with app.test_request_context():
        assert js_catalogue("main", "board") == {"locale": "fr", "texts": {"Prêt ?": "Prêt\u202f?"}}
        with pytest.raises(RuntimeError, match=r"pages/other\.ts.*compile"):
            js_catalogue("other")
