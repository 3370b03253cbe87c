"""What became of each mail: events prove attempts, decide fates and suppress addresses.

strays    events without our arguments: whose they are, or how many were nobody's
folding   carry events into the ledger
"""

from notifier.pipeline.feedback.folding import (
    DROPPED_FOR,
    FATES,
    SUPPRESSING,
    Folded,
    fate_of,
    fold,
    said_about_people,
    suppression_of,
)
from notifier.pipeline.feedback.strays import ALARMING, Recognised, StrayReason, recognise

__all__ = [
    "ALARMING",
    "DROPPED_FOR",
    "FATES",
    "SUPPRESSING",
    "Folded",
    "Recognised",
    "StrayReason",
    "fate_of",
    "fold",
    "recognise",
    "said_about_people",
    "suppression_of",
]
