"""Shared documents over HTTP: first load, the fallback where WebSockets are blocked, socket tickets."""
