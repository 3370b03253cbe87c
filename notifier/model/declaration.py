"""What a person or a policy says has happened."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from notifier.model.scope import Predicate, canonical
from notifier.model.vocabulary import Kind, Mode, Possibly, Reason


@dataclass(frozen=True, slots=True)
class Declaration:
    mode: Mode
    kind: Kind
    reason: Reason
    services: tuple[str, ...]
    predicate: Predicate | None
    where: str
    possibly: Possibly
    effective_at: datetime
    awaits_cutoff: bool = False
    title: str | None = None
    roles: tuple[str, ...] = ()
    """Contacts that are told; empty: all of them. Who has none of these has an owner told, else anybody."""
    again: int = 0
    """How often the same was declared on purpose: `--again`."""

    @property
    def key(self) -> str:
        """The same declaration twice is the same disruption."""
        parts = [
            self.mode,
            self.kind,
            self.reason,
            sorted(self.services),
            canonical(self.predicate),
            self.again,
        ]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
