"""The sandbox's mail server: each letter is a file that any mail program opens."""

from __future__ import annotations

from pathlib import Path

from nhi_core.adapters.mail.message import compose
from nhi_core.ports import Clock
from nhi_core.ports_mail import Envelope, MailDeferred


class FileMailer:
    """Fulfils ports_mail.Mailer. Sent twice, a letter is still one file."""

    def __init__(self, folder: Path, clock: Clock, *, sender: str) -> None:
        """Write into `folder`, which is made when the first letter comes."""
        self._folder = folder
        self._clock = clock
        self._sender = sender

    def send(self, envelope: Envelope, *, key: str) -> None:
        """Write the letter down. Raises MailDeferred."""
        message = compose(envelope, key=key, sender=self._sender, clock=self._clock)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self._folder / f"{name}.eml").write_bytes(message.as_bytes())
        except OSError as error:
            raise MailDeferred("no_folder") from error
