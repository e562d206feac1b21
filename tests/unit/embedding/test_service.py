"""A closed embedder over its real client and real HTTP, on loopback."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from colike.config.embed import EmbedderConfig
from colike.embedding.models import find_model
from colike.embedding.service import encode_by_service
from colike.errors import DependencyError


class Service(BaseHTTPRequestHandler):
    """Speaks the embeddings protocol: a vector of a text's length and its number of words."""

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        rows = [
            {"object": "embedding", "index": i, "embedding": [float(len(t)), float(t.count(" "))]}
            for i, t in enumerate(asked["input"])
        ]
        body = {"object": "list", "data": rows[::-1], "model": asked["model"]}
        body["usage"] = {"prompt_tokens": 1, "total_tokens": 1}
        answer = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        """Keeps the test's output free of requests."""


@pytest.fixture
def service() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    thread.join()
    server.server_close()


def test_vectors_come_in_the_order_of_the_texts_over_several_batches(service, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a key")
    texts = ["one", "two words", "three words here", "x", "yy"]

    vectors = encode_by_service(texts, "any-model", service, batch_size=2)

    assert vectors.tolist() == [[len(text), text.count(" ")] for text in texts]


def test_a_key_that_is_not_set_is_named(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    embedder = EmbedderConfig(kind="openai", model="text-embedding-3-small")

    with pytest.raises(DependencyError, match="OPENAI_API_KEY is not set"):
        find_model("closed", embedder)


def test_a_service_that_refuses_is_one_sentence(service, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "a key")
    monkeypatch.setattr(Service, "do_POST", lambda self: self.send_error(401))

    with pytest.raises(DependencyError, match="the embedding service failed for model m"):
        encode_by_service(["text"], "m", service, batch_size=1)
