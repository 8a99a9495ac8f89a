"""The register of authorities, as form fields search it."""
