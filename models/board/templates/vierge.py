"""Template « Vierge »: nothing but room."""

from models.board.templates.parts import BoardTemplate, Words

VIERGE = BoardTemplate(
    code="vierge",
    stages=("invent", "set_up", "spread"),
    minutes=30,
    people=(1, 12),
    moment=Words(
        "Quand vous avez déjà votre méthode. Sinon, prenez un modèle : ses cadres vous feront gagner du "
        "temps.",
        "When you already have your method. Otherwise take a template: its frames will save you time.",
    ),
    name=Words("Tableau vierge", "Blank board"),
    purpose=Words(
        "Une page blanche, pour les équipes qui savent déjà comment elles veulent travailler.",
        "A blank page, for teams who already know how they want to work.",
    ),
    how_to=(
        Words(
            "Écrivez en haut la question à laquelle ce tableau doit répondre.",
            "Write at the top the question this board must answer.",
        ),
        Words(
            "Tracez deux ou trois cadres et donnez-leur un titre avant d’inviter du monde.",
            "Draw two or three frames and give them a title before you invite people.",
        ),
        Words(
            "Dites en une phrase, dans chaque cadre, ce qu’il faut y écrire.",
            "Say in one sentence, in each frame, what should be written there.",
        ),
    ),
)
