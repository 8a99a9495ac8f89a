"""The audit log in plain sentences. Values: who, person, thing (a title in quotes), role, step."""

from collections.abc import Mapping

from models.audit import AuditAction, Export, SubjectKind
from models.i18n import N_
from models.policy import Role

A = AuditAction

SENTENCES: Mapping[AuditAction, str] = {
    A.SIGNED_IN: N_("%(who)s s’est connecté·e"),
    A.SIGN_IN_REFUSED: N_("Une connexion au compte de %(person)s a été refusée"),
    A.SIGNED_OUT: N_("%(who)s s’est déconnecté·e"),
    A.SESSIONS_ENDED: N_("%(who)s a déconnecté un ou plusieurs de ses appareils"),
    A.PASSWORD_CHANGED: N_("%(who)s a changé son mot de passe"),
    A.PASSWORD_RESET: N_("%(who)s a choisi un nouveau mot de passe par un lien"),
    A.PASSWORD_LINK_MADE: N_("%(who)s a créé un lien de nouveau mot de passe pour %(person)s"),
    A.SECOND_FACTOR_ON: N_("%(who)s a activé la connexion en deux étapes"),
    A.SECOND_FACTOR_OFF: N_("%(who)s a désactivé la connexion en deux étapes"),
    A.SECOND_FACTOR_REMOVED: N_("%(who)s a retiré la connexion en deux étapes de %(person)s"),
    A.RECOVERY_CODES_RENEWED: N_("%(who)s a refait ses codes de secours"),
    A.STOLEN_SESSION_ENDED: N_("Un appareil de %(person)s a été déconnecté : son accès avait été copié"),
    A.IDENTITY_LINKED: N_("%(who)s a rattaché une identité professionnelle à son compte"),
    A.IDENTITY_UNLINKED: N_("%(who)s a détaché une identité professionnelle de son compte"),
    A.CALENDAR_FEED_MADE: N_("%(who)s a créé l’adresse secrète de son agenda"),
    A.CALENDAR_FEED_ENDED: N_("%(who)s a supprimé l’adresse secrète de son agenda"),
    A.ACCOUNT_CREATED: N_("%(who)s a créé le compte de %(person)s"),
    A.AUTHORITY_DECLARED: N_("%(who)s a déclaré sa collectivité"),
    A.INVITATION_MADE: N_("%(who)s a invité quelqu’un (%(role)s)"),
    A.INVITATION_RENEWED: N_("%(who)s a refait le lien d’une invitation (%(role)s)"),
    A.INVITATION_REVOKED: N_("%(who)s a refermé une invitation (%(role)s)"),
    A.INVITATION_ACCEPTED: N_("%(who)s a accepté une invitation (%(role)s)"),
    A.CONFLICT_REFUSED: N_("La règle de conflit a empêché %(person)s d’observer le projet"),
    A.MEMBERSHIP_GRANTED: N_("%(who)s a donné un accès à %(person)s (%(role)s)"),
    A.MEMBERSHIP_ENDED: N_("%(who)s a retiré l’accès de %(person)s (%(role)s)"),
    A.MEMBERSHIP_MOVED: N_("%(who)s a placé %(person)s dans une équipe"),
    A.MEMBERSHIP_DATES_CHANGED: N_("%(who)s a changé les dates de l’accès de %(person)s (%(role)s)"),
    A.OBSERVATION_ENDED: N_("La règle de conflit a mis fin à l’observation du projet par %(person)s"),
    A.LEAD_SET: N_("%(who)s a confié l’animation de l’équipe à %(person)s"),
    A.LINK_MADE: N_("%(who)s a créé un lien de partage"),
    A.LINK_RENEWED: N_("%(who)s a changé l’adresse d’un lien de partage"),
    A.LINK_REVOKED: N_("%(who)s a fermé un lien de partage"),
    A.GUEST_JOINED: N_("%(who)s est entré·e par un lien de partage"),
    A.GUEST_SHUT_OUT: N_("%(who)s a retiré l’accès de %(person)s, venu·e par un lien"),
    A.BOARD_SHOWN_TO_OBSERVERS: N_("%(who)s a ouvert le tableau %(thing)s aux élus"),
    A.BOARD_HIDDEN_FROM_OBSERVERS: N_("%(who)s a fermé le tableau %(thing)s aux élus"),
    A.BOARD_OPENED_TO_TUTORS: N_("%(who)s a laissé les tuteurs écrire sur le tableau %(thing)s"),
    A.BOARD_CLOSED_TO_TUTORS: N_("%(who)s ne laisse plus les tuteurs écrire sur le tableau %(thing)s"),
    A.BOARD_FROZEN: N_("%(who)s a figé le tableau %(thing)s"),
    A.BOARD_UNFROZEN: N_("%(who)s a rouvert le tableau %(thing)s à l’écriture"),
    A.BOARD_ARCHIVED: N_("%(who)s a rangé le tableau %(thing)s"),
    A.BOARD_BROUGHT_BACK: N_("%(who)s a ressorti le tableau %(thing)s"),
    A.BOARD_RESTORED: N_("%(who)s a rétabli le tableau %(thing)s dans son dernier état lisible"),
    A.ROUND_REVEALED: N_("%(who)s a révélé les notes écrites en silence sur le tableau %(thing)s"),
    A.BALLOT_OPENED: N_("%(who)s a ouvert un vote sur le tableau %(thing)s"),
    A.WORKSHOP_BEGUN: N_("%(who)s a ouvert un atelier sur le tableau %(thing)s"),
    A.WORKSHOP_ENDED: N_("%(who)s a terminé l’atelier du tableau %(thing)s"),
    A.BOARD_NOVICES_ON: N_("%(who)s a simplifié le tableau %(thing)s pour les partenaires et les invités"),
    A.BOARD_NOVICES_OFF: N_("%(who)s a rendu tous les outils du tableau %(thing)s"),
    A.BOARD_INBOX_ON: N_("%(who)s a ouvert une boîte de réception sur le tableau %(thing)s"),
    A.BOARD_INBOX_OFF: N_("%(who)s a fermé la boîte de réception du tableau %(thing)s"),
    A.BALLOT_CLOSED: N_("%(who)s a clos un vote sur le tableau %(thing)s"),
    A.TEMPLATE_SAVED: N_("%(who)s a enregistré un modèle de tableau pour la promotion %(thing)s"),
    A.TEMPLATE_WITHDRAWN: N_("%(who)s a retiré un modèle de tableau de la promotion %(thing)s"),
    A.PROBLEM_SUBMITTED: N_("%(who)s a soumis la problématique %(thing)s"),
    A.PROBLEM_ACCEPTED: N_("%(who)s a accepté la problématique %(thing)s"),
    A.PROBLEM_RETURNED: N_("%(who)s a rendu la problématique %(thing)s à son auteur·rice"),
    A.PROBLEM_OPENED: N_("%(who)s a ouvert la problématique %(thing)s à la promotion"),
    A.PROBLEM_RESTRICTED: N_("%(who)s a réservé la problématique %(thing)s à son équipe"),
    A.PROJECT_CREATED: N_("%(who)s a ouvert le projet %(thing)s"),
    A.STEP_VALIDATED: N_("%(who)s a validé l’étape « %(step)s »"),
    A.STEP_REOPENED: N_("%(who)s a rouvert l’étape « %(step)s »"),
    A.FEEDBACK_RELEASED: N_("%(who)s a publié un retour à l’équipe"),
    A.BRIEF_PUBLISHED: N_("%(who)s a publié un point d’étape"),
    A.EXPORT_DOWNLOADED: N_("%(who)s a téléchargé %(export)s"),
    A.PROGRAMME_CREATED: N_("%(who)s a ouvert la formation %(thing)s"),
    A.COHORT_CREATED: N_("%(who)s a ouvert la promotion %(thing)s"),
    A.COHORT_CHANGED: N_("%(who)s a modifié la promotion %(thing)s"),
    A.TEAM_CREATED: N_("%(who)s a créé l’équipe %(thing)s"),
    A.TEAM_RENAMED: N_("%(who)s a renommé l’équipe %(thing)s"),
    A.ERASURE_ASKED: N_("%(who)s a demandé l’effacement de ses données"),
    A.PERSON_ERASED: N_("Les données de %(person)s ont été effacées"),
    A.DOCUMENT_ERASED: N_("%(who)s a effacé le passé d’un document (%(thing)s)"),
    A.GLASS_BROKEN: N_("%(who)s a ouvert un projet par un accès exceptionnel (%(thing)s)"),
    A.GLASS_READ: N_("%(who)s a lu par un accès exceptionnel (%(thing)s)"),
    A.GLASS_MENDED: N_("%(who)s a mis fin à l’accès exceptionnel de %(person)s"),
    A.BACKUP_RESTORED: N_("%(who)s a rétabli l’installation à partir d’une sauvegarde"),
}
# Said of somebody who did it for themselves.
OWN_SENTENCES = {
    A.ACCOUNT_CREATED: N_("%(who)s a créé son compte"),
    A.MEMBERSHIP_GRANTED: N_("%(who)s a reçu un accès (%(role)s)"),
    A.MEMBERSHIP_ENDED: N_("%(who)s a quitté sa place (%(role)s)"),
}

