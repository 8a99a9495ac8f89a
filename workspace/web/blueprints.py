"""Every area's blueprint, registered once. A new area is one import and one line here."""

from flask import Flask

from workspace.web import assets
from workspace.web.accompaniment import routes as accompaniment
from workspace.web.account import identities as account
from workspace.web.account import personal
from workspace.web.assessments import routes as assessments
from workspace.web.audit import routes as audit
from workspace.web.auth import links as auth
from workspace.web.auth import second_step
from workspace.web.authorities import routes as authorities
from workspace.web.boards import (
    cards,
    comments,
    exports,
    guide,
    images,
    importing,
    quarantine,
    rounds,
    saved_templates,
    workshops,
)
from workspace.web.boards import journal as board_journal
from workspace.web.boards import past as board_past
from workspace.web.boards import routes as boards
from workspace.web.boards import visits as board_visits
from workspace.web.break_glass import routes as break_glass
from workspace.web.briefs import routes as briefs
from workspace.web.calendar import feed as calendar
from workspace.web.cohorts import routes as cohorts
from workspace.web.cohorts import rules as cohort_rules
from workspace.web.demo import routes as demo
from workspace.web.documents import past
from workspace.web.documents import routes as documents
from workspace.web.feedback import cohort as cohort_feedback
from workspace.web.feedback import peers as peer_reviews
from workspace.web.feedback import routes as feedback
from workspace.web.health import routes as health
from workspace.web.home import routes as home
from workspace.web.invitations import manage as invitations
from workspace.web.involvement import routes as involvement
from workspace.web.links import arrivals
from workspace.web.links import routes as share_links
from workspace.web.mails import caught as mails
from workspace.web.milestones import cohort as milestones
from workspace.web.notifications import choices as notifications
from workspace.web.observations import routes as observations
from workspace.web.pages import routes as pages
from workspace.web.partners import routes as partners
from workspace.web.problems import routes as problems
from workspace.web.programmes import managers as programmes
from workspace.web.projects import boards as project_boards
from workspace.web.projects import routes as projects
from workspace.web.projects import steps as project_steps
from workspace.web.setup import routes as setup
from workspace.web.snapshots import routes as snapshots
from workspace.web.solutions import routes as solutions
from workspace.web.support import routes as support

BLUEPRINTS = (
    assets.blueprint,
    setup.blueprint,
    pages.blueprint,
    demo.blueprint,
    auth.blueprint,
    second_step.blueprint,
    account.blueprint,
    accompaniment.blueprint,
    assessments.blueprint,
    audit.blueprint,
    break_glass.blueprint,
    personal.blueprint,
    authorities.blueprint,
    boards.blueprint,
    cards.blueprint,
    quarantine.blueprint,
    images.blueprint,
    rounds.blueprint,
    workshops.blueprint,
    exports.blueprint,
    guide.blueprint,
    importing.blueprint,
    board_journal.blueprint,
    board_past.blueprint,
    board_visits.blueprint,
    comments.blueprint,
    saved_templates.blueprint,
    documents.blueprint,
    past.blueprint,
    calendar.blueprint,
    cohorts.blueprint,
    cohort_rules.blueprint,
    feedback.blueprint,
    cohort_feedback.blueprint,
    peer_reviews.blueprint,
    invitations.blueprint,
    mails.blueprint,
    milestones.blueprint,
    notifications.blueprint,
    programmes.blueprint,
    problems.blueprint,
    briefs.blueprint,
    observations.blueprint,
    support.blueprint,
    partners.blueprint,
    involvement.blueprint,
    arrivals.blueprint,
    share_links.blueprint,
    projects.blueprint,
    project_boards.blueprint,
    project_steps.blueprint,
    snapshots.blueprint,
    solutions.blueprint,
    home.blueprint,
    health.blueprint,
)


def register_blueprints(app: Flask) -> None:
    """Register all areas."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
