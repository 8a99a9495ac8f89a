"""The Flask extensions, made once and bound to the application in `create_app`."""

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_wtf import CSRFProtect

csrf = CSRFProtect()
login_manager = LoginManager()
# While Redis is away each process counts by itself: people must still be able to sign in.
limiter = Limiter(
    get_remote_address,
    default_limits=[],
    headers_enabled=True,
    strategy="fixed-window",
    in_memory_fallback_enabled=True,
)
