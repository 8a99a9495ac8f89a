"""The board templates by code, in the order in which they are shown. A new one is a file here and a line."""

from collections.abc import Mapping

from models.board.templates.arbre_a_problemes import ARBRE_A_PROBLEMES
from models.board.templates.canevas_public import CANEVAS_PUBLIC
from models.board.templates.carte_des_acteurs import CARTE_DES_ACTEURS
from models.board.templates.comment_pourrions_nous import COMMENT_POURRIONS_NOUS
from models.board.templates.defi import DEFI
from models.board.templates.grille_de_test import GRILLE_DE_TEST
from models.board.templates.impact_effort import IMPACT_EFFORT
from models.board.templates.kit_de_transposition import KIT_DE_TRANSPOSITION
from models.board.templates.parcours_usager import PARCOURS_USAGER
from models.board.templates.parts import BoardTemplate, Words
from models.board.templates.persona import PERSONA
from models.board.templates.pitch_a_l_elu import PITCH_A_LELU
from models.board.templates.precedents import PRECEDENTS
from models.board.templates.script_interessement import SCRIPT_INTERESSEMENT
from models.board.templates.service_blueprint import SERVICE_BLUEPRINT
from models.board.templates.theorie_du_changement import THEORIE_DU_CHANGEMENT
from models.board.templates.valeur import VALEUR
from models.board.templates.vierge import VIERGE

__all__ = ["BOARD_TEMPLATES", "BoardTemplate", "Words"]

BOARD_TEMPLATES: Mapping[str, BoardTemplate] = {
    template.code: template
    for template in (
        DEFI,
        CARTE_DES_ACTEURS,
        ARBRE_A_PROBLEMES,
        PERSONA,
        PARCOURS_USAGER,
        COMMENT_POURRIONS_NOUS,
        PRECEDENTS,
        VALEUR,
        IMPACT_EFFORT,
        SERVICE_BLUEPRINT,
        CANEVAS_PUBLIC,
        THEORIE_DU_CHANGEMENT,
        GRILLE_DE_TEST,
        KIT_DE_TRANSPOSITION,
        PITCH_A_LELU,
        SCRIPT_INTERESSEMENT,
        VIERGE,
    )
}
"""By the stage that each belongs to first, and the blank board last."""
