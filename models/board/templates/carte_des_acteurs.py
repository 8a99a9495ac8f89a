"""Template « Carte des acteurs »: who counts, in four sectors, near the problem or further away."""

from models.board.templates.parts import GRID, BoardTemplate, TextSeed, Words, ZoneSeed, high, wide

FAR, NEAR, CENTRE, HEIGHT = wide(2), wide(3), wide(2), high(2)
TOP = 144
BELOW = TOP + HEIGHT + GRID
FAR_LEFT = 0
NEAR_LEFT = FAR_LEFT + FAR + GRID
MIDDLE = NEAR_LEFT + NEAR + GRID
NEAR_RIGHT = MIDDLE + CENTRE + GRID
FAR_RIGHT = NEAR_RIGHT + NEAR + GRID
WHOLE = FAR_RIGHT + FAR

NEAR_PROMPT = Words(
    "Qui agit ou décide déjà ? Écrivez un nom de service, de personne ou de fonction, et ce qu’il fait.",
    "Who already acts or decides? Write a service, a person or a role, and what they do.",
)
FAR_PROMPT = Words(
    "Qui pourrait aider, ou bloquer, mais n’est pas là ?",
    "Who could help, or block, but is not here?",
)


def _near(number: int, title: Words, x: int, y: int) -> ZoneSeed:
    return ZoneSeed(number, title, NEAR_PROMPT, x, y, NEAR, HEIGHT)


def _far(number: int, title: Words, x: int, y: int) -> ZoneSeed:
    return ZoneSeed(number, title, FAR_PROMPT, x, y, FAR, HEIGHT)


CARTE_DES_ACTEURS = BoardTemplate(
    code="carte-des-acteurs",
    stages=("invent", "spread"),
    minutes=45,
    name=Words("Carte des acteurs", "Map of actors"),
    purpose=Words(
        "Voir qui compte pour le problème, qui manque autour de la table et qui inviter en premier.",
        "See who matters to the problem, who is missing around the table and whom to invite first.",
    ),
    how_to=(
        Words(
            "Écrivez le problème au centre, avec les mots d’une personne concernée.",
            "Write the problem in the centre, in the words of somebody concerned.",
        ),
        Words(
            "Cadres 1 à 4 : une note par acteur proche du problème, avec ce qu’il fait ou y gagne.",
            "Frames 1 to 4: one note per actor close to the problem, with what they do or gain.",
        ),
        Words(
            "Cadres 5 à 8 : les acteurs plus lointains, ceux que l’on oublie, ceux qui pourraient bloquer.",
            "Frames 5 to 8: actors further away, those one forgets, those who could block.",
        ),
        Words(
            "Reliez les acteurs qui se parlent déjà et écrivez sur le lien ce qu’ils échangent.",
            "Connect the actors who already talk, and write on the link what they exchange.",
        ),
        Words(
            "Cadre 9 : choisissez trois personnes à inviter, et qui de l’équipe les appelle.",
            "Frame 9: choose three people to invite, and who in the team calls them.",
        ),
    ),
    texts=(
        TextSeed(Words("La carte des acteurs", "The map of actors"), 0, 0, 960, "xl"),
        TextSeed(
            Words(
                "Plus un acteur est près du centre, plus il agit déjà sur le problème.",
                "The nearer the centre, the more an actor already acts on the problem.",
            ),
            0,
            72,
            1200,
        ),
    ),
    zones=(
        ZoneSeed(
            0,
            Words("Au centre, le problème", "In the centre, the problem"),
            Words(
                "Une ou deux notes : le problème, tel qu’une personne le vit.",
                "One or two notes: the problem as somebody lives it.",
            ),
            MIDDLE,
            TOP,
            CENTRE,
            2 * HEIGHT + GRID,
            tone="keep",
        ),
        ZoneSeed(
            1,
            Words("Public, tout près", "Public sector, close by"),
            NEAR_PROMPT,
            NEAR_LEFT,
            TOP,
            NEAR,
            HEIGHT,
        ),
        ZoneSeed(
            2,
            Words("Privé, tout près", "Private sector, close by"),
            NEAR_PROMPT,
            NEAR_RIGHT,
            TOP,
            NEAR,
            HEIGHT,
        ),
        ZoneSeed(
            3,
            Words("Associations, tout près", "Associations, close by"),
            NEAR_PROMPT,
            NEAR_LEFT,
            BELOW,
            NEAR,
            HEIGHT,
        ),
        ZoneSeed(
            4,
            Words("Habitants, tout près", "Residents, close by"),
            NEAR_PROMPT,
            NEAR_RIGHT,
            BELOW,
            NEAR,
            HEIGHT,
        ),
        ZoneSeed(
            5, Words("Public, plus loin", "Public sector, further"), FAR_PROMPT, FAR_LEFT, TOP, FAR, HEIGHT
        ),
        ZoneSeed(
            6, Words("Privé, plus loin", "Private sector, further"), FAR_PROMPT, FAR_RIGHT, TOP, FAR, HEIGHT
        ),
        ZoneSeed(
            7,
            Words("Associations, plus loin", "Associations, further"),
            FAR_PROMPT,
            FAR_LEFT,
            BELOW,
            FAR,
            HEIGHT,
        ),
        ZoneSeed(
            8, Words("Habitants, plus loin", "Residents, further"), FAR_PROMPT, FAR_RIGHT, BELOW, FAR, HEIGHT
        ),
        ZoneSeed(
            9,
            Words("À inviter en premier", "To invite first"),
            Words(
                "Trois noms au plus. Pour chacun : pourquoi, et qui de l’équipe s’en charge.",
                "Three names at most. For each: why, and who in the team takes care of it.",
            ),
            FAR_LEFT,
            BELOW + HEIGHT + GRID,
            WHOLE,
            high(1),
            tone="keep",
        ),
    ),
)
