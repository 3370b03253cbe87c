"""Chunks leave through the provider, and every outcome is recorded.

decide   what an outcome means for attempt, chunk and notice; whether one more request may begin
send     claim, read the brake, POST, record
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
from notifier.pipeline.deliver.send import (
    Lane,
    Reached,
    Seal,
    claim_next,
    learn,
    record,
    send_claimed,
    unmoved,
)

__all__ = [
    "BACKOFF_SECONDS",
    "Lane",
    "Next",
    "Reached",
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
]
