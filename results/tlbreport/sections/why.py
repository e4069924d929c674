"""Why believe this: what the harness showed about itself, and about each operation."""

from ..draw.markup import Markup, badge, breakable, join, paragraph, table, tag
from ..read import trust
from ..read.run import Run
from .belief import belief

VERDICTS = {
    "pass": badge("pass", "✓", "good"),
    "fail": badge("fail", "✗", "bad"),
    "recorded": badge("recorded", "•", "none"),
    "skipped": badge("skipped", "–", "none"),
}
# What a self-test shows; a name that ends with _ begins the names of several.
SHOWS = {
    "cpuid_time": "What one CPUID costs: tens to hundreds of core cycles on hardware, more than a "
                  "thousand where a hypervisor answers it.",
    "litmus": "No litmus test ended with an outcome that the architecture forbids.",
    "litmus_x2apic": "The same of the tests that need x2APIC mode.",
    "nested": "No required check failed in a guest, and each guest came back.",
    "quantum": "The clock advances in steps of this size: no difference is finer.",
    "smallest_step": "The smallest advance seen between two reads of the clock.",
    "empty_window": "Two windows with nothing in them cost the same: the interval of their "
                    "difference contains 0.",
    "linearity_": "Twice as many instructions cost twice as much: no point of 64 to 2048 copies "
                  "is farther than the limit from the line.",
    "imul_to_add": "A chain of multiplications is known to take 3 (or 4, 5) times as many cycles "
                   "as one of additions; where instructions are counted, as many.",
    "wait_overshoot": "A wait of a set length takes that length: by so much it was late at worst.",
    "lfence_slope": "LFENCE costs more than three NOPs, so it really waits, and the window's "
                    "fences do.",
    "slope_": "What one copy of this instruction costs: together they tell hardware from an "
              "emulator.",
    "timers": "Independent timers of the machine agree on the rate of the clock; skipped where "
              "only one is there, and ticks are ticks all the same.",
    "additive_": "From 2N to 4N copies costs twice what N to 2N does: the costs of the "
                 "operation add up.",
    "cycle_counter": "The counter of core cycles counts a chain of known length right, per "
                     "multiplication.",
    "a_a_limit": "One row measured again and again differed by so much: two runs that differ by "
                 "less are not told apart. Where it is more than a row may differ by that counts "
                 "as converged, no row does whose cost it could move by that much.",
    "interrupt_discarded": "An interrupt that was injected into a block of samples was "
                           "noticed, and the block was discarded.",
    "own_pages_local": "So many of the pages that the program itself runs in are not global: full "
                       "flushes would be charged for page walks to them.",
    "calls_answered": "Each processor, in each state of waiting, took each interrupt, NMI and "
                      "polled call exactly once: so many did not.",
    "calls_in_each_state": "So many processors were called in each state; an emulator's others "
                           "in HLT only, once each.",
    "tsc_sync": "No processor's clock is behind what another one has shown, at the start, and "
                "their offsets are bounded: one-way times mean something.",
    "tsc_sync_after": "The same at the end of the run: the clocks stayed together.",
    "tsc_adjust_differs": "So many processors have another TSC_ADJUST than the first: firmware or "
                          "somebody else has moved their clocks.",
    "shootdown_words": "So many words were read through pages after shootdowns; a single stale "
                       "one would have failed its row.",
    "shootdown_shown": "Control: without a shootdown such words were stale in so many percent of "
                       "the chunks (groups of samples): there a missing flush would have been "
                       "seen.",
    "shootdown_kinds": "There was no memory to look for stale global pages and upper levels: rows "
                       "are measured without that check.",
    "shootdown_globals": "So many times a processor looked at a global page after a shootdown that "
                         "must drop it; one that was stale would have failed its row.",
    "shootdown_globals_shown": "Control: without a shootdown it was stale in so many percent of the "
                               "chunks: there a kept global page would have been seen.",
    "shootdown_uppers": "So many times a processor walked through a changed page directory entry "
                        "after a shootdown that must drop it; one that used the old entry would "
                        "have failed its row.",
    "shootdown_uppers_shown": "Control: without a shootdown the old entry was used in so many percent "
                              "of the chunks: there a kept upper level would have been seen.",
    "shootdown_stores": "So many words were being stored to by processors when they were asked to "
                        "drop the page; one that changed in the old page frame after the last "
                        "answer would have failed its row.",
    "shootdown_stores_shown": "Control: where nobody was asked so many percent of such words changed "
                              "in the old page frame: there a late store would have been seen.",
    "shootdown_stores_late": "So many such words changed in the old page frame after the last "
                             "answer, when the frame may belong to somebody else.",
    "tlb_gen_skipped": "Of the requests that carry a generation, where several processors begin at "
                       "once, so many percent found that everything had been dropped.",
    "tlb_gen_full": "So many percent of them found one missing in between, and dropped all.",
    "lazy_words": "So many words were read by processors that had come back from lazy TLB mode; a "
                  "single stale one would have failed its row.",
    "lazy_shown": "Control: in so many percent of the chunks such words were stale where nobody "
                  "had been asked to drop them, or had not come back.",
    "interrupts_lost": "So many calls were not taken by the processor they were sent to.",
    "interrupts_doubled": "So many calls were taken once more often than they were sent.",
    "store_wakes_lost": "So many stores to a line that a processor monitors did not wake it; an "
                        "interrupt had to.",
    "store_wakes_between": "Of the stores that were to come between MONITOR and MWAIT so many percent "
                           "did.",
    "senders_awake": "Whoever sent in place of the boot processor had spun for at least so long "
                     "behind its order, as the boot processor does before it sends.",
    "halted_": "In every chunk of rows in this state each processor that should sleep did so for "
               "at least so much of the time, by MPERF, a counter that stands still in sleep.",
    "c3_": "Its core was in the sleep state C3 for at least so much of the time, by its residency "
           "counter.",
    "c6_": "The same of the sleep state C6.",
    "c7_": "The same of the sleep state C7.",
    "walks_": "A counter of page walks, independent of the verification, saw as many walks as "
              "the operation must cause; skipped where there is none, or it stands still.",
    "verification": "No operation left behind an entry that it must drop.",
}


