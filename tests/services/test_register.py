"""The register of authorities: what is in it, how it is loaded, and what people find by typing."""

import json
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.authority import NATURES, Authority, AuthorityKind, load_register
from models.errors import Invalid
from models.session import configure, database, reading, transaction
from workspace.services import register
from workspace.services.register import Choice, hint_of, resolve_authority, search_authorities

REGISTER = Path(__file__).resolve().parents[2] / "build" / "authorities.json"


@pytest.fixture
def session(register_template: Path) -> Iterator[Session]:
    """The database with the real register; nothing is written to it."""
    url = f"sqlite:///{register_template}"
    if database().url != url:
        configure(url)
    with reading() as session:
        yield session


def found(session: Session, text: str) -> list[str]:
    return [choice.value for choice in search_authorities(session, text)]


def hints(session: Session, text: str) -> dict[str, str]:
    return {choice.value: choice.hint for choice in search_authorities(session, text)}


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("cayenne", "commune-97302"),
        ("CAYENNE", "commune-97302"),
        (" Cayenne ", "commune-97302"),
        ("saint laurent du maroni", "commune-97311"),
        ("St Laurent du Maroni", "commune-97311"),
        ("saint-laurent-du-mar", "commune-97311"),
        ("laurent maroni", "commune-97311"),
        ("orleans metropole", "epci-244500468"),
        ("métropole d’orléans", "epci-244500468"),
        ("Orléans", "commune-45234"),
        ("paris", "commune-75056"),
        ("paris 9", "commune-75109"),
        ("paris 9e", "commune-75109"),
        ("Paris 9ème", "commune-75109"),
        ("paris 1er", "commune-75101"),
        ("lyon 3e arrondissement", "commune-69383"),
        ("la reunion", "region-04"),
        ("Réunion", "region-04"),
        ("guyane", "region-03"),
        ("martinique", "region-02"),
        ("mayotte", "departement-976"),
        ("guadeloupe", "region-01"),
        ("saint pierre et miquelon", "collectivite-975"),
        ("nouvelle caledonie", "collectivite-988"),
        ("polynesie", "collectivite-987"),
        ("wallis", "collectivite-986"),
        ("saint barthelemy", "collectivite-977"),
        ("L’Haÿ", "commune-94038"),
        ("L'Hay", "commune-94038"),
        ("lhay les", "commune-94038"),
        ("oeting", "commune-57521"),
        ("Œting", "commune-57521"),
        ("havre", "commune-76351"),
        ("stras", "commune-67482"),
        ("ste suzanne 974", "commune-97420"),
        ("Bois d'Arcy", "commune-78073"),
        ("bois darcy", "commune-78073"),
        ("communauté de communes coeur de lozère", "epci-244800405"),
        ("cœur de lozère", "epci-244800405"),
        ("Métropole de Lyon", "epci-200046977"),
        ("plaine commune", "epci-200057867"),
        ("alsace", "departement-6AE"),
        ("Bas-Rhin", "departement-6AE"),
        ("corse", "region-94"),
        ("haute-corse", "region-94"),
        ("Ville de Cayenne", "commune-97302"),
        ("Conseil départemental du Loiret", "departement-45"),
        ("Région Bretagne", "region-53"),
        ("saint denis reunion", "commune-97411"),
    ],
)
def test_name_as_people_type_it_finds_the_authority_first(session: Session, typed: str, code: str) -> None:
    assert found(session, typed)[0] == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("97302", "commune-97302"),
        ("97300", "commune-97302"),
        ("2a004", "commune-2A004"),
        ("244500468", "epci-244500468"),
        ("45", "departement-45"),
        ("973", "region-03"),
        ("2A", "region-94"),
        ("75", "commune-75056"),
        ("67", "departement-6AE"),
        ("974", "departement-974"),
        ("97133", "collectivite-977"),
    ],
)
def test_insee_postal_and_department_numbers_find_the_authority_first(
    session: Session, typed: str, code: str
) -> None:
    assert found(session, typed)[0] == code


def test_department_number_is_followed_by_its_largest_communes(session: Session) -> None:
    assert found(session, "973")[1:4] == ["commune-97302", "commune-97311", "commune-97307"]


def test_exact_name_comes_before_longer_ones_however_large(session: Session) -> None:
    values = found(session, "ST-LAURENT")
    names = [choice.label for choice in search_authorities(session, "ST-LAURENT")]
    assert names[:3] == ["Saint-Laurent"] * 3
    assert len(values) == len(set(values)) == register.LIMIT


