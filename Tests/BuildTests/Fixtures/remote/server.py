"""A web server on this machine for tests: odd answers, and repositories by git's own CGI program.

    server.py FOLDER    prints its port, serves until its standard input ends; repositories are FOLDER/NAME.git
"""
import http.server
import os
import subprocess
import sys
import threading
from urllib.parse import unquote, urlsplit

FOLDER = os.path.abspath(sys.argv[1])
REQUESTS = []


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urlsplit(self.path)
        REQUESTS.append(self.path)
        if url.path.startswith("/git/"):
            return self.git(url, b"")
        if url.path == "/dated.txt":
            return self.answer(200, b"hello\n", Last_Modified="Sun, 06 Nov 1994 08:49:37 GMT")
        if url.path == "/named":
            return self.answer(200, b"named\n", Content_Disposition='attachment; filename="other"')
        if url.path == "/to":
            return self.answer(302, Location=unquote(url.query))
        if url.path == "/seen":
            return self.answer(200, "\n".join(REQUESTS).encode())
        if url.path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                while True:
                    self.wfile.write(b"x" * 65536)
            except OSError:
                self.close_connection = True
            return None
        if url.path.startswith("/plain"):
            return self.answer(200, b"plain\n")
        return self.answer(int(url.path[1:]) if url.path[1:].isdigit() else 404)

    def do_POST(self):
        url = urlsplit(self.path)
        self.git(url, self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def git(self, url, body):
        environment = {
            "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": FOLDER, "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": unquote(url.path[len("/git"):]), "QUERY_STRING": url.query,
            "REQUEST_METHOD": self.command, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "REMOTE_ADDR": "127.0.0.1",
            "GIT_CONFIG_NOSYSTEM": "1", "HOME": FOLDER,
        }
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", "http-backend"], input=body, env=environment, capture_output=True)
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200").split()[0])
        self.answer(status, rest, **headers)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
