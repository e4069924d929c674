"""A run of the host body: the program's own code on a modelled machine."""

import os
import shutil
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("BUILD", os.path.join(ROOT, "build"))
MACHINES = os.path.join(ROOT, "tests", "silicon", "machines")
SECONDS = 900


class Failed(Exception):
    """A run that did not come to its end; the text says how."""


def run_body(file: str, out: str, *settings: str, errata: tuple = (),
             seconds: int = SECONDS) -> int:
    """Runs the machine of a file, with these errata more, and leaves the files of the run in out.
    Returns 0, or 1 if a row or a verification failed."""
    planted = [word for text in errata for word in ("--erratum", text)]
    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryFile() as stream:
        try:
            ran = subprocess.run([f"{BUILD}/host/silicon", *planted, file, *settings],
                                 stdout=stream, stderr=subprocess.PIPE, timeout=seconds,
                                 check=False)
            stream.seek(0)
            got = subprocess.run([f"{BUILD}/host/capture", "--out", out, "--mode", "quiet"],
                                 stdin=stream, capture_output=True, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            raise Failed(f"not done in {seconds} s") from None
    if ran.returncode not in (0, 1) or got.returncode not in (0, 1):
        said = (ran.stderr + got.stderr).decode(errors="replace").strip()
        raise Failed(f"status {ran.returncode}: {said[-200:]}")
    return ran.returncode
