"""The stand-in S3 store: moto's server with the health path of versitygw."""

from collections.abc import Callable, Iterable
from typing import Any

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import run_simple

MOTO = DomainDispatcherApplication(create_backend_app)


def store(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer the health check; moto answers everything else."""
    if environ["PATH_INFO"] == "/health":
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"OK"]
    answer: Iterable[bytes] = MOTO(environ, start_response)
    return answer


if __name__ == "__main__":
    run_simple("0.0.0.0", 7070, store, threaded=True)  # noqa: S104  # a container's own network
