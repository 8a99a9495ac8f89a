"""What the templates need of an observed project beside its data."""

from workspace.i18n import _
from workspace.services.briefs import BriefText, text_of, today_of
from workspace.services.observations import ObservationPage, RailStage
from workspace.services.register import hint_of
from workspace.web.observations.forms import OfferForm, QuestionForm


def observation(
    page: ObservationPage, form: QuestionForm | None = None, offer: OfferForm | None = None
) -> dict[str, object]:
    """The context of observations/show.html; `form` or `offer` holds what was refused, with its errors."""
    project = page.project
    authority = project.problem.authority
    return {
        "page": page,
        "project": project,
        "place": authority.name if authority else "",
        "place_hint": hint_of(authority) if authority else "",
        "text": text_of(page.brief) if page.brief else BriefText(),
        "rail_items": rail_items(page.rail),
        "form": form or QuestionForm(formdata=None),
        "offer": offer or OfferForm(formdata=None),
        "today": today_of(project),
    }


def rail_items(stages: list[RailStage]) -> list[tuple[str, str, str, str]]:
    """The stages as the macro `stage_rail` takes them, in the reader's language."""
    return [(_(stage.label), stage.state, _(stage.note), "") for stage in stages]
