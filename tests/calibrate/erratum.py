"""What an erratum must fail in the matrix, worked out from its name and scope: which operations
use what is wrong, and which translations it keeps."""

# Operation of the machine -> rows of the matrix that need it to drop something.
USED_BY = {
    "cr3": ("cr3_reload", "cr3_pcid_flush", "invpcid_by_cr3", "invpcid_by_cr3_seed",
            "cr3_pti_deferred"),
    "cr3_noflush": ("cr3_pcid_noflush",),
    "pge": ("cr4_pge_toggle",),
    "smep": ("cr4_smep_set",),
    "pg": ("cr0_pg_toggle",),
    "invlpg": ("invlpg",),
    "invpcid_0": ("invpcid_address",),
    "invpcid_1": ("invpcid_context",),
    "invpcid_2": ("invpcid_all_global",),
    "invpcid_3": ("invpcid_all_non_global",),
    "invlpgb": ("invlpgb_tlbsync", "invlpgb_context", "invlpgb_all_global",
                "invlpgb_all_non_global"),
}
# Of an entry: its PCID's name, whether it is global, size, side; levels above are told apart.
LEAVES = {
    "page_4k": ("home", False, "4k", "data"), "page_2m": ("home", False, "2m", "data"),
    "page_1g": ("home", False, "1g", "data"), "neighbour": ("home", False, "4k", "data"),
    "global_4k": ("home", True, "4k", "data"), "global_neighbour": ("home", True, "4k", "data"),
    "target_pcid": ("target", False, "4k", "data"), "other_pcid": ("other", False, "4k", "data"),
    "other_pcid_global": ("other", True, "4k", "data"), "pde": ("home", False, "4k", "data"),
    "code_4k": ("home", False, "4k", "code"), "code_2m": ("home", False, "2m", "code"),
    "code_global": ("home", True, "4k", "code"),
    "code_target_pcid": ("target", False, "4k", "code"),
    "code_other_pcid": ("other", False, "4k", "code"),
}
UPPERS = {"pde": "pde", "psc": "pde", "psc_pdpte": "pdpte", "psc_pml4e": "pml4e",
          "psc_pml5e": "pml5e"}
# What names no PCID, and so cannot mistake it.
NAMELESS = ("invlpgb_all_global", "invlpgb_all_non_global")
# A load of CR3 is in the PCID that it drops; all else runs at home.
FOLLOWS = ("cr3",)


class Erratum:
    """operation, effect, scope by its words."""

    def __init__(self, text: str):
        words = text.split()
        self.text = text
        names = [name for name in (*USED_BY, "any", "pcide") if words[0].startswith(name + "_")]
        self.operation = max(names, key=len) if names else ""
        self.effect = words[0][len(self.operation) + 1:] if names else words[0]
        self.scope, rest = {}, words[1:]
        while rest:
            taken = 4 if rest[0] == "set" else 2
            self.scope[rest[0]], rest = rest[1], rest[taken:]

    @property
    def rows(self) -> tuple:
        """The rows of the matrix that use it; of all operations all of them."""
        if self.operation == "any":
            return tuple(dict.fromkeys(row for rows in USED_BY.values() for row in rows))
        return USED_BY.get(self.operation, ())

    @property
    def is_whole(self) -> bool:
        """Whether it is not about a part of the TLB."""
        return not {"set", "level", "side", "size"} & self.scope.keys()

    def keeps_leaf(self, op: str, entry: str) -> bool:
        if entry not in LEAVES:
            return False
        pcid, is_global, size, side = LEAVES[entry]
        if self.scope.get("side", side) != side or self.scope.get("size", size) != size:
            return False
        current = self.operation in FOLLOWS or pcid == "home"
        return {
            "does_nothing": True,
            "keeps_globals": is_global,
            "keeps_foreign_globals": is_global and pcid != "home",
            "keeps_current": not is_global and current,
            "keeps_others": not is_global and not current,
            "keeps_pieces": size != "4k",  # of machines that hold them so
            "takes_current": pcid == "target" and op not in NAMELESS
                             and self.operation in ("invpcid_0", "invpcid_1", "invlpgb"),
        }.get(self.effect, False)

    def keeps_upper(self, entry: str) -> bool:
        level = UPPERS.get(entry)
        if level is None:
            return False
        return (self.effect in ("keeps_psc", f"keeps_{level}", "keeps_current")
                or (self.effect == "does_nothing" and self.is_whole))

    def fails(self, row: dict) -> bool:
        """Whether this row of verify.csv must fail, by its frame or by its accessed bit."""
        entry = row["entry"].removesuffix("_accessed")
        if row["rule"] != "must" or row["op"] not in self.rows:
            return False
        if self.scope.get("pcide", "") == ("on" if row["pcide"] == "0" else "off"):
            return False
        if self.scope.get("phase", row["phase"]) != row["phase"]:
            return False
        return self.keeps_leaf(row["op"], entry) or self.keeps_upper(entry)

    @property
    def is_timed(self) -> bool:
        """Whether it begins or ends at a time."""
        return bool({"after", "before"} & self.scope.keys())

    @property
    def is_certain(self) -> bool:
        """Whether each operation in its scope is wrong, so that each of its cells must fail."""
        return "one_in" not in self.scope and self.operation != "any"
