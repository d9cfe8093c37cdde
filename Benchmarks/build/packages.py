#!/usr/bin/env python3
"""An HTTP proxy on loopback for apt that keeps what it fetched: `packages.py FOLDER`.

It prints its port. As long as FOLDER/offline is not there it asks the network for what it does not have; then it answers from what
it has, and 404 for the rest: no network is measured. apt-cacher-ng does the same, but does not start on a host whose only address
is loopback's.
"""
import hashlib, http.server, os, shutil, sys, threading, urllib.error, urllib.request

FOLDER = sys.argv[1]
FETCH = urllib.request.build_opener(urllib.request.ProxyHandler(
    {name: value for name, value in urllib.request.getproxies().items() if name == 'http'}))
LOCK = threading.Lock()


class Proxy(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *_): pass

    def do_GET(self):
        path = f'{FOLDER}/{hashlib.sha256(self.path.encode()).hexdigest()}'
        if not os.path.exists(path) and not os.path.exists(FOLDER + '/offline'):
            with LOCK: self.fetch(path)
        if not os.path.exists(path): return self.answer(404)
        with open(path, 'rb') as file:
            self.send_response(200)
            self.send_header('Content-Length', str(os.fstat(file.fileno()).st_size))
            self.end_headers()
            shutil.copyfileobj(file, self.wfile, 1 << 20)

    def answer(self, status):
        self.send_response(status)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def fetch(self, path):
        try:
            with FETCH.open(self.path, timeout=120) as source, open(path + '.part', 'wb') as file:
                shutil.copyfileobj(source, file, 1 << 20)
            os.rename(path + '.part', path)
        except urllib.error.HTTPError: pass  # not there: remembered as missing
        except OSError as error: print(f'{self.path}: {error}', file=sys.stderr, flush=True)


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Proxy)
server.daemon_threads = True
print(server.server_address[1], flush=True)
server.serve_forever()
