"""Runs long computations in a native thread, so that the hub goes on: `offload(function, *arguments)`.

The async mode says how (`use`); without one, in tests, the function runs where it is called. The function
must be pure computation, best in C with the interpreter lock released: no database, no lock, no socket and
no sleep, for those of the monkey-patched library belong to the hub's own thread.
"""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
Run = Callable[..., Any]


def _run_here(function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    return function(*arguments, **named)


_run: Run = _run_here


def use(run: Run) -> None:
    """Run with `run(function, *arguments)` from now on."""
    global _run  # noqa: PLW0603 - one async mode per process, chosen once at the start
    _run = run


def offload(function: Callable[P, R], *arguments: P.args, **named: P.kwargs) -> R:
    """Wait, letting others run, for what `function` gives; what it raises is raised here.

    Never from a callback of the hub (a hot message): there is nothing to switch back to.
    """
    return _run(function, *arguments, **named)  # type: ignore[no-any-return]
