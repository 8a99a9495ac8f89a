"""Template « Pitch à l’élu »: three minutes in five beats, and the questions that follow."""

from models.board.templates.parts import (
    ARROW,
    GRID,
    PADDING,
    BoardTemplate,
    Example,
    ExampleNote,
    TextSeed,
    Words,
    ZoneSeed,
    chain,
    high,
    wide,
)

BEAT, HEIGHT = wide(2), high(2)
COLUMNS = tuple(column * (BEAT + ARROW) for column in range(5))
WIDTH = COLUMNS[4] + BEAT
HEADINGS = 144
TOP = 192
BELOW = TOP + HEIGHT + ARROW
THIRD = wide(4)
LAST = 2 * (THIRD + GRID)
TIMES = (
    Words("30 secondes", "30 seconds"),
    Words("30 secondes", "30 seconds"),
    Words("1 minute", "1 minute"),
    Words("30 secondes", "30 seconds"),
    Words("30 secondes", "30 seconds"),
)

PITCH_A_LELU = BoardTemplate(
    code="pitch-a-l-elu",
    stages=("spread", "set_up"),
    minutes=45,
    people=(2, 6),
    name=Words("Pitch à l’élu", "Pitch to an elected official"),
    purpose=Words(
        "Dire en trois minutes à un ou une élue ce que vous avez appris et ce que vous lui demandez.",
        "Tell an elected official in three minutes what you learnt and what you ask of them.",
    ),
    moment=Words(
        "Une semaine avant de le ou la voir. Vous repartez avec un récit que chacun de l’équipe peut dire "
        "sans notes, et une seule demande.",
        "A week before you meet them. You leave with a story that everyone in the team can tell without "
        "notes, and a single request.",
    ),
    how_to=(
        Words(
            "Commencez par le cadre 5 : que doit décider, dire ou ouvrir cette personne ? Une seule chose.",
            "Begin with frame 5: what must this person decide, say or open? One single thing.",
        ),
        Words(
            "Cadre 1 : une scène vraie, avec l’accord de la personne, ou méconnaissable.",
            "Frame 1: a true scene, with the person’s agreement, or made unrecognisable.",
        ),
        Words(
            "Cadres 2, 3 et 4 : un chiffre, ce que vous avez essayé, ce que cela a changé. Dites aussi ce "
            "qui a raté.",
            "Frames 2, 3 and 4: a figure, what you tried, what it changed. Say what failed as well.",
        ),
        Words(
            "Cadres 6 et 7 : un collègue joue l’élu et pose ses pires questions. Répondez en une phrase.",
            "Frames 6 and 7: a colleague plays the official and asks the worst questions. Answer in one "
            "sentence.",
        ),
        Words(
            "Cadre 8 : rayez ces mots du récit. Puis dites-le debout, montre en main, deux fois.",
            "Frame 8: strike these words from the story. Then tell it standing, watch in hand, twice.",
        ),
    ),
    texts=(
        TextSeed(Words("Trois minutes, une demande", "Three minutes, one request"), 0, 0, 1200, "xl"),
        TextSeed(
            Words(
                "Une personne, un chiffre, un essai, un changement, une demande. Dans cet ordre.",
                "A person, a figure, a trial, a change, a request. In this order.",
            ),
            0,
            72,
            1200,
        ),
        *(
            TextSeed(words, column + PADDING, HEADINGS, 9 * GRID, "l")
            for words, column in zip(TIMES, COLUMNS, strict=True)
        ),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Une personne", "A person"),
            Words(
                "Qui, où, un matin de quel mois ? On doit la voir.",
                "Who, where, one morning of which month? One must see them.",
            ),
            COLUMNS[0],
            TOP,
            BEAT,
            HEIGHT,
        ),
        ZoneSeed(
            2,
            Words("Un chiffre", "A figure"),
            Words(
                "Combien sont-ils comme elle, et que coûte de ne rien faire ?",
                "How many are like them, and what does doing nothing cost?",
            ),
            COLUMNS[1],
            TOP,
            BEAT,
            HEIGHT,
        ),
        ZoneSeed(
            3,
            Words("Ce que nous avons essayé", "What we tried"),
            Words(
                "Avec qui, où, combien de temps. Ce qui n’a pas marché aussi.",
                "With whom, where, for how long. What did not work as well.",
            ),
            COLUMNS[2],
            TOP,
            BEAT,
            HEIGHT,
        ),
        ZoneSeed(
            4,
            Words("Ce que cela a changé", "What it changed"),
            Words(
                "Un résultat constaté, et une phrase entendue.",
                "A result that was seen, and words that were heard.",
            ),
            COLUMNS[3],
            TOP,
            BEAT,
            HEIGHT,
        ),
        ZoneSeed(
            5,
            Words("Ce que nous vous demandons", "What we ask of you"),
            Words(
                "Une seule chose, datée, que cette personne peut faire.",
                "One single thing, with a date, that this person can do.",
            ),
            COLUMNS[4],
            TOP,
            BEAT,
            HEIGHT,
            tone="keep",
        ),
        ZoneSeed(
            6,
            Words("Ses questions probables", "Likely questions"),
            Words(
                "Combien ? Pourquoi vous ? Qui s’y oppose ? Et le quartier d’à côté ?",
                "How much? Why you? Who is against it? And the next neighbourhood?",
            ),
            0,
            BELOW,
            THIRD,
            HEIGHT,
        ),
        ZoneSeed(
            7,
            Words("Nos réponses, en une phrase", "Our answers, in one sentence"),
            Words(
                "Face à chaque question. « Nous ne savons pas encore » est une réponse.",
                "Facing each question. “We do not know yet” is an answer.",
            ),
            THIRD + GRID,
            BELOW,
            THIRD,
            HEIGHT,
        ),
        ZoneSeed(
            8,
            Words("Les mots à ne pas dire", "Words not to say"),
            Words(
                "Sigles, mots anglais, « innovant », « levier », noms de logiciels.",
                "Abbreviations, jargon, “innovative”, “leverage”, names of software.",
            ),
            LAST,
            BELOW,
            WIDTH - LAST,
            HEIGHT,
        ),
    ),
    arrows=chain("zone-1", "zone-2", "zone-3", "zone-4", "zone-5"),
    example=Example(
        scene=Words(
            "L’équipe de Cour-Saint-Éloi voit l’adjointe à la petite enfance mardi, dix minutes avant un "
            "conseil.",
            "The team of Cour-Saint-Éloi meets the deputy mayor for early childhood on Tuesday, ten minutes "
            "before a council.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words(
                    "En mai, Yannick perd une matinée de paie pour un papier oublié.",
                    "In May, Yannick loses a morning’s pay over a forgotten paper.",
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "212 dossiers sur 600 reviennent incomplets. 90 jours d’agent par an.",
                    "212 files out of 600 come back incomplete. 90 staff days a year.",
                ),
            ),
            ExampleNote(
                3,
                "abricot",
                Words(
                    "Trois semaines, un guichet, un seul agent pour tout le rendez-vous.",
                    "Three weeks, one desk, a single officer for the whole appointment.",
                ),
            ),
            ExampleNote(
                3,
                "rose",
                Words("La prise de rendez-vous en ligne n’a servi à rien.", "Online booking was of no use."),
            ),
            ExampleNote(
                4,
                "menthe",
                Words(
                    "9 dossiers complets sur 10, du premier coup.", "9 files out of 10 complete, first time."
                ),
            ),
            ExampleNote(4, "menthe", Words("« On m’a crue. »", "“They believed me.”")),
            ExampleNote(
                5,
                "lilas",
                Words(
                    "Ouvrir ce guichet deux matinées par semaine dès le 1er septembre.",
                    "Open this desk two mornings a week from the 1st of September.",
                ),
            ),
            ExampleNote(6, "sable", Words("Combien d’agents en plus ?", "How many more staff?")),
            ExampleNote(6, "sable", Words("Que dira le syndicat ?", "What will the union say?")),
            ExampleNote(
                7, "sable", Words("Aucun : deux demi-postes déplacés.", "None: two half-posts moved.")
            ),
            ExampleNote(
                7,
                "sable",
                Words(
                    "Les deux agentes sont venues à l’essai et demandent la suite.",
                    "Both officers came to the trial and ask for more.",
                ),
            ),
            ExampleNote(8, "rose", Words("« Parcours usager omnicanal ».", "“Omnichannel user journey”.")),
        ),
    ),
)
