"""Template « Parcours d’usager »: six moments from left to right, four ways of looking at each."""

from models.board.templates.parts import (
    GRID,
    PITCH,
    BoardTemplate,
    Example,
    ExampleNote,
    TextSeed,
    Words,
    ZoneSeed,
    headings,
    high,
    wide,
)

MOMENTS = (
    Words("J’en ai besoin", "I need it"),
    Words("Je cherche", "I look for it"),
    Words("Je demande", "I ask"),
    Words("J’attends", "I wait"),
    Words("J’obtiens", "I get it"),
    Words("Et après", "And then"),
)
WIDTH = wide(2 * len(MOMENTS))
COLUMN = 2 * PITCH
HEADINGS = 144
DOES = 216
WITH = DOES + high(1) + GRID
FEELS = WITH + high(1) + GRID
ACT = FEELS + high(2) + GRID

PARCOURS_USAGER = BoardTemplate(
    code="parcours-usager",
    stages=("invent", "set_up"),
    minutes=75,
    people=(3, 8),
    name=Words("Parcours d’usager", "User journey"),
    purpose=Words(
        "Suivre une personne du premier besoin à la suite, et voir où elle perd courage.",
        "Follow a person from the first need to what comes after, and see where they lose heart.",
    ),
    moment=Words(
        "Quand un service existe déjà et que vous voulez savoir où il lâche les gens. "
        "Vous repartez avec les deux moments à reprendre d’abord.",
        "When a service already exists and you want to know where it drops people. "
        "You leave with the two moments to mend first.",
    ),
    how_to=(
        Words(
            "Choisissez une seule personne, avec un prénom, et une seule démarche. Écrivez-les sous le "
            "titre.",
            "Choose a single person, with a first name, and a single errand. Write them under the title.",
        ),
        Words(
            "Cadre 1 : de gauche à droite, un geste par note, y compris chez elle, avant de vous connaître.",
            "Frame 1: from left to right, one gesture per note, including at home, before they know of you.",
        ),
        Words(
            "Cadre 2 : sous chaque geste, la personne, le lieu, le papier ou l’écran rencontré.",
            "Frame 2: under each gesture, the person, the place, the paper or the screen they meet.",
        ),
        Words(
            "Cadre 3 : placez chaque note haut si cela va bien, bas si cela va mal. La courbe apparaît.",
            "Frame 3: place each note high if all is well, low if it is not. A curve appears.",
        ),
        Words(
            "Cadre 4 : sous les creux, écrivez ce qu’il faudrait essayer. Entourez-en deux.",
            "Frame 4: under the dips, write what should be tried. Circle two of them.",
        ),
    ),
    texts=(
        TextSeed(Words("Le parcours d’une personne", "One person’s journey"), 0, 0, 1200, "xl"),
        TextSeed(
            Words(
                "Une seule personne, une seule démarche, telle qu’elle se passe vraiment.",
                "A single person, a single errand, as it really happens.",
            ),
            0,
            72,
            1200,
        ),
        *headings(MOMENTS, 0, HEADINGS, COLUMN, 10 * GRID),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Ce que fait la personne", "What the person does"),
            Words(
                "Un geste par note, avec un verbe : appelle, attend, revient, renonce…",
                "One gesture per note, with a verb: calls, waits, comes back, gives up…",
            ),
            0,
            DOES,
            WIDTH,
            high(1),
        ),
        ZoneSeed(
            2,
            Words("Avec qui, avec quoi", "With whom, with what"),
            Words(
                "Un agent, un voisin, un guichet, un formulaire, un site, un arrêt de bus.",
                "An officer, a neighbour, a desk, a form, a website, a bus stop.",
            ),
            0,
            WITH,
            WIDTH,
            high(1),
        ),
        ZoneSeed(
            3,
            Words("Ce qu’elle ressent", "What they feel"),
            Words(
                "En haut, cela va bien ; en bas, cela va mal. Ses mots, ou ce que l’on a vu sur son visage.",
                "At the top all is well, at the bottom it is not. Their words, or what you saw on their "
                "face.",
            ),
            0,
            FEELS,
            WIDTH,
            high(2),
        ),
        ZoneSeed(
            4,
            Words("Où nous pouvons agir", "Where we can act"),
            Words(
                "Sous les creux : que pourrait-on enlever, avancer, expliquer, ou faire à sa place ?",
                "Under the dips: what could be removed, done earlier, explained, or done for them?",
            ),
            0,
            ACT,
            WIDTH,
            high(1),
            tone="keep",
        ),
    ),
    example=Example(
        scene=Words(
            "Cour-Saint-Éloi : Yannick, 34 ans, fait une demande de place en crèche.",
            "Cour-Saint-Éloi: Yannick, 34, asks for a place in a day nursery.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Apprend en mai que sa compagne reprend en septembre.",
                    "Learns in May that his partner goes back to work in September.",
                ),
            ),
            ExampleNote(1, "jonc", Words("En parle à la pharmacie.", "Talks about it at the chemist’s.")),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Cherche « crèche Cour-Saint-Éloi » sur son téléphone.",
                    "Looks up “nursery Cour-Saint-Éloi” on his phone.",
                ),
            ),
            ExampleNote(1, "jonc", Words("Trouve deux listes différentes.", "Finds two different lists.")),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Vient en mairie : il manque l’avis d’imposition.",
                    "Comes to the town hall: the tax notice is missing.",
                ),
            ),
            ExampleNote(
                1, "jonc", Words("Revient le jeudi, sur sa pause.", "Comes back on Thursday, in his break.")
            ),
            ExampleNote(
                1, "jonc", Words("N’a aucune nouvelle pendant 7 semaines.", "Hears nothing for 7 weeks.")
            ),
            ExampleNote(1, "jonc", Words("Appelle trois fois.", "Calls three times.")),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Reçoit un refus par lettre, sans raison.", "Gets a refusal by letter, without a reason."
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "La pharmacienne, qui a déjà eu la question.", "The chemist, who has been asked before."
                ),
            ),
            ExampleNote(2, "ciel", Words("Un voisin qui a eu une place.", "A neighbour who got a place.")),
            ExampleNote(
                2,
                "ciel",
                Words("Le site de la ville, sur un petit écran.", "The town’s website, on a small screen."),
            ),
            ExampleNote(
                3, "menthe", Words("« On s’y prend tôt, ça ira. »", "“We start early, it will be fine.”")
            ),
            ExampleNote(3, "sable", Words("« Laquelle est la bonne ? »", "“Which one is right?”"), at=15),
            ExampleNote(
                3, "rose", Words("« J’ai perdu une matinée de paie. »", "“I lost a morning’s pay.”"), at=17
            ),
            ExampleNote(3, "rose", Words("« On a dû m’oublier. »", "“They must have forgotten me.”"), at=19),
            ExampleNote(
                4,
                "lilas",
                Words(
                    "La liste des pièces, dans le premier résultat de recherche.",
                    "The list of papers, in the first search result.",
                ),
                at=2,
            ),
            ExampleNote(
                4,
                "lilas",
                Words(
                    "Un message le jour où le dossier est complet, puis chaque mois.",
                    "A message on the day the file is complete, then every month.",
                ),
                at=6,
            ),
        ),
    ),
)
