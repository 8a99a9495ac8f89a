"""People written one a line: « Awa Diallo <awa@ville.fr> », or the address alone."""

import re

from sqlalchemy.orm import Session

from models.errors import Invalid
from models.policy import Actor
from workspace.i18n import _
from workspace.services.accounts import NAME_LIMIT, clean_email, is_email
from workspace.services.invitations import Invitee, NewInvitation, Terms, invite_learner

TEXT_LIMIT = 3000
MOST = 12
_ADDRESS = re.compile(r"[^\s<>,;()]+@[^\s<>,;()]+")


def parse_people(text: str) -> list[Invitee]:
    """The people of the list, in order.

    Raises:
        Invalid: on `people`, with the number of the line that cannot be read.
    """
    found: dict[str, Invitee] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        person = _parse_line(line)
        if person is None:
            raise Invalid(
                fields={
                    "people": _(
                        "Ligne %(number)s : on n’y trouve pas d’adresse e-mail complète.", number=number
                    )
                }
            )
        if len(person.name) > NAME_LIMIT:
            raise Invalid(fields={"people": _("Ligne %(number)s : ce nom est trop long.", number=number)})
        found.setdefault(person.email, person)
    if len(found) > MOST:
        raise Invalid(fields={"people": _("Invitez %(most)s personnes au plus à la fois.", most=MOST)})
    return list(found.values())


def _parse_line(line: str) -> Invitee | None:
    match = _ADDRESS.search(line)
    if match is None or not is_email(clean_email(match.group())):
        return None
    rest = f"{line[: match.start()]} {line[match.end() :]}"
    name = " ".join(part for part in re.split(r"[\s<>,;()\"]+", rest) if part)
    return Invitee(clean_email(match.group()), name)


def invite_learners(
    session: Session, actor: Actor, team_id: int, people: list[Invitee], terms: Terms
) -> list[NewInvitation]:
    """Invite each of them to the team: all, or nobody.

    Raises:
        Invalid: on `people`, with the number of the person and the reason.
    """
    made = []
    for number, person in enumerate(people, 1):
        try:
            made.append(invite_learner(session, actor, team_id, person, terms))
        except Invalid as error:
            reason = error.fields.get("email")
            if reason is None:
                raise
            said = _("Personne %(number)s : %(reason)s", number=number, reason=_(reason))
            raise Invalid(fields={"people": said}) from error
    return made