GROUPS: Mapping[str, tuple[str, tuple[AuditAction, ...]]] = {
    "accounts": (
        N_("Comptes et connexions"),
        (
            A.SIGNED_IN,
            A.SIGN_IN_REFUSED,
            A.SIGNED_OUT,
            A.SESSIONS_ENDED,
            A.PASSWORD_CHANGED,
            A.PASSWORD_RESET,
            A.PASSWORD_LINK_MADE,
            A.SECOND_FACTOR_ON,
            A.SECOND_FACTOR_OFF,
            A.SECOND_FACTOR_REMOVED,
            A.RECOVERY_CODES_RENEWED,
            A.STOLEN_SESSION_ENDED,
            A.IDENTITY_LINKED,
            A.IDENTITY_UNLINKED,
            A.CALENDAR_FEED_MADE,
            A.CALENDAR_FEED_ENDED,
            A.ACCOUNT_CREATED,
            A.AUTHORITY_DECLARED,
        ),
    ),
    "access": (
        N_("Invitations et accès"),
        (
            A.INVITATION_MADE,
            A.INVITATION_RENEWED,
            A.INVITATION_REVOKED,
            A.INVITATION_ACCEPTED,
            A.CONFLICT_REFUSED,
            A.MEMBERSHIP_GRANTED,
            A.MEMBERSHIP_ENDED,
            A.MEMBERSHIP_MOVED,
            A.MEMBERSHIP_DATES_CHANGED,
            A.OBSERVATION_ENDED,
            A.LEAD_SET,
            A.GLASS_BROKEN,
            A.GLASS_READ,
            A.GLASS_MENDED,
        ),
    ),
    "links": (
        N_("Liens de partage"),
        (A.LINK_MADE, A.LINK_RENEWED, A.LINK_REVOKED, A.GUEST_JOINED, A.GUEST_SHUT_OUT),
    ),
    "boards": (
        N_("Tableaux"),
        (
            A.BOARD_SHOWN_TO_OBSERVERS,
            A.BOARD_HIDDEN_FROM_OBSERVERS,
            A.BOARD_OPENED_TO_TUTORS,
            A.BOARD_CLOSED_TO_TUTORS,
            A.BOARD_FROZEN,
            A.BOARD_UNFROZEN,
            A.BOARD_ARCHIVED,
            A.BOARD_BROUGHT_BACK,
            A.BOARD_RESTORED,
            A.ROUND_REVEALED,
            A.BALLOT_OPENED,
            A.BALLOT_CLOSED,
            A.TEMPLATE_SAVED,
            A.TEMPLATE_WITHDRAWN,
            A.WORKSHOP_BEGUN,
            A.WORKSHOP_ENDED,
            A.BOARD_NOVICES_ON,
            A.BOARD_NOVICES_OFF,
            A.BOARD_INBOX_ON,
            A.BOARD_INBOX_OFF,
        ),
    ),
    "work": (
        N_("Problématiques, projets et publications"),
        (
            A.PROBLEM_SUBMITTED,
            A.PROBLEM_ACCEPTED,
            A.PROBLEM_RETURNED,
            A.PROBLEM_OPENED,
            A.PROBLEM_RESTRICTED,
            A.PROJECT_CREATED,
            A.STEP_VALIDATED,
            A.STEP_REOPENED,
            A.FEEDBACK_RELEASED,
            A.BRIEF_PUBLISHED,
        ),
    ),
    "cohorts": (
        N_("Formations, promotions et équipes"),
        (A.PROGRAMME_CREATED, A.COHORT_CREATED, A.COHORT_CHANGED, A.TEAM_CREATED, A.TEAM_RENAMED),
    ),
    "upkeep": (
        N_("Téléchargements et entretien"),
        (A.EXPORT_DOWNLOADED, A.ERASURE_ASKED, A.PERSON_ERASED, A.DOCUMENT_ERASED, A.BACKUP_RESTORED),
    ),
}

