"""Background work: a queue in the database, what is due, a worker; one file per kind of job."""
