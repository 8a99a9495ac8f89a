"""Template « Impact / effort »: place ideas by what they change and what they cost, then choose."""

from models.board.templates.parts import (
    GRID,
    ArrowSeed,
    BoardTemplate,
    Example,
    ExampleNote,
    TextSeed,
    Words,
    ZoneSeed,
    high,
    wide,
)

INBOX, QUARTER, HEIGHT = wide(2), wide(4), high(2)
TOP = 144
BELOW = TOP + HEIGHT + GRID
AXIS_LEFT = INBOX + GRID
AXIS_WIDTH = 6 * GRID
LEFT = AXIS_LEFT + AXIS_WIDTH + GRID
RIGHT = LEFT + QUARTER + GRID
UNDER = BELOW + HEIGHT + GRID

IMPACT_EFFORT = BoardTemplate(
    code="impact-effort",
    stages=("set_up", "invent", "spread"),
    minutes=45,
    people=(3, 10),
    moment=Words(
        "Quand vous avez plus d’idées que de bras. Vous repartez avec une à trois idées, un nom et une date.",
        "When you have more ideas than hands. You leave with one to three ideas, a name and a date.",
    ),
    name=Words("Impact / effort", "Impact / effort"),
    purpose=Words(
        "Trier des idées selon ce qu’elles changent et ce qu’elles demandent, puis en choisir peu.",
        "Sort ideas by what they change and what they take, then choose a few.",
    ),
    how_to=(
        Words(
            "À gauche, chacun dépose ses idées : une par note, avec un verbe.",
            "On the left, everyone drops their ideas: one per note, with a verb.",
        ),
        Words(
            "Une à une : que change-t-elle pour les personnes concernées ? Plus c’est fort, plus elle monte.",
            "One by one: what does it change for the people concerned? The more, the higher.",
        ),
        Words(
            "Que demande-t-elle en temps, en argent, en accords ? Plus c’est lourd, plus elle va à droite.",
            "What does it take in time, money, permissions? The more, the further right.",
        ),
        Words(
            "Si vous hésitez entre deux cases, écrivez sur la note ce qu’il faudrait vérifier.",
            "If you hesitate between two boxes, write on the note what should be checked.",
        ),
        Words(
            "Cadre 5 : gardez une à trois idées, avec un nom et une première date.",
            "Frame 5: keep one to three ideas, with a name and a first date.",
        ),
    ),
    texts=(
        TextSeed(Words("Impact et effort", "Impact and effort"), 0, 0, 960, "xl"),
        TextSeed(
            Words(
                "Comparez les idées entre elles : c’est la place de l’une par rapport à l’autre qui compte.",
                "Compare ideas with one another: what counts is where each stands beside the others.",
            ),
            0,
            72,
            1200,
        ),
        TextSeed(Words("Change beaucoup", "Changes a lot"), AXIS_LEFT, TOP, AXIS_WIDTH),
        TextSeed(Words("Change peu", "Changes little"), AXIS_LEFT, UNDER - 4 * GRID, AXIS_WIDTH),
        TextSeed(Words("Peu d’effort", "Little effort"), LEFT, UNDER, 5 * GRID),
        TextSeed(Words("Beaucoup d’effort", "A lot of effort"), RIGHT + QUARTER - 7 * GRID, UNDER, 7 * GRID),
    ),
    zones=(
        ZoneSeed(
            0,
            Words("Idées à placer", "Ideas to place"),
            Words(
                "Une idée par note, avec un verbe. Elle attend ici d’être placée.",
                "One idea per note, with a verb. It waits here to be placed.",
            ),
            0,
            TOP,
            INBOX,
            2 * HEIGHT + GRID,
        ),
        ZoneSeed(
            1,
            Words("À faire d’abord", "Do first"),
            Words(
                "Change beaucoup, demande peu. Peut-on l’essayer ce mois-ci ?",
                "Changes a lot, takes little. Could it be tried this month?",
            ),
            LEFT,
            TOP,
            QUARTER,
            HEIGHT,
        ),
        ZoneSeed(
            2,
            Words("À préparer", "Prepare"),
            Words(
                "Change beaucoup, demande beaucoup. Quelle petite partie essayer en premier ?",
                "Changes a lot, takes a lot. Which small part could be tried first?",
            ),
            RIGHT,
            TOP,
            QUARTER,
            HEIGHT,
        ),
        ZoneSeed(
            3,
            Words("Si l’occasion se présente", "If the chance comes"),
            Words(
                "Change peu, demande peu. Qui pourrait s’en charger sans vous ?",
                "Changes little, takes little. Who could do it without you?",
            ),
            LEFT,
            BELOW,
            QUARTER,
            HEIGHT,
        ),
        ZoneSeed(
            4,
            Words("À laisser de côté", "Set aside"),
            Words(
                "Change peu, demande beaucoup. Dites pourquoi : la question reviendra.",
                "Changes little, takes a lot. Say why: the question will come back.",
            ),
            RIGHT,
            BELOW,
            QUARTER,
            HEIGHT,
        ),
        ZoneSeed(
            5,
            Words("Ce que nous essayons", "What we are trying"),
            Words(
                "Une à trois idées. Pour chacune : qui, avec qui, à partir de quand.",
                "One to three ideas. For each: who, with whom, from when.",
            ),
            LEFT,
            UNDER + 3 * GRID,
            2 * QUARTER + GRID,
            high(1),
            tone="keep",
        ),
    ),
    arrows=(ArrowSeed("text-4", "text-3"), ArrowSeed("text-5", "text-6")),
    example=Example(
        scene=Words(
            "Val-des-Aulnes : douze idées pour que la médiathèque serve aussi ceux qui ne lisent pas.",
            "Val-des-Aulnes: twelve ideas for a library that also serves those who do not read.",
        ),
        notes=(
            ExampleNote(0, "jonc", Words("Prêter des outils de bricolage.", "Lend do-it-yourself tools.")),
            ExampleNote(0, "jonc", Words("Ouvrir le lundi.", "Open on Mondays.")),
            ExampleNote(
                1,
                "menthe",
                Words(
                    "Ouvrir jusqu’à 20 h le jeudi, avec un café.",
                    "Open until 20:00 on Thursdays, with coffee.",
                ),
            ),
            ExampleNote(
                1,
                "menthe",
                Words(
                    "Accueillir l’aide aux démarches une matinée par semaine.",
                    "Host help with paperwork one morning a week.",
                ),
            ),
            ExampleNote(
                2, "ciel", Words("Une annexe dans le centre commercial.", "A branch in the shopping centre.")
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "Supprimer la carte : on entre avec son nom.", "No more card: you come in with your name."
                ),
            ),
            ExampleNote(3, "sable", Words("Repeindre la salle du fond.", "Repaint the back room.")),
            ExampleNote(3, "sable", Words("Une boîte à idées à l’entrée.", "A suggestion box at the door.")),
            ExampleNote(
                4,
                "rose",
                Words(
                    "Une application à nous : personne ne la téléchargera.",
                    "An app of our own: nobody will download it.",
                ),
            ),
            ExampleNote(
                5,
                "lilas",
                Words(
                    "Jeudi soir : Inès et deux habitants, dès le 6 mars, pour six semaines.",
                    "Thursday nights: Inès and two residents, from 6 March, for six weeks.",
                ),
            ),
        ),
    ),
)
