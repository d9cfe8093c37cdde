"""A registry on this machine whose repositories are each wrong in a way of their own, and a proxy to it.

    server.py    prints its port, serves until its standard input ends

A request in a proxy's form (`GET http://name/...`) is answered as if the named registry were this one; what was asked
so is listed at /proxied. `CONNECT` is refused: there is no TLS here.
"""
import gzip
import hashlib
import http.server
import io
import json
import sys
import tarfile
import threading
from urllib.parse import urlsplit

PROXIED = []
OCI = "application/vnd.oci.image."
BLOBS = {}


def keep(content):
    digest = "sha256:" + hashlib.sha256(content).hexdigest()
    BLOBS[digest] = content
    return digest


def descriptor(kind, content, **more):
    return {"mediaType": OCI + kind, "digest": keep(content), "size": len(content), **more}


def layer(size):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        entry = tarfile.TarInfo("file")
        entry.size = size
        tar.addfile(entry, io.BytesIO(bytes(size)))
    return archive.getvalue()


def manifest(content=None, packed=None, **changes):
    content = layer(10) if content is None else content
    packed = gzip.compress(content, mtime=0) if packed is None else packed
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(content).hexdigest()]},
    }).encode()
    one = {**descriptor("layer.v1.tar+gzip", packed), **changes}
    return json.dumps({
        "schemaVersion": 2, "mediaType": OCI + "manifest.v1+json", "config": descriptor("config.v1+json", config),
        "layers": [one],
    }).encode()


def index(*platforms):
    return json.dumps({
        "schemaVersion": 2, "mediaType": OCI + "index.v1+json",
        "manifests": [
            descriptor("manifest.v1+json", manifest(), platform=dict(zip(("os", "architecture"), one)))
            for one in platforms
        ],
    }).encode()


def at_another_place(location):
    content = gzip.compress(layer(10) + location.encode(), mtime=0)
    one = manifest(packed=content)
    BLOBS["sha256:" + hashlib.sha256(content).hexdigest()] = location
    return one


SCHEMA1 = json.dumps({
    "schemaVersion": 1, "name": "schema1", "tag": "1", "architecture": "amd64",
    "fsLayers": [{"blobSum": keep(gzip.compress(layer(10), mtime=0))}],
    "history": [{"v1Compatibility": json.dumps({"id": "0" * 64, "os": "linux", "architecture": "amd64"})}],
}).encode()
LONG = b"x" * 100
MANIFESTS = {
    "good": manifest(),
    "schema1": SCHEMA1,
    "no-json": b"<html>log in to the hotel's network</html>",
    "huge-manifest": manifest() + b" " * (20 << 20),
    "other-platform": index(("windows", "amd64"), ("linux", "s390x")),
    "attestation-only": index(("unknown", "unknown")),
    "no-manifests": index(),
    "wrong-digest": manifest(packed=b"announced"),
    "missing-layer": manifest(digest="sha256:" + "0" * 64),
    "no-digest": manifest(digest="sha256:../../../../etc/passwd"),
    "bomb": manifest(layer(64 << 20)),
    "short": manifest(packed=LONG),
    "endless-layer": manifest(packed=b"endless"),
    "redirect-file": at_another_place("file:///etc/passwd"),
    "redirect-elsewhere": at_another_place("/elsewhere"),
    "redirect-loop": at_another_place("/loop"),
    "wrong-content": manifest(content=layer(10), packed=gzip.compress(layer(11), mtime=0)),
}
BLOBS["sha256:" + hashlib.sha256(b"announced").hexdigest()] = b"delivered"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, body=b"", length=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def endless(self, kind):
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * 65536)
        except OSError:
            pass

    def do_CONNECT(self):
        PROXIED.append("CONNECT " + self.path)
        self.answer(502)

    def do_HEAD(self):
        self.answer(404)

    def do_GET(self):
        url = urlsplit(self.path)
        if url.scheme:
            PROXIED.append("GET " + self.path)
        if url.path == "/proxied":
            return self.answer(200, "\n".join(PROXIED).encode())
        if url.path == "/v2/":
            return self.answer(200, b"{}")
        if url.path == "/elsewhere":
            return self.answer(200, b"what is here is nobody's business")
        if url.path == "/loop":
            return self.answer(302, Location="/loop")
        parts = url.path.split("/")
        if len(parts) != 5 or parts[1] != "v2":
            return self.answer(404)
        if parts[3] == "manifests":
            return self.manifest(parts[2], parts[4])
        return self.blob(parts[4])

    def manifest(self, name, tag):
        if name == "unauthorized":
            return self.answer(401, WWW_Authenticate='Basic realm="here"')
        if name == "too-many":
            return self.answer(429, Retry_After="1")
        if name == "broken":
            return self.answer(500)
        if name == "endless-manifest":
            return self.endless(OCI + "manifest.v1+json")
        content = BLOBS.get(tag, MANIFESTS.get(name))
        if content is None:
            return self.answer(404)
        kind = "application/vnd.docker.distribution.manifest.v1+json"
        if content is not SCHEMA1:
            kind = OCI + ("index" if b'"manifests"' in content[:100] else "manifest") + ".v1+json"
        return self.answer(200, content, Content_Type=kind)

    def blob(self, digest):
        content = BLOBS.get(digest)
        if content is None:
            return self.answer(404)
        if isinstance(content, str):
            return self.answer(307, Location=content)
        if content == b"endless":
            return self.endless("application/octet-stream")
        if content == LONG:
            self.close_connection = True
            return self.answer(200, content[:50], length=len(content), Connection="close")
        return self.answer(200, content)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_address[1], flush=True)
sys.stdin.read()
