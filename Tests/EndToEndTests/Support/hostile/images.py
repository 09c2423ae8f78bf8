"""Images that no honest program writes: layouts, docker archives, and a registry that lies."""
import gzip
import hashlib
import http.server
import io
import json
import tarfile
import threading

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def descriptor(data, kind, **more):
    return {"mediaType": kind, "digest": sha(data), "size": len(data), **more}


def encoded(value):
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def configuration(diff_ids, architecture, **more):
    return {"architecture": architecture, "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": diff_ids},
            "history": [], **more}


def tar(files):
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w") as archive:
        for name, data in files:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return output.getvalue()


class Image:
    """An image whose parts can be made wrong before they are put together."""

    def __init__(self, layer, architecture, diff_id=None, layer_kind=LAYER):
        self.layer = layer
        self.blobs = {sha(layer): layer}
        self.config = encoded(configuration([diff_id or sha(layer)], architecture))
        self.manifest = {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(self.config, CONFIG),
                         "layers": [descriptor(layer, layer_kind)]}
        self.index = None

    def files(self):
        """The files of an OCI layout."""
        manifest = encoded(self.manifest)
        self.blobs.setdefault(sha(self.config), self.config)
        self.blobs.setdefault(sha(manifest), manifest)
        index = self.index or {"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(manifest, MANIFEST)]}
        files = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": encoded(index)}
        for digest, data in self.blobs.items():
            files["blobs/" + digest.replace(":", "/")] = data
        return files


def layouts(architecture, large):
    """Name and files of OCI layouts, none of which is an image. Documents that are large are `large` times 700 kB or so."""
    plain = tar([("file", b"x")])
    result = {}

    def case(name, change):
        image = Image(plain, architecture)
        files = change(image)
        result["layout-" + name] = files if isinstance(files, dict) else image.files()

    def manifest(**changes):
        return lambda image: image.manifest.update(changes)

    def layer(**changes):
        return lambda image: image.manifest["layers"][0].update(changes)

    def config(**changes):
        return lambda image: image.manifest["config"].update(changes)

    def configured(text):
        def change(image):
            image.config = encoded(text)
            image.manifest["config"] = descriptor(image.config, CONFIG)
        return change

    def indexed(text):
        def change(image):
            image.index = text
        return change

    for name, size in {"negative": -1, "huge": 2**63 - 1, "beyond": 2**70, "small": 1, "large": 10**9, "text": "10",
                       "fraction": 1.5, "null": None}.items():
        case(f"layer-size-{name}", layer(size=size))
        case(f"config-size-{name}", config(size=size))
    for name, digest in {"other": "sha256:" + "0" * 64, "short": "sha256:00", "upwards": "sha256:../../../../etc/passwd",
                         "slash": "sha256/../..:x", "unknown": "md5:" + "0" * 32, "empty": "", "capitals": "sha256:" + "A" * 64,
                         "number": 7, "newline": "sha256:" + "0" * 63 + "\n", "long": "sha512:" + "0" * 64}.items():
        case(f"layer-digest-{name}", layer(digest=digest))
        case(f"config-digest-{name}", config(digest=digest))
    case("layer-lies", lambda image: image.blobs.update({sha(image.layer): image.layer + b"x"}))
    case("layer-lies-same-size", lambda image: image.blobs.update({sha(image.layer): b"y" + image.layer[1:]}))
    case("layer-cut", lambda image: image.blobs.update({sha(image.layer): image.layer[:-100]}))
    case("config-lies", lambda image: image.blobs.update({sha(image.config): image.config + b" "}))
    case("layer-kind-gzip", layer(mediaType=LAYER + "+gzip"))
    case("layer-kind-unknown", layer(mediaType="text/plain"))
    case("layer-kind-manifest", layer(mediaType=MANIFEST))
    case("config-kind-unknown", config(mediaType="application/vnd.example"))
    case("config-kind-index", config(mediaType=INDEX))
    case("no-layers", manifest(layers=[]))
    case("layers-object", manifest(layers={}))
    case("layers-null", manifest(layers=None))
    case("many-layers", lambda image: image.manifest.update(layers=image.manifest["layers"] * 10_000))
    case("same-layer-twice", lambda image: image.manifest.update(layers=image.manifest["layers"] * 2))
    case("no-config", lambda image: image.manifest.pop("config"))
    case("config-is-layer", lambda image: image.manifest.update(config=descriptor(image.layer, CONFIG)))
    case("schema-1", manifest(schemaVersion=1, mediaType="application/vnd.docker.distribution.manifest.v1+json"))
    case("urls", layer(urls=["file:///etc/passwd", "http://127.0.0.1:1/x"]))
    bombs = {
        "depth": b"[" * 500_000, "depth-objects": b'{"a":' * 200_000, "depth-closed": b"[" * 5000 + b"]" * 5000,
        "wide": b'{"manifests":[' + b"{}," * (200_000 * large) + b"{}]}", "wide-arrays": b"[" + b"[0]," * (150_000 * large) + b"0]",
        "wide-objects": b"[" + b'{"a":0},' * (90_000 * large) + b"0]", "long-string": b'"' + b"a" * (700_000 * large) + b'"',
        "long-number": b"9" * (500_000 * large), "exponent": b"1e999999999", "escapes": b'"' + b"\\u0000" * (100_000 * large) + b'"',
        "same-key": b"{" + b'"a":0,' * (100_000 * large) + b'"a":1}', "not-utf8": b'{"a":"\xff\xfe"}', "nuls": b"\0" * 1000,
        "empty": b"", "null": b"null", "text": b'"x"', "cut": b'{"manifests":[{"dig', "twenty-megabytes": b" " * (20 << 20),
        "surrogate": b'{"a":"\\ud800"}', "keys": b"{" + b",".join(b'"%d":0' % index for index in range(60_000 * large)) + b"}",
    }
    for name, text in bombs.items():
        case(f"index-{name}", indexed(text))
        case(f"config-{name}", configured(text))

        def nested(image, text=text):
            files = image.files()
            files["blobs/" + sha(text).replace(":", "/")] = text
            files["index.json"] = encoded({"schemaVersion": 2, "manifests": [descriptor(text, MANIFEST)]})
            return files
        case(f"manifest-{name}", nested)
    for name, value in {"dozens": [f"sha256:{number:064x}" for number in range(60)], "number": 7, "none": [],
                        "text": ["nonsense"], "upwards": ["sha256:../../../x"]}.items():
        case(f"diff-ids-{name}", configured(configuration(value, architecture)))
    case("diff-id-other", configured(configuration(["sha256:" + "1" * 64], architecture)))
    for name, container in {"env": {"Env": ["=", "A" * 100_000, "\0=x", 7]}, "user": {"User": "../../etc/passwd:\n"},
                            "workdir": {"WorkingDir": "../../../.."}, "volumes": {"Volumes": {"/" + "v" * 9000: {}}},
                            "entrypoint": {"Entrypoint": {"a": 1}}, "ports": {"ExposedPorts": {"x" * 9000: {}}},
                            "labels": {"Labels": {"\x1b[31m": "\x1b]0;x\x07"}}, "onbuild": {"OnBuild": ["RUN rm -rf /"] * 1000},
                            }.items():
        case(f"container-{name}",
             lambda image, container=container: configured(
                 configuration([sha(image.layer)], architecture, config=container))(image))

    def circle(depth):
        def change(image):
            files = image.files()
            inner = encoded(image.manifest)
            kind = MANIFEST
            for _ in range(depth):
                inner = encoded({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(inner, kind)]})
                kind = INDEX
                files["blobs/" + sha(inner).replace(":", "/")] = inner
            files["index.json"] = encoded({"schemaVersion": 2, "manifests": [descriptor(inner, kind)]})
            return files
        return change
    case("indexes-30-deep", circle(30))

    def itself(image):
        # No document can hold its own digest, but a lying one can name another that names it.
        files = image.files()
        one = {"mediaType": INDEX, "digest": "sha256:" + "1" * 64, "size": 200}
        files["index.json"] = encoded({"schemaVersion": 2, "manifests": [one]})
        files["blobs/sha256/" + "1" * 64] = encoded({"schemaVersion": 2, "mediaType": INDEX, "manifests": [one]})
        return files
    case("index-names-itself", itself)

    def fanned(image):
        files = image.files()
        leaf = encoded({"schemaVersion": 2, "mediaType": INDEX, "manifests": []})
        files["blobs/" + sha(leaf).replace(":", "/")] = leaf
        for _ in range(3):
            leaf = encoded({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor(leaf, INDEX)] * 200})
            files["blobs/" + sha(leaf).replace(":", "/")] = leaf
        files["index.json"] = encoded({"schemaVersion": 2, "manifests": [descriptor(leaf, INDEX)]})
        return files
    case("indexes-200-wide", fanned)
    case("many-manifests", indexed({"schemaVersion": 2, "manifests": [
        {"mediaType": MANIFEST, "digest": f"sha256:{number:064x}", "size": 100} for number in range(20_000)]}))
    for name, text in {"version-2": b'{"imageLayoutVersion":"2.0.0"}', "version-text": b"x",
                       "version-number": b'{"imageLayoutVersion":1}'}.items():
        case(name, lambda image, text=text: {**image.files(), "oci-layout": text})
    for name, target in {"blob": "blobs/sha256", "index": "index.json"}.items():
        case(f"symlink-{name}", lambda image, target=target: {**image.files(), "symlink:" + target: b""})
    return result


