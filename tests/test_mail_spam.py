"""The mails that the sandbox got, before the rules of SpamAssassin, offline: not a tenth of a point in any."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from notifier.model.kinds import ENDINGS
from notifier.model.vocabulary import Kind, NoticeKind, Variant
from notifier.pipeline.compose import Words, sample
from notifier.settings import data_folder
from tests.sandbox import FROM, Wish, arrived

WORDS = Words.load(data_folder("templates") / "email")
SPAMASSASSIN = shutil.which("spamassassin")
KINDS = (
    *((Kind.SUSPENSION, notice) for notice in NoticeKind if notice is not NoticeKind.CATCH_UP),
    *((Kind.OUTAGE, notice) for notice in (NoticeKind.FIRST, NoticeKind.UPDATE, NoticeKind.RESTORED)),
)


def mails() -> Iterator[tuple[str, bytes]]:
    """As the sandbox got them, with what the provider and the reader's server add."""
    wishes: dict[str, Wish] = {}
    for kind, notice in KINDS:
        variant = Variant.STILL_BOTH if notice in ENDINGS else Variant.BOTH
        told = replace(sample.full(notice), kind=kind)
        for locale in WORDS.locales(notice):
            wishes[f"{kind.value}-{notice.value}-{locale}"] = Wish(told, locale, sample.person(variant))
    for name, got in arrived(WORDS, wishes).items():
        mail = EmailMessage(policy=SMTP)
        mail["Received"] = (
            "from o1.outbound-mail.sendgrid.net (o1.outbound-mail.sendgrid.net [167.89.0.1])"
            " by mx.acme.example with ESMTPS id x7 for <ada@acme.example>; Fri, 27 Nov 2026 23:41:02 +0000"
        )
        mail["Date"] = "Fri, 27 Nov 2026 23:41:00 +0000"
        mail["Message-ID"] = "<Zx0kq3dPQ1Wm@geopod-ismtpd-3>"
        mail["From"], mail["To"], mail["Subject"] = FROM, "ada@acme.example", got.subject
        for header, value in got.headers.items():
            mail[header] = value
        mail.set_content(got.text)
        mail.add_alternative(got.html, subtype="html")
        yield name, mail.as_bytes()


@pytest.mark.long
@pytest.mark.skipif(SPAMASSASSIN is None, reason="no SpamAssassin here (Debian: spamassassin)")
def test_no_mail_has_a_point(tmp_path: Path) -> None:
    assert SPAMASSASSIN is not None
    paths: list[Path] = []
    for name, mail in mails():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(mail)
    nothing_learned = ("--cf", "use_bayes 0", "--nocreate-prefs")
    judged = subprocess.run(
        [SPAMASSASSIN, "--local", *nothing_learned, *map(str, paths)],
        check=True,
        capture_output=True,
        env={**os.environ, "HOME": str(tmp_path)},
    ).stdout.decode(errors="replace")
    found = re.findall(
        r"^X-Spam-Status: \w+, score=(-?[\d.]+) required=\S+ tests=(\S+)", judged, re.MULTILINE
    )
    assert len(found) == len(paths) > 70
    assert [(path.name, *each) for path, each in zip(paths, found, strict=True) if each[0] != "0.0"] == []
