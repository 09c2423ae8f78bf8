"""The web service."""

from flask import Flask, jsonify, render_template, request
from xxhash import xxh64_hexdigest

from .berths import Refused, example

VERSION = "1.0.0"


def create_app(harbour=None):
    app = Flask(__name__)
    harbour = harbour or example()

    @app.get("/")
    def page():
        return render_template("index.html", berths=harbour.berths(), version=VERSION)

    @app.get("/api/info")
    def info():
        return jsonify(name="harbour", version=VERSION, free=harbour.free())

    @app.get("/api/berths")
    def berths():
        return jsonify(harbour.berths())

    @app.post("/api/berths")
    def moor():
        body = request.get_json()
        try:
            return jsonify(harbour.moor(str(body.get("ship", "")), int(body.get("metres", 0)))), 201
        except (Refused, ValueError) as problem:
            return jsonify(error=str(problem)), 422

    @app.get("/healthz")
    def health():
        return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}

    @app.after_request
    def tag(response):
        """Lets browsers keep what has not changed: the hash is computed by the C extension that the build compiles."""
        if response.status_code == 200:
            response.set_etag(xxh64_hexdigest(response.get_data()))
            response.make_conditional(request)
        return response

    return app
