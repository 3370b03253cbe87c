"""What can go wrong, as one sentence that says what to do; the class gives the exit code.

NotifierError
├── BadInput       2   the command, file or value is wrong
├── Refused        3   a rule or policy says no
└── Unreachable    4   something needed does not answer
    └── Busy       4   the database answers, and somebody else has what this needs
"""


class NotifierError(Exception):
    """Something went wrong."""

    exit_code = 1

    def __init__(self, message: str | None = None, *, details: tuple[str, ...] = ()) -> None:
        super().__init__(message or self.__class__.__doc__)
        self.details = details
        """Further lines for the operator, for instance every bad row of a file."""


class BadInput(NotifierError):
    """That is not something the notifier can read."""

    exit_code = 2


class Refused(NotifierError):
    """A rule of the notifier refuses this."""

    exit_code = 3


class Unreachable(NotifierError):
    """Something the notifier needs does not answer."""

    exit_code = 4


class Busy(Unreachable):
    """Two commands met in the database and this one gave way: nothing of it happened, try again."""


class Defect(Exception):
    """The database refused a statement of ours. Its own words may hold somebody's data and are left out."""
