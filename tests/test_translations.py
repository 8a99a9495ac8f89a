"""Every text exists in French and English; and the tool that says so sees what it should."""

import importlib
import json
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.mofile import read_mo

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def tool(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module("translations")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for folder in ("workspace/translations/en", "templates", "static/src/pages", "static/src/lib", "models"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def messages(tool: ModuleType, tree: Path) -> list[str]:
    return [f"{fault.where}: {fault.message}" for fault in tool.check_all(tree)]


def write_po(tree: Path, text: str, area: str = "area") -> None:
    (tree / f"workspace/translations/en/{area}.po").write_text(text, encoding="utf-8")


def test_every_text_is_in_both_languages(tool: ModuleType) -> None:
    faults = [f"{fault.where}: {fault.message}" for fault in tool.check_all(ROOT)]
    assert not faults, "\n".join(faults)


def test_texts_are_found_in_python_templates_and_scripts(tool: ModuleType, tree: Path) -> None:
    (tree / "models/stage.py").write_text('label = N_("Inventer")\n')
    (tree / "workspace/page.py").write_text(
        '_("Deux " "morceaux")\nngettext("%(num)s vote", "%(num)s votes", n)\n'
    )
    (tree / "templates/page.html").write_text(
        "<p title=\"{{ _('Titre') }}\">{% trans name=x %}Bonjour\n  {{ name }}{% endtrans %}</p>\n"
        '{{ field(form.x, hint=_("Aide")) }}'
    )
    (tree / "static/src/pages/board.ts").write_text(
        'const a = t("Note"); b(`${t("Zone")}`, t(\'Lien\' +\n " vers"));\n'
        'tn("%(num)s objet", "%(num)s objets", f(n)); this.t("Pas un texte"); // t("Commentaire")\n'
        '  // t("Autre commentaire")\nconst label = N_("L\\u2019encre");'
    )
    texts, faults = tool.extract(tree)
    assert not faults
    assert {(text.singular, text.plural) for text in texts} == {
        ("Inventer", None),
        ("Deux morceaux", None),
        ("%(num)s vote", "%(num)s votes"),
        ("Titre", None),
        ("Bonjour %(name)s", None),
        ("Aide", None),
        ("Note", None),
        ("Zone", None),
        ("Lien vers", None),
        ("%(num)s objet", "%(num)s objets"),
        ("Commentaire", None),
        ("L’encre", None),
    }
    assert {text.where for text in texts if text.singular == "Lien vers"} == {"static/src/pages/board.ts:1"}


def test_missing_unused_and_fuzzy_are_told_with_their_place(tool: ModuleType, tree: Path) -> None:
    (tree / "workspace/page.py").write_text('\n_("Sans anglais")\n_("Douteux")\n_("Vide")\n')
    write_po(
        tree,
        'msgid "Inutile"\nmsgstr "Unused"\n\n'
        '#, fuzzy\nmsgid "Douteux"\nmsgstr "Doubtful"\n\n'
        'msgid "Vide"\nmsgstr ""\n',
    )
    assert messages(tool, tree) == [
        "workspace/page.py:2: no English for 'Sans anglais'",
        "workspace/page.py:4: no English for 'Vide'",
        "workspace/translations/en/area.po:1: unused: 'Inutile'",
        "workspace/translations/en/area.po:5: fuzzy: 'Douteux'",
    ]
    assert [fault.where for fault in tool.check_all(tree, ["./workspace/page.py"])] == [
        "workspace/page.py:2",
        "workspace/page.py:4",
    ]


@pytest.mark.parametrize(
    ("french", "english", "fault"),
    [
        ("Bonjour %(name)s !", "Hello %(nom)s!", "placeholders differ"),
        ("Bonjour %(name)s !", "Hello!", "placeholders differ"),
        ("Lire <b>tout</b>", "Read all", "tags differ"),
        ("50 %% des voix", "50 % of the votes", "percent sign"),
    ],
)
def test_english_keeps_placeholders_tags_and_percent_signs(
    tool: ModuleType, tree: Path, french: str, english: str, fault: str
) -> None:
    (tree / "workspace/page.py").write_text(f"_({french!r})\n")
    write_po(tree, f'msgid "{french}"\nmsgstr "{english}"\n')
    (found,) = messages(tool, tree)
    assert fault in found


def test_same_text_may_stand_in_two_areas_only_with_the_same_english(tool: ModuleType, tree: Path) -> None:
    (tree / "workspace/page.py").write_text('_("Équipe")\n')
    write_po(tree, 'msgid "Équipe"\nmsgstr "Team"\n', "a")
    write_po(tree, 'msgid "Équipe"\nmsgstr "Team"\n', "b")
    assert messages(tool, tree) == []
    write_po(tree, 'msgid "Équipe"\nmsgstr "Crew"\n', "b")
    assert len(messages(tool, tree)) == 1
    write_po(tree, 'msgid "Équipe"\nmsgstr "Team"\n\nmsgid "Équipe"\nmsgstr "Team"\n', "b")
    assert any("stands twice" in found for found in messages(tool, tree))


@pytest.mark.parametrize(
    "french",
    ["L'équipe", "Attendez...", "Prêt?", "Bonjour!", "Nom:", "Un; deux", "«Atelier »x»", "100 % des voix"],
)
def test_badly_written_french_is_told(tool: ModuleType, tree: Path, french: str) -> None:
    (tree / "workspace/page.py").write_text(f"_({french!r})\n")
    write_po(tree, f'msgid "{french}"\nmsgstr "x"\n')
    assert any(found.startswith("workspace/page.py:1: ") for found in messages(tool, tree))


@pytest.mark.parametrize(
    "french",
    [
        "L’équipe a 3 notes : bravo !",
        "Voir https://exemple.fr/?a=1;b",
        "De 18:30 à 19:00",
        "« Oui », dit-il ; non.",
        "&nbsp;a&amp;b",
    ],
)
def test_well_written_french_passes(tool: ModuleType, tree: Path, french: str) -> None:
    (tree / "workspace/page.py").write_text(f"_({french!r})\n")
    write_po(tree, f'msgid "{french}"\nmsgstr "{french}"\n')
    assert messages(tool, tree) == []


def test_text_that_is_not_one_literal_is_told(tool: ModuleType, tree: Path) -> None:
    (tree / "workspace/page.py").write_text('_(f"Bonjour {name}")\n_("Bonjour " + name)\n_(label)\n')
    (tree / "static/src/lib/a.ts").write_text("t(`Bonjour ${name}`)\n")
    assert [fault.where for fault in tool.check_all(tree)] == [
        "workspace/page.py:1",
        "workspace/page.py:2",
        "static/src/lib/a.ts:1",
    ]


def test_compile_writes_english_and_the_texts_of_each_script(tool: ModuleType, tree: Path) -> None:
    (tree / "static/src/pages/board.ts").write_text('import { x } from "../lib/deep.js";\nt("Note");\n')
    (tree / "static/src/lib/deep.ts").write_text('const y = await import("./deeper");\ntn("un", "des", 2);\n')
    (tree / "static/src/lib/deeper.ts").write_text('import "../lib/deep";\nt("Zone");\n')
    (tree / "static/src/pages/main.ts").write_text('t("Menu");\n')
    write_po(
        tree,
        'msgid "Note"\nmsgstr "Note!"\n\nmsgid "un"\nmsgid_plural "des"\nmsgstr[0] "one"\nmsgstr[1] "many"\n',
    )
    tool.compile_all(tree)
    collected = json.loads((tree / "build/ts_msgids.json").read_text())
    assert collected == {"board": ["Note", "Zone", ["un", "des"]], "main": ["Menu"]}
    with (tree / "workspace/translations/en/LC_MESSAGES/messages.mo").open("rb") as file:
        compiled = [(message.id, message.string) for message in read_mo(file) if message.id]
    assert compiled == [("Note", "Note!"), (["un", "des"], ["one", "many"])]


def test_compile_works_on_an_empty_checkout(tool: ModuleType, tmp_path: Path) -> None:
    tool.compile_all(tmp_path)
    assert (tmp_path / "workspace/translations/en/LC_MESSAGES/messages.mo").exists()
    assert tool.check_all(tmp_path) == []


@pytest.mark.parametrize("po", ['msgid "Ouvert\nmsgstr "Open"\n', 'msgidd "x"\n', '\nmsgid "a "b" c"\n', "x"])
def test_unreadable_area_stops_the_compilation_with_its_name(tool: ModuleType, tree: Path, po: str) -> None:
    write_po(tree, po)
    with pytest.raises(SystemExit, match=r"area\.po"):
        tool.compile_all(tree)


def test_missing_texts_come_as_entries_to_fill_in(tool: ModuleType, tree: Path) -> None:
    (tree / "workspace/page.py").write_text(
        '_("Un \\"mot\\"")\nngettext("%(num)s vote", "%(num)s votes", n)\n'
    )
    texts, _faults = tool.extract(tree)
    write_po(tree, tool.skeleton(tool.without_english(texts, [])))
    entries, faults = tool.read_areas(tree)
    assert not faults
    assert [(entry.singular, entry.plural) for entry in entries] == [
        ('Un "mot"', None),
        ("%(num)s vote", "%(num)s votes"),
    ]
