"""A small `up` in a process of its own: real servers, stand-ins for the rest. `an_up.py HOME` prints one line
when it is ready, with the pids of its workers, and ends in order on SIGTERM."""

import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

from notifier.errors import NotifierError
from notifier.local.children import Program
from notifier.local.stack import Stack
from notifier.settings import from_env

SLEEP = ("-c", "import time; time.sleep(600)")
SANDBOX = """
import sys, time
print('loading')
print('sandbox http://127.0.0.1:1025', flush=True)
time.sleep(600)
"""
WEB = """
import http.server, os
address = ('127.0.0.1', int(os.environ['NOTIFIER_PORT']))
http.server.HTTPServer(address, http.server.SimpleHTTPRequestHandler).serve_forever()
"""
STAND_INS = {
    Program.SANDBOX: ("-c", SANDBOX),
    Program.WORKER: SLEEP,
    Program.BEAT: SLEEP,
    Program.WEB: ("-c", WEB),
}


def main(home: Path) -> None:
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    settings = replace(from_env({"NOTIFIER_REHEARSALS_ONLY": "1", "NOTIFIER_HOME": str(home)}), port=0)
    with Stack(settings, commands=STAND_INS, stopping=told) as stack:
        print("ready", *stack.worker_pids, flush=True)
        told.wait()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]))
    except NotifierError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
