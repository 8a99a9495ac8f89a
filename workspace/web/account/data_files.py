"""The two files of an export, in one ZIP: one to be read, without script, and one for programs."""

import io
import json
import zipfile
from typing import Any

from flask import render_template

from workspace.i18n import _
from workspace.services.personal_export import Export
from workspace.web.account.data_words import SECTIONS, lines_of

PAGE, DATA = "vos-donnees.html", "vos-donnees.json"


def archive(export: Export) -> bytes:
    """The ZIP. The page is in the reader's language; the keys of the other file are always the same."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(PAGE, _page(export))
        file.writestr(DATA, json.dumps(export.as_json(), ensure_ascii=False, indent=1))
    return written.getvalue()


def _page(export: Export) -> str:
    account = export.sections["account"][0]
    name = str(account["name"])
    sections: list[dict[str, Any]] = [
        {"code": code, "title": _(SECTIONS[code]), "rows": [lines_of(row, name) for row in rows]}
        for code, rows in export.sections.items()
    ]
    return render_template("account/data_file.html", name=name, made_at=export.made_at, sections=sections)
