"""A refused sign-in goes to the audit log once the answer has left.

An address that has an account must not be answered a write later than one that has none.
"""

from functools import partial

from flask import Response, after_this_request

from workspace.services import accounts


def note_refused_sign_in(email: str) -> None:
    """Note it after this request's answer."""

    @after_this_request
    def later(response: Response) -> Response:
        response.call_on_close(partial(accounts.note_refused_sign_in, email))
        return response
