"""French no-break spaces: where they go, and what they must never touch."""

import pytest

from workspace.i18n.typography import french


@pytest.mark.parametrize(
    ("typed", "set_as"),
    [
        ("Prêt ?", "Prêt\u202f?"),
        ("Attention !", "Attention\u202f!"),
        ("Un ; deux", "Un\u202f; deux"),
        ("Échéance : demain", "Échéance\u00a0: demain"),
        ("L’« atelier » commence", "L’«\u202fatelier\u202f» commence"),
        ("Bonjour %(name)s !", "Bonjour %(name)s\u202f!"),
        ("%(name)s : %(count)d notes", "%(name)s\u00a0: %(count)d notes"),
        ("« %(title)s » est publié", "«\u202f%(title)s\u202f» est publié"),
        ("50 %% des voix", "50\u202f%% des voix"),
        ("%(share)s %% des voix", "%(share)s\u202f%% des voix"),
        ("12 € par mois", "12\u202f€ par mois"),
        ("Vraiment ?!", "Vraiment\u202f?!"),
        ("<strong>Qui ?</strong> Quoi :", "<strong>Qui\u202f?</strong> Quoi\u00a0:"),
    ],
)
def test_plain_spaces_become_no_break_spaces(typed: str, set_as: str) -> None:
    assert french(typed) == set_as


@pytest.mark.parametrize(
    "text",
    [
        "Voir https://exemple.fr/aide?page=2&x=1;y#a:b pour la suite",
        "Ajoutez ?page=2 à l’adresse",
        "À 18:30 à Paris",
        "%(hour)s:%(minute)s",
        "mailto:mairie@exemple.fr",
        'Lire <a href="/aide?x=1">l’aide</a>',
        "déjà\u202f! fait\u00a0: oui",
        "sans",
    ],
)
def test_addresses_times_and_placeholders_stay_as_typed(text: str) -> None:
    assert french(text) == text


def test_typography_is_stable_when_applied_twice() -> None:
    once = french("« Prêt ? » : 50 %% !")
    assert french(once) == once
