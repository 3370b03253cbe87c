"""Live or a rehearsal, decided once."""

from notifier.errors import Refused
from notifier.model.vocabulary import Mode
from notifier.settings import Settings


def mode_of(settings: Settings, *, rehearse: bool) -> Mode:
    """Live or a rehearsal, decided once; see `rules.md`, *nothing leaves by accident*.

    Raises `Refused` where a key is missing although the database is the company's own: silence would look like
    a send.
    """
    if rehearse or settings.rehearsals_only:
        return Mode.REHEARSAL
    if settings.sendgrid_key:
        return Mode.LIVE
    if settings.embedded:
        return Mode.REHEARSAL
    raise Refused("SENDGRID_API_KEY is not set: set it to tell customers, or add --rehearse to tell nobody.")