def test_unfinished_st_proposes_saints_and_names_that_begin_so(session: Session) -> None:
    assert any(choice.label.startswith("Saint-Étienne") for choice in search_authorities(session, "st"))
    index = register._index(session)
    assert "commune-67482" in index.search(["saint stras", "stras"], 12)


def test_homonyms_show_their_departement(session: Session) -> None:
    shown = hints(session, "saint laurent")
    assert shown["commune-74244"] == "Commune · Haute-Savoie (74)"
    assert len(set(shown.values())) == len(shown)


def test_no_two_authorities_look_the_same(session: Session) -> None:
    everything = session.scalars(select(Authority)).all()
    seen = {(authority.name, hint_of(authority)) for authority in everything}
    assert len(seen) == len(everything)


@pytest.mark.parametrize(
    ("typed", "code", "hint"),
    [
        ("cayenne", "commune-97302", "Commune · Guyane (973)"),
        ("paris 9", "commune-75109", "Arrondissement municipal · Paris (75)"),
        ("orleans metropole", "epci-244500468", "Métropole · Loiret (45)"),
        ("loiret", "departement-45", "Département (45) · Centre-Val de Loire"),
        ("la reunion", "region-04", "Région"),
        ("la reunion", "departement-974", "Département (974)"),
        ("la reunion", "commune-47222", "Commune · Lot-et-Garonne (47)"),
        ("guyane", "region-03", "Collectivité territoriale unique (973)"),
        ("polynesie francaise", "collectivite-987", "Collectivité d’outre-mer (987)"),
        ("alsace", "departement-6AE", "Département · Grand Est"),
    ],
)
def test_hint_says_what_it_is_and_where(session: Session, typed: str, code: str, hint: str) -> None:
    assert hints(session, typed)[code] == hint


def test_merged_authorities_stand_once(session: Session) -> None:
    gone = [
        "departement-75",
        "departement-973",
        "departement-972",
        "departement-67",
        "departement-2A",
        "region-06",
    ]
    assert session.scalars(select(Authority.code).where(Authority.code.in_(gone))).all() == []
    assert session.get(Authority, "commune-97801") is None


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("commune-97302", "America/Cayenne"),
        ("region-03", "America/Cayenne"),
        ("region-04", "Indian/Reunion"),
        ("epci-249740119", "Indian/Reunion"),
        ("commune-98818", "Pacific/Noumea"),
        ("commune-98735", "Pacific/Tahiti"),
        ("commune-98731", "Pacific/Marquesas"),
        ("commune-97502", "America/Miquelon"),
        ("commune-45234", "Europe/Paris"),
        ("region-24", "Europe/Paris"),
    ],
)
def test_time_zone_is_the_place_s_own(session: Session, code: str, zone: str) -> None:
    assert session.get_one(Authority, code).time_zone == zone


def test_register_is_complete_and_consistent(session: Session) -> None:
    counts = dict(session.execute(select(Authority.nature, func.count()).group_by(Authority.nature)).all())
    assert counts["commune"] > 34_000
    assert counts["arrondissement"] == 45
    assert counts["cc"] + counts["ca"] + counts["cu"] + counts["metropole"] > 1_200
    assert counts["region"] + counts["unique"] == 17
    assert set(counts) == set(NATURES)
    loiret = session.get_one(Authority, "departement-45")
    assert (loiret.kind, loiret.region_name) == (AuthorityKind.DEPARTMENT, "Centre-Val de Loire")
    communes = select(func.sum(Authority.population)).where(
        Authority.department_code == "45", Authority.kind == AuthorityKind.COMMUNE
    )
    assert session.scalar(communes) == loiret.population > 600_000


def test_code_or_name_without_choosing_resolves_when_only_one_fits(session: Session) -> None:
    for typed in ("commune-97302", "Cayenne", "cayenne", "Mairie de Cayenne", "97302"):
        authority = resolve_authority(session, typed).authority
        assert authority is not None
        assert authority.code == "commune-97302"


def test_ambiguous_name_resolves_to_candidates(session: Session) -> None:
    resolution = resolve_authority(session, "La Réunion")
    assert resolution.authority is None
    assert [choice.value for choice in resolution.candidates[:3]] == [
        "region-04",
        "departement-974",
        "commune-47222",
    ]


