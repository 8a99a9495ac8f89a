"""What a team's story is made of. Days are counted back from the day of the seeding."""

from dataclasses import dataclass, field

from models.feedback import FeedbackAnswer
from models.partner import Sector
from models.problem import Approach, Confidentiality, Domain, DriverKind
from models.project import StepStatus

Note = tuple[str, int, str, str]  # who (first name), zone number, colour, text
Link = tuple[str, int, int, str]  # who, from note index, to note index, label


@dataclass(frozen=True)
class Person:
    """An invented person. `key` names them inside the stories."""

    key: str
    name: str
    title: str
    time_zone: str = "Europe/Paris"
    authority_code: str | None = None


@dataclass(frozen=True)
class GuestStory:
    """Somebody who came by the team's link."""

    key: str
    name: str
    sector: Sector
    organization: str
    days_ago: int


@dataclass(frozen=True)
class VoteStory:
    """A closed vote: how many points each note got, in the order of the board's notes."""

    question: str
    days_ago: int
    totals: tuple[int, ...]
    voters: int
    points: int = 3


@dataclass(frozen=True)
class WorkshopStory:
    """A workshop: over since `days_ago`; where that is less than 0, to come, with a round that has `prompt`."""

    who: str
    days_ago: float
    prompt: str = ""


@dataclass(frozen=True)
class TalkStory:
    """A thread of comments on a note (its index), or on the board. "{who}" in a text names somebody."""

    days_ago: float
    said: tuple[tuple[str, str], ...]  # who, text
    note: int | None = None
    resolved_by: str = ""


@dataclass(frozen=True)
class IdeaStory:
    """A solution born from some notes of a board (their indexes), written by somebody of the team."""

    days_ago: float
    who: str
    title: str
    body: str
    notes: tuple[int, ...]


@dataclass(frozen=True)
class PinStory:
    """A state of a board that somebody pinned when its first `notes` were there; `shown` to élus."""

    days_ago: float
    who: str
    title: str
    notes: int
    shown: bool = False


@dataclass(frozen=True)
class BoardStory:
    """A board, half filled."""

    template: str
    title: str
    step: str
    days_ago: int
    notes: tuple[Note, ...]
    connectors: tuple[Link, ...] = ()
    open_to_observers: bool = False
    open_to_tutors: bool = False
    vote: VoteStory | None = None
    workshop: WorkshopStory | None = None
    talks: tuple[TalkStory, ...] = ()
    ideas: tuple[IdeaStory, ...] = ()
    pins: tuple[PinStory, ...] = ()
    workshop_days_ago: float | None = None
    later: tuple[Note, ...] = ()
    """Notes of the last days, after everybody's last visit."""
    drafts: tuple[Note, ...] = ()
    """Notes that somebody took away when those came."""


@dataclass(frozen=True)
class FeedbackStory:
    """A tutor's feedback; `days_ago` None is a draft, released in `in_hours` if they are given.

    `note`: which note of the first board it is about (its index), -1 for one that was taken away since;
    `on_solution`: the first version of the first solution; `learner`: for this one alone; `levels`: what the
    rubric's criteria found, by code.
    """

    body: str
    days_ago: int | None
    step: str = ""
    answer: FeedbackAnswer | None = None
    answer_text: str = ""
    in_hours: int | None = None
    note: int | None = None
    on_solution: bool = False
    learner: str = ""
    levels: tuple[tuple[str, int], ...] = ()
    is_read: bool = False


@dataclass(frozen=True)
class BriefStory:
    """A published progress brief."""

    days_ago: int
    problem: str
    progress: str
    learned: str
    decisions: str
    asked: str
    next_in_days: int
    next_label: str
    partners: str = ""
    step_code: str = ""  # where the project was then; '' for where it is


@dataclass(frozen=True)
class ProblemStory:
    """The five boxes and what goes with them."""

    authority_code: str
    title: str
    challenge: str
    precedents: str
    ideal: str
    objective: str
    helps: str
    hinders: str
    people_affected: str
    domain: Domain
    drivers: tuple[tuple[DriverKind, str], ...]
    approach: Approach = Approach.CO_CONSTRUCTION
    confidentiality: Confidentiality = Confidentiality.COHORT


@dataclass(frozen=True)
class TeamStory:
    """A team, its problem and its project. The first learner leads the team."""

    name: str
    learners: tuple[Person, ...]
    problem: ProblemStory
    title: str
    summary: str
    steps: tuple[tuple[str, StepStatus, int], ...]  # code, status, days since it changed
    criteria: tuple[str, ...]
    partners: tuple[tuple[str, Sector, str, str], ...]  # name, sector, contact, contribution
    guests: tuple[GuestStory, ...]
    boards: tuple[BoardStory, ...]
    weeks: tuple[int, ...]  # edits per week, oldest first, this week last
    request: str = ""
    next_due: tuple[int, str] | None = None
    feedback: tuple[FeedbackStory, ...] = field(default=())
    brief: BriefStory | None = None
    earlier_brief: BriefStory | None = None
