"""Pages in a headless Chromium, looked at by axe-core: one process, one page after the other in a frame."""

import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from typing import Any
from urllib.parse import unquote

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)

RUNNER = """<!DOCTYPE html><html lang="en"><title>axe</title><body><script>
(async () => {
  const names = await (await fetch('/names')).json(), found = {};
  const axe = await (await fetch('/axe.js')).text();
  for (const name of names) for (const width of [360, 600]) {
    const frame = document.createElement('iframe');
    frame.style = `border:0;width:${width}px;height:2400px`;
    const loaded = new Promise(done => frame.onload = done);
    frame.src = '/page/' + encodeURIComponent(name);
    document.body.append(frame);
    await loaded;
    const inside = frame.contentWindow, page = frame.contentDocument;
    const script = page.createElement('script');
    script.textContent = axe;
    page.head.append(script);
    const report = await inside.axe.run(page, {resultTypes: ['violations']});
    found[`${name} ${width}`] = {
      violations: report.violations.map(
        v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | ')),
      passes: report.passes.length,
      wide: page.documentElement.scrollWidth - width,
      dir: inside.getComputedStyle(page.querySelector('h1')).direction,
      ground: inside.getComputedStyle(page.querySelector('.card')).backgroundColor,
    };
    frame.remove();
  }
  await fetch('/found', {method: 'POST', body: JSON.stringify(found)});
})().catch(error => fetch('/found', {method: 'POST', body: JSON.stringify({error: String(error)})}));
</script></body></html>"""


def looked_at(pages: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """`name width` -> violations, checks passed, pixels too wide, direction of the heading, colour of the card."""
    assert BROWSER is not None
    done, found = threading.Event(), dict[str, Any]()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, kind = _answer(self.path, pages)
            self._send(body.encode(), kind)

        def do_POST(self) -> None:
            found.update(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._send(b"", "text/plain")
            done.set()

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, tempfile.TemporaryDirectory() as profile:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = subprocess.Popen(
            [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0",
             f"--user-data-dir={profile}", f"http://127.0.0.1:{server.server_port}/"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            done.wait()
        finally:
            browser.terminate()
            browser.wait()
            server.shutdown()
    return found


def _answer(path: str, pages: Mapping[str, str]) -> tuple[str, str]:
    if path == "/names":
        return json.dumps(list(pages)), "application/json"
    if path == "/axe.js":
        return (files("axe_core_python") / "axe.min.js").read_text("utf-8"), "text/javascript"
    if path.startswith("/page/"):
        return pages[unquote(path.removeprefix("/page/"))], "text/html"
    return RUNNER if path == "/" else "", "text/html"
