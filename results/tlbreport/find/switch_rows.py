"""Rows of `switch`: which kind of switch each is."""

from ..read.sweep import Curve

BENCH, PARAM = "switch", "pages"
KINDS = {"shared": "shared", "kernelthread": "kernel thread", "kernel_thread": "kernel thread",
         "different": "different"}


def kind(one: Curve) -> str:
    return next((part for part in one.parts if part in KINDS), "")
