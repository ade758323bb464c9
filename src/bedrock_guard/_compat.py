"""What Python 3.10 lacks."""

import sys

if sys.version_info >= (3, 11):
    from enum import StrEnum
else:
    from enum import Enum

    class StrEnum(str, Enum):
        """An enum whose members are strings: equal to their value, printed as their value."""

        __str__ = str.__str__
        __format__ = str.__format__


__all__ = ["StrEnum"]
