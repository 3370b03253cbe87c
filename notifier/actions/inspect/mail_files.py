"""Mails as files to be looked at: HTML, text, and one that a mail program opens."""

from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formataddr
from pathlib import Path

from notifier.actions.inspect.preview import Mail, Preview
from notifier.errors import BadInput


def stem(preview: Preview, mail: Mail, number: int) -> str:
    """`7K2M-1.de.affected`, with a number where several people read the same words."""
    head = f"{preview.name.reference}-{preview.name.seq}"
    which = "" if mail.reader is None else f".{number}"
    return f"{head}{which}.{mail.locale}.{mail.variant}"


def write(preview: Preview, folder: Path) -> list[tuple[Path, ...]]:
    """The paths of each mail, in the order of the mails. Raises `BadInput`."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # names of customers stand in them
        return [
            tuple(_write(mail, folder / stem(preview, mail, number)))
            for number, mail in enumerate(preview.mails, 1)
        ]
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}.") from None


def _write(mail: Mail, path: Path) -> Iterator[Path]:
    for suffix, content in ((".html", mail.html), (".txt", mail.text)):
        target = path.with_name(path.name + suffix)
        target.write_text(content, encoding="utf-8")
        yield target
    target = path.with_name(f"{path.name}.eml")
    target.write_bytes(as_message(mail).as_bytes(policy=SMTP))
    yield target


def as_message(mail: Mail) -> EmailMessage:
    """As it arrives, but for what the provider adds. It names no address of a customer."""
    message = EmailMessage(policy=SMTP)
    message["From"] = _mailbox(mail.sender)
    if mail.reply_to:
        message["Reply-To"] = _mailbox(mail.reply_to)
    message["Subject"] = mail.subject
    for name, value in mail.headers.items():
        message[name] = value
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    return message


def _mailbox(text: str) -> str:
    """`Name <address>`; the name may hold a comma that nobody has quoted."""
    name, _, address = text.rpartition("<")
    return formataddr((name.strip().strip('"'), address.removesuffix(">").strip()))
