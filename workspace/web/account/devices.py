"""A browser as its owner would name it: « Firefox sur Windows ». Only families, never versions."""

from workspace.i18n import _

# The first that is found wins: Edge also says Chrome, Chrome also says Safari.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
PHONES = ("Android", "iPhone")


def device_name(user_agent: str) -> str:
    """What to call it; « Navigateur inconnu » when it does not say."""
    browser = _first(BROWSERS, user_agent)
    system = _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s sur %(system)s", browser=browser, system=system)
    return browser or system or _("Navigateur inconnu")


def is_phone(user_agent: str) -> bool:
    """Whether it is held in the hand."""
    return any(mark in user_agent for mark in PHONES)


def _first(table: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in table if mark in text), "")
