"""Use-cases as verbs: each takes a session and an actor. No request, no current user, no emit in here."""
