#!/usr/bin/python3
"""The authorization service of the tests: distribution token specification and its OAuth 2.0 variant.

usage: token-server.py CONFIGURATION   (a JSON file, see TokenServer.swift)

Issues JWTs signed with RS256 by openssl. Anybody may pull what begins with `public/`; the users of the configuration may do
what is written beside their names. Each request becomes a line of JSON in the log, without passwords and tokens.
"""

import base64
import http.server
import json
import math
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse

with open(sys.argv[1]) as file:
    settings = json.load(file)
certificate = "".join(open(settings["certificate"]).read().split("-----")[2].split())
lock = threading.Lock()
issued = 0


def encoded(data):
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def granted(user, scopes):
    """What a user gets of what was asked for: as the specification has it, perhaps less."""
    allowed = set(settings["users"][user]["actions"]) if user else set()
    access = []
    for scope in scopes:
        kind, _, rest = scope.partition(":")
        name, _, actions = rest.rpartition(":")
        may = allowed | ({"pull"} if name.startswith("public/") else set())
        access.append({"type": kind, "name": name, "actions": sorted(set(actions.split(",")) & may)})
    return access


def token(user, scopes):
    """A token that the registry takes for `lifetime` seconds, and the seconds that the client is told."""
    global issued
    with lock:
        lifetimes = settings["lifetimes"]
        lifetime = lifetimes[min(issued, len(lifetimes) - 1)]
        issued += 1
        number = issued
    now = time.time()
    head = {"typ": "JWT", "alg": "RS256", "x5c": [certificate]}
    body = {
        "iss": settings["issuer"], "sub": user or "", "aud": settings["service"],
        # The registry forgives a minute.
        "exp": math.ceil(now + lifetime) - 60, "nbf": int(now) - 120, "iat": int(now), "jti": str(number),
        "access": granted(user, scopes),
    }
    text = encoded(head) + "." + encoded(body)
    signature = subprocess.run(
        ["openssl", "dgst", "-sha256", "-sign", settings["key"]], input=text.encode(), capture_output=True,
        check=True).stdout
    return text + "." + encoded(signature), settings.get("announced") or max(lifetime, 1)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def reply(self, status, document):
        data = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def record(self, fields, user, status):
        line = {
            "method": self.command, "scopes": " ".join(fields.get("scope", [])).split(),
            "service": fields.get("service", [""])[0], "account": fields.get("account", [""])[0],
            "grant": fields.get("grant_type", [""])[0], "user": user or "", "status": status,
        }
        with lock, open(settings["log"], "a") as log:
            log.write(json.dumps(line) + "\n")

    def finish_request(self, fields, user, is_known):
        status = 200 if is_known else 401
        self.record(fields, user, status)
        if not is_known:
            return self.reply(401, {"details": "incorrect username or password"})
        text, seconds = token(user, " ".join(fields.get("scope", [])).split())
        answer = {"token": text, "access_token": text, "expires_in": seconds}
        if user and fields.get("access_type") == ["offline"]:
            answer["refresh_token"] = settings["users"][user]["identity"]
        self.reply(200, answer)

    def do_GET(self):
        fields = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        authorization = self.headers.get("Authorization")
        if authorization is None:
            return self.finish_request(fields, None, True)
        scheme, _, value = authorization.partition(" ")
        try:
            user, _, password = base64.b64decode(value).decode().partition(":")
        except ValueError:
            user = password = ""
        known = settings["users"].get(user)
        self.finish_request(
            fields, user, scheme == "Basic" and known is not None and password == known["password"])

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        fields = urllib.parse.parse_qs(body.decode())
        grant = fields.get("grant_type", [""])[0]
        for user, known in settings["users"].items():
            if grant == "refresh_token" and fields.get("refresh_token") == [known["identity"]]:
                return self.finish_request(fields, user, True)
            if grant == "password" and fields.get("username") == [user] and fields.get("password") == [known["password"]]:
                return self.finish_request(fields, user, True)
        self.finish_request(fields, None, False)


server = http.server.ThreadingHTTPServer(("127.0.0.1", settings["port"]), Handler)
server.daemon_threads = True
if settings.get("tls"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings["tls"]["certificate"], settings["tls"]["key"])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print("listening", file=sys.stderr, flush=True)
server.serve_forever()
