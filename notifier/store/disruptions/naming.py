"""How people call what an alarm is about."""

from dataclasses import dataclass

from notifier.store import Tx, one


@dataclass(frozen=True, slots=True)
class Named:
    """How people call a notice: `7K2M/1`."""

    disruption_id: int
    reference: str
    seq: int

    def __str__(self) -> str:
        return f"{self.reference}/{self.seq}"


def named(tx: Tx, notice_id: int) -> Named:
    found = one(
        tx,
        Named,
        """
SELECT disruption_id, reference, seq FROM notice JOIN disruption USING (disruption_id)
WHERE notice_id = %(id)s""",
        id=notice_id,
    )
    assert found is not None
    return found
