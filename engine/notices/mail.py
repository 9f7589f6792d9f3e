"""Mail over SMTP (RFC 5321), by the standard library in a thread of its own.

The Message-ID is made of the row's marker before anything is sent: a mail that is sent twice is one mail in a mailbox
that knows its ids (RFC 5322, 3.6.4).
"""

import asyncio
import smtplib
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Literal

from engine.notices.base import Notice, NotSent, Unsure

__all__ = ["Mailer", "Security"]

Security = Literal["starttls", "tls", "none"]
_SECONDS = 20.0


class Mailer:
    """One SMTP server. `security`: `starttls` (refused without), `tls`, or `none`."""

    def __init__(
        self,
        host: str,
        port: int,
        sender: str,
        *,
        user: str = "",
        password: str = "",
        security: Security = "starttls",
    ) -> None:
        self.host = host
        self.port = port
        self.sender = sender
        self._user = user
        self._password = password
        self._security = security

    async def send(self, notice: Notice) -> None:
        """One mail. Raises NotSent, Unsure."""
        await asyncio.to_thread(self._send, self._message(notice), notice.to)

    def _message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "engine.invalid"
        message["From"] = self.sender
        message["To"] = notice.to
        message["Subject"] = " ".join(notice.subject.split())  # a header is one line
        message["Message-ID"] = f"<{notice.marker}@{domain}>"
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note answers it
        message.set_content(notice.text)
        return message

    def _send(self, message: EmailMessage, to: str) -> None:
        server = self._open()
        sent = False
        try:
            self._sign_in(server)
            server.mail(parseaddr(self.sender)[1], [])
            code, _ = server.rcpt(to)
            if code not in (250, 251):
                raise NotSent("busy" if 400 <= code < 500 else "refused", again=code < 500)
            sent = True  # from here on the server may have it
            code, _ = server.data(message.as_bytes(policy=SMTP))
            if code != 250:
                raise NotSent("busy" if code < 500 else "refused", again=code < 500)
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if sent:
                raise Unsure("timeout" if isinstance(error, TimeoutError) else "cut") from None
            raise NotSent("unreachable") from None
        except smtplib.SMTPAuthenticationError:
            raise NotSent("unauthorised", again=False) from None
        except smtplib.SMTPResponseException as error:
            raise NotSent("busy" if error.smtp_code < 500 else "refused", again=error.smtp_code < 500) from None
        except smtplib.SMTPException:
            raise NotSent("refused", again=False) from None
        finally:
            server.close()

    def _open(self) -> smtplib.SMTP:
        try:
            if self._security == "tls":
                context = ssl.create_default_context()
                return smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=context)
            return smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
        except (OSError, smtplib.SMTPException):
            raise NotSent("unreachable") from None

    def _sign_in(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._security == "starttls":
            server.starttls(context=ssl.create_default_context())
            server.ehlo()
        if self._user:
            server.login(self._user, self._password)
