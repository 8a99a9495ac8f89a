"""The provider's settings: all or none, and one sentence for what is wrong."""

from pathlib import Path

import pytest

from workspace.settings import SettingsError, load

GOOD = {
    "ETABLI_OIDC_ISSUER": "https://connexion.example/api/v2",
    "ETABLI_OIDC_CLIENT_ID": "etabli",
    "ETABLI_OIDC_CLIENT_SECRET": "un secret",
    "ETABLI_OIDC_LABEL": "ProConnect",
}
PRODUCTION = {
    "ETABLI_ENV": "production",
    "ETABLI_ORIGINS": "https://etabli.example",
    "ETABLI_TRUSTED_PROXIES": "1",
}


def test_unset_is_off(tmp_path: Path) -> None:
    assert load({"ETABLI_DATA": str(tmp_path)}).oidc is None


def test_what_is_given_is_kept(tmp_path: Path) -> None:
    more = {
        "ETABLI_OIDC_SCOPES": "email given_name openid usual_name",
        "ETABLI_OIDC_ACR_VALUES": "eidas1 eidas2",
        "ETABLI_OIDC_AUTH_METHOD": "client_secret_post",
        "ETABLI_OIDC_SIGNED_USERINFO": "1",
        "ETABLI_OIDC_PKCE": "0",
    }
    found = load({"ETABLI_DATA": str(tmp_path), **GOOD, **more, **PRODUCTION}).oidc
    assert found is not None
    assert found.scopes == ("openid", "email", "given_name", "usual_name")
    assert found.acr_values == ("eidas1", "eidas2")
    assert (found.auth_method, found.signs_userinfo, found.sends_pkce) == ("client_secret_post", True, False)
    assert "un secret" not in repr(found)


@pytest.mark.parametrize("absent", sorted(GOOD))
def test_half_a_provider_is_refused(tmp_path: Path, absent: str) -> None:
    given = {name: value for name, value in GOOD.items() if name != absent}
    with pytest.raises(SettingsError, match=absent):
        load({"ETABLI_DATA": str(tmp_path), **given})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISSUER", "connexion.example"),
        ("ISSUER", "https://connexion.example/?a=b"),
        ("ISSUER", "https://a:b@connexion.example"),
        ("ISSUER", "file:///etc"),
        ("AUTH_METHOD", "none"),
        ("PKCE", "oui"),
        ("SIGNED_USERINFO", "true"),
    ],
)
def test_wrong_value_is_refused(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"ETABLI_OIDC_{name}"):
        load({"ETABLI_DATA": str(tmp_path), **GOOD, f"ETABLI_OIDC_{name}": value})


def test_production_asks_for_https(tmp_path: Path) -> None:
    plain = {**GOOD, "ETABLI_OIDC_ISSUER": "http://connexion.example"}
    assert load({"ETABLI_DATA": str(tmp_path), **plain}).oidc is not None
    with pytest.raises(SettingsError, match="https"):
        load({"ETABLI_DATA": str(tmp_path), **plain, **PRODUCTION})
