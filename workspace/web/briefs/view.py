"""What the templates of a brief need: the draft's page, an edition's page, two versions side by side."""

import secrets
from datetime import date

from flask import render_template
from sqlalchemy.orm import Session

from models.brief import BriefStatus, ObserverQuestion, ProgressBrief
from models.errors import Conflict, Invalid
from models.partner import SECTOR_LABELS
from models.policy import Permission, can
from models.project import Project
from workspace.i18n import format_date
from workspace.services.brief_changes import changes_since
from workspace.services.brief_sources import decision_in_words, first_text, sources_of, support_in_words
from workspace.services.briefs import (
    FIELDS,
    MINUTES,
    WORDS_PER_MINUTE,
    check_publishable,
    editions_of,
    find_draft,
    text_of,
    today_of,
)
from workspace.services.observations import rail
from workspace.services.questions import fingerprint, questions_of, shared_answers
from workspace.web.briefs.forms import AnswerForm, BriefForm
from workspace.web.guard import actor
from workspace.web.observations.view import rail_items


def prefix(question_id: int) -> str:
    """What the names of a question's answer form begin with: a page holds several."""
    return f"q{question_id}-"


def edit_page(
    session: Session,
    project: Project,
    *,
    form: BriefForm | None = None,
    conflict: Conflict | None = None,
    answer: AnswerForm | None = None,
    answering: int | None = None,
    answer_conflict: Conflict | None = None,
) -> str:
    """The page where a brief is written. `form` or `answer` holds what was refused, with its errors."""
    draft, editions = find_draft(session, project.id), editions_of(session, project.id)
    sources = sources_of(session, actor(), project, editions[0] if editions else None)
    if form is None:
        form = BriefForm(formdata=None)
        form.show(text_of(draft) if draft else first_text(sources), secrets.token_urlsafe(16))
        form.stamp(_edition(draft, editions), draft.version if draft else 0)
    elif conflict is not None:
        form.stamp(conflict.current["edition"], conflict.current["version"])
    questions = questions_of(session, project.id)
    answers = {question.id: _answer_form(question) for question in questions}
    if answer is not None and answering is not None:
        answers[answering] = answer
    return render_template(
        "briefs/edit.html",
        project=project,
        draft=draft,
        edition=_edition(draft, editions),
        editions=editions,
        sources=sources,
        sectors=SECTOR_LABELS,
        told=[support_in_words(offer) for offer in sources.told],
        decided=[decision_in_words(solution) for solution in sources.decided],
        form=form,
        text=form.values(),
        minutes=MINUTES,
        words_per_minute=WORDS_PER_MINUTE,
        conflict=both_versions(form, conflict) if conflict else None,
        questions=questions,
        waiting=sum(question.answered_at is None for question in questions),
        answers=answers,
        answering=answering,
        answer_conflict=answer_conflict,
    )


def _edition(draft: ProgressBrief | None, editions: list[ProgressBrief]) -> int:
    if draft is not None:
        return draft.edition
    return editions[0].edition + 1 if editions else 1


def _answer_form(question: ObserverQuestion) -> AnswerForm:
    form = AnswerForm(formdata=None, prefix=prefix(question.id))
    form.answer.data, form.seen.data = question.answer, fingerprint(question.answer)
    form.is_shared.data = question.is_shared or question.answered_at is None
    return form


def both_versions(form: BriefForm, found: Conflict) -> dict[str, object]:
    """Both versions of what differs: `pairs` of (label, mine, theirs); who saved theirs, and when."""
    mine, theirs = form.values(), found.current
    pairs = [
        (form[name].label.text, _shown(getattr(mine, name)), _shown(theirs[name]))
        for name in FIELDS
        if getattr(mine, name) != theirs[name]
    ]
    return {"pairs": pairs, "who": theirs["who"], "at": theirs["at"], "is_published": theirs["version"] == 0}


def _shown(value: object) -> str:
    if isinstance(value, date):
        return format_date(value, "long")
    return str(value or "")


def missing(project: Project, draft: ProgressBrief) -> list[str]:
    """What must be put right before the draft can be published: msgids."""
    try:
        check_publishable(text_of(draft), today_of(project))
    except Invalid as error:
        return list(error.fields.values())
    return []


def edition_page(session: Session, brief: ProgressBrief) -> str:
    """The page of one edition. Who published it is shown to those who may read the project's journal."""
    project, who = brief.project, actor()
    is_inside = can(who, Permission.VIEW_JOURNAL, project.where)
    editions = editions_of(session, project.id)
    known = next((edition for edition in editions if edition.id == brief.id), None)
    publisher = known.published_by if known and is_inside else None
    shows_answers = known is not None and can(who, Permission.VIEW_ANSWERS, project.where)
    return render_template(
        "briefs/show.html",
        project=project,
        brief=brief,
        text=text_of(brief),
        rail_items=rail_items(rail(brief.step_code)),
        editions=editions,
        publisher=publisher.name if publisher else "",
        is_draft=brief.status is BriefStatus.DRAFT,
        changes=changes_since(editions, brief),
        answers=shared_answers(session, brief, is_latest=known is editions[0]) if shows_answers else [],
        may_edit=can(who, Permission.EDIT_BRIEF, project.where),
        may_open_project=can(who, Permission.VIEW_PROJECT, project.where),
    )
