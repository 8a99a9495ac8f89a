"""Whether the process and what it stands on are well."""
