"""Template « Script d’intéressement »: a partner, from what matters to them to a first small step."""

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

BEFORE, TALK, AFTER = wide(3), wide(4), wide(2)
ROW = high(1)
HEADINGS = 144
ROWS = tuple(192 + row * (ROW + ARROW) for row in range(3))
TALK_LEFT = BEFORE + ARROW
AFTER_LEFT = TALK_LEFT + TALK + ARROW
WHOLE = 3 * ROW + 2 * ARROW
HEADING = 11 * GRID

SCRIPT_INTERESSEMENT = BoardTemplate(
    code="script-d-interessement",
    stages=("spread", "invent"),
    minutes=45,
    people=(2, 6),
    name=Words("Script d’intéressement", "Script to win a partner"),
    purpose=Words(
        "Préparer l’appel qui fait entrer un partenaire dans le projet, en partant de ce qui compte pour "
        "lui.",
        "Prepare the call that brings a partner into the project, starting from what matters to them.",
    ),
    moment=Words(
        "Avant d’appeler une entreprise, une association ou un voisin qui n’a rien demandé, ou quand un "
        "partenaire ne répond plus. Un tableau par partenaire ; vous repartez avec la première phrase à "
        "dire.",
        "Before calling a company, an association or a neighbour who asked for nothing, or when a partner "
        "no longer answers. One board per partner; you leave with the first sentence to say.",
    ),
    how_to=(
        Words(
            "Cadre 1 : une personne, pas une structure. Qui décroche, qui décide ?",
            "Frame 1: a person, not an organisation. Who picks up the phone, who decides?",
        ),
        Words(
            "Cadres 2 et 3 : ce qui compte pour elle, ce qui la retient. Ce que vous ignorez devient une "
            "question.",
            "Frames 2 and 3: what matters to them, what holds them back. What you do not know becomes a "
            "question.",
        ),
        Words(
            "Cadres 4, 5 et 6 : écrivez-les comme vous les diriez, puis jouez l’appel à deux.",
            "Frames 4, 5 and 6: write them as you would say them, then play the call in pairs.",
        ),
        Words(
            "Le premier pas tient en une heure et se refuse sans gêne. Pas d’engagement, pas de comité.",
            "The first step fits in an hour and can be refused without embarrassment. No commitment, no "
            "committee.",
        ),
        Words(
            "Cadre 7 : après l’appel, ce qui a été dit, et ce que vous lui ferez savoir, même s’il a refusé.",
            "Frame 7: after the call, what was said, and what you will let them know, even if they refused.",
        ),
    ),
    texts=(
        TextSeed(
            Words("Faire entrer quelqu’un dans le projet", "Bringing somebody into the project"),
            0,
            0,
            1200,
            "xl",
        ),
        TextSeed(
            Words(
                "On ne convainc pas : on trouve l’endroit où son intérêt et le nôtre se touchent.",
                "You do not convince: you find where their interest and yours touch.",
            ),
            0,
            72,
            1200,
        ),
        TextSeed(Words("Avant l’appel", "Before the call"), PADDING, HEADINGS, HEADING, "l"),
        TextSeed(Words("Pendant", "During"), TALK_LEFT + PADDING, HEADINGS, HEADING, "l"),
        TextSeed(Words("Après", "After"), AFTER_LEFT + PADDING, HEADINGS, HEADING, "l"),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Qui est-ce ?", "Who is it?"),
            Words(
                "Nom de fonction, ce qu’elle fait chaque jour, qui nous la présente.",
                "Role, what they do each day, who introduces us.",
            ),
            0,
            ROWS[0],
            BEFORE,
            ROW,
        ),
        ZoneSeed(
            2,
            Words("Ce qui compte pour elle", "What matters to them"),
            Words(
                "Son temps, son argent, son nom, ses équipes, sa rue. Comment le savez-vous ?",
                "Their time, money, name, staff, street. How do you know?",
            ),
            0,
            ROWS[1],
            BEFORE,
            ROW,
        ),
        ZoneSeed(
            3,
            Words("Ce qui la retient", "What holds them back"),
            Words(
                "Déjà déçue ? Trop loin, trop long, trop politique ?",
                "Let down before? Too far, too long, too political?",
            ),
            0,
            ROWS[2],
            BEFORE,
            ROW,
        ),
        ZoneSeed(
            4,
            Words("La première phrase", "The first sentence"),
            Words(
                "Elle parle d’elle, pas de nous. Moins de vingt mots, à dire tout haut.",
                "It is about them, not us. Fewer than twenty words, to be said aloud.",
            ),
            TALK_LEFT,
            ROWS[0],
            TALK,
            ROW,
            tone="keep",
        ),
        ZoneSeed(
            5,
            Words("Ce que nous lui apportons", "What we bring them"),
            Words(
                "Une chose qu’elle obtient vraiment, et quand. Et ce que nous ne pouvons pas promettre.",
                "One thing they really get, and when. And what we cannot promise.",
            ),
            TALK_LEFT,
            ROWS[1],
            TALK,
            ROW,
        ),
        ZoneSeed(
            6,
            Words("Le premier pas que nous demandons", "The first step we ask for"),
            Words(
                "Une heure au plus, une date, un lieu. « Si c’est non, dites-le, ce n’est pas grave. »",
                "One hour at most, a date, a place. “If it is no, say so, it does not matter.”",
            ),
            TALK_LEFT,
            ROWS[2],
            TALK,
            ROW,
        ),
        ZoneSeed(
            7,
            Words("La suite", "What follows"),
            Words(
                "Ce qui a été dit, qui rappelle et quand, ce que nous lui ferons savoir.",
                "What was said, who calls back and when, what we will let them know.",
            ),
            AFTER_LEFT,
            ROWS[0],
            AFTER,
            WHOLE,
            tone="keep",
        ),
    ),
    arrows=chain("zone-4", "zone-5", "zone-6"),
    example=Example(
        scene=Words(
            "Val-des-Aulnes veut que le supermarché donne ses invendus à la cuisine du centre social.",
            "Val-des-Aulnes wants the supermarket to give its unsold food to the kitchen of the social "
            "centre.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Chef du rayon frais : sur place dès 5 h, c’est lui qui jette.",
                    "Head of fresh food: there from 5:00, he is the one who throws away.",
                ),
            ),
            ExampleNote(
                1, "jonc", Words("La directrice signe, mais le suit.", "The manager signs, but follows him.")
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "Deux bennes par semaine, qu’il paie. Il en a honte.",
                    "Two skips a week, which he pays for. He is ashamed of it.",
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "Question : un reçu fiscal l’intéresse-t-il ?",
                    "Question: is a tax receipt of interest to him?",
                ),
            ),
            ExampleNote(
                3,
                "rose",
                Words(
                    "En 2022 une association venait une fois sur deux.",
                    "In 2022 an association came every other time.",
                ),
            ),
            ExampleNote(
                3,
                "rose",
                Words(
                    "Peur d’un accident avec la chaîne du froid.",
                    "Afraid of an accident with the cold chain.",
                ),
            ),
            ExampleNote(
                4,
                "lilas",
                Words(
                    "« On m’a dit que jeter le frais, chaque matin, vous restait en travers. »",
                    "“I heard that throwing fresh food away, every morning, sticks in your throat.”",
                ),
            ),
            ExampleNote(
                5,
                "menthe",
                Words(
                    "Un passage chaque jour à 6 h 30, même deux cageots.",
                    "A pick-up every day at 6:30, even for two crates.",
                ),
            ),
            ExampleNote(
                5,
                "menthe",
                Words(
                    "Nous ne pouvons pas promettre de prendre le poisson.", "We cannot promise to take fish."
                ),
            ),
            ExampleNote(
                6,
                "abricot",
                Words(
                    "« Venez voir la cuisine jeudi, une demi-heure, avec votre adjoint. »",
                    "“Come and see the kitchen on Thursday, for half an hour, with your deputy.”",
                ),
            ),
            ExampleNote(
                7,
                "sable",
                Words(
                    "Il vient jeudi. Samira lui écrit mercredi.",
                    "He comes on Thursday. Samira writes to him on Wednesday.",
                ),
            ),
            ExampleNote(
                7,
                "sable",
                Words(
                    "Lui dire chaque mois combien de repas sont sortis de ses cageots.",
                    "Tell him every month how many meals came out of his crates.",
                ),
            ),
        ),
    ),
)
