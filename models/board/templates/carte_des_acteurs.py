"""Template « Carte des acteurs »: who counts, in four sectors, near the problem or further away."""

from models.board.templates.parts import (
    GRID,
    BoardTemplate,
    Example,
    ExampleNote,
    TextSeed,
    Words,
    ZoneSeed,
    high,
    wide,
)

FAR, NEAR, CENTRE, HEIGHT = wide(2), wide(2), wide(2), high(2)
TOP = 144
BELOW = TOP + HEIGHT + GRID
FAR_LEFT = 0
NEAR_LEFT = FAR_LEFT + FAR + GRID
MIDDLE = NEAR_LEFT + NEAR + GRID
NEAR_RIGHT = MIDDLE + CENTRE + GRID
FAR_RIGHT = NEAR_RIGHT + NEAR + GRID
WHOLE = FAR_RIGHT + FAR

NEAR_PROMPT = Words(
    "Qui agit ou décide déjà ? Un nom ou une fonction, et ce qu’il fait.",
    "Who already acts or decides? A name or a role, and what they do.",
)
FAR_PROMPT = Words(
    "Qui pourrait aider, ou bloquer, mais n’est pas là ?",
    "Who could help, or block, but is not here?",
)


CARTE_DES_ACTEURS = BoardTemplate(
    code="carte-des-acteurs",
    stages=("invent", "spread"),
    minutes=45,
    people=(3, 10),
    moment=Words(
        "Avant d’inviter du monde, ou quand un projet n’avance plus. Vous repartez avec trois personnes à "
        "appeler cette semaine.",
        "Before inviting people, or when a project is stuck. You leave with three people to call this week.",
    ),
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
    example=Example(
        scene=Words(
            "Val-des-Aulnes : le marché du samedi perd ses producteurs. Qui peut y changer quelque chose ?",
            "Val-des-Aulnes: the Saturday market is losing its growers. Who can change that?",
        ),
        notes=(
            ExampleNote(
                0,
                "jonc",
                Words(
                    "« Le samedi, il ne reste que trois étals de légumes. »",
                    "“On Saturdays only three vegetable stalls are left.”",
                ),
            ),
            ExampleNote(
                1,
                "ciel",
                Words(
                    "Placière du marché : attribue les places, connaît chacun.",
                    "Market warden: gives out the pitches, knows everyone.",
                ),
            ),
            ExampleNote(
                1,
                "ciel",
                Words(
                    "Service voirie : ferme la rue, nettoie à 14 h.",
                    "Roads department: closes the street, cleans at 14:00.",
                ),
            ),
            ExampleNote(
                2,
                "abricot",
                Words(
                    "Maraîchère des Îlots : vend ici depuis 20 ans, veut arrêter.",
                    "Grower at Les Îlots: has sold here for 20 years, wants to stop.",
                ),
            ),
            ExampleNote(
                2,
                "abricot",
                Words(
                    "Café de la Halle : vit du samedi matin.",
                    "Café de la Halle: lives off Saturday mornings.",
                ),
            ),
            ExampleNote(
                3,
                "menthe",
                Words(
                    "AMAP du Coteau : 80 paniers, cherche un lieu.",
                    "Coteau box scheme: 80 boxes, looks for a place.",
                ),
            ),
            ExampleNote(
                4,
                "rose",
                Words(
                    "Habitués du samedi, souvent à pied, plus de 60 ans.",
                    "Saturday regulars, often on foot, over 60.",
                ),
            ),
            ExampleNote(
                5,
                "ciel",
                Words(
                    "Chambre d’agriculture : aide à l’installation.",
                    "Chamber of agriculture: helps people set up.",
                ),
            ),
            ExampleNote(
                6,
                "abricot",
                Words(
                    "Grande surface de la rocade : achète local, sans contact avec nous.",
                    "Ring-road supermarket: buys local, no contact with us.",
                ),
            ),
            ExampleNote(
                8,
                "rose",
                Words(
                    "Jeunes parents du lotissement : ne viennent jamais. Pourquoi ?",
                    "Young parents of the estate: never come. Why?",
                ),
            ),
            ExampleNote(
                9,
                "lilas",
                Words(
                    "La maraîchère : pourquoi veut-elle arrêter ? Léa l’appelle.",
                    "The grower: why does she want to stop? Léa calls her.",
                ),
            ),
            ExampleNote(
                9,
                "lilas",
                Words(
                    "Deux jeunes parents, à la sortie de l’école. Malik y va jeudi.",
                    "Two young parents, at the school gate. Malik goes on Thursday.",
                ),
            ),
        ),
        links=((1, 3), (4, 6)),
    ),
)
