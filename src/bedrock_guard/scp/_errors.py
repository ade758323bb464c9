"""What is wrong with a policy document, and where."""


class PolicyError(ValueError):
    """
    A service control policy is malformed: one line that names level, document, statement and field.

    *problem* is that line without the place; *level*, *document* and *statement* are the place, as far as it is known
    (indexes from 0, and `Statement[i]` with its Sid).
    """

    def __init__(
        self, problem: str, level: int | None = None, document: int | None = None, statement: str | None = None
    ) -> None:
        super().__init__(problem, level, document, statement)
        self.problem = problem
        self.level = level
        self.document = document
        self.statement = statement

    def __str__(self) -> str:
        """Return the place and the problem, in one line."""
        place = [] if self.level is None else [f"level {self.level}"]
        place += [] if self.document is None else [f"document {self.document}"]
        place += [] if self.statement is None else [self.statement]
        return f"{', '.join(place)}: {self.problem}" if place else self.problem


def printable(text: str) -> str:
    """Return *text*, which a document brought, short and free of control characters."""
    shown = "".join(character if character.isprintable() else "?" for character in text[:60])
    return shown if len(text) <= 60 else f"{shown}..."