ROLE_LABELS = {
    Role.LEARNER: N_("auditrice ou auditeur"),
    Role.TUTOR: N_("tutrice ou tuteur"),
    Role.PARTNER: N_("partenaire"),
    Role.GUEST: N_("personne invitée par un lien"),
    Role.OBSERVER: N_("élue ou élu"),
    Role.MANAGER: N_("responsable de formation"),
    Role.ADMIN: N_("administration technique"),
}
EXPORT_LABELS = {
    Export.AUDIT_LOG: N_("le journal des actions"),
    Export.PERSONAL_DATA: N_("ses propres données"),
    Export.LAST_GOOD_BOARD: N_("le texte d’un tableau abîmé"),
    Export.BOARD: N_("un tableau"),
}
SYMBOLS = {
    "accounts": "key-round",
    "access": "user-check",
    "links": "link",
    "boards": "sticky-note",
    "work": "file-text",
    "cohorts": "users",
    "upkeep": "shield",
}
GROUP_OF = {action: name for name, (_label, actions) in GROUPS.items() for action in actions}

COMMAND_LINE = N_("La ligne de commande")
SOMEBODY_UNKNOWN = N_("Quelqu’un")
PERSON_INVITED = N_("la personne invitée")
PERSON_GONE = N_("une personne qui n’est plus là")
GONE = N_("(n’existe plus)")
NUMBER = N_("n° %(id)s")
PROJECT_NUMBER = N_("projet n° %(id)s")
PROJECT_GONE = N_("un projet qui n’existe plus")

TITLED = (
    SubjectKind.BOARD,
    SubjectKind.PROBLEM,
    SubjectKind.PROJECT,
    SubjectKind.PROGRAMME,
    SubjectKind.COHORT,
    SubjectKind.TEAM,
)
