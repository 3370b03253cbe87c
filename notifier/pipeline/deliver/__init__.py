"""Chunks leave through the provider, and every outcome is recorded.

decide      what an outcome means for attempt, chunk and notice; whether one more request may begin
send        claim, read the brake, POST, record
recording   what came of a request is written
recorder    what could not be written at once is, as soon as the database answers, by us or by the next
"""

from notifier.pipeline.deliver.decide import (
    BACKOFF_SECONDS,
    Next,
    Wait,
    backoff,
    bounded,
    cuts,
    overtaken,
    rest_of,
    what_next,
)
from notifier.pipeline.deliver.recorder import Recorder
from notifier.pipeline.deliver.recording import Keep, Known, Reached, learn, unmoved, write
from notifier.pipeline.deliver.send import Lane, Seal, claim_next, record, send_claimed

__all__ = [
    "BACKOFF_SECONDS",
    "Keep",
    "Known",
    "Lane",
    "Next",
    "Reached",
    "Recorder",
    "Seal",
    "Wait",
    "backoff",
    "bounded",
    "claim_next",
    "cuts",
    "learn",
    "overtaken",
    "record",
    "rest_of",
    "send_claimed",
    "unmoved",
    "what_next",
    "write",
]
