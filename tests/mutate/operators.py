"""Small changes of a C source, one at a time, on its syntax tree.

Each operator changes what a programmer gets wrong: a comparison, a constant, an operator, a
condition, the order of arguments, a statement that is missing, a text.  A change is named by
what stands around it and not by its line, so that it keeps its name when others edit the file.
"""

import bisect
import collections
import hashlib
import re

from clang import cindex
from clang.cindex import CursorKind as Kind

COMPARE = {"<": ("<=", ">="), "<=": ("<", ">"), ">": (">=", "<="), ">=": (">", "<"),
           "==": ("!=",), "!=": ("==",)}
ARITHMETIC = {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "&": "|", "|": "&", "^": "|",
              "<<": ">>", ">>": "<<"}
LOGIC = {"&&": "||", "||": "&&"}
ASSIGN = {f"{old}=": f"{new}=" for old, new in ARITHMETIC.items()}
STEP = {"++": "--", "--": "++"}

NUMBER = re.compile(rb"(U?INT\d+_C\()?(0[xX][0-9a-fA-F]+|\d+)([uUlL]*)(\)?)")
CHARACTER = re.compile(rb"'([ -&(-\[\]-}])'")
CONSTANT_MACRO = re.compile(rb"#\s*define\s+(\w+)[ \t]+\(?(U?INT\d+_C\(\w+\)|\w+)\)?[ \t]*"
                            rb"(?:/\*[^\n]*)?\n")
# What a text may not be looked for in, and texts.
TOKEN = re.compile(rb'/\*.*?\*/|//[^\n]*|#\s*include[^\n]*|_Static_assert\s*\([^;]*;'
                   rb"|'(?:\\.|[^'\\\n])+'" rb'|(?P<text>"(?:\\.|[^"\\\n])+")', re.DOTALL)
COMMENT = re.compile(rb"/\*.*?\*/|//[^\n]*", re.DOTALL)

AROUND = 30   # bytes on each side that name a change
SHOWN = 70    # bytes of what is changed that name it
UNARY_EXPRESSION = 136  # sizeof and alignof; cindex has no name for it in C
DELETED = (Kind.CALL_EXPR, Kind.COMPOUND_ASSIGNMENT_OPERATOR, Kind.CONTINUE_STMT)
HOLDS_STATEMENTS = (Kind.COMPOUND_STMT, Kind.IF_STMT, Kind.FOR_STMT, Kind.WHILE_STMT, Kind.DO_STMT,
                    Kind.CASE_STMT, Kind.DEFAULT_STMT)


class Mutant(collections.namedtuple("Mutant", "file key start end new")):
    """A change: the bytes from start to end of the file become new."""

    @property
    def place(self) -> float:
        """A number from 0 to 1 that the key alone decides: those below a share are its
        sample."""
        digest = hashlib.sha256(self.key.encode()).digest()
        return int.from_bytes(digest[:8], "big") / 2 ** 64

    def apply(self, source: bytes) -> bytes:
        return source[:self.start] + self.new + source[self.end:]


