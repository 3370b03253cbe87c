"""A mail as a file is what a mail program opens: whatever the company and its subjects are called."""

from email import message_from_bytes, policy
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from notifier.actions.inspect.mail_files import as_message, write
from notifier.actions.inspect.preview import Mail, Preview
from notifier.actions.notices.named import Name
from notifier.errors import BadInput
from notifier.model.vocabulary import Mode, NoticeState


def a_mail(sender: str = "Example AI <notices@example.com>", reader: str | None = None) -> Mail:
    return Mail(
        locale="ja",
        variant="late_affected",
        reader=reader,
        tz=None,
        ways=(),
        remark=None,
        sender=sender,
        reply_to="help@example.com",
        subject="ご利用停止のお知らせ, Müller & Söhne (7K2M)" * 4,
        headers={"References": "<7k2m.disruption@example.com>", "Feedback-ID": "a:b:c:d"},
        text="一行目\n\n" + "x" * 1200 + "\n",
        html="<p>一行目</p>\n",
    )


def a_preview(*mails: Mail) -> Preview:
    return Preview(Name("7K2M", 5, 2, Mode.LIVE), NoticeState.DRAFT, altered=False, mails=mails)


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("Example AI <notices@example.com>", "Example AI"),
        ("Müller, Söhne & Co <notices@example.com>", "Müller, Söhne & Co"),
        ('"Acme, Inc." <notices@example.com>', "Acme, Inc."),
        ("notices@example.com", ""),
    ],
)
def test_it_parses_back_to_what_it_was(sender: str, name: str) -> None:
    mail = a_mail(sender)
    found = message_from_bytes(as_message(mail).as_bytes(policy=SMTP), policy=policy.default)
    assert isinstance(found, EmailMessage)
    assert not found.defects
    (mailbox,) = found["From"].addresses
    assert (mailbox.display_name, mailbox.addr_spec) == (name, "notices@example.com")
    assert found["Reply-To"] == "help@example.com"
    assert found["Subject"] == mail.subject
    assert {key: found[key] for key in mail.headers} == mail.headers
    text, html = (part.get_content().replace("\r\n", "\n") for part in found.iter_parts())
    assert (text, html) == (mail.text, mail.html)


def test_readers_of_the_same_words_have_files_of_their_own(tmp_path: Path) -> None:
    files = write(a_preview(a_mail(reader="Ann"), a_mail(reader="Bob")), tmp_path / "new" / "folder")
    assert [[path.name for path in paths] for paths in files] == [
        [f"7K2M-2.{number}.ja.late_affected.{suffix}" for suffix in ("html", "txt", "eml")]
        for number in (1, 2)
    ]
    assert files[0][0].read_text(encoding="utf-8") == a_mail().html


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(BadInput, match="taken cannot be written: File exists"):
        write(a_preview(a_mail()), tmp_path / "taken")
