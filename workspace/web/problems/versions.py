"""A stale form beside what was saved meanwhile: the answers that differ, as a person reads them."""

from collections.abc import Mapping
from typing import Any

from models.problem import (
    APPROACH_LABELS,
    CONFIDENTIALITY_LABELS,
    DOMAIN_LABELS,
    DRIVER_LABELS,
    DriverKind,
    Problem,
)
from workspace.i18n import _, format_list
from workspace.services.problem_content import TEXTS, ProblemContent, content_of
from workspace.web.problems.forms import ProblemForm

CHOICES: Mapping[str, Mapping[Any, str]] = {
    "domain": DOMAIN_LABELS,
    "approach": APPROACH_LABELS,
    "confidentiality": CONFIDENTIALITY_LABELS,
}


def differences(form: ProblemForm, problem: Problem) -> list[tuple[str, str, str]]:
    """(label, what was typed, what is saved) where they differ. Needs `authority` and `drivers` loaded."""
    content = content_of(problem)
    pairs = [(name, form[name].data or "", getattr(content, name)) for name in TEXTS]
    pairs.append(
        ("authority", form.authority.data or "", problem.authority.name if problem.authority else "")
    )
    for name, labels in CHOICES.items():
        pairs.append((name, _label(labels, form[name].data), _label(labels, getattr(content, name))))
    pairs.append(("drivers", _typed_drivers(form), _saved_drivers(content)))
    return [(str(form[name].label.text), mine, theirs) for name, mine, theirs in pairs if mine != theirs]


def _label(labels: Mapping[Any, str], value: Any) -> str:
    return _(labels[value]) if value in labels else ""


def _typed_drivers(form: ProblemForm) -> str:
    known = [kind for kind in DriverKind if kind.value in (form.drivers.data or ())]
    return _drivers({kind: form.lever(kind).data or "" for kind in known})


def _saved_drivers(content: ProblemContent) -> str:
    return _drivers({kind: content.drivers[kind] for kind in DriverKind if kind in content.drivers})


def _drivers(levers: Mapping[DriverKind, str]) -> str:
    return format_list(_driver(kind, lever) for kind, lever in levers.items())


def _driver(kind: DriverKind, lever: str) -> str:
    name = _(DRIVER_LABELS[kind])
    return _("%(driver)s (%(lever)s)", driver=name, lever=lever) if lever else name