def why(run: Run) -> Markup:
    """The clock, the self-tests, and then operation by operation."""
    return join([clock(run), tag("h3", "The harness, tested by itself"), selftests(run),
                 tag("h3", "Each operation, by its verification"), belief(run)])


def clock(run: Run) -> Markup:
    """What machine.csv says of the timing, in one paragraph."""
    judged = trust.judge(run)
    if judged.timing:
        return paragraph("The timing may be believed: ", run.fact("timing_reason") or
                         "env = hw, timing_valid = 1", ".")
    if judged.guest:
        return paragraph(tag("strong", "The timing is valid for this guest alone. "),
                         " ".join(judged.reasons))
    return paragraph(tag("strong", "The timing may not be believed. "), " ".join(judged.reasons),
                     " What an operation drops is verified without a clock, and may be believed "
                     "all the same.")


def selftests(run: Run) -> Markup:
    """selftest.csv: value against limit, verdict, and what follows from it."""
    rows = run.rows("selftest.csv")
    if not rows:
        return paragraph("This run has no selftest.csv: nothing is known about its clock.",
                         class_="lack")
    count = {word: sum(r["verdict"] == word for r in rows) for word in VERDICTS}
    note = (
        f"{', '.join(f'{number} {word}' for word, number in count.items())}. The clock and the "
        "method are tested before anything is measured; tsc_sync_after, interrupts_*, *_words, "
        "*_shown and verification say how it went, and stand at the end. A failed one does not "
        "stop the run: it says what may not be believed. Recorded with a limit: this machine "
        "cannot answer the question. Recorded without one: a figure, which nothing is held "
        "against."
    )
    body = [[tag("th", breakable(r["test"]), class_="name", scope="row"),
             *(tag("td", r[c], class_="number") for c in ("value", "limit")),
             r["unit"], VERDICTS.get(r["verdict"], r["verdict"]),
             tag("td", shows(r["test"]), class_="reason")] for r in rows]
    return join([paragraph(note, class_="note"),
                 table(["test", "value", "limit or expected", "unit", "verdict",
                        "what it shows if it passes"], body)])


def shows(test: str) -> str:
    """The sentence on a test; empty if nobody knows it."""
    begins = (name for name in SHOWS if name.endswith("_") and test.startswith(name))
    return SHOWS.get(test) or SHOWS.get(next(begins, ""), "")
