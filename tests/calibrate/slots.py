"""What a policy that hands out PCIDs costs a step, by a machine's truth: the reference string
played against a model of slots of its own."""

from expect import Unknown, in_pieces, pcids, uppers
from truth import NOTHING, Range, Truth

MASK = 2 ** 64 - 1
PAGES = 8  # of each process
# References in the window and untimed before it, by profile.
COUNTS = {"smoke": (64, 16), "quick": (512, 256), "default": (512, 256)}
ORDERS = {"random": 0, "zipf": 1}


class References:
    """Who runs next, for ever: SplitMix64, uniform or by Zipf."""

    def __init__(self, processes: int, order: str, seed: int):
        self.state = (seed ^ (processes << 32 | ORDERS[order])) & MASK
        self.processes, self.order, self.sums, total = processes, order, [], 0
        for number in range(processes):
            total += 2 ** 40 // (number + 1)
            self.sums.append(total)

    def draw(self) -> int:
        self.state = (self.state + 0x9e3779b97f4a7c15) & MASK
        z = self.state
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9 & MASK
        z = (z ^ z >> 27) * 0x94d049bb133111eb & MASK
        return z ^ z >> 31

    def next(self) -> int:
        if self.order == "random":
            return self.draw() % self.processes
        drawn = self.draw() % self.sums[-1]
        return next(i for i, total in enumerate(self.sums) if total > drawn)


class Slots:
    """Which process a slot has; who comes without one takes another's, which is dropped."""

    def __init__(self, policy: str):
        in_turn = policy.startswith("rr")
        many = {"perprocess": 4095, "gen": 4095, "nopcid": 0}
        self.many = many[policy] if policy in many else int(policy.lstrip("rlu"))
        self.in_turn, self.always = in_turn, policy == "gen" or in_turn
        self.owners, self.turn = [], 0  # the one that ran last comes last; in turn: by slot

    def takes(self, process: int) -> tuple:
        """(the load drops, whose translations are gone)."""
        if self.many == 0:
            return True, set(self.owners)
        if process in self.owners:
            if not self.in_turn:
                self.owners.remove(process)
                self.owners.append(process)
            return False, set()
        if len(self.owners) < self.many:
            self.owners.append(process)
            return self.always, set()
        at = self.turn % self.many if self.in_turn else 0
        lost = self.owners[at]
        if self.in_turn:
            self.owners[at], self.turn = process, self.turn + 1
        else:
            self.owners = [*self.owners[1:], process]
        return True, {lost}


def played(policy: str, string: tuple, counts: tuple, kept: int) -> list:
    """(whether CR3 was loaded, whether the load dropped, whether who came has its pages) of each
    step of the window; of the PCIDs that were loaded last so many keep their translations."""
    processes, order, seed = string
    slots, strings = Slots(policy), [References(processes, order, 2 * seed + part)
                                     for part in (1, 0)]
    running = None
    for _ in range(16 * min(processes, slots.many)):
        process = strings[0].next()
        if process != running:
            slots.takes(process)
        running = process
    held, recent, steps = set(), [], []
    for part in (counts[1], counts[0]):
        running = None
        for _ in range(part):
            process, drops, loads = strings[1].next(), False, False
            if process != running:
                loads = True
                drops, lost = slots.takes(process)
                held -= lost if slots.many else set(held)
                if drops:
                    held.discard(process)
                recent = [one for one in recent if one != process and one not in lost][-kept + 1:]
                recent.append(process)
                held &= set(recent)
            steps.append((loads, drops, process in held))
            held.add(process)
            running = process
    return steps[-counts[0]:]


def again(truth: Truth, processes: int) -> Range:
    """Pages of a process that has them, behind a load."""
    hits = truth.costs("l2_hit").times(PAGES)
    if pcids(truth, "data-4k-1") <= 1:
        return hits
    if 2 * processes * PAGES <= truth.count("knee", "data-4k-1") \
            and pcids(truth, "data-4k-1") > processes:
        return NOTHING
    return Range(0.0, hits.high)


def step(truth: Truth, row: dict, profile: str, seed: int) -> Range:
    """Ticks a step of a row of `policy`."""
    order, policy, *others = row["variant"].split("-")
    processes = int(row["value"])
    if others or row["op"] not in ("cr3_pcid_flush", "cr3_reload"):
        raise Unknown("what else runs, and INVPCID, are not worked out")
    # Groups of pages are none here: the lines of many pages are in one frame.
    if in_pieces(truth, "data") or truth.fact("prefetch"):
        raise Unknown("pages in pieces, or ahead")
    levels = [(truth.count("knee", level), pcids(truth, level))
              for level in ("data-4k-1", "data-4k-2")]
    # A level may keep more PCIDs than it has room for.
    kept = max(min(many, pages // PAGES) for pages, many in levels)
    knee = max(pages for pages, _ in levels)
    if 2 * processes * PAGES > knee:
        raise Unknown("more pages than are surely held")
    more, _ = uppers(truth, ["4k", "dense"], PAGES)
    walked = truth.walks(PAGES, PAGES, None) + truth.walks(0, more, None)
    keeps, drops = truth.costs("cr3_noflush"), truth.costs("cr3_flush")
    steps = played(policy, (processes, order, seed), COUNTS[profile], kept)
    total = NOTHING
    for loads, dropped, has in steps:
        total += NOTHING if not loads else drops if dropped else keeps
        total += walked if not has else again(truth, processes) if loads else NOTHING
    return total.times(1 / len(steps))
