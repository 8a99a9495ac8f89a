"""OpenID Connect, as its client. The only package that calls other servers (an import contract says so)."""
