"""How an export's sections, columns and values are called on paper."""

import enum
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from models.activity import ActivityKind
from models.assessment import AssessmentStatus
from models.brief import BriefStatus
from models.feedback import FeedbackAnswer, FeedbackStatus
from models.i18n import N_
from models.notification import NotificationKind
from models.partner import LINK_ROLE_LABELS, SECTOR_LABELS
from models.partner_contact import CONTACT_LABELS
from models.policy import Role
from models.problem import APPROACH_LABELS, CONFIDENTIALITY_LABELS, DOMAIN_LABELS, STATUS_LABELS
from models.project import StepStatus
from models.snapshot import KIND_LABELS, SnapshotKind
from models.solution import STATE_LABELS
from models.stages import STEPS
from models.support import KIND_LABELS as SUPPORT_LABELS
from models.support import STATUS_LABELS as SUPPORT_STATUS_LABELS
from workspace.i18n import _, format_date, format_datetime, ngettext
from workspace.services import journal, notifications
from workspace.services.attendance import STATUS_LABELS as ATTENDANCE_LABELS
from workspace.services.personal_export import NAMED, Row
from workspace.web.account.devices import device_name

SECTIONS: Mapping[str, str] = {
    "account": N_("Vous"),
    "sessions": N_("Vos appareils connectés"),
    "memberships": N_("Vos rôles"),
    "identities": N_("Vos identités professionnelles"),
    "invitations": N_("Vos invitations"),
    "notifications": N_("Vos notifications"),
    "project_mutes": N_("Les projets que vous avez mis en sourdine"),
    "mail_choices": N_("Ce que vous voulez recevoir par e-mail, et quand"),
    "digests": N_("Les résumés qui vous ont été envoyés"),
    "activity": N_("Votre activité"),
    "attendance": N_("Vos présences aux séances"),
    "calendar_feed": N_("L’adresse secrète de votre agenda"),
    "teams": N_("Les équipes que vous animez"),
    "problems": N_("Vos problématiques et vos décisions"),
    "supports": N_("Les problématiques que vous avez rejointes"),
    "steps": N_("Les étapes que vous avez demandées ou validées"),
    "criteria": N_("Les critères que vous avez cochés"),
    "feedback": N_("Vos retours, ceux qui vous sont adressés, et vos réponses"),
    "peer_rounds": N_("Les regards croisés que vous avez préparés"),
    "peer_reviews": N_("Les regards croisés que vous avez rendus"),
    "assessments": N_("Les évaluations de votre travail, et celles que vous avez écrites"),
    "phrases": N_("Vos phrases à réutiliser"),
    "visits": N_("Vos dernières visites des projets"),
    "briefs": N_("Vos points d’étape"),
    "questions": N_("Vos questions et vos réponses"),
    "support": N_("Les appuis que vous proposez, ou que vous suivez pour votre équipe"),
    "support_changes": N_("Ce que vous avez répondu ou noté sur des appuis"),
    "partners": N_("Les partenaires que vous avez ajoutés"),
    "contacts": N_("Les contacts que vous avez notés avec des partenaires"),
    "links": N_("Vos liens de partage"),
    "boards": N_("Vos tableaux"),
    "pictures": N_("Vos images sur les tableaux"),
    "notes": N_("Ce que vous avez écrit sur les tableaux"),
    "workshops": N_("Les ateliers que vous avez animés"),
    "rounds": N_("Les tours d’écriture que vous avez ouverts"),
    "board_visits": N_("Quand vous étiez sur un tableau pour la dernière fois"),
    "private_notes": N_("Ce que vous avez écrit en silence, pas encore révélé"),
    "ballots": N_("Les votes que vous avez ouverts"),
    "votes": N_("Vos voix dans les votes en cours"),
    "comments": N_("Vos commentaires"),
    "solutions": N_("Les versions de solutions que vous avez enregistrées"),
    "solution_sources": N_("Vos notes devenues des idées de solution"),
    "snapshots": N_("Les états de tableaux et de textes que vous avez figés"),
    "milestones": N_("Les jalons que vous avez posés"),
    "milestones_reached": N_(
        "Les jalons que vous avez annoncés atteints, ou dont vous avez retiré l’annonce"
    ),
    "comment_mutes": N_("Les tableaux dont vous ne suivez pas les commentaires"),
}

