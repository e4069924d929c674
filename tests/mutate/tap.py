"""What is found, as TAP."""


class Tap:
    """Prints tests, and counts them."""

    def __init__(self):
        self.count = self.failed = 0

    def check(self, name: str, good: bool, *said: str):
        """A test, behind what there is to say of it."""
        self.count += 1
        self.failed += not good
        for line in said:
            print(f"# {line}")
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}", flush=True)

    def finish(self) -> int:
        """Ends the list; the exit status."""
        print(f"1..{self.count}")
        return 1 if self.failed or not self.count else 0
