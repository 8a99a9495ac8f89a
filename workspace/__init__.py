"""The Flask application: services, pages, jobs and settings. It never imports `realtime`."""