COLUMNS: Mapping[str, str] = {
    "accepted_at": N_("Acceptée le"),
    "access": N_("Accès par e-mail"),
    "appreciation": N_("Appréciation"),
    "answer": N_("Réponse"),
    "answer_text": N_("Texte de la réponse"),
    "answered_at": N_("Réponse du"),
    "approach": N_("Approche"),
    "as": N_("En tant que"),
    "asked": N_("Ce qui est demandé"),
    "asked_at": N_("Posée le"),
    "at": N_("Le"),
    "authority": N_("Collectivité"),
    "board": N_("Tableau"),
    "ballot": N_("Vote"),
    "body": N_("Texte"),
    "challenge": N_("Le défi"),
    "choice": N_("Note choisie"),
    "class_session": N_("Séance"),
    "closed_at": N_("Clos le"),
    "closes_at": N_("Ouvert jusqu’au"),
    "opens_at": N_("Ouvert à partir du"),
    "gathered_at": N_("A invité tout le monde le"),
    "cohort": N_("Promotion"),
    "colour": N_("Couleur"),
    "confidentiality": N_("Confidentialité"),
    "contact": N_("Contact"),
    "contribution": N_("Contribution"),
    "count": N_("Nombre"),
    "created_at": N_("Depuis le"),
    "criterion_code": N_("Critère"),
    "decided_at": N_("Décision du"),
    "decision_reason": N_("Raison de la décision"),
    "decisions": N_("Décisions"),
    "daily": N_("Résumé tous les jours"),
    "day": N_("Jour"),
    "deadline": N_("Dates et rendez-vous par e-mail"),
    "deleted_at": N_("Supprimé le"),
    "digest": N_("Résumé par e-mail"),
    "digest_at": N_("Heure du résumé"),
    "disabled_at": N_("Fermé le"),
    "domain": N_("Domaine"),
    "edited_at": N_("Modifié le"),
    "edition": N_("Édition"),
    "email": N_("Adresse e-mail"),
    "ended_at": N_("Terminée le"),
    "ends_at": N_("Jusqu’au"),
    "erase_at": N_("Effacement le"),
    "expires_at": N_("Valable jusqu’au"),
    "height": N_("Hauteur en pixels"),
    "helps": N_("Ce qui aide"),
    "hinders": N_("Ce qui freine"),
    "ideal": N_("La situation idéale"),
    "issuer": N_("Fournisseur"),
    "joined_at": N_("Rejointe le"),
    "kind": N_("Quoi"),
    "label": N_("Nom du lien"),
    "last_seen_at": N_("Dernière visite"),
    "last_at": N_("Dernière visite"),
    "since_at": N_("Nouveautés comptées depuis"),
    "last_used_at": N_("Dernière utilisation"),
    "linked_at": N_("Rattachée le"),
    "learned": N_("Ce que nous avons appris"),
    "partners": N_("Avec qui nous travaillons"),
    "support": N_("Les appuis reçus"),
    "levers": N_("Contraintes et leviers"),
    "locale": N_("Langue"),
    "mention": N_("Mentions par e-mail"),
    "message": N_("Message"),
    "met_at": N_("Coché le"),
    "name": N_("Nom"),
    "next_label": N_("Prochain rendez-vous"),
    "noted_at": N_("Notée le"),
    "number": N_("Numéro de la séance"),
    "objective": N_("L’objectif"),
    "offered_at": N_("Proposé le"),
    "opened_at": N_("Ouvert le"),
    "organization": N_("Établissement"),
    "organization_name": N_("Organisation"),
    "people_affected": N_("Personnes concernées"),
    "points": N_("Voix par personne"),
    "precedents": N_("Ce qui existe déjà"),
    "problem": N_("Problématique"),
    "programme": N_("Formation"),
    "progress": N_("Où nous en sommes"),
    "project": N_("Projet"),
    "published_at": N_("Publié le"),
    "prompt": N_("Consigne"),
    "marks": N_("Ce que dit la grille"),
    "handed_in_at": N_("Rendu le"),
    "question": N_("Question"),
    "quiet_from": N_("Silence à partir de"),
    "quiet_until": N_("Silence jusqu’à"),
    "quiet_weekends": N_("Silence les fins de semaine"),
    "read_at": N_("Lue le"),
    "reason": N_("Raison"),
    "release": N_("Retours par e-mail"),
    "released_at": N_("Transmis le"),
    "request": N_("Mot de l’équipe"),
    "revealed_at": N_("Révélé le"),
    "role": N_("Rôle"),
    "saved_at": N_("Enregistrée le"),
    "sector": N_("Secteur"),
    "seen_at": N_("Dernière visite"),
    "seen_on": N_("Jour de la dernière visite"),
    "since": N_("Depuis"),
    "slot": N_("Numéro de la voix"),
    "started_at": N_("Commencé le"),
    "starts_at": N_("À partir du"),
    "state": N_("État"),
    "status": N_("État"),
    "step_code": N_("Étape"),
    "subject": N_("Sujet"),
    "submitted_at": N_("Soumise le"),
    "team": N_("Équipe"),
    "text": N_("Texte"),
    "time_zone": N_("Fuseau horaire"),
    "title": N_("Titre ou fonction"),
    "type": N_("Objet"),
    "updated_at": N_("Modifié le"),
    "user_agent": N_("Navigateur"),
    "wants_news": N_("Nouvelles par e-mail"),
    "width": N_("Largeur en pixels"),
    "changed_at": N_("Modifiée le"),
    "who": N_("Qui"),
    "written_at": N_("Écrite le"),
    "criteria": N_("Critères"),
    "due_on": N_("Échéance"),
    "reached_at": N_("Annoncé le"),
    "taken_at": N_("Figé le"),
    "taken_back_at": N_("Annonce retirée le"),
    "word": N_("Un mot"),
}

