"""The texts and dates as Jinja sees them."""

from flask import Flask
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from workspace.i18n import dates
from workspace.i18n.catalogue import english, lookup, lookup_plural
from workspace.i18n.javascript import js_catalogue
from workspace.i18n.reader import current_locale


@pass_eval_context
def template_gettext(context: EvalContext, message: str, /, **variables: object) -> str:
    """Translate; values are escaped, and so is the message itself unless it is one of our texts."""
    message = str(message)
    if not message:
        return ""
    text = lookup(message)
    if not variables and not english().knows(message):
        return escape(text) if context.autoescape else text
    marked = _marked(context, message, text)
    return marked % variables if variables or "%" in text else marked


@pass_eval_context
def template_ngettext(
    context: EvalContext, singular: str, plural: str, num: float, /, **variables: object
) -> str:
    """Translate a text that counts; `%(num)s` is the count."""
    text = lookup_plural(singular, plural, num)
    variables.setdefault("num", num)
    return _marked(context, singular, text) % variables


def _marked(context: EvalContext, message: str, text: str) -> str:
    if not context.autoescape:
        return text
    return Markup(text) if english().knows(message) else escape(text)  # noqa: S704 (ours, reviewed)


def install(app: Flask) -> None:
    """Give every template the translation functions and the formats of dates and numbers."""
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    env.newstyle_gettext = True  # type: ignore[attr-defined]  # set by the extension
    env.globals.update(
        _=template_gettext,
        gettext=template_gettext,
        ngettext=template_ngettext,
        js_catalogue=js_catalogue,
        format_datetime=dates.format_datetime,
        format_date=dates.format_date,
        format_month=dates.format_month,
        city_of=dates.city_of,
        format_time=dates.format_time,
        format_number=dates.format_number,
        format_list=dates.format_list,
        time_ago=dates.time_ago,
        time_tag=dates.time_tag,
        days_ago=dates.days_ago,
        zone_times=dates.zone_times,
    )
    app.context_processor(lambda: {"locale": current_locale()})
