"""What the user sees: a line per step with its time, and one sentence when something fails."""

import contextlib
import subprocess
import sys
import time


class Failure(Exception):
    """Something failed. The message is one sentence that names the remedy; `output` is what the tool said last."""

    def __init__(self, sentence, output=""):
        super().__init__(sentence)
        self.output = output


class Console:
    """Progress goes to stderr, so that stdout holds results alone."""

    def __init__(self, quiet=False):
        self.quiet = quiet
        self.terminal = sys.stderr.isatty() and not quiet

    def say(self, text):
        if not self.quiet:
            print(text, file=sys.stderr, flush=True)

    @contextlib.contextmanager
    def step(self, title):
        """Times the body. The yielded list takes words for the line, such as "up to date"."""
        started, notes = time.monotonic(), []
        if self.terminal:
            self.say(f"           {title} ...")
        try:
            yield notes
        except BaseException:
            self.say(f"{time.monotonic() - started:7.1f} s  {title}: not done")
            raise
        self.say(f"{time.monotonic() - started:7.1f} s  {', '.join([title, *notes])}")

    def run(self, command, log, failure, *, env, cwd, lines=30, stream=True):
        """Runs a tool; raises `Failure` with its last lines if it fails.

        In a terminal the user sees the output as it comes, if `stream`; otherwise it goes to the log and is returned.
        """
        command = [str(word) for word in command]
        if stream and self.terminal:
            status, output = subprocess.run(command, env=env, cwd=cwd, stdin=subprocess.DEVNULL).returncode, ""
        else:
            with open(log, "w+", encoding="utf-8", errors="replace") as out:
                status = subprocess.run(
                    command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=out).returncode
                out.seek(0)
                output = out.read()
        if status:
            raise Failure(failure, "\n".join(output.strip().splitlines()[-lines:]))
        return output


def report(failure):
    """Prints a failure: the sentence first, the tool's words below it."""
    print(f"error: {failure}", file=sys.stderr)
    if failure.output:
        print(failure.output, file=sys.stderr)