class Finder:
    """Walks the syntax tree of a file and collects changes."""

    def __init__(self, path: str, arguments: list, index: cindex.Index):
        with open(path, "rb") as file:
            self.source = file.read()
        self.path = path
        self.found = []      # (operator, start, end, new)
        self.functions = []  # (start, end, name), in order
        options = cindex.TranslationUnit.PARSE_INCOMPLETE
        unit = index.parse(path, arguments, options=options)
        worst = [one for one in unit.diagnostics if one.severity >= cindex.Diagnostic.Error]
        if worst:
            raise ValueError(f"{path}: {worst[0]}")
        for cursor in unit.cursor.get_children():
            if cursor.location.file is None or cursor.location.file.name != path:
                continue
            if cursor.kind == Kind.FUNCTION_DECL and cursor.is_definition():
                extent = cursor.extent
                self.functions.append((extent.start.offset, extent.end.offset, cursor.spelling))
            self.visit(cursor, None)
        self.texts()
        self.macros()

    def text(self, start: int, end: int) -> bytes:
        return self.source[start:end]

    def note(self, operator: str, start: int, end: int, new: bytes):
        if start < end and self.source[start:end] != new:
            self.found.append((operator, start, end, new))

    def visit(self, cursor, parent):
        """Collects the changes of a node and of those below it."""
        kind = cursor.kind
        if kind == Kind.STATIC_ASSERT or cursor._kind_id == UNARY_EXPRESSION:
            return
        children = list(cursor.get_children())
        handler = self.HANDLERS.get(kind)
        if handler:
            handler(self, cursor, children)
        if parent is not None and parent.kind in HOLDS_STATEMENTS:
            self.statement(cursor, parent)
        sized = kind in (Kind.VAR_DECL, Kind.FIELD_DECL) and \
            cursor.type.kind in (cindex.TypeKind.CONSTANTARRAY, cindex.TypeKind.INCOMPLETEARRAY)
        for child in children:
            # The length of an array is what it must hold at most: one more changes nothing.
            if not sized or child.kind in (Kind.INIT_LIST_EXPR, Kind.STRING_LITERAL):
                self.visit(child, cursor)

    def between(self, left, right) -> tuple:
        """The operator between two operands: where it begins and ends, and its text."""
        start, end = left.extent.end.offset, right.extent.start.offset
        text = COMMENT.sub(lambda found: b" " * len(found[0]), self.text(start, end))
        word = text.strip()
        at = start + text.find(word) if word else start
        return at, at + len(word), word.decode(errors="replace")

    def binary(self, cursor, children):
        if len(children) != 2:
            return
        left, right = children
        start, end, word = self.between(left, right)
        for new in COMPARE.get(word, ()):
            self.note("compare", start, end, new.encode())
        if word in ARITHMETIC:
            self.note("arithmetic", start, end, ARITHMETIC[word].encode())
        if word in ASSIGN:
            self.note("arithmetic", start, end, ASSIGN[word].encode())
        if word in LOGIC:
            self.note("logic", start, end, LOGIC[word].encode())
            self.note("operand", left.extent.end.offset, right.extent.end.offset, b"")
            self.note("operand", left.extent.start.offset, right.extent.start.offset, b"")

    def unary(self, cursor, children):
        if len(children) != 1:
            return
        whole, operand = cursor.extent, children[0].extent
        before = self.text(whole.start.offset, operand.start.offset).strip().decode()
        behind = self.text(operand.end.offset, whole.end.offset).strip().decode()
        if before in STEP:
            self.note("arithmetic", whole.start.offset, whole.start.offset + 2,
                      STEP[before].encode())
        elif behind in STEP:
            self.note("arithmetic", whole.end.offset - 2, whole.end.offset, STEP[behind].encode())
        elif before in ("-", "~", "!"):
            self.note("logic" if before == "!" else "arithmetic", whole.start.offset,
                      operand.start.offset, b"")

    def condition(self, cursor, children):
        """A condition that is always true, or never; negated where no comparison in it is."""
        if not children:
            return
        at = 1 if cursor.kind == Kind.DO_STMT and len(children) > 1 else 0
        asked = children[at].extent
        start, end = asked.start.offset, asked.end.offset
        text = self.text(start, end)
        if not text or NUMBER.fullmatch(text) or text in (b"true", b"false"):
            return
        self.note("condition", start, end, b"0")
        if cursor.kind in (Kind.IF_STMT, Kind.CONDITIONAL_OPERATOR):
            self.note("condition", start, end, b"1")
        if children[at].kind not in (Kind.BINARY_OPERATOR, Kind.UNARY_OPERATOR):
            self.note("negate", start, end, b"!(" + text + b")")

    def call(self, cursor, _children):
        """Arguments beside each other that could be taken for one another."""
        arguments = list(cursor.get_arguments())
        for one, next_one in zip(arguments, arguments[1:]):
            if one is None or next_one is None or not alike(one.type, next_one.type):
                continue
            a, b = one.extent, next_one.extent
            start, end = a.start.offset, b.end.offset
            if not start < a.end.offset <= b.start.offset < end:
                continue
            first, second = self.text(start, a.end.offset), self.text(b.start.offset, end)
            middle = self.text(a.end.offset, b.start.offset)
            self.note("swap", start, end, second + middle + first)

    def number(self, cursor, _children):
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        self.constant(start, end)

    def constant(self, start: int, end: int):
        """A constant, one more and one less."""
        text = self.text(start, end)
        digit, letter = NUMBER.fullmatch(text), CHARACTER.fullmatch(text)
        if digit:
            opening, figure, suffix, closing = digit.groups(b"")
            octal = figure.startswith(b"0") and figure.isdigit()
            value = int(figure, 8 if octal else 0)
            for new in (value + 1, value - 1):
                if new >= 0:
                    said = hex(new) if figure[:2].lower() == b"0x" else str(new)
                    self.note("constant", start, end, opening + said.encode() + suffix + closing)
        elif letter:
            new = chr(letter[1][0] + 1)
            if new not in "'\\":
                self.note("constant", start, end, f"'{new}'".encode())

    def statement(self, cursor, parent):
        """A statement that is missing; its semicolon stays."""
        start, end = cursor.extent.start.offset, cursor.extent.end.offset
        text = self.text(start, end)
        kind = cursor.kind
        assigns = kind == Kind.BINARY_OPERATOR and self.assigns(cursor)
        steps = kind == Kind.UNARY_OPERATOR and (b"++" in text or b"--" in text)
        leaves = kind == Kind.RETURN_STMT and text == b"return"
        if not (kind in DELETED or assigns or steps or leaves):
            return
        # A condition and the step of a for are children, too: none ends with a semicolon but
        # the first part of a for.
        behind = self.source[end:].lstrip()[:1]
        in_head = parent.kind == Kind.FOR_STMT and self.in_head(parent, start)
        if behind == b";" or in_head:
            self.note("delete", start, end, b"")

    def assigns(self, cursor) -> bool:
        children = list(cursor.get_children())
        return len(children) == 2 and self.between(*children)[2] == "="

    def in_head(self, loop, at: int) -> bool:
        """Whether a byte stands in the parentheses of a for, as its step does."""
        depth = 0
        for offset in range(loop.extent.start.offset, at):
            depth += {40: 1, 41: -1}.get(self.source[offset], 0)
        return depth > 0

    HANDLERS = {
        Kind.BINARY_OPERATOR: binary,
        Kind.COMPOUND_ASSIGNMENT_OPERATOR: binary,
        Kind.UNARY_OPERATOR: unary,
        Kind.IF_STMT: condition,
        Kind.WHILE_STMT: condition,
        Kind.DO_STMT: condition,
        Kind.CONDITIONAL_OPERATOR: condition,
        Kind.CALL_EXPR: call,
        Kind.INTEGER_LITERAL: number,
        Kind.CHARACTER_LITERAL: number,
    }

    def texts(self):
        """Texts become empty: names of columns, and instructions."""
        for found in TOKEN.finditer(self.source):
            if found["text"]:
                self.note("text", found.start(), found.end(), b'""')

    def macros(self):
        for found in CONSTANT_MACRO.finditer(self.source):
            self.constant(*found.span(2))

    def function_at(self, offset: int) -> str:
        at = bisect.bisect_right(self.functions, (offset, 1 << 62, ""))
        if at and offset < self.functions[at - 1][1]:
            return self.functions[at - 1][2]
        return "-"

    def name(self, operator: str, start: int, end: int, new: bytes) -> str:
        """What stands around a change, the change in brackets."""
        left = re.split(rb"[;{}]|\n\s*\n", self.text(max(0, start - AROUND), start))[-1]
        right = re.split(rb"[;{}]", self.text(end, end + AROUND))[0]
        old = self.text(start, end)
        if operator == "swap":
            shown = short(old) + " swapped"
        elif operator == "negate":
            shown = short(old) + " negated"
        else:
            shown = f"{short(old)} -> {short(new)}" if new else f"{short(old)} ->"
        words = (self.path, self.function_at(start), f"{operator}:", short(left), f"[{shown}]",
                 short(right))
        return " ".join(word for word in words if word)

    def mutants(self) -> list:
        """All changes in the order of the file; equal names are numbered."""
        met, result = collections.Counter(), []
        for operator, start, end, new in sorted(set(self.found), key=lambda one: one[1:] + one[:1]):
            key = self.name(operator, start, end, new)
            met[key] += 1
            if met[key] > 1:
                key += f" #{met[key]}"
            result.append(Mutant(self.path, key, start, end, new))
        return result


def short(text: bytes) -> str:
    """A text on one line, no longer than is shown."""
    line = re.sub(r"\s+", " ", COMMENT.sub(b"", text).decode(errors="replace")).strip()
    return line if len(line) <= SHOWN else line[:SHOWN - 3] + "..."


def alike(one, other) -> bool:
    """Whether an argument of one type could be passed for another without a warning."""
    one, other = one.get_canonical(), other.get_canonical()
    if one.kind in INTEGERS and other.kind in INTEGERS:
        return True
    return one.spelling == other.spelling


INTEGERS = (cindex.TypeKind.BOOL, cindex.TypeKind.UCHAR, cindex.TypeKind.USHORT,
            cindex.TypeKind.UINT, cindex.TypeKind.ULONG, cindex.TypeKind.ULONGLONG,
            cindex.TypeKind.SCHAR, cindex.TypeKind.CHAR_S, cindex.TypeKind.SHORT,
            cindex.TypeKind.INT, cindex.TypeKind.LONG, cindex.TypeKind.LONGLONG,
            cindex.TypeKind.ENUM)


def mutants_of(path: str, arguments: list) -> list:
    """The changes of one source, which is compiled with these arguments."""
    return Finder(path, arguments, cindex.Index.create()).mutants()
