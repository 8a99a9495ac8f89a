"""Template « Comment pourrions-nous »: what was learnt is turned into questions, and two are kept."""

from models.board.templates.parts import (
    ARROW,
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

LEARNT, ASKED = wide(4), wide(6)
WIDTH = LEARNT + ARROW + ASKED
SIDE = wide(3)
MIDDLE = WIDTH - 2 * SIDE - 2 * ARROW
TOP = 144
BELOW = TOP + high(2) + ARROW

COMMENT_POURRIONS_NOUS = BoardTemplate(
    code="comment-pourrions-nous",
    stages=("invent",),
    minutes=45,
    people=(3, 10),
    name=Words("Comment pourrions-nous", "How might we"),
    purpose=Words(
        "Passer de ce que vous avez appris à une question qui donne envie de chercher.",
        "Go from what you learnt to a question that makes people want to search.",
    ),
    moment=Words(
        "Entre l’écoute et les idées. Vous repartez avec deux questions : c’est avec elles que vous "
        "inviterez "
        "des habitants et des partenaires.",
        "Between listening and ideas. You leave with two questions: with them you will invite residents "
        "and partners.",
    ),
    how_to=(
        Words(
            "Cadre 1 : recopiez les constats qui vous ont surpris, un par note.",
            "Frame 1: copy the findings that surprised you, one per note.",
        ),
        Words(
            "Cadre 2 : seul et en silence, dix minutes. Chaque constat devient trois questions au moins.",
            "Frame 2: alone and in silence, ten minutes. Each finding becomes at least three questions.",
        ),
        Words(
            "Lisez-les à voix haute. Trop vaste ? Cadre 3. Elle contient déjà la réponse ? Cadre 4.",
            "Read them aloud. Too wide? Frame 3. It already holds the answer? Frame 4.",
        ),
        Words(
            "Reprenez ces questions : demandez « pour qui, à quel moment ? » pour resserrer, « pourquoi ? » "
            "pour ouvrir.",
            "Take these questions again: ask “for whom, at what moment?” to narrow, “why?” to open.",
        ),
        Words(
            "Cadre 5 : gardez deux questions auxquelles un enfant de dix ans pourrait répondre.",
            "Frame 5: keep two questions that a ten-year-old child could answer.",
        ),
    ),
    texts=(
        TextSeed(Words("Comment pourrions-nous… ?", "How might we…?"), 0, 0, 1200, "xl"),
        TextSeed(
            Words(
                "Une bonne question ne dit pas la réponse, et dix personnes y répondraient de dix façons.",
                "A good question does not give the answer, and ten people would answer it in ten ways.",
            ),
            0,
            72,
            1400,
        ),
    ),
    zones=(
        ZoneSeed(
            1,
            Words("Ce que nous avons appris", "What we have learnt"),
            Words(
                "Un fait vu ou entendu par note, surtout ce qui vous a surpris.",
                "One fact seen or heard per note, above all what surprised you.",
            ),
            0,
            TOP,
            LEARNT,
            high(2),
        ),
        ZoneSeed(
            2,
            Words("Comment pourrions-nous…", "How might we…"),
            Words(
                "Une question par note : « … pour que … ». Beaucoup, vite, sans trier.",
                "One question per note: “… so that …”. Many, fast, without sorting.",
            ),
            LEARNT + ARROW,
            TOP,
            ASKED,
            high(2),
        ),
        ZoneSeed(
            3,
            Words("Trop vaste", "Too wide"),
            Words(
                "On ne saurait pas par où commencer. Pour qui ? À quel moment ?",
                "One would not know where to start. For whom? At what moment?",
            ),
            0,
            BELOW,
            SIDE,
            high(2),
        ),
        ZoneSeed(
            5,
            Words("Juste assez ouverte", "Open just enough"),
            Words(
                "Deux questions, pas plus. Ce sont celles que vous poserez aux autres.",
                "Two questions, no more. They are those that you will ask others.",
            ),
            SIDE + ARROW,
            BELOW,
            MIDDLE,
            high(2),
            tone="keep",
        ),
        ZoneSeed(
            4,
            Words("Trop étroite", "Too narrow"),
            Words(
                "La solution est déjà dedans. Pourquoi la voulions-nous ?",
                "The solution is already in it. Why did we want it?",
            ),
            WIDTH - SIDE,
            BELOW,
            SIDE,
            high(2),
        ),
    ),
    arrows=(*chain("zone-1", "zone-2"), *chain("zone-3", "zone-5"), *chain("zone-4", "zone-5")),
    example=Example(
        scene=Words(
            "Communauté de communes du Haut-Sillon : des logements vides au-dessus des commerces.",
            "Haut-Sillon district: empty flats above the shops.",
        ),
        notes=(
            ExampleNote(
                1,
                "jonc",
                Words(
                    "31 logements vides dans la grande rue, 140 demandes en attente.",
                    "31 empty flats in the high street, 140 requests waiting.",
                ),
            ),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "« On y entre par la boutique : qui voudrait vivre là ? »",
                    "“You get in through the shop: who would live there?”",
                ),
            ),
            ExampleNote(
                1,
                "jonc",
                Words(
                    "Les propriétaires ont peur d’un locataire qui ne paie pas.",
                    "Owners are afraid of a tenant who does not pay.",
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "… faire visiter ces logements avant de parler de travaux ?",
                    "… show these flats before talking about works?",
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words(
                    "… rassurer un propriétaire dès la première semaine ?",
                    "… reassure an owner in the very first week?",
                ),
            ),
            ExampleNote(
                2,
                "ciel",
                Words("… donner à l’escalier sa propre porte ?", "… give the stairs a door of their own?"),
            ),
            ExampleNote(
                3, "sable", Words("… redonner vie au centre-bourg ?", "… bring the town centre back to life?")
            ),
            ExampleNote(
                4, "rose", Words("… créer une application de mise en relation ?", "… create a matching app?")
            ),
            ExampleNote(
                5,
                "lilas",
                Words(
                    "… rassurer un propriétaire, pour qu’il essaie de louer six mois ?",
                    "… reassure an owner, so that they try letting for six months?",
                ),
            ),
            ExampleNote(
                5,
                "lilas",
                Words(
                    "… vivre au-dessus d’une boutique sans la traverser ?",
                    "… live above a shop without walking through it?",
                ),
            ),
        ),
    ),
)
