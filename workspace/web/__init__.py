"""The pages, one folder per area: routes.py parses, calls a service, then redirects or renders."""
