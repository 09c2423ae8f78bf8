import pytest
import xxhash

from harbour import create_app
from harbour.berths import Berth, Harbour, Refused, example


@pytest.fixture
def client():
    return create_app(example()).test_client()


@pytest.mark.parametrize(
    "path, text",
    [("/", "Solveig"), ("/healthz", "ok"), ("/api/info", '"name":"harbour"'), ("/api/berths", '"north"')],
)
def test_pages(client, path, text):
    answer = client.get(path)
    assert answer.status_code == 200
    assert text in answer.text.replace(": ", ":")


def test_shortest_berth_that_fits():
    harbour = Harbour([Berth("long", 60), Berth("short", 20), Berth("middle", 30)])
    assert harbour.moor("Freya", 25)["name"] == "middle"
    assert harbour.moor("Heimdal", 25)["name"] == "long"
    with pytest.raises(Refused, match="no free berth"):
        harbour.moor("Idun", 25)


@pytest.mark.parametrize(
    "body, status",
    [
        ({"ship": "Freya", "metres": 20}, 201),
        ({"ship": "Solveig", "metres": 20}, 422),
        ({"ship": "Freya", "metres": 200}, 422),
        ({"ship": "Freya", "metres": "many"}, 422),
        ({"ship": "", "metres": 20}, 422),
    ],
)
def test_mooring(client, body, status):
    assert client.post("/api/berths", json=body).status_code == status


def test_unchanged_pages_are_not_sent_again(client):
    first = client.get("/")
    assert first.headers["ETag"].strip('"') == xxhash.xxh64_hexdigest(first.data)
    again = client.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_names_are_escaped():
    client = create_app(Harbour([Berth("<script>", 10)])).test_client()
    assert "<script>" not in client.get("/").text
