"""Problems that look alike: what is found, why, for whom, and how fast."""

import random
import time

import pytest

from models.problem import Confidentiality, ProblemStatus
from models.session import reading, transaction
from tests.factories import World, make_problem
from tests.queries import counting_queries
from workspace.services.similarity import Similar, find_similar, rank, stem_of, terms_of


def similar(world: World, who: str, title: str, challenge: str = "", **options: int) -> list[Similar]:
    with reading() as session:
        return find_similar(session, world.actor(session, who), title, challenge, **options)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Déchets", "dechet"),
        ("habitantes", "habitants"),
        ("accueillir", "accueil"),
        ("citoyenne", "citoyens"),
        ("gaspillage", "gaspiller"),
        ("associations", "associatif"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem_of(one) == stem_of(other) != ""


@pytest.mark.parametrize("word", ["le", "avec", "plusieurs", "collectivité", "problème", "2026", "à"])
def test_words_that_say_nothing_have_no_stem(word: str) -> None:
    assert stem_of(word) == ""


def test_different_words_keep_different_stems() -> None:
    assert len({stem_of(word) for word in ("mairie", "maire", "marché", "marais")}) == 4


def test_same_subject_in_other_words_forms_is_found_with_its_reason(any_world: World) -> None:
    found = similar(any_world, "paul", "Accueillir mieux en mairie", "Les files découragent les habitantes.")
    assert [one.problem.title for one in found] == ["Accueil de la mairie"]
    assert "accueillir" in found[0].words
    assert 0.3 < found[0].score <= 1


def test_another_subject_is_not_found(any_world: World) -> None:
    assert similar(any_world, "paul", "Trier les déchets", "Les bacs débordent chaque été.") == []


def test_empty_text_finds_nothing_and_asks_nothing(any_world: World) -> None:
    with reading() as session:
        actor = any_world.actor(session, "paul")
        with counting_queries() as queries:
            assert find_similar(session, actor, "le la les", "") == []
    assert int(queries) == 0


def test_problem_is_not_similar_to_itself(any_world: World) -> None:
    title, challenge = any_world.problem.title, any_world.problem.challenge
    assert similar(any_world, "alice", title, challenge, besides=any_world.problem.id) == []
    assert len(similar(any_world, "alice", title, challenge)) == 1


def test_only_problems_one_may_read_are_compared(any_world: World) -> None:
    with transaction() as session:
        for title, values in {
            "Cantine secrète un": {"status": ProblemStatus.DRAFT},
            "Cantine secrète deux": {"status": ProblemStatus.SUBMITTED},
            "Cantine secrète trois": {"confidentiality": Confidentiality.TEAM},
        }.items():
            make_problem(session, any_world.cohort, any_world.bob, title=title, **values)
        make_problem(session, any_world.other_cohort, any_world.zoe, title="Cantine secrète quatre")
    assert similar(any_world, "paul", "Cantine secrète") == []
    assert len(similar(any_world, "bob", "Cantine secrète")) == 3


def test_closest_comes_first() -> None:
    documents = [
        terms_of("Accueil", "Une file à la piscine"),
        terms_of("Accueil de la mairie", "Une file chaque lundi"),
        terms_of("Jardins", "Eau et compost"),
    ]
    ranked = rank(terms_of("Accueil en mairie", "La file du lundi"), documents)
    assert [position for position, _score, _words in ranked] == [1, 0]


def test_two_queries_whatever_the_number_of_problems(any_world: World) -> None:
    def count() -> int:
        with reading() as session:
            actor = any_world.actor(session, "paul")
            with counting_queries() as queries:
                find_similar(session, actor, "Accueil de la mairie", "Les files d’attente")
        return int(queries)

    before = count()
    with transaction() as session:
        for number in range(30):
            make_problem(session, any_world.cohort, any_world.bob, title=f"Accueil {number}")
    assert count() == before == 2


def test_two_thousand_problems_are_compared_quickly() -> None:
    chance = random.Random(7)
    vocabulary = ["".join(chance.choices("abcdeilmnoprstu", k=chance.randint(4, 10))) for _ in range(4000)]
    texts = [
        (" ".join(chance.choices(vocabulary, k=8)), " ".join(chance.choices(vocabulary, k=90)))
        for _ in range(2000)
    ]
    documents = [terms_of(*text) for text in texts]
    started = time.perf_counter()
    ranked = rank(terms_of(*texts[5]), documents)
    elapsed = time.perf_counter() - started
    assert ranked[0][0] == 5
    assert elapsed < 1  # some 50 ms on the slowest machine we have; the bound only catches a quadratic slip
