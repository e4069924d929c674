"""Rows of `policy`: which order and which policy each is."""

from ..read.sweep import Curve

BENCH, PARAM = "policy", "processes"
ORDERS = ("random", "zipf")


def ending(one: Curve) -> str:
    """What a row of `policy` says beyond the cost of a step."""
    return one.parts[-1] if one.parts[-1] in ("access", "flushes", "loads") else ""


def order(one: Curve) -> str:
    return one.parts[0]


def policy(one: Curve) -> str:
    """Who gets which PCID."""
    return one.parts[1] if len(one.parts) > 1 else ""
