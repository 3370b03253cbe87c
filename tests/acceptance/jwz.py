"""Threading as mail programs do it: the algorithm of Jamie Zawinski (jwz.org/doc/threading.html), steps 1 to 4."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from itertools import pairwise


@dataclass(eq=False)
class Container:
    message: EmailMessage | None = None
    parent: "Container | None" = None
    children: "list[Container]" = field(default_factory=list)

    def has(self, other: "Container") -> bool:
        return self is other or any(child.has(other) for child in self.children)

    def messages(self) -> Iterator[EmailMessage]:
        if self.message is not None:
            yield self.message
        for child in self.children:
            yield from child.messages()


def threads(mails: Iterable[EmailMessage]) -> list[Container]:
    """The roots, each with everything below it; a root without a message stands for one that nobody got."""
    table: dict[str, Container] = {}
    for mail in mails:
        mine = table.setdefault(mail["Message-ID"], Container())
        assert mine.message is None, "two mails with one id"
        mine.message = mail
        chain = [table.setdefault(each, Container()) for each in _references(mail)]
        for parent, child in pairwise(chain):
            if child.parent is None and not child.has(parent):
                _adopt(parent, child)
        if chain and not mine.has(chain[-1]):
            _adopt(chain[-1], mine)
    return [each for each in table.values() if each.parent is None and (each.message or each.children)]


def _references(mail: EmailMessage) -> list[str]:
    named = re.findall(r"<[^<>\s]+>", mail.get("References", ""))
    return named or re.findall(r"<[^<>\s]+>", mail.get("In-Reply-To", ""))[:1]


def _adopt(parent: Container, child: Container) -> None:
    if child.parent is not None:
        child.parent.children.remove(child)
    child.parent = parent
    parent.children.append(child)
