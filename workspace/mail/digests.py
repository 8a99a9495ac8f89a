"""News by mail: at once, one thread of it at a time, or all of a day in a digest.

Who may read what is asked again when it is written. What is told is noted in the same transaction, before it
leaves: a worker that dies then tells it never rather than twice, and the application has it all the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from flask import url_for
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.base import utcnow
from models.mail_choice import DigestSent
from models.notification import AT_ONCE, DELIVERY, Delivery, Notification
from models.people import User
from models.project import Project
from models.session import affected
from models.upsert import upsert
from workspace.i18n import _, ngettext
from workspace.mail.letter import Envelope, Group, Letter, Line, Section
from workspace.mail.letters import envelope_for
from workspace.services.mail_choices import choice_of, hours_of, is_timely, is_waiting
from workspace.services.notification_rights import may_still_read
from workspace.services.notifications import ANSWERS, MANY, SENTENCES
from workspace.services.sessions import actor_of_user
from workspace.web.mails.unsubscribing import mute_url, unsubscribe_url

LINES_PER_GROUP = 5
KIND_ORDER = list(DELIVERY)
Titles = dict[int, str]


def at_once(session: Session, notification_id: int) -> Envelope | None:
    """This one and what else waits of its thread; none when it was read, or in quiet hours."""
    first = session.get(Notification, notification_id)
    user = session.get(User, first.user_id) if first is not None else None
    if first is None or user is None or not _may_be_told(user):
        return None
    choice = choice_of(session, user.id)
    now = utcnow()
    if hours_of(user, choice).is_quiet(now):
        return None
    waiting = _waiting(session, user, now, Notification.url == first.url)
    rows = [row for row in waiting if DELIVERY[row.kind] in AT_ONCE and getattr(choice, DELIVERY[row.kind])]
    if first not in rows:
        return None
    rows = _tell(session, user, rows, now)
    if not rows:
        return None
    return _envelope(
        user,
        lambda locale: _at_once(locale, user.name, rows),
        unsubscribe_url(user.id),
        name=f"at-once-{notification_id}",
        series=f"thread {first.url}",
        take_back=_taking_back(rows),
    )


def digest(session: Session, user_id: int) -> Envelope | None:
    """What waits for the digest that is due now; none when there is nothing, or it has left already."""
    user = session.get(User, user_id)
    if user is None or not _may_be_told(user):
        return None
    choice = choice_of(session, user_id)
    hours = hours_of(user, choice)
    now = utcnow()
    day, due_at = hours.last_digest(now)
    if not choice.digest or not is_timely(hours, due_at, now):
        return None
    waiting = _waiting(session, user, now)
    asked = [row for row in waiting if DELIVERY[row.kind] is Delivery.DIGEST]
    if not asked or not _is_first(session, user_id, day):
        return None
    rows = _tell(session, user, asked, now)
    if not rows:
        _forget(session, user_id, day)
        return None
    titles = _titles(session, rows)
    only = {row.project_id for row in rows}
    return _envelope(
        user,
        lambda locale: _digest(locale, user, rows, titles),
        unsubscribe_url(user.id, Delivery.DIGEST),
        name=f"digest-{day}",
        series=f"project {only.pop()}" if len(only) == 1 and None not in only else "digests",
        take_back=_taking_back(rows, (user_id, day)),
    )


# -- what is told -------------------------------------------------------------------------------


def _may_be_told(user: User) -> bool:
    return user.disabled_at is None and user.wants_news


def _waiting(session: Session, user: User, now: datetime, *conditions: object) -> Sequence[Notification]:
    """Locked: of two workers, the second finds what the first has left."""
    return session.scalars(
        select(Notification)
        .where(Notification.user_id == user.id, is_waiting(now), *conditions)  # type: ignore[arg-type]
        .order_by(Notification.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def _tell(session: Session, user: User, rows: Iterable[Notification], now: datetime) -> list[Notification]:
    """Those that the person may still read; the others are told nobody, now or later."""
    actor = actor_of_user(session, user)
    told = []
    for row in rows:
        row.mailed_at = now
        if actor.grants and may_still_read(session, actor, row):
            told.append(row)
    return told


def _is_first(session: Session, user_id: int, day: date) -> bool:
    """Whether no digest of that day has left; notes that one does."""
    written = upsert(session, DigestSent).values(user_id=user_id, day=day, at=utcnow())
    return bool(affected(session.execute(written.on_conflict_do_nothing())))


def _forget(session: Session, user_id: int, day: date) -> None:
    session.execute(delete(DigestSent).where(DigestSent.user_id == user_id, DigestSent.day == day))


def _taking_back(
    rows: Sequence[Notification], sent: tuple[int, date] | None = None
) -> Callable[[Session], None]:
    ids = [row.id for row in rows]

    def take_back(session: Session) -> None:
        session.execute(update(Notification).where(Notification.id.in_(ids)).values(mailed_at=None))
        if sent is not None:
            _forget(session, *sent)

    return take_back


def _titles(session: Session, rows: Iterable[Notification]) -> Titles:
    ids = {row.project_id for row in rows} - {None}
    return {row.id: row.title for row in session.scalars(select(Project).where(Project.id.in_(ids)))}


# -- what is written ----------------------------------------------------------------------------


def _envelope(user: User, write: Callable[[str], Letter], refuse_url: str, **others: object) -> Envelope:
    envelope = envelope_for(user.email, user, write)
    return Envelope(envelope.to, envelope.letters, refuse_url, **others)  # type: ignore[arg-type]


def _line(row: Notification) -> Line:
    """Its sentence, and the way to its place, which also marks it as read."""
    url = url_for("notifications.open_one", notification_id=row.id, _external=True)
    return Line(_(SENTENCES[row.kind], who=row.who, subject=row.subject), url)


def _at_once(locale: str, name: str, rows: Sequence[Notification]) -> Letter:
    lines = tuple(map(_line, rows))
    newest = rows[-1]
    more = len(rows) - 1
    subject = lines[-1].text
    if more:
        subject = ngettext(
            "%(first)s, et %(num)s autre nouvelle",
            "%(first)s, et %(num)s autres nouvelles",
            more,
            first=subject,
        )
    home = url_for("home.show", _external=True).rstrip("/")
    return Letter(
        locale=locale,
        subject=subject,
        paragraphs=(_("Bonjour %(name)s,", name=name),),
        lines=lines[-LINES_PER_GROUP:],
        button=Line(_("Aller à l’endroit"), lines[-1].url),
        other=Line(_(ANSWERS[newest.kind]), home + newest.url) if newest.kind in ANSWERS else None,
        settings=_settings(),
        why=_("Vous recevez ce message parce que vous avez un compte sur L’Établi."),
    )


def _digest(locale: str, user: User, rows: Sequence[Notification], titles: Titles) -> Letter:
    by_project: dict[int | None, list[Notification]] = defaultdict(list)
    for row in rows:
        by_project[row.project_id].append(row)
    order = sorted(by_project, key=lambda id_: (id_ is None, titles.get(id_ or 0, "")))
    return Letter(
        locale=locale,
        subject=_subject(rows, [titles[id_] for id_ in order if id_ is not None]),
        paragraphs=(_("Bonjour %(name)s,", name=user.name), _("Voici ce que vous n’avez pas encore lu :")),
        sections=tuple(_section(user.id, id_, by_project[id_], titles) for id_ in order),
        button=Line(_("Ouvrir L’Établi"), url_for("notifications.index", _external=True)),
        settings=_settings(),
        why=_("Vous recevez ce résumé parce que vous avez un compte sur L’Établi."),
    )


def _settings() -> Line:
    url = url_for("notifications.choices", _external=True)
    return Line(_("Choisir ce que vous recevez, et à quelle heure"), url)


def _subject(rows: Sequence[Notification], titles: Sequence[str]) -> str:
    if len(rows) == 1:
        return _line(rows[0]).text
    count = ngettext("%(num)s nouvelle à lire", "%(num)s nouvelles à lire", len(rows))
    if not titles:
        return _("%(count)s sur L’Établi", count=count)
    if len(titles) == 1:
        return _("%(count)s sur « %(project)s »", count=count, project=titles[0])
    return ngettext(
        "%(count)s sur « %(project)s » et un autre projet",
        "%(count)s sur « %(project)s » et %(num)s autres projets",
        len(titles) - 1,
        count=count,
        project=titles[0],
    )


def _section(user_id: int, project_id: int | None, rows: Sequence[Notification], titles: Titles) -> Section:
    by_kind = defaultdict(list)
    for row in rows:
        by_kind[row.kind].append(row)
    groups = tuple(_group(by_kind[kind], project_id) for kind in KIND_ORDER if kind in by_kind)
    if project_id is None:
        return Section(_("Votre promotion et votre compte"), groups)
    mute = Line(_("Mettre ce projet en sourdine"), mute_url(user_id, project_id))
    return Section(titles[project_id], groups, mute)


def _group(rows: Sequence[Notification], project_id: int | None) -> Group:
    lines = tuple(_line(row) for row in rows[:LINES_PER_GROUP])
    if len(rows) == 1:
        return Group("", lines)
    left = len(rows) - len(lines)
    url = url_for("notifications.index", project=project_id, _external=True)
    more = Line(ngettext("Et %(num)s autre.", "Et %(num)s autres.", left), url) if left else None
    return Group(_(MANY[rows[0].kind], num=len(rows)), lines, more)