CAPACITIES: Mapping[str, str] = {
    "accepted_by": N_("personne invitée"),
    "added_by": N_("qui l’a ajouté"),
    "answered_by": N_("qui a répondu"),
    "author": N_("auteur·rice"),
    "changed_by": N_("qui l’a fait"),
    "actor": N_("qui l’a déposée"),
    "actor_key": N_("qui l’a animé"),
    "gatherer": N_("qui y a rassemblé"),
    "created_by": N_("qui l’a créé"),
    "decided_by": N_("qui a décidé"),
    "email": N_("personne invitée"),
    "invited_by": N_("qui invite"),
    "learner": N_("à qui il s’adresse"),
    "noted_by": N_("qui l’a notée"),
    "saved_by": N_("qui l’a enregistrée"),
    "observer": N_("élu·e qui observe"),
    "published_by": N_("qui a publié"),
    "owner": N_("qui s’en occupe"),
    "updated_by": N_("qui a écrit"),
    "reached_by": N_("qui l’a annoncé"),
    "taken_back_by": N_("qui en a retiré l’annonce"),
}

ENUMS: Mapping[type[enum.StrEnum], Mapping[Any, str]] = {
    type(next(iter(labels))): labels
    for labels in (
        SECTOR_LABELS,
        LINK_ROLE_LABELS,
        STATUS_LABELS,
        DOMAIN_LABELS,
        APPROACH_LABELS,
        CONFIDENTIALITY_LABELS,
        {
            Role.LEARNER: N_("Auditeur·rice"),
            Role.TUTOR: N_("Tuteur·rice"),
            Role.PARTNER: N_("Partenaire"),
            Role.GUEST: N_("Contributeur·rice invité·e"),
            Role.OBSERVER: N_("Élu·e invité·e"),
            Role.MANAGER: N_("Responsable de formation"),
            Role.ADMIN: N_("Administrateur·rice technique"),
        },
        ATTENDANCE_LABELS,
        CONTACT_LABELS,
        STATE_LABELS,
        SUPPORT_LABELS,
        SUPPORT_STATUS_LABELS,
        {FeedbackStatus.DRAFT: N_("Brouillon"), FeedbackStatus.RELEASED: N_("Transmis à l’équipe")},
        {AssessmentStatus.DRAFT: N_("Brouillon"), AssessmentStatus.RELEASED: N_("Publiée")},
        {FeedbackAnswer.ADDRESSED: N_("Pris en compte"), FeedbackAnswer.CONTESTED: N_("Contesté")},
        {BriefStatus.DRAFT: N_("Brouillon"), BriefStatus.PUBLISHED: N_("Publié")},
        {
            StepStatus.TODO: N_("À faire"),
            StepStatus.CURRENT: N_("En cours"),
            StepStatus.WAITING: N_("En attente d’un retour"),
            StepStatus.DONE: N_("Validée"),
        },
    )
}
CODES: Mapping[str, str] = {step.code: step.name for step in STEPS} | {
    criterion.code: criterion.text for step in STEPS for criterion in step.criteria
}
OBJECTS: Mapping[str, str] = {
    "note": N_("Note"),
    "text": N_("Texte"),
    "zone": N_("Zone"),
    "connector": N_("Flèche"),
}


def lines_of(row: Row, name: str) -> list[tuple[str, str]]:
    """A row as (label, value) pairs; what is empty, and numbers that a name stands for, are left out."""
    return [
        (_(COLUMNS[column]), shown)
        for column, value in row.items()
        if column not in NAMED and (shown := _shown(row, name, column, value))
    ]


def _shown(row: Row, name: str, column: str, value: Any) -> str:
    match column, value:
        case _, None | "" | []:
            return ""
        case "as", list():
            return ", ".join(_(CAPACITIES[one]) for one in value if one in CAPACITIES)
        case "kind", ActivityKind():
            detail = ngettext("%(num)s modification", "%(num)s modifications", row["count"])
            return _(journal.SENTENCES[value], who=name, subject=_(row["subject"]), detail=detail)
        case "kind", SnapshotKind():
            return _(KIND_LABELS[value])
        case "kind", NotificationKind():
            return _(notifications.SENTENCES[value], who=row["who"], subject=row["subject"])
        case "step_code" | "criterion_code", str():
            return _(CODES.get(value, value))
        case "type", str():
            return _(OBJECTS.get(value, value))
        case "user_agent", str():
            return device_name(value)
    return _simple(value)


def _simple(value: object) -> str:
    match value:
        case enum.StrEnum():
            return _(ENUMS[type(value)][value])
        case bool():
            return _("oui") if value else _("non")
        case datetime():
            return format_datetime(value)
        case date():
            return format_date(value)
        case time():
            return f"{value:%H:%M}"
        case list():
            return "\n".join(value)
    return str(value)
