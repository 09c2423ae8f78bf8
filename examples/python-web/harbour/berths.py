"""The berths, without the web."""

from dataclasses import asdict, dataclass


class Refused(Exception):
    """A ship cannot be berthed; the text says why."""


@dataclass
class Berth:
    name: str
    metres: int
    ship: str | None = None


class Harbour:
    def __init__(self, berths):
        self._berths = list(berths)

    def berths(self):
        return [asdict(berth) for berth in self._berths]

    def free(self):
        return sum(berth.ship is None for berth in self._berths)

    def moor(self, ship, metres):
        """Puts a ship at the shortest free berth that is long enough, and returns the berth."""
        if not ship or metres <= 0:
            raise Refused("a ship needs a name and a length")
        if any(berth.ship == ship for berth in self._berths):
            raise Refused(f"{ship} is here already")
        fitting = [berth for berth in self._berths if berth.ship is None and berth.metres >= metres]
        if not fitting:
            raise Refused(f"no free berth of {metres} m")
        berth = min(fitting, key=lambda berth: berth.metres)
        berth.ship = ship
        return asdict(berth)


def example():
    return Harbour([Berth("north", 40, "Solveig"), Berth("east", 25), Berth("south", 60)])
