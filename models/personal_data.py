"""What is kept of people: for each table its purpose, how it is exported, and what erasure does to it.

The export (`workspace/services/personal_export.py`) and the erasure (`workspace/services/erasure.py`) read
these declarations, and `docs/personal-data.md` is written from them: a table is handled by being declared.
Tests refuse a table that stands neither in RECORDS nor in NOTHING, and a column of text, bytes or JSON, or
one that points at a person, that its record does not name.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.i18n import N_

PERSON_LEFT = N_("Personne partie")
"""Stands for the name of somebody whose data was erased."""

Columns = Sequence[str]


class Basis(enum.StrEnum):
    """Why we may (article 6 of the GDPR)."""

    TASK = "public task (6.1.e): the training"
    SECURITY = "legitimate interest (6.1.f): the safety of accounts"
    CONSENT = "consent (6.1.a): the person came by a link and gave it"


@dataclass(frozen=True)
class Record:
    """One table. `shown` maps each column that finds a person's rows to the columns that their export shows.

    A finding column is a key to an account or a guest, the row's own `id`, an author key ('u12'), or an
    e-mail address. Erasure deletes the rows found by `deleted_by`, empties the columns that `emptied` names
    for each finding column, and keeps the `kept` ones for the reason given. `ours` are columns whose words no
    person wrote: codes, hashes, counters. The columns of a row that always goes need no further word.
    """

    table: str
    what: str
    why: str
    basis: Basis
    seen_by: str
    period: str
    shown: Mapping[str, Columns]
    section: str = ""
    not_exported: str = ""
    deleted_by: Columns = ()
    emptied: Mapping[str, Columns] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    ours: Columns = ()
    shown_once: Mapping[str, str] = field(default_factory=dict)
    """For a finding column, the one that must be set before the person's export shows the row."""

    def declares(self, column: str) -> bool:
        """Whether erasing says something of this column."""
        if set(self.shown) <= set(self.deleted_by):
            return True
        emptied = {name for names in self.emptied.values() for name in names}
        return column in {*self.shown, *emptied, *self.kept, *self.ours}


SHARED = "part of what a team made together; its author is not named any more"
DECISION = "a decision, and its reason; who took it is not named any more"

_ACCOUNT = ("email", "name", "title", "locale", "time_zone", "authority_code")
_SEEN = ("created_at", "last_seen_at")
_BROWSER = ("user_agent", *_SEEN, "expires_at", "ended_at")
_DONE = ("kind", "subject", "count", "at", "project_id", "board_id", "problem_id")
_DATES = ("wants_news", "created_at", "last_seen_at", "seen_on", "disabled_at", "erase_at")
_MAIL = (
    "mention",
    "release",
    "deadline",
    "access",
    "digest",
    "digest_at",
    "daily",
    "quiet_from",
    "quiet_until",
    "quiet_weekends",
)
_PROBLEM = ("title", "challenge", "precedents", "ideal", "objective", "helps", "hinders", "people_affected")
_BRIEF = ("problem", "progress", "partners", "learned", "decisions", "support", "asked", "next_label")
_EDITION = ("project_id", "edition", "status", *_BRIEF, "updated_at", "published_at")
_SCOPE = ("organization_id", "programme_id", "cohort_id", "team_id", "project_id")

