"""What arrives, whatever customers are called and statements say: nothing injected, one conversation each."""

import csv
import io
from collections import defaultdict
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .conftest import Place
from .jwz import threads

LOCALES = ("ar", "de", "en", "es", "fr", "ja")
FIXED = (
    "Ada Okafor", "<b>&\"'</b>", "[click](http://evil.example) _x_", "Ada\r\nBcc: all@example.com",
    "\u202eevil\u202c עדה", "x" * 200, "👩‍👩‍👧‍👦 Ltd", "{{ 7 * 7 }} {name} {0}",
    "</td></table><script>alert(1)</script>",     "محمد & أبناؤه", "株式会社テスト", "",
)  # fmt: skip
NAMES = st.lists(
    st.one_of(
        st.sampled_from(FIXED),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=60),
        st.text("<>&\"'{}%[]()_*`#\\;:/\r\n\t\u202e\u2066\u2069\u200bאع", max_size=60),
    ),
    min_size=6,
    max_size=14,
)
STATEMENTS = st.one_of(
    st.sampled_from(
        ["<script>alert(1)</script> *now* [x](javascript:alert(1))", "```\nnever closed", "# Big\n\n- a\n- b"]
    ),
    st.text("abc <>&\"'{}%[]()_*`#\\;/\n\u202eא漢", min_size=1, max_size=120).filter(str.strip),
)


class Page(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"head", "div"}
        if tag != "br":
            self.elements.append((tag, repr(sorted(attrs))))

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"head", "div"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def letters(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


def as_mail(message: dict[str, Any]) -> EmailMessage:
    """What would travel, read again by the standard library."""
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"] = "notices@example.com"
    mail["To"] = message["address"]
    mail["Subject"] = message["subject"]
    mail["Message-ID"] = f"<{message['x_message_id']}.{message['address'].partition('@')[0]}@example.com>"
    for name, value in message["headers"].items():
        mail[name] = value
    mail.set_content(message["text"])
    mail.add_alternative(message["html"], subtype="html")
    return message_from_bytes(bytes(mail), policy=policy.default)  # pyright: ignore[reportReturnType]


def customers(names: list[str]) -> str:
    """Everybody has a customer, a name and a language; each third belongs to a second customer too."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(("customer", "name", "email", "contact_name", "locale", "services", "plan"))
    for n, name in enumerate(names):
        row = (
            f"h{n}@example.com",
            name,
            LOCALES[n % len(LOCALES)],
            "fable-5;mythos-5",
            "team" if n % 2 else "",
        )
        rows.writerow((f"C{n}", name.strip() or "Plain", *row))
        if n % 3 == 0:
            rows.writerow((f"D{n}", "Second & Co", *row))
    return out.getvalue()


def _lines(part: EmailMessage) -> list[str]:
    return part.get_content().replace("\r\n", "\n").splitlines()


def check(message: dict[str, Any], ordinary: dict[str, Any]) -> None:
    mail = as_mail(message)
    assert not mail.defects
    assert set(mail.keys()) == set(as_mail(ordinary).keys())
    assert mail["Subject"] == message["subject"]
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert not [part for part in mail.walk() if part.defects]
    assert _lines(text) == message["text"].splitlines()
    page = Page(html.get_content())
    assert page.elements == Page(ordinary["html"]).elements
    assert letters("".join(page.words)) == letters(text.get_content())
    assert not {"script", "img", "form", "iframe"} & {tag for tag, _ in page.elements}
    assert "javascript:" not in repr([attrs for tag, attrs in page.elements if tag == "a"])


@settings(
    max_examples=2,
    phases=(Phase.explicit, Phase.generate),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(NAMES, STATEMENTS)
def test_hostile_names_and_statements_arrive_as_words(notifier: Place, names: list[str], words: str) -> None:
    """Through import, freezing, rendering and the provider: compared with an ordinary person's mail."""
    notifier.clean()
    plain = ["Ada Okafor"] * 12
    notifier.customers(customers([*plain, *names]))
    (notifier.folder / "words.md").write_text(words)
    statements = [part for locale in LOCALES for part in ("--statement", f"{locale}=words.md")]
    scope = ("--where", "plan = 'team'", "--possibly", "hedge")
    done = notifier("suspend", "fable-5", "mythos-5", "--reason", "legal", "--yes", *scope, *statements)
    assert done.code == 0, done.said
    got = {m["address"]: m for m in notifier.provider.messages()}
    assert len(got) == len(plain) + len(names)
    for n in range(len(plain), len(got)):
        like = next(k for k in range(len(plain)) if (k - n) % 6 == 0 and (k % 3 == 0) == (n % 3 == 0))
        check(got[f"h{n}@example.com"], got[f"h{like}@example.com"])


def test_each_person_has_one_conversation_for_each_disruption(notifier: Place) -> None:
    notifier.customers(customers(list(FIXED)))
    notifier.people(3, "x", services="sonnet-5;fable-5")
    for services in (("fable-5", "mythos-5"), ("sonnet-5",)):
        assert notifier("suspend", *services, "--reason", "legal", "--yes").code == 0
    first, second = notifier.references
    for reference in (first, second, first):
        assert notifier("update", reference, "--nothing-new", "--yes").code == 0
    assert notifier("restore", first, "--yes").code == 0

    mailboxes: dict[str, list[EmailMessage]] = defaultdict(list)
    for message in notifier.provider.messages():
        mailboxes[message["address"]].append(as_mail(message))
    assert len(mailboxes) == len(FIXED) + 3
    for address, mails in mailboxes.items():
        found = threads(mails)
        disruptions = [first, second] if address.startswith("x") else [first]
        assert len(found) == len(disruptions)
        for thread, reference in zip(found, disruptions, strict=True):
            inside = list(thread.messages())
            assert len(inside) == (4 if reference == first else 2)
            assert len({mail["Subject"] for mail in inside}) == 1
            assert reference in inside[0]["Subject"]
    headers = notifier.provider.messages()[0]["headers"]
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Auto-Response-Suppress"] == "OOF, AutoReply"
    assert headers["Feedback-ID"].count(":") == 3
    assert not {name for name in headers if name.startswith("List-")}
