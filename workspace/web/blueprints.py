"""Every area's blueprint, registered once. A new area is one import and one line here."""

from flask import Flask

from workspace.web import assets
from workspace.web.authorities import routes as authorities
from workspace.web.health import routes as health

BLUEPRINTS = (
    assets.blueprint,
    authorities.blueprint,
    health.blueprint,
)


def register_blueprints(app: Flask) -> None:
    """Register all areas."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