RECORDS: Sequence[Record] = (
    Record(
        "user_account",
        what=(
            "name, e-mail address, function, language, time zone, authority, password (hashed), "
            "the moment and the day of the last visit"
        ),
        why="to sign in, and to be known by those one works with",
        basis=Basis.TASK,
        seen_by=(
            "the person; name and function: those of their cohorts and projects; address: managers; "
            "the day of the last visit: who gives and withdraws their access"
        ),
        period="account",
        section="account",
        shown={"id": (*_ACCOUNT, *_DATES)},
        emptied={"id": (*_ACCOUNT, "password_hash")},
    ),
    Record(
        "guest_contributor",
        what="first name, sector, organisation, the day of the last visit",
        why="so that the others see who writes",
        basis=Basis.CONSENT,
        seen_by="the project's team, tutors, managers and guests; the day of the last visit: the team",
        period="guest",
        section="account",
        shown={
            "id": (
                "name",
                "sector",
                "organization_name",
                "locale",
                "created_at",
                "seen_on",
                "project_id",
            )
        },
        emptied={"id": ("name", "organization_name", "locale")},
        ours=("sector",),
    ),
    Record(
        "login_session",
        what="which browser is signed in, since when",
        why="to stay signed in, and to see and end what is not one's own",
        basis=Basis.SECURITY,
        seen_by="the person",
        period="session",
        section="sessions",
        shown=dict.fromkeys(("user_id", "guest_id"), _BROWSER),
        deleted_by=("user_id", "guest_id"),
    ),
    Record(
        "sign_in_link",
        what="that a link to sign in was sent",
        why="to sign in without a password",
        basis=Basis.SECURITY,
        seen_by="nobody",
        period="sign-in link",
        not_exported="a secret's hash, for twenty minutes",
        shown={"user_id": ()},
        deleted_by=("user_id",),
    ),
    Record(
        "identity",
        what="by which identity of a provider one enters: its issuer and its subject there",
        why="to sign in with a professional identity",
        basis=Basis.TASK,
        seen_by="the person",
        period="account",
        section="identities",
        shown={"user_id": ("issuer", "subject", "linked_at", "last_used_at")},
        deleted_by=("user_id",),
    ),
    Record(
        "second_factor",
        what="the sealed secret of a code generator",
        why="to sign in safely",
        basis=Basis.SECURITY,
        seen_by="nobody",
        period="account",
        not_exported="a secret",
        shown={"user_id": ()},
        deleted_by=("user_id",),
    ),
    Record(
        "recovery_code",
        what="hashes of recovery codes",
        why="to sign in without the code generator",
        basis=Basis.SECURITY,
        seen_by="nobody",
        period="account",
        not_exported="hashes of secrets",
        shown={"user_id": ()},
        deleted_by=("user_id",),
    ),
    Record(
        "audit_entry",
        what="who gave, withdrew or published what, and when: by keys and ids",
        why="to prove who may do what, and since when",
        basis=Basis.SECURITY,
        seen_by="the person; managers for their programmes; the technical administrator",
        period="audit log",
        not_exported="read on the page « Vos actions »",
        shown={"actor_key": ()},
        kept={"actor_key": "a key that names nobody any more", "details": "roles, dates and numbers only"},
        ours=("previous_hash", "hash", "action", "subject_kind"),
    ),
    Record(
        "submission",
        what="the random key of a form that was sent, and by whom",
        why="so that a form sent twice counts once",
        basis=Basis.SECURITY,
        seen_by="nobody",
        period="form key",
        not_exported="a random key, without content",
        shown={"actor_key": ()},
        deleted_by=("actor_key",),
    ),
    Record(
        "membership",
        what="which role, where, from when until when",
        why="to give access, and to prove accompaniment",
        basis=Basis.TASK,
        seen_by="those of the cohort or project",
        period="project",
        section="memberships",
        shown={"user_id": ("role", *_SCOPE, "starts_at", "ends_at"), "granted_by_id": ()},
        ours=("role",),
    ),
    Record(
        "break_glass",
        what="why a technical administrator opened a project",
        why="so that those whose project it is know",
        basis=Basis.SECURITY,
        seen_by="the project's team, partners, tutors, managers; the administrator",
        period="project",
        not_exported="the words of an administrator about an installation's fault",
        shown={},
        kept={"reason": "the proof that a project was opened for a reason"},
    ),
    Record(
        "invitation",
        what="e-mail address, name and function of somebody invited; the words of who invites",
        why="to let somebody in",
        basis=Basis.TASK,
        seen_by="who invites, the managers, the invited person",
        period="invitation",
        section="invitations",
        shown={
            "email": ("email", "name", "title", "role", *_SCOPE[1:], "message", "created_at", "accepted_at"),
            "invited_by_id": ("role", *_SCOPE[1:], "message", "created_at", "expires_at"),
            "accepted_by_id": ("role", *_SCOPE[1:], "created_at", "accepted_at"),
        },
        deleted_by=("email", "accepted_by_id"),
        emptied={"invited_by_id": ("message",)},
        kept={
            "name": "of the person invited, not of who invites; goes with theirs",
            "title": "of the person invited, not of who invites; goes with theirs",
        },
        ours=("token_hash", "mailed_token_hash", "role"),
    ),
    Record(
        "notification",
        what="what one was told in the application",
        why="to know what happened",
        basis=Basis.TASK,
        seen_by="the person",
        period="notification",
        section="notifications",
        shown={"user_id": ("kind", "who", "subject", "created_at", "read_at", "project_id")},
        deleted_by=("user_id",),
        kept={
            "who": "in what others were told the person's name is replaced",
            "subject": "in what others were told: the title of a problem, a board or a project",
        },
    ),
    Record(
        "project_mute",
        what="that a person does not want to be told of a project",
        why="to be left alone",
        basis=Basis.TASK,
        seen_by="the person",
        period="project",
        section="project_mutes",
        shown={"user_id": ("project_id", "since")},
        deleted_by=("user_id",),
    ),
    Record(
        "mail_choice",
        what="what a person wants to be told by mail, on which days and at which hours",
        why="to write to them when it suits them",
        basis=Basis.TASK,
        seen_by="the person",
        period="account",
        section="mail_choices",
        shown={"user_id": _MAIL},
        deleted_by=("user_id",),
    ),
    Record(
        "digest_sent",
        what="on which days a digest was sent to a person",
        why="so that it is not sent twice",
        basis=Basis.TASK,
        seen_by="nobody",
        period="digest sent",
        section="digests",
        shown={"user_id": ("day", "at")},
        deleted_by=("user_id",),
    ),
    Record(
        "activity",
        what="who did what on a project, and when",
        why="the journal: what changed, which team is silent, proof of accompaniment",
        basis=Basis.TASK,
        seen_by=(
            "the team, its tutors, its managers; counted by person and week: they and the cohort's tutors; "
            "counted by team, by organisation or by sector: the team, who follows the cohort"
        ),
        period="project",
        section="activity",
        shown=dict.fromkeys(("user_id", "guest_id"), _DONE),
        kept={"subject": "the title of what was worked on; a person's name in it is replaced"},
        ours=("kind",),
    ),
    Record(
        "attendance",
        what="how a learner attended a class session: on site, remotely, later, excused, absent",
        why="the proof of accompaniment; to know who needs a hand",
        basis=Basis.TASK,
        seen_by="the person; the cohort's tutors and managers; the cohort: how many came, never who",
        period="project",
        section="attendance",
        shown={"user_id": ("class_session_id", "number", "status", "noted_at"), "noted_by_id": ()},
        deleted_by=("user_id",),
        emptied={"noted_by_id": ("noted_by_id",)},
        ours=("status",),
    ),
    Record(
        "calendar_feed",
        what="that a person's calendar software reads their sessions, since when",
        why="to have the sessions in one's own calendar",
        basis=Basis.TASK,
        seen_by="the person",
        period="account",
        section="calendar_feed",
        shown={"user_id": ("created_at",)},
        deleted_by=("user_id",),
    ),
    Record(
        "team",
        what="who leads a team",
        why="to know whom to turn to",
        basis=Basis.TASK,
        seen_by="those of the cohort",
        period="project",
        section="teams",
        shown={"lead_id": ("name", "cohort_id")},
        emptied={"lead_id": ("lead_id",)},
        kept={"name": "the team's own"},
    ),
    Record(
        "problem",
        what="the problem a learner posts; the tutor's decision with its reason",
        why="the training's subject",
        basis=Basis.TASK,
        seen_by="the author, tutors; once accepted the cohort, or the team only",
        period="project",
        section="problems",
        shown={
            "author_id": (
                *_PROBLEM,
                "authority_code",
                "domain",
                "approach",
                "confidentiality",
                "status",
                "created_at",
                "submitted_at",
                "decided_at",
                "decision_reason",
            ),
            "decided_by_id": ("title", "status", "decided_at", "decision_reason"),
        },
        kept={
            **dict.fromkeys((*_PROBLEM, "search_text"), f"{SHARED}; a draft that was never sent is deleted"),
            "decision_reason": DECISION,
        },
        ours=("authority_code", "domain", "approach", "confidentiality", "status", "draft_key", "form_key"),
    ),
    Record(
        "problem_driver",
        what="the constraint behind a problem, and its lever",
        why="the training's subject",
        basis=Basis.TASK,
        seen_by="those who read the problem",
        period="project",
        not_exported="section 'problems' has them as 'levers'",
        shown={},
        kept={"lever": f"{SHARED}; goes with a draft"},
    ),
    Record(
        "problem_supporter",
        what="who joined somebody's problem",
        why="to form teams",
        basis=Basis.TASK,
        seen_by="those who read the problem",
        period="project",
        section="supports",
        shown={"user_id": ("problem_id", "joined_at")},
        deleted_by=("user_id",),
    ),
    Record(
        "project",
        what="title and summary of a team's project",
        why="to know what it is about",
        basis=Basis.TASK,
        seen_by="those who read the project",
        period="project",
        not_exported="the team's: nothing tells who typed it",
        shown={},
        kept=dict.fromkeys(("title", "summary", "next_due_label"), SHARED),
        ours=("current_step",),
    ),
    Record(
        "project_step",
        what="who asked for a step to be looked at, or validated it",
        why="to follow the project",
        basis=Basis.TASK,
        seen_by="those who read the project",
        period="project",
        section="steps",
        shown={"changed_by_id": ("project_id", "step_code", "status", "request", "changed_at")},
        kept={"request": SHARED},
        ours=("step_code", "status"),
    ),
    Record(
        "project_criterion",
        what="who ticked an exit criterion",
        why="to follow the project",
        basis=Basis.TASK,
        seen_by="those who read the project",
        period="project",
        section="criteria",
        shown={"met_by_id": ("project_id", "criterion_code", "met_at")},
        ours=("criterion_code",),
    ),
    Record(
        "feedback",
        what=(
            "a tutor's words to a team or to one learner, and the answer; the last words of the note that "
            "they are about, by its author's key"
        ),
        why="the training",
        basis=Basis.TASK,
        seen_by=(
            "tutors; once released the team and the managers; what is for one learner: that learner and "
            "the tutors; that it was given, and when, in the proof of accompaniment: the managers"
        ),
        period="project",
        section="feedback",
        shown={
            "author_id": ("project_id", "step_code", "body", "status", "created_at", "released_at"),
            "learner_id": ("project_id", "step_code", "body", "released_at", "answer", "answer_text"),
            "answered_by_id": ("project_id", "step_code", "answer", "answer_text", "answered_at"),
            "object_author": (),
        },
        deleted_by=("learner_id",),
        kept={
            "body": f"{SHARED}; a draft is deleted",
            "answer_text": SHARED,
            "object_text": f"{SHARED}; emptied when the person asks for it",
        },
        ours=("step_code", "status", "answer", "object_id"),
        shown_once={"learner_id": "released_at"},
    ),
    Record(
        "assessment",
        what="a tutor's assessment of a team or of one learner: words, and levels of the cohort's rubric",
        why="the training",
        basis=Basis.TASK,
        seen_by=(
            "tutors; once released those whom it is about; the levels without the words: the managers; "
            "nobody else"
        ),
        period="project",
        section="assessments",
        shown={
            "learner_id": ("cohort_id", "appreciation", "released_at"),
            "author_id": ("cohort_id", "team_id", "appreciation", "status", "created_at", "released_at"),
        },
        deleted_by=("learner_id",),
        emptied={"author_id": ("author_id",)},
        kept={"appreciation": f"{SHARED}; one of the person alone is deleted"},
        ours=("status",),
        shown_once={"learner_id": "released_at"},
    ),
    Record(
        "feedback_phrase",
        what="words that a tutor keeps to use them again",
        why="to write faster",
        basis=Basis.TASK,
        seen_by="the person",
        period="account",
        section="phrases",
        shown={"user_id": ("text", "created_at")},
        deleted_by=("user_id",),
    ),
    Record(
        "peer_round",
        what="who prepared a round of reviews between teams",
        why="the training",
        basis=Basis.TASK,
        seen_by="nobody: no page shows who prepared it",
        period="project",
        section="peer_rounds",
        shown={"created_by_id": ("title", "created_at")},
        emptied={"created_by_id": ("created_by_id",)},
        kept={"title": SHARED},
        ours=("status",),
    ),
    Record(
        "peer_review",
        what="what a team wrote of another team's project, and who handed it in",
        why="the training",
        basis=Basis.TASK,
        seen_by=(
            "the team that writes, tutors, managers; once released the team that is reviewed, which in a "
            "blind round never learns whose it is"
        ),
        period="project",
        section="peer_reviews",
        shown={"handed_in_by_id": ("project_id", "body", "handed_in_at")},
        emptied={"handed_in_by_id": ("handed_in_by_id",)},
        kept={"body": SHARED},
    ),
    Record(
        "project_visit",
        what="when the person was last on a project's page, and the time before",
        why="to show them what changed since",
        basis=Basis.TASK,
        seen_by="the person",
        period="project visit",
        section="visits",
        shown={"user_id": ("project_id", "seen_at")},
        deleted_by=("user_id",),
    ),
    Record(
        "progress_brief",
        what="who wrote and who published a progress brief",
        why="what élus read",
        basis=Basis.TASK,
        seen_by="the team, tutors; once published partners, élus and managers",
        period="project",
        section="briefs",
        shown=dict.fromkeys(("updated_by_id", "published_by_id"), _EDITION),
        kept=dict.fromkeys(_BRIEF, SHARED),
        ours=("status", "step_code", "form_key"),
    ),
    Record(
        "observer_question",
        what="an élu's question, and the team's answer",
        why="so that élus are answered",
        basis=Basis.TASK,
        seen_by=(
            "the élu who asked, the team, tutors; where the team shows the answer, without the élu's name, "
            "every élu of the project and managers"
        ),
        period="project",
        section="questions",
        shown={
            "observer_id": ("project_id", "body", "asked_at", "answer", "answered_at"),
            "answered_by_id": ("project_id", "body", "answer", "answered_at"),
        },
        kept={"body": f"{SHARED}: a question and its answer belong together", "answer": SHARED},
    ),
    Record(
        "support_offer",
        what="what an élu offers a team, in their words; who of the team sees to it, and by when",
        why="so that help is answered, and promises are kept",
        basis=Basis.TASK,
        seen_by="the élu who offers, the team, tutors",
        period="project",
        section="support",
        shown={
            "observer_id": ("project_id", "kind", "body", "offered_at", "status", "changed_at", "due_on"),
            "owner_id": ("project_id", "kind", "body", "status", "due_on"),
        },
        kept={"body": f"{SHARED}: an offer and what became of it belong together"},
        ours=("kind", "status"),
    ),
    Record(
        "support_change",
        what="who offered, answered, withdrew or kept what was offered, when, and their word",
        why="so that each knows what was said",
        basis=Basis.TASK,
        seen_by="the élu who offers, the team, tutors",
        period="project",
        section="support_changes",
        shown={"by_id": ("status", "word", "due_on", "at")},
        kept={"word": SHARED},
        ours=("status",),
    ),
    Record(
        "partner",
        what="name and contact of a partner, as the team wrote them; who added it",
        why="to know who takes part",
        basis=Basis.TASK,
        seen_by="the team, tutors, managers; not guests",
        period="project",
        section="partners",
        shown={"added_by_id": ("name", "sector", "contact", "contribution", "created_at", "project_id")},
        kept={
            "name": "of the partner; the person's own name in it is replaced",
            "contact": "of the partner; emptied when it holds the person's name or address",
            "contribution": SHARED,
        },
        ours=("sector",),
    ),
    Record(
        "partner_contact",
        what=(
            "that a team wrote to, will call, met or thanked a partner, or was refused, and why; "
            "never the words of a letter"
        ),
        why="to know which partners went silent, and what was done about it",
        basis=Basis.TASK,
        seen_by="the team, its tutors",
        period="project",
        section="contacts",
        shown={"by_id": ("kind", "sector", "name", "text", "due_on", "at", "project_id")},
        emptied={"by_id": ("by_id",)},
        kept={
            "name": "an organisation, as the team wrote it; a person's own name in it is replaced",
            "text": SHARED,
        },
        ours=("sector", "kind"),
    ),
    Record(
        "share_link",
        what="who made a link, its name and its question",
        why="to let people without an account in",
        basis=Basis.TASK,
        seen_by="the team; the question: whoever has the link",
        period="project",
        section="links",
        shown={"created_by_id": ("label", "question", "role", "project_id", "created_at", "expires_at")},
        kept={"label": SHARED, "question": SHARED},
        ours=("token_hash", "role"),
    ),
    Record(
        "board",
        what="who made a board",
        why="to work together",
        basis=Basis.TASK,
        seen_by="those who read the board",
        period="project",
        section="boards",
        shown={"created_by_id": ("title", "project_id", "created_at")},
        kept={"title": SHARED},
        ours=("template_code", "step_code", "inbox"),
    ),
    Record(
        "workshop",
        what="who facilitated a workshop on a board, its agenda, and who invited all to join them there last",
        why="to work together",
        basis=Basis.TASK,
        seen_by="those who work on the board",
        period="project",
        section="workshops",
        shown={"actor_key": ("board_id", "started_at", "ended_at"), "gatherer": ("board_id", "gathered_at")},
        emptied={"actor_key": ("actor_key",), "gatherer": ("gatherer", "gathering_place")},
        kept={"steps": SHARED},
    ),
    Record(
        "board_template",
        what="who saved a board as a template for the teams of their cohort",
        why="to give teams frames to work in",
        basis=Basis.TASK,
        seen_by="nobody: no page shows who saved it",
        period="project",
        section="boards",
        shown={"created_by_id": ("name", "created_at")},
        kept={"name": SHARED, "purpose": SHARED, "content": SHARED},
    ),
    Record(
        "board_image",
        what="who put a picture on a board, and the picture, made anew without what a camera adds to it",
        why="to show it there",
        basis=Basis.TASK,
        seen_by="those who read the board",
        period="unused picture",
        section="pictures",
        shown={"actor_key": ("document_id", "created_at", "width", "height")},
        emptied={"actor_key": ("actor_key",)},
        kept={"content": f"{SHARED}; goes when the person asks for it"},
        ours=("name",),
    ),
    Record(
        "board_object",
        what="what stands on boards, by its author's key",
        why="search, exports",
        basis=Basis.TASK,
        seen_by="those who read the board",
        period="read model",
        section="notes",
        shown={"author": ("document_id", "type", "text")},
        kept={"text": f"{SHARED}; emptied when the person asks for it"},
        ours=("object_id", "type", "zone"),
    ),
    Record(
        "board_visit",
        what="when the person was on a board last",
        why="to show them what is new there since",
        basis=Basis.TASK,
        seen_by="the person",
        period="board visit",
        section="board_visits",
        shown={"actor_key": ("board_id", "since_at", "last_at")},
        deleted_by=("actor_key",),
    ),
    Record(
        "private_round",
        what="who opened a round of writing in silence, and its prompt",
        why="to think before one hears the others",
        basis=Basis.TASK,
        seen_by="those who work on the board, while it is open",
        period="project",
        section="rounds",
        shown={"actor_key": ("board_id", "prompt", "opened_at", "opens_at", "closes_at", "revealed_at")},
        emptied={"actor_key": ("actor_key",)},
        kept={"prompt": SHARED},
        ours=("zone",),
    ),
    Record(
        "private_note",
        what="what the person wrote in silence and nobody was shown yet",
        why="to think before one hears the others",
        basis=Basis.TASK,
        seen_by="the person; once shown it is a note of the board",
        period="private note",
        section="private_notes",
        shown={"author": ("text", "colour", "written_at")},
        deleted_by=("author",),
        ours=("key", "colour"),
    ),
    Record(
        "ballot",
        what="who opened a vote, and its question",
        why="to decide together",
        basis=Basis.TASK,
        seen_by="those who work on the board",
        period="project",
        section="ballots",
        shown={"actor_key": ("board_id", "question", "points", "opened_at", "closed_at")},
        emptied={"actor_key": ("actor_key",)},
        kept={"question": SHARED},
    ),
    Record(
        "ballot_choice",
        what="the words of a note that was voted on, as they were at the close, by its author's key",
        why="so that a result stays readable",
        basis=Basis.TASK,
        seen_by="those who work on the board",
        period="project",
        not_exported="section 'notes' has the person's words",
        shown={"author": ()},
        kept={"text": f"{SHARED}; emptied when the person asks for it"},
        ours=("object_id",),
    ),
    Record(
        "ballot_point",
        what="for which notes the person votes, while the vote is open",
        why="so that nobody votes twice, and one can change one's mind",
        basis=Basis.TASK,
        seen_by="the person; what is left once the vote is closed is totals",
        period="secret vote",
        section="votes",
        shown={"actor_key": ("ballot_id", "choice_id", "slot")},
        deleted_by=("actor_key",),
    ),
    Record(
        "comment_thread",
        what="what a discussion on a board is about: an object's last words; who resolved it",
        why="to talk about the work",
        basis=Basis.TASK,
        seen_by="those who read the board, but no élu",
        period="project",
        not_exported="the words of notes are in section 'notes', those of comments in section 'comments'",
        shown={"object_author": (), "resolved_by": ()},
        kept={"object_text": f"{SHARED}; emptied when the person asks for it"},
        ours=("object_id",),
    ),
    Record(
        "comment",
        what="what somebody said about a board, and when",
        why="to talk about the work",
        basis=Basis.TASK,
        seen_by="those who read the board, but no élu",
        period="project",
        section="comments",
        shown={"author": ("text", "created_at", "edited_at", "deleted_at")},
        kept={"text": f"{SHARED}; emptied when the person asks for it"},
    ),
    Record(
        "comment_mute",
        what="that a person does not want to be told of a board's comments",
        why="to be left alone",
        basis=Basis.TASK,
        seen_by="the person",
        period="project",
        section="comment_mutes",
        shown={"user_id": ("board_id", "since")},
        deleted_by=("user_id",),
    ),
    Record(
        "solution",
        what="a team's solution, as it is now",
        why="the training's result",
        basis=Basis.TASK,
        seen_by="the team, tutors, managers, partners and guests of the project",
        period="project",
        not_exported="section 'solutions' has the versions that the person saved",
        shown={},
        kept=dict.fromkeys(("title", "body", "reason"), SHARED),
        ours=("state",),
    ),
    Record(
        "solution_version",
        what="who saved a version of a solution, and its words",
        why="to see how a solution came to be",
        basis=Basis.TASK,
        seen_by="the team, tutors, managers, partners and guests of the project",
        period="project",
        section="solutions",
        shown={"saved_by_id": ("title", "body", "state", "reason", "saved_at")},
        kept=dict.fromkeys(("title", "body", "reason"), SHARED),
        ours=("state",),
    ),
    Record(
        "solution_source",
        what="the words of a note that a solution was made from, as they were, by its author's key",
        why="so that it is known what became of a note",
        basis=Basis.TASK,
        seen_by="the team, tutors, managers, partners and guests of the project",
        period="project",
        section="solution_sources",
        shown={"author": ("board_id", "text")},
        kept={"text": f"{SHARED}; emptied when the person asks for it"},
        ours=("object_id",),
    ),
    Record(
        "snapshot",
        what="a board or a text of a project as it was once, and who kept it",
        why="to show what a moment was, and to compare it with now",
        basis=Basis.TASK,
        seen_by=(
            "the team, tutors, managers, partners and guests of the project (a draft brief: the team and "
            "its tutors); élus when the team shows it to them, without names"
        ),
        period="project",
        section="snapshots",
        shown={"taken_by_id": ("title", "kind", "project_id", "taken_at")},
        kept={
            "title": SHARED,
            "content": f"{SHARED}; the person's words on boards go from it when they ask for it",
        },
        ours=("kind",),
    ),
    Record(
        "milestone",
        what="who set a milestone, and its words",
        why="to know what is due when",
        basis=Basis.TASK,
        seen_by="the cohort's learners, tutors and managers; a team's own: the team, tutors, managers",
        period="project",
        section="milestones",
        shown={"created_by_id": ("title", "criteria", "due_on", "cohort_id", "project_id", "created_at")},
        kept=dict.fromkeys(("title", "criteria"), SHARED),
        ours=("step_code",),
    ),
    Record(
        "milestone_reach",
        what="who said that a milestone was reached, or took it back, and their word",
        why="to know what is done, and since when",
        basis=Basis.TASK,
        seen_by="the team, tutors, managers",
        period="project",
        section="milestones_reached",
        shown={
            "reached_by_id": ("project_id", "word", "reached_at", "taken_back_at"),
            "taken_back_by_id": ("project_id", "reached_at", "taken_back_at"),
        },
        kept={"word": SHARED},
    ),
    Record(
        "document_update",
        what="the log of a board's edits, by author key",
        why="to work together, and to lose nothing",
        basis=Basis.TASK,
        seen_by="those who read the board",
        period="project",
        not_exported="the same texts, letter by letter: section 'notes' has them",
        shown={},
        kept={
            "update": f"{SHARED}; the texts go, and the log with them, when the person asks for it",
            "actor_keys": "keys like u12, which lead to nobody once the account is erased",
        },
    ),
    Record(
        "document_snapshot",
        what="a board as a whole",
        why="to open it fast",
        basis=Basis.TASK,
        seen_by="those who read the board",
        period="project",
        not_exported="section 'notes' has the person's part",
        shown={},
        kept={"content": f"{SHARED}; replaced when the person asks for their texts to go"},
    ),
    Record(
        "document_history",
        what="a board as it was once, and who worked on it",
        why="to go back",
        basis=Basis.TASK,
        seen_by="those who work on the board",
        period="project",
        not_exported="section 'notes' has the person's part",
        shown={},
        kept={
            "content": f"{SHARED}; replaced when the person asks for their texts to go",
            "actor_keys": "keys like u12, which lead to nobody once the account is erased",
        },
        ours=("kind",),
    ),
    Record(
        "document_set_aside",
        what="the bytes of a board that was damaged",
        why="to repair it",
        basis=Basis.TASK,
        seen_by="the operator",
        period="project",
        not_exported="damaged bytes",
        shown={},
        kept={
            "content": "for the operator; deleted when somebody asks for their texts on that board to go",
            "actor_keys": "keys like u12, which lead to nobody once the account is erased",
        },
        ours=("kind",),
    ),
    Record(
        "document_client",
        what="whose browser wrote under which number",
        why="so that nobody writes in another's name",
        basis=Basis.SECURITY,
        seen_by="nobody",
        period="project",
        not_exported="random numbers",
        shown={"actor_key": ()},
    ),
    Record(
        "job",
        what="work that waits: whom to write to, a team's message until it has left; and what failed",
        why="to send mail",
        basis=Basis.TASK,
        seen_by="the operator",
        period="failed job",
        not_exported="lives for seconds; a message that could not leave goes with its job",
        shown={},
        kept={"payload": "jobs that name the person or their address are deleted"},
        ours=("kind", "key", "last_error"),
    ),
    Record(
        "caught_mail",
        what="messages that a development server keeps instead of sending them",
        why="to develop",
        basis=Basis.TASK,
        seen_by="whoever develops",
        period="caught mail",
        not_exported="not in production; the person was meant to receive the same",
        shown={},
        kept=dict.fromkeys(
            ("to", "subject", "text", "html", "unsubscribe_url"),
            "messages to the person, or that name them, are deleted",
        ),
    ),
)

NOTHING: Mapping[str, str] = {
    "authority": "the official register of authorities",
    "organization": "establishments",
    "programme": "trainings",
    "cohort": "cohorts and their dates",
    "cohort_rule": "from which limits rules speak in a cohort: numbers",
    "class_session": "the timetable",
    "rubric": "a cohort's criteria",
    "criterion": "a cohort's criteria",
    "criterion_level": "a cohort's criteria",
    "peer_mark": "the levels that a team's review found: goes with it",
    "assessment_mark": "the levels that an assessment found: goes with it, and is exported with it",
    "feedback_mark": "the levels that a feedback found: goes with it, and is exported with it",
    "class_session_change": "the timetable: what is otherwise for one session",
    "shared_document": "numbers",
    "board_removal": "which notes went from boards, without their words or authors",
    "document_upkeep": "numbers; why bytes are damaged, without content",
    "app_state": "facts about the installation",
    "audit_head": "a number and a hash",
    "provider_session": "the provider's token of a login session, and goes with it when it ends",
    "retired_token": "points at a login session, and goes with it",
    "socket_ticket": "points at a login session, and goes with it",
}

RECORD_OF: Mapping[str, Record] = {record.table: record for record in RECORDS}
