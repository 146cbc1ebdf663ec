"""`python -m bookbuild serve`: the built site on localhost, from port 8000 or the next free one."""
import argparse
import functools
import http.server
import os
import sys
from pathlib import Path

FIRST, TRIED = 8000, 100


class Handler(http.server.SimpleHTTPRequestHandler):
    """Files as they are now: after a new build the browser shows the new pages."""

    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = os.name != "nt"  # Windows would let two servers share a port
    daemon_threads = True


def server(folder, port=FIRST, tried=TRIED):
    """A server for `folder` on the first free port from `port` on."""
    handler = functools.partial(Handler, directory=str(folder))
    for candidate in range(port, port + tried):
        try:
            return Server(("127.0.0.1", candidate), handler)
        except OSError:
            continue
    raise OSError(f"no free port between {port} and {port + tried - 1}: pass another with --port")


def main(args):
    parser = argparse.ArgumentParser(prog="python -m bookbuild serve", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("_build/html"))
    parser.add_argument("--port", type=int, default=FIRST, help="the first port to try")
    options = parser.parse_args(args)
    if not (options.folder / "index.html").is_file():
        print(f"{options.folder} holds no built site: run `python -m bookbuild site` first", file=sys.stderr)
        return 1
    with server(options.folder, options.port) as site:
        print(f"\nThe book: http://localhost:{site.server_address[1]}/   (Ctrl+C stops the server)", flush=True)
        try:
            site.serve_forever()
        except KeyboardInterrupt:
            print()
    return 0
