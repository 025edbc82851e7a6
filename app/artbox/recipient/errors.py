"""Why a package is not taken, with a stable code; `fields` fill the sentence the command line makes of it."""


class Refused(Exception):
    """The root; nothing of the package was applied. Fields: package (its file name)."""

    code = "refused"

    def __init__(self, **fields: object) -> None:
        self.fields = fields
        super().__init__(self.code)


class NotGenuine(Refused):
    """Form, name, hash or signature is wrong. Fields: package, detail."""

    code = "not-genuine"


class NotReadable(Refused):
    """It does not open with this key, or its content is another than announced. Fields: package, detail."""

    code = "not-readable"


class OutOfSequence(Refused):
    """An earlier package is missing. Fields: package, expected (sequence number)."""

    code = "out-of-sequence"


class SequenceTaken(Refused):
    """Another package of this number was opened before. Fields: package."""

    code = "sequence-taken"


class Contradictory(Refused):
    """A line contradicts what the table holds. Fields: package, line (counted from 1), detail."""

    code = "contradictory"


class TableUnusable(Refused):
    """The file is no table of this program. Fields: path."""

    code = "table-unusable"
