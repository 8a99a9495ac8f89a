"""The board templates by code. A new one is a file beside this one and a line here."""

from collections.abc import Mapping

from models.board.templates.arbre_a_problemes import ARBRE_A_PROBLEMES
from models.board.templates.carte_des_acteurs import CARTE_DES_ACTEURS
from models.board.templates.defi import DEFI
from models.board.templates.impact_effort import IMPACT_EFFORT
from models.board.templates.parts import BoardTemplate, Words
from models.board.templates.preview import draw
from models.board.templates.vierge import VIERGE

__all__ = ["BOARD_TEMPLATES", "BoardTemplate", "Words", "preview_svg"]

BOARD_TEMPLATES: Mapping[str, BoardTemplate] = {
    template.code: template
    for template in (DEFI, CARTE_DES_ACTEURS, ARBRE_A_PROBLEMES, IMPACT_EFFORT, VIERGE)
}


def preview_svg(template_code: str, locale: str) -> str:
    """A small drawing of a template's zones, in the colour of the text around it. Raises KeyError."""
    return draw(BOARD_TEMPLATES[template_code], locale)
