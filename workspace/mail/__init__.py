"""Messages by mail: asked for with their cause, written and handed over by the worker."""
