"""Template « Persona »: one person met in the field, drawn from facts."""

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

SIDE, THIRD, HEIGHT = wide(2), wide(2), high(2)
TOP = 144
BELOW = TOP + HEIGHT + GRID
FIRST = SIDE + GRID
SECOND = FIRST + THIRD + GRID
THIRD_LEFT = SECOND + THIRD + GRID
WORDS_WIDTH = 24 * GRID
NEED_LEFT = FIRST + WORDS_WIDTH + GRID
NEED_WIDTH = 25 * GRID

PERSONA = BoardTemplate(
    code="persona",
    stages=("invent",),
    minutes=45,
    people=(2, 6),
    name=Words("Persona", "Persona"),
    purpose=Words(
        "Donner un visage à celles et ceux pour qui vous travaillez, à partir de ce qu’ils vous ont dit.",
        "Give a face to those you work for, from what they told you.",
    ),
    moment=Words(
        "Après deux ou trois rencontres, jamais avant : une persona inventée ne fait que confirmer vos "
        "idées. "
        "Vous repartez avec ce que cette personne vous oblige à changer.",
        "After two or three encounters, never before: a made-up persona only confirms your ideas. "
        "You leave with what this person forces you to change.",
    ),
    how_to=(
        Words(
            "Relisez vos notes de rencontres. Si vous n’avez vu personne, arrêtez-vous là et allez-y.",
            "Reread your notes of encounters. If you met nobody, stop here and go.",
        ),
        Words(
            "Cadre 1 : donnez un prénom inventé, un âge, un lieu de vie. Jamais le nom d’une vraie personne.",
            "Frame 1: give an invented first name, an age, a place. Never the name of a real person.",
        ),
        Words(
            "Cadres 2, 3 et 4 : une note par fait. Ce qui vient d’une seule rencontre, marquez-le « à "
            "vérifier ».",
            "Frames 2, 3 and 4: one note per fact. Mark “to check” what comes from a single encounter.",
        ),
        Words(
            "Cadre 5 : recopiez ses mots tels quels, même maladroits.",
            "Frame 5: copy their words as they are, even clumsy ones.",
        ),
        Words(
            "Cadre 6 : dites ce que vous ne pourrez plus faire comme avant. Puis faites une deuxième "
            "persona, très différente.",
            "Frame 6: say what you can no longer do as before. Then make a second, very different persona.",
        ),
    ),
    texts=(
        TextSeed(Words("Une personne, pas un public", "A person, not an audience"), 0, 0, 1200, "xl"),
        TextSeed(
            Words(
                "Rien que l’on n’ait vu ou entendu. Le prénom est inventé, le reste est vrai.",
                "Nothing that was not seen or heard. The first name is invented, the rest is true.",
            ),
            0,
            72,
            1200,
        ),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Qui est-ce ?", "Who is it?"),
            Words(
                "Prénom inventé, âge, foyer, lieu, travail, façon de se déplacer.",
                "Invented first name, age, household, place, work, ways of getting around.",
            ),
            0,
            TOP,
            SIDE,
            2 * HEIGHT + GRID,
        ),
        ZoneSeed(
            2,
            Words("Sa journée", "Their day"),
            Words(
                "À quelle heure, où et avec qui croise-t-elle notre sujet ?",
                "At what time, where and with whom do they meet our subject?",
            ),
            FIRST,
            TOP,
            THIRD,
            HEIGHT,
        ),
        ZoneSeed(
            3,
            Words("Ce qu’elle cherche", "What they are after"),
            Words(
                "Que veut-elle obtenir, pour elle et pour les siens ?",
                "What do they want to get, for themselves and their family?",
            ),
            SECOND,
            TOP,
            THIRD,
            HEIGHT,
        ),
        ZoneSeed(
            4,
            Words("Ce qui la gêne", "What gets in their way"),
            Words(
                "Qu’est-ce qui coûte, fait peur, humilie ou décourage ?",
                "What costs, frightens, humiliates or discourages?",
            ),
            THIRD_LEFT,
            TOP,
            THIRD,
            HEIGHT,
        ),
        ZoneSeed(
            5,
            Words("Ses mots à elle", "In their own words"),
            Words(
                "Deux ou trois phrases entendues, entre guillemets.",
                "Two or three sentences you heard, in quotation marks.",
            ),
            FIRST,
            BELOW,
            WORDS_WIDTH,
            HEIGHT,
        ),
        ZoneSeed(
            6,
            Words("Ce que cela nous demande", "What it asks of us"),
            Words(
                "Pour que cela marche avec elle, que faut-il changer, ajouter ou arrêter ?",
                "For it to work with them, what must be changed, added or stopped?",
            ),
            NEED_LEFT,
            BELOW,
            NEED_WIDTH,
            HEIGHT,
            tone="keep",
        ),
    ),
    example=Example(
        scene=Words(
            "Cour-Saint-Éloi, 21 000 habitants, prépare un guichet d’aide à domicile. L’équipe a vu sept "
            "proches aidants.",
            "Cour-Saint-Éloi, 21,000 residents, prepares a home-help desk. The team met seven family carers.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words("Josiane, 58 ans, caissière à temps partiel.", "Josiane, 58, part-time cashier."),
            ),
            ExampleNote(
                1,
                "jonc",
                Words("S’occupe de sa mère, 84 ans, à 6 km.", "Looks after her mother, 84, 6 km away."),
            ),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Pas de voiture le mercredi : son mari la prend.",
                    "No car on Wednesdays: her husband takes it.",
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words("Passe chez sa mère à 7 h et à 20 h.", "Calls on her mother at 7:00 and 20:00."),
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "Téléphone aux services à sa pause, à 10 h 15.",
                    "Phones the services in her break, at 10:15.",
                ),
            ),
            ExampleNote(3, "menthe", Words("Que sa mère reste chez elle.", "That her mother stays at home.")),
            ExampleNote(
                3,
                "menthe",
                Words("Un dimanche par mois sans téléphone.", "One Sunday a month without the phone."),
            ),
            ExampleNote(
                4,
                "rose",
                Words(
                    "Quatre dossiers, quatre fois les mêmes papiers.",
                    "Four files, four times the same papers.",
                ),
            ),
            ExampleNote(
                4,
                "rose",
                Words(
                    "Peur qu’on juge l’état de la maison (à vérifier).",
                    "Afraid that the state of the house is judged (to check).",
                ),
            ),
            ExampleNote(
                5,
                "sable",
                Words(
                    "« Moi, je ne suis pas une aidante, je suis sa fille. »",
                    "“I am not a carer, I am her daughter.”",
                ),
            ),
            ExampleNote(
                5,
                "sable",
                Words(
                    "« Si je décroche pas, c’est fini pour la semaine. »",
                    "“If I miss the call, the week is lost.”",
                ),
            ),
            ExampleNote(
                6,
                "lilas",
                Words(
                    "Ne plus écrire « aidants » sur les affiches.", "Stop writing “carers” on the posters."
                ),
            ),
            ExampleNote(
                6,
                "lilas",
                Words(
                    "Rappeler entre 10 h et 10 h 30, ou le soir.",
                    "Call back between 10:00 and 10:30, or in the evening.",
                ),
            ),
        ),
    ),
)