@pytest.mark.parametrize("typed", ["", "   ", "cayen", "xyzzy", "commune-00000", "’’’", "%", "😀", "(", ".*"])
def test_unfinished_or_unknown_name_resolves_to_no_authority(session: Session, typed: str) -> None:
    assert resolve_authority(session, typed).authority is None


@pytest.mark.parametrize("typed", ["", " ", "-", "’", "%", "_", "😀", "\\", "\t\v\n", "[", "ŋŋ"])
def test_text_without_letters_finds_nothing(session: Session, typed: str) -> None:
    assert found(session, typed) == []


@pytest.mark.parametrize("typed", ["caye\x00nne", "x" * 101, "caf\ufffd"])
def test_unreadable_or_overlong_text_is_refused(session: Session, typed: str) -> None:
    with pytest.raises(Invalid):
        search_authorities(session, typed)
    with pytest.raises(Invalid):
        resolve_authority(session, typed)


def test_every_prefix_answers_well_under_50_ms(session: Session) -> None:
    names = session.scalars(select(Authority.name).order_by(Authority.code)).all()[:: 36_000 // 40]
    search_authorities(session, "a")
    durations = []
    for name in names:
        for end in range(1, len(name) + 1):
            start = time.process_time()  # what others do on this machine does not count
            search_authorities(session, name[:end])
            durations.append(time.process_time() - start)
    assert statistics.quantiles(durations, n=100)[94] < 0.050


def test_typing_a_whole_name_always_finds_it(session: Session) -> None:
    everything = session.scalars(select(Authority).order_by(Authority.code)).all()
    for authority in everything[::720]:
        resolution = resolve_authority(session, authority.name)
        values = [choice.value for choice in resolution.candidates]
        same_name = [other for other in everything if other.name == authority.name]
        assert authority.code in values or len(same_name) > register.LIMIT


def small_register(path: Path, *rows: tuple[str, str]) -> Path:
    """A register file with these (code, name) communes."""
    entries = [
        [
            f"commune-{code}",
            "commune",
            name,
            None,
            "45",
            "Centre",
            10,
            "Europe/Paris",
            f"\t{name.lower()}\t{code}\t\v",
        ]
        for code, name in rows
    ]
    path.write_text(json.dumps({"version": "1", "departments": {"45": "Loiret"}, "rows": entries}))
    return path


def test_loading_twice_changes_nothing_and_says_so(any_database_url: str, tmp_path: Path) -> None:
    path = small_register(tmp_path / "register.json", ("45001", "Adon"), ("45002", "Aillant"))
    with transaction() as session:
        assert load_register(session, path) is True
    with transaction() as session:
        assert load_register(session, path) is False
        assert session.scalar(select(func.count()).select_from(Authority)) == 2


def test_new_register_renames_adds_and_delists(any_database_url: str, tmp_path: Path) -> None:
    old = small_register(tmp_path / "old.json", ("45001", "Adon"), ("45002", "Aillant"))
    new = small_register(tmp_path / "new.json", ("45001", "Adon-le-Neuf"), ("45003", "Amilly"))
    with transaction() as session:
        load_register(session, old)
        assert [choice.label for choice in search_authorities(session, "a")] == ["Adon", "Aillant"]
    with transaction() as session:
        assert load_register(session, new)
        assert [choice.label for choice in search_authorities(session, "a")] == ["Adon-le-Neuf", "Amilly"]
        assert session.get_one(Authority, "commune-45002").listed is False
        assert resolve_authority(session, "commune-45002").authority is not None


def test_authority_added_by_hand_is_found_without_a_register(any_database_url: str) -> None:
    with transaction() as session:
        session.add(
            Authority(
                code="other-sieeen",
                kind=AuthorityKind.OTHER,
                name="Syndicat de l’Énergie",
                official_code="sieeen",
                department_code="58",
                department_name="Nièvre",
            )
        )
        session.flush()
        expected = Choice("other-sieeen", "Syndicat de l’Énergie", "Autre collectivité · Nièvre (58)")
        assert search_authorities(session, "syndicat energie") == [expected]


def test_real_register_loads_whole_on_both_databases(any_database_url: str) -> None:
    with transaction() as session:
        assert load_register(session, REGISTER)
        assert session.scalar(select(func.count()).select_from(Authority)) > 36_000
        assert not load_register(session, REGISTER)
