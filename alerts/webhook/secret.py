"""The secret by which a receiver knows that a message is ours: as Standard Webhooks write it."""

import base64
import binascii
from pathlib import Path

from standardwebhooks import Webhook

from config.settings import PREFIX, Settings, SettingsError

_MARK = "whsec_"
_LEAST_BYTES = 24  # what the specification asks for
_HOW = "make one: echo whsec_$(openssl rand -base64 32)"


def signer(settings: Settings) -> Webhook:
    """Return what signs messages.

    Raises:
        SettingsError: there is no secret, or it is none.
    """
    name, text = _secret(settings)
    try:
        key = base64.b64decode(text.strip().removeprefix(_MARK), validate=True)
    except binascii.Error as error:
        raise SettingsError(f"{PREFIX}{name} is not whsec_ and base64; {_HOW}") from error
    if len(key) < _LEAST_BYTES:
        raise SettingsError(f"{PREFIX}{name} is shorter than {_LEAST_BYTES} bytes; {_HOW}")
    return Webhook(key)


def _secret(settings: Settings) -> tuple[str, str]:
    if settings.webhook_secret:
        return "WEBHOOK_SECRET", settings.webhook_secret
    if not settings.webhook_secret_file:
        raise SettingsError(f"{PREFIX}WEBHOOK_URL is set, but neither {PREFIX}WEBHOOK_SECRET nor _FILE is; {_HOW}")
    try:
        return "WEBHOOK_SECRET_FILE", Path(settings.webhook_secret_file).read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{PREFIX}WEBHOOK_SECRET_FILE {settings.webhook_secret_file}: {error}") from error
