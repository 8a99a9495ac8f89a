"""The audit log: what a manager or an admin may read of it, and one's own actions."""
