"""A server that takes files by PUT, and fails as it is told.

usage: put_server.py FOLDER MODE-FILE PORT-FILE

MODE-FILE has a word for each PUT, of which the last stays: good; a number, which is the
answer; slow (no answer); cut (the line, in the middle of the body); lost (the file is
taken, and no answer comes).  What is there is never overwritten (409).  The port of the loopback address, which is any,
is written to PORT-FILE.
"""
import http.server
import os
import pathlib
import sys
import time

FOLDER, MODE, PORT_FILE = (pathlib.Path(name) for name in sys.argv[1:])
LONGER_THAN_ANYBODY_WAITS = 60


def next_mode():
    """The word of this request; requests come one after the other."""
    first, *rest = MODE.read_text(encoding="ascii").split()
    if rest:
        MODE.write_text(" ".join(rest), encoding="ascii")
    return first


class Handler(http.server.BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"

    def answer(self, code, body=b""):
        """A whole answer."""
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        """A file that is there."""
        path = FOLDER / self.path.lstrip("/")
        if path.is_file():
            self.answer(200, path.read_bytes())
        else:
            self.answer(404)

    def do_PUT(self):
        """A file that is not there yet."""
        mode = next_mode()
        path = FOLDER / self.path.lstrip("/")
        length = int(self.headers["Content-Length"])
        self.close_connection = True
        if mode == "cut":
            self.rfile.read(min(length, 100))
            return
        body = self.rfile.read(length)
        if mode == "slow":
            time.sleep(LONGER_THAN_ANYBODY_WAITS)
        elif mode.isdigit():
            self.answer(int(mode))
        elif path.exists():
            self.answer(409)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            if mode == "good":
                self.answer(201)

    def log_message(self, *args):
        """The tests look at files."""


with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    server.daemon_threads = True
    part = PORT_FILE.with_suffix(".part")
    part.write_text(str(server.server_port), encoding="ascii")
    os.replace(part, PORT_FILE)
    server.serve_forever()