def docker_archives(place, architecture):
    """Name and bytes of docker archives."""
    layer = tar([("file", b"x")])
    config = encoded(configuration([sha(layer)], architecture))
    canary = place.canary + "/file"
    result = {}

    def case(name, manifest, *files):
        result["docker-" + name] = tar([("manifest.json", encoded(manifest)), ("config.json", config), ("layer.tar", layer)]
                                       + list(files))

    def image(**changes):
        return [{"Config": "config.json", "RepoTags": ["hostile:1"], "Layers": ["layer.tar"], **changes}]

    for name, path in {"upwards": "../" * 12 + canary[1:], "absolute": canary, "missing": "nothing", "empty": "", "number": 7,
                       "null": None, "nul": "a\0b", "directory": ".", "newline": "a\nb", "itself": "manifest.json"}.items():
        case(f"config-{name}", image(Config=path))
        case(f"layer-{name}", image(Layers=[path]))
    for name, tag in {"upwards": "../../x:1", "escape": "\x1b[31m", "empty": "", "long": "a" * 10_000, "number": 7,
                      "digest": "x@sha256:00"}.items():
        case(f"tag-{name}", image(RepoTags=[tag]))
    case("layers-more", image(Layers=["layer.tar"] * 5000))
    case("layers-none", image(Layers=[]))
    case("layers-object", image(Layers={}))
    case("images-many", image() * 3000)
    case("no-list", {"a": 1})
    case("null", b"null")
    case("depth", b"[" * 300_000)
    case("manifest-twice", image(), ("manifest.json", b"[]"))
    for name, (link, target) in {"config-link": ("config.json", canary), "layer-link": ("layer.tar", "../../../.." + canary),
                                 "blob-link": ("blobs/sha256/x", "/etc/passwd")}.items():
        output = io.BytesIO()
        with tarfile.open(fileobj=output, mode="w") as archive:
            for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE):
                member = tarfile.TarInfo(link)
                member.type, member.linkname = kind, target
                archive.addfile(member)
            text = encoded(image())
            member = tarfile.TarInfo("manifest.json")
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text))
        result["docker-" + name] = output.getvalue()
    result["docker-no-manifest"] = tar([("file", b"x")])
    result["docker-outside"] = tar([("../../../slipway-evil", b"x"), ("/tmp/slipway-evil", b"x"), ("manifest.json", encoded(image()))])
    result["docker-blob-lies"] = tar([("index.json", b'{"manifests":[]}'), ("blobs/sha256/" + "0" * 64, b"x")])
    result["docker-gzip-bomb"] = gzip.compress(tar([("manifest.json", encoded(image())), ("zeros", b"\0" * (48 << 20))]))
    return result


