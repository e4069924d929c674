"""labgrid's way to a run: switch the machine on, and let capture read its serial line."""

import contextlib
import enum
import os
import subprocess
import time

import attr
from labgrid.factory import target_factory
from labgrid.step import step
from labgrid.strategy.common import Strategy, StrategyError
from pexpect import TIMEOUT

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PIECE, WAIT = 4096, 1.0  # bytes and seconds of one look at the line
CUT = 2  # and above: statuses of capture that say that the run is not whole


class Status(enum.Enum):
    """What the machine is doing."""

    unknown = 0
    off = 1
    collected = 2


@target_factory.reg_driver
@attr.s(eq=False)
class TlbmarkStrategy(Strategy):
    """Boots what is on the machine's stick or comes over the network, and collects its run.

    out: folder of its files, which may hold no run already; out.log is a copy of the line.
    start_timeout, timeout: seconds until the program runs, and until its files are here."""

    bindings = {"power": "PowerProtocol", "console": "ConsoleProtocol"}

    out = attr.ib(default="run", validator=attr.validators.instance_of(str))
    capture = attr.ib(default=os.path.join(TREE, "build", "host", "capture"),
                      validator=attr.validators.instance_of(str))
    start_timeout = attr.ib(default=300, validator=attr.validators.instance_of(int))
    timeout = attr.ib(default=7200, validator=attr.validators.instance_of(int))
    status = attr.ib(default=Status.unknown)
    exit_status = attr.ib(default=None)  # of the run: 0, or 1 if something failed in it

    @step(args=["status"])
    def transition(self, status, *, step):
        """To off, or to collected, which is a run each time it is asked for."""
        if not isinstance(status, Status):
            status = Status[status]
        if status == Status.off:
            self.target.activate(self.power)
            self.power.off()
        elif status == Status.collected:
            self.target.activate(self.power)
            self.target.activate(self.console)
            self.power.off()
            self.power.on()
            self.exit_status = self.collect()
        else:
            raise StrategyError(f"can not transition to {status}")
        self.status = status

    def collect(self) -> int:
        """The exit status of the run whose files are in self.out now."""
        reader = subprocess.Popen(
            [self.capture, "--out", self.out, "--log", f"{self.out}.log", "--start-timeout", str(self.start_timeout),
             "--timeout", str(self.timeout)], stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.pass_on(reader)
        finally:
            with contextlib.suppress(BrokenPipeError):  # it has ended with its run
                reader.stdin.close()
            said = reader.stderr.read().decode(errors="replace")
        if reader.wait() >= CUT:
            raise StrategyError(f"the run is not whole:\n{said}")
        return reader.returncode

    def pass_on(self, reader) -> None:
        """What comes over the line, until capture has all of it or gives up."""
        until = time.monotonic() + self.timeout + 10
        while reader.poll() is None and time.monotonic() < until:
            try:
                reader.stdin.write(self.console.read(size=PIECE, timeout=WAIT))
                reader.stdin.flush()
            except TIMEOUT:
                continue
            except BrokenPipeError:
                return
