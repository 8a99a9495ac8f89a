"""The area's blueprint; see routes.py for the modules that put their routes on it."""

from flask import Blueprint

blueprint = Blueprint("problems", __name__, url_prefix="/problems")
