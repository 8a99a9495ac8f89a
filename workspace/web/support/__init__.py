"""The support that élus offer a team, as the team answers it and keeps it in sight."""
