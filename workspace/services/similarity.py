"""Problems that look like one being written: a small lexical measure whose answer can be explained.

Each problem is a bag of word stems, those of its title counted three times. A stem weighs more when few
problems use it (inverse document frequency), and two problems are as alike as the cosine of their weights:
1 for the same words, 0 for none in common. The stems that count most are given back as written, so that
the page can say why.

It is our own because the corpora are small (a programme's problems, hundreds, not millions), the texts
are short, the answer must be explained in a sentence, and a library would weigh more than these lines.
Synonyms are not seen: « cantine » and « restauration scolaire » have nothing in common here.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log, sqrt

from sqlalchemy.orm import Session

from models.access import visible_problems
from models.policy import Actor
from models.problem import Problem
from models.search_text import fold

LIMIT = 4
LEAST_SCORE = 0.12
TITLE_WEIGHT = 3
REASON_WORDS = 4
READ_LENGTH = 6000
_PLURAL = re.compile(r"(.{4,})[sx]")
_ENDING = re.compile(
    r"(.{4,}?)(?:issement|ation|ateur|atrice|ement|euse|eur|ite|ative|ive|atif|if|able|ible|ance|ence|ante|ant|ente|ent"
    r"|age|ee|er|ir|ez|e|t)"
)
_TWICE = re.compile(r"(.)\1$")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_STOP = frozenset(
    fold(
        """
        à afin ainsi alors après assez au aucun aucune aujourd auquel aussi autant autour autre autres aux
        avant avec avoir beaucoup bien bon bonne car ce ceci cela celle celles celui ces cet cette ceux
        chacun chacune chaque chez ci comme comment contre d dans de dehors depuis dernier derrière des dès
        deux devant doit doivent donc dont du durant elle elles en encore enfin ensuite entre envers es est
        et étaient était étant être eu eux faire fait faites fois font grâce hors il ils ici j je jamais
        jusqu jusque l la là le les leur leurs lors lorsque lui m ma mais mal malgré me même mêmes mes
        mettre mieux moi moins mon n ne ni non nos notre nôtre nous on ont ou où par parce parfois parmi
        pas pendant peu peut peuvent plus plusieurs plutôt pour pourquoi pourtant pouvoir près presque pu
        puis puisque qu quand que quel quelle quelles quelque quelques quels qui quoi rien s sa sans se
        sein selon sera seront ses seul seule seulement si sien soit son sont sous souvent sur surtout t ta
        tandis tant te tel telle telles tels tes toi ton toujours tous tout toute toutes très trois trop tu
        un une va vers via voici voilà voir vont vos votre vôtre vous y
        problème problèmes problématique défi situation objectif solution collectivité
        """
    ).split()
)


@dataclass(frozen=True)
class Similar:
    """A problem the actor may read, how alike it is (0 to 1), and the words in common, weightiest first."""

    problem: Problem
    score: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """How often each stem occurs in a text, and the first word that had it."""

    counts: Mapping[str, int]
    words: Mapping[str, str]


def find_similar(
    session: Session, actor: Actor, title: str, challenge: str, *, besides: int | None = None
) -> list[Similar]:
    """The problems most like this text among those the actor may read, except `besides`. Two queries."""
    wanted = terms_of(title[:READ_LENGTH], challenge[:READ_LENGTH])
    if not wanted.counts:
        return []
    rows = session.execute(
        visible_problems(actor).with_only_columns(Problem.id, Problem.title, Problem.challenge)
    ).all()
    rows = [row for row in rows if row.id != besides]
    documents = [terms_of(row.title, row.challenge[:READ_LENGTH]) for row in rows]
    ranked = rank(wanted, documents)[:LIMIT]
    found = {
        problem.id: problem
        for problem in session.scalars(
            visible_problems(actor).where(Problem.id.in_([rows[position].id for position, _, _ in ranked]))
        )
    }
    return [Similar(found[rows[position].id], score, words) for position, score, words in ranked]


def rank(wanted: Terms, documents: Sequence[Terms]) -> list[tuple[int, float, tuple[str, ...]]]:
    """(position, score, words in common) of the documents that are alike enough, best first."""
    rarity = _rarity(documents, wanted)
    norm = _norm(wanted, rarity)
    found = []
    for position, document in enumerate(documents):
        shared = {
            stem: count * document.counts[stem] * rarity[stem] ** 2
            for stem, count in wanted.counts.items()
            if stem in document.counts
        }
        if not shared:
            continue
        score = sum(shared.values()) / (norm * _norm(document, rarity))
        if score >= LEAST_SCORE:
            stems = sorted(shared, key=lambda stem: -shared[stem])[:REASON_WORDS]
            found.append((position, score, tuple(wanted.words[stem] for stem in stems)))
    return sorted(found, key=lambda one: -one[1])


@lru_cache(maxsize=4096)
def terms_of(title: str, challenge: str) -> Terms:
    """The stems of a problem's title and challenge. Kept, since the same problems are compared again."""
    counts: Counter[str] = Counter()
    words: dict[str, str] = {}
    for text, weight in ((title, TITLE_WEIGHT), (challenge, 1)):
        for word in _WORD.findall(text):
            stem = stem_of(word)
            if stem:
                counts[stem] += weight
                words.setdefault(stem, word.lower())
    return Terms(counts, words)


@lru_cache(maxsize=16384)
def stem_of(word: str) -> str:
    """A word without accents, case and its commonest French endings; '' for one that says nothing.

    « déchets » and « Déchet » give the same, so do « habitante » and « habitants ».
    """
    folded = fold(word)
    if len(folded) < 3 or folded in _STOP or folded.isdigit():
        return ""
    for ending in (_PLURAL, _ENDING):
        if found := ending.fullmatch(folded):
            folded = found[1]
    return _TWICE.sub(r"\1", folded)


def _rarity(documents: Sequence[Terms], wanted: Terms) -> Mapping[str, float]:
    """The weight of each stem: high when few documents have it, never zero."""
    having: Counter[str] = Counter(wanted.counts.keys())
    for document in documents:
        having.update(document.counts.keys())
    total = len(documents) + 1
    return {stem: 1.0 + log(total / count) for stem, count in having.items()}


def _norm(terms: Terms, rarity: Mapping[str, float]) -> float:
    return sqrt(sum((count * rarity[stem]) ** 2 for stem, count in terms.counts.items()))
