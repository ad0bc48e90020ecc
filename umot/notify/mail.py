"""Sending a mail that is ready, by the mail server that an apprise address names.

apprise writes its own mails; a digest's is written before it goes, so that it is kept as it was
sent. Who it is from and whom it is for is added here, from the address.
"""

from __future__ import annotations

import email
import email.policy
import smtplib
import ssl
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage

from apprise import NotifyFormat
from apprise.conversion import convert_between
from apprise.plugins.email import NotifyEmail
from apprise.plugins.email.common import SecureMailMode

from umot.errors import in_words

SCHEMES = frozenset({"mailto", "mailtos"})


def written(title: str, page: str) -> str:
    """A mail of a page of HTML, and of its words for who reads no HTML; without addresses."""
    made = EmailMessage(policy=email.policy.SMTP)
    made["Subject"] = title
    plain = convert_between(NotifyFormat.HTML, NotifyFormat.TEXT, page)  # type: ignore[no-untyped-call]
    made.set_content(plain)
    made.add_alternative(page, subtype="html")
    return made.as_string()


def addressed(plugin: NotifyEmail, mail: str, message_id: str) -> EmailMessage:
    """The mail with its sender, receivers and id.

    The id is the same at every attempt, so that a mailbox shows one that came twice only once.
    """
    made = email.message_from_string(mail, EmailMessage, policy=email.policy.SMTP)
    name, sender = plugin.from_addr[0], str(plugin.from_addr[1])
    made["From"] = address(name or plugin.app_id, sender)
    made["To"] = [address(name, to) for name, to in plugin.targets]
    if plugin.cc:
        made["Cc"] = [address(plugin.names.get(to), to) for to in sorted(plugin.cc)]
    if plugin.reply_to:
        made["Reply-To"] = [address(plugin.names.get(to), to) for to in sorted(plugin.reply_to)]
    made["Date"] = datetime.now(UTC)
    host = sender.rpartition("@")[2] or "localhost"
    made["Message-ID"] = f"<umot.{message_id}@{host}>"
    for header, value in plugin.headers.items():
        made[header] = value
    return made


def address(name: object, mailbox: str) -> Address:
    """A mailbox with the name of its owner, where one is given."""
    return Address(display_name=str(name) if name else "", addr_spec=mailbox)


def send(plugin: NotifyEmail, mail: str, message_id: str) -> str | None:
    """Hand a mail to the server; None when it was taken, else why not, in a line.

    Where some of the receivers are refused it counts as taken: again, it would reach the others
    twice.
    """
    try:
        made = addressed(plugin, mail, message_id)
    except (ValueError, MessageError) as error:
        return f"an address of the channel cannot stand in a mail: {type(error).__name__}"
    receivers = [to for _, to in plugin.targets] + sorted(plugin.cc) + sorted(plugin.bcc)
    try:
        with connected(plugin) as server:
            sign_in(server, plugin)
            server.send_message(made, str(plugin.from_addr[1]), receivers)
    except smtplib.SMTPResponseException as error:
        said = error.smtp_error
        line = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"the mail server said {error.smtp_code} {line}"
    except smtplib.SMTPRecipientsRefused as error:
        codes = sorted({str(code) for code, _ in error.recipients.values()})
        return f"the mail server refused every receiver ({', '.join(codes)})"
    except smtplib.SMTPException as error:
        return f"the mail server could not be used: {type(error).__name__}: {error}"
    except UnicodeError:
        return "the user name or password holds signs that mail servers cannot be told"
    except OSError as error:
        return f"the mail server could not be used: {in_words(error)}"
    return None


def connected(plugin: NotifyEmail) -> smtplib.SMTP:
    """A connection to the server of an address."""
    host, port, wait = plugin.smtp_host, plugin.port or 0, plugin.socket_read_timeout
    if plugin.secure_mode == SecureMailMode.SSL:
        return smtplib.SMTP_SSL(host, port, timeout=wait, context=trusted(plugin))
    return smtplib.SMTP(host, port, timeout=wait)


def sign_in(server: smtplib.SMTP, plugin: NotifyEmail) -> None:
    """Make a connection safe and say who we are, where the address says so."""
    if plugin.secure_mode == SecureMailMode.STARTTLS:
        server.starttls(context=trusted(plugin))
    if plugin.user and plugin.password:
        server.login(plugin.user, plugin.password)


def trusted(plugin: NotifyEmail) -> ssl.SSLContext:
    """Whom to trust: authorities this machine knows, or anybody where the address says so."""
    context = ssl.create_default_context()
    if not plugin.verify_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