class Registry:
    """A registry on loopback whose answers are a function of the repository's name."""

    def __init__(self, architecture):
        layer = tar([("file", b"x")])
        honest = Image(layer, architecture)
        files = honest.files()
        manifest = encoded(honest.manifest)
        blobs = {digest: data for digest, data in honest.blobs.items()}
        self.answers = answers(manifest, honest, blobs)
        registry = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *arguments):
                pass

            def do_HEAD(self):
                self.do_GET()

            def do_GET(self):
                self.close_connection = True
                if self.path in ("/v2/", "/v2"):
                    return self.answer(200, {}, b"{}")
                parts = self.path.split("?")[0].split("/")
                behaviour = registry.answers.get(parts[2] if len(parts) > 2 else "")
                if behaviour is None:
                    return self.answer(404, {}, b"{}")
                kind, name = (parts[3], parts[4]) if len(parts) > 4 else ("", "")
                status, headers, body = behaviour(kind, name, self)
                self.answer(status, headers, body)

            def answer(self, status, headers, body):
                try:
                    self.send_response(status)
                    if not any(name.lower() in ("content-length", "transfer-encoding") for name in headers):
                        self.send_header("Content-Length", str(len(body) if isinstance(body, bytes) else 0))
                    self.send_header("Connection", "close")
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    if self.command == "HEAD":
                        return
                    for piece in [body] if isinstance(body, bytes) else body:
                        self.wfile.write(piece)
                except OSError:
                    pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 128

            def handle_error(self, request, address):
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def answers(manifest, honest, blobs):
    """What is answered for each repository: a function of `manifests` or `blobs`, the reference and the request."""
    plain = {"Content-Type": MANIFEST, "Docker-Content-Digest": sha(manifest)}
    result = {}

    def normal(kind, name, request):
        if kind == "manifests":
            return 200, plain, manifest
        data = blobs.get(name)
        return (200, {"Content-Type": "application/octet-stream"}, data) if data else (404, {}, b"{}")

    def case(name, manifests=None, blob=None):
        def behaviour(kind, reference, request):
            change = manifests if kind == "manifests" else blob
            answer = change(reference, request) if change else None
            return answer or normal(kind, reference, request)
        result["registry-" + name] = behaviour

    def zeros(total, size=1 << 16):
        sent = 0
        while sent < total:
            yield b"\0" * size
            sent += size

    case("honest")
    case("digest-lies", lambda *_: (200, {**plain, "Docker-Content-Digest": "sha256:" + "0" * 64}, manifest))
    case("digest-nonsense", lambda *_: (200, {**plain, "Docker-Content-Digest": "../../../x"}, manifest))
    case("manifest-other-type", lambda *_: (200, {**plain, "Content-Type": "text/html"}, manifest))
    case("manifest-index-type", lambda *_: (200, {**plain, "Content-Type": INDEX}, manifest))
    case("manifest-html", lambda *_: (200, {"Content-Type": "text/html"}, b"<html>" * 1000))
    case("manifest-empty", lambda *_: (200, {"Content-Type": MANIFEST}, b""))
    case("manifest-huge", lambda *_: (200, {"Content-Type": MANIFEST, "Content-Length": str(1 << 40)}, zeros(64 << 20)))
    case("manifest-endless", lambda *_: (200, {"Content-Type": MANIFEST, "Content-Length": str(1 << 30)}, zeros(1 << 30)))
    case("manifest-short", lambda *_: (200, {**plain, "Content-Length": str(len(manifest) + 100)}, manifest))
    case("manifest-depth", lambda *_: (200, {"Content-Type": MANIFEST}, b"[" * 1_000_000))
    case("manifest-no-length", lambda *_: (200, {**plain, "Transfer-Encoding": "chunked"}, b"zz\r\n"))
    case("length-negative", lambda *_: (200, {**plain, "Content-Length": "-5"}, manifest))
    case("length-nonsense", lambda *_: (200, {**plain, "Content-Length": "99999999999999999999"}, manifest))
    case("error-huge", lambda *_: (500, {"Content-Type": "application/json", "Content-Length": str(1 << 30)}, zeros(1 << 30)))
    case("error-nonsense", lambda *_: (404, {"Content-Type": "application/json"}, b'{"errors":[{"code":7,"message":["\x1b[31m"]}]}'))
    case("error-depth", lambda *_: (400, {"Content-Type": "application/json"}, b'{"errors":' + b"[" * 60_000))
    case("status-999", lambda *_: (999, {}, b""))
    case("status-204", lambda *_: (204, {}, b""))
    case("teapot", lambda *_: (418, {}, b"short and stout"))
    case("redirect-circle", lambda reference, request: (307, {"Location": request.path}, b""))
    case("redirect-file", lambda *_: (307, {"Location": "file:///etc/passwd"}, b""))
    case("redirect-nonsense", lambda *_: (307, {"Location": "http://[::::"}, b""))
    case("redirect-none", lambda *_: (307, {}, b""))
    case("redirect-long", lambda *_: (307, {"Location": "/" + "x" * 60_000}, b""))
    for name, challenge in {"nonsense": "Bearer", "quotes": 'Bearer realm="', "realm-file": 'Bearer realm="file:///etc/passwd"',
                            "realm-itself": 'Bearer realm="/v2/"', "unknown": "Nonsense x=y", "empty": "",
                            "long": 'Bearer realm="' + "x" * 50_000 + '"', "many": "Basic, " * 5000 + "Basic",
                            "escape": 'Bearer realm="http://x\\"y",scope="\x01"'}.items():
        case(f"challenge-{name}", lambda *_, challenge=challenge: (401, {"WWW-Authenticate": challenge}, b"{}"))
    case("headers-many", lambda *_: (200, {**plain, **{f"X-{number}": "y" * 90 for number in range(90)}}, manifest))
    case("headers-long", lambda *_: (200, {**plain, "X-Long": "y" * 60_000}, manifest))
    layer = sha(honest.layer)

    def layered(change):
        return lambda reference, request: change() if reference == layer else None

    size = len(honest.layer)
    case("layer-lies", None, layered(lambda: (200, {}, b"y" * size)))
    case("layer-short", None, layered(lambda: (200, {}, honest.layer[:100])))
    case("layer-long", None, layered(lambda: (200, {"Content-Length": str(1 << 30)}, zeros(1 << 30))))
    case("layer-endless", None, layered(lambda: (200, {"Content-Length": str(1 << 50)}, zeros(1 << 30))))
    case("layer-cut", None, layered(lambda: (200, {"Content-Length": str(size)}, honest.layer[:100])))
    case("layer-empty", None, layered(lambda: (200, {}, b"")))
    case("layer-gone", None, layered(lambda: (404, {}, b"{}")))
    case("layer-range", None, layered(lambda: (206, {"Content-Range": "bytes 5-9/3"}, honest.layer)))
    case("layer-range-nonsense", None, layered(lambda: (206, {"Content-Range": "nonsense"}, b"")))
    case("layer-gzip-encoding", None, layered(lambda: (200, {"Content-Encoding": "gzip"}, gzip.compress(honest.layer))))
    case("config-huge", None, lambda reference, request: (200, {"Content-Length": str(1 << 40)}, zeros(64 << 20)))
    return result
