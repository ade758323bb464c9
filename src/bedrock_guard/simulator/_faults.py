"""What goes wrong, by rule and by seed."""

import random
import threading
from dataclasses import dataclass

from bedrock_guard.simulator._call import Call
from bedrock_guard.simulator._fault import Fault
from bedrock_guard.simulator._http import Response


@dataclass(eq=False)  # two rules of one kind are two
class _Rule:
    fault: Fault
    left: int | None

    def happens(self, call: Call, response: Response | None, chance: float) -> bool:
        return self.left != 0 and chance < self.fault.probability and self.fault.matches(call, response)


class Faults:
    """The rules in effect, in the order in which they were added. Safe for threads."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 (reproducible on purpose)
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Put *fault* into effect."""
        with self._lock:
            self._rules.append(_Rule(fault, fault.times))

    def clear(self) -> None:
        """End all of them."""
        with self._lock:
            self._rules.clear()

    def strike(self, call: Call) -> None:
        """Raise the error of the first rule that has one for *call*."""
        for fault in self._take(call):
            raise fault.error

    def spoil(self, call: Call, response: Response) -> Response:
        """Return *response* with all that happens to it on its way: latency last, for it comes before the rest."""
        for fault in sorted(self._take(call, response), key=lambda fault: fault.kind == "latency"):
            response = fault.spoil(response)
        return response

    def _take(self, call: Call, response: Response | None = None) -> list[Fault]:
        """Return what happens in place of a response, or else to *response*, and count it."""
        with self._lock:
            rules = [rule for rule in self._rules if rule.fault.is_in_place is (response is None)]
            due = [rule for rule in rules if rule.happens(call, response, self._random.random())]
            others = [rule for rule in due if rule.fault.is_error][1:]  # one error is answered
            due = [rule for rule in due if rule not in others]
            for rule in due:
                rule.left = None if rule.left is None else rule.left - 1
            return [rule.fault for rule in due]
