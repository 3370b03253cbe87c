"""Where one letter is, or why there is none, in a person's words."""

from notifier.entry.cli.output import clock
from notifier.model.kinds import KINDS
from notifier.store.read.letters import LetterRow

WHY = {
    "in_flight": "on its way to the provider",
    "unknown": "not known whether it left",
    "waiting": "waiting to be sent",
    "held": "held, nothing leaves",
    "not_approved": "nobody has approved the notice",
    "cancelled": "the notice was cancelled",
    "bounced": "the address does not take mail",
    "dropped": "the provider does not write to it",
    "rejected": "the provider refuses the address",
    "suppressed": "must not be written to",
    "no_address": "no usable address",
    "out_of_scope": "outside the scope, so not told",
    "over": "it is over for them, nobody has to call",
    "not_listed": "on no list of a notice",
}


def titled(letter: LetterRow) -> str:
    return "Catch-up" if letter.late else KINDS[letter.kind].title


def fate(letter: LetterRow) -> str:
    """Where one letter is, or why there is none."""
    again = "; sent again, an earlier try may have arrived" if letter.again else ""
    if letter.stands == "told" and letter.fate == "delivered":
        return f"delivered {clock(letter.fate_at)}{again}"
    if letter.stands == "told":
        word = "deferred by their server" if letter.fate == "deferred" else "no word from their server yet"
        return f"handed over {clock(letter.left_at)}, {word}{again}"
    if letter.stands in ("unknown", "in_flight"):
        return f"{WHY[letter.stands]}{again}"
    if letter.above_ceiling:
        return "NOT TOLD: held above the ceiling"
    why = f" ({', '.join(letter.suppressions)})" if letter.stands == "suppressed" else ""
    when = f" {clock(letter.fate_at)}" if letter.fate_at else ""
    return f"NOT TOLD: {WHY[letter.stands]}{why}{when}{again}"
