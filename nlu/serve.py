"""`python -m nlu.serve`: Rasa's server as this product runs it.

Without TensorFlow, with the two hot spots fixed, bound to one address, with our channel as the only door, and
with nothing printed that a person wrote. Redis stores when RASA_REDIS_URL is set, else in this process.
"""

from __future__ import annotations

import argparse
import logging
import os
import warnings
from functools import partial
from pathlib import Path
from typing import Any, List, Optional

from nlu import lean

ROOT = Path(__file__).resolve().parent

# Published with the code and worth nothing: the sandbox's own (nhi_core.sandbox says the same).
SANDBOX = {
    "RASA_TOKEN": "sandbox-rasa-token-0123456789abcdef",
    "ACTIONS_TOKEN": "sandbox-actions-token-0123456789abcdef",
    "ACTIONS_URL": "http://127.0.0.1:5055/webhook",
}


def prepare_environment() -> None:
    """Set what Rasa reads from the environment; refuse a sandbox or missing token in production."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ["LOG_LEVEL"] = "ERROR"
    for name, value in SANDBOX.items():
        if os.environ.get("NHI_ENV", "sandbox") != "production":
            if not os.environ.get(name):
                os.environ[name] = value
        elif not os.environ.get(name) or (name.endswith("TOKEN") and os.environ[name] == value):
            raise SystemExit(f"{name} must be set to a secret of your own in production")


def serve(model: Path, host: str, port: int) -> None:
    """Run until stopped."""
    prepare_environment()
    # Rasa's old pins warn about themselves at every import; none of it is for whoever runs the server.
    warnings.filterwarnings("ignore")
    warnings.simplefilter = lambda *_args, **_kwargs: None  # type: ignore[assignment]
    lean.install()
    from nlu.components import fast  # noqa: PLC0415 - Rasa is imported only after lean.install

    fast.apply()
    from rasa.core import run  # noqa: PLC0415
    from rasa.core.utils import AvailableEndpoints  # noqa: PLC0415
    from rasa.utils.endpoints import EndpointConfig  # noqa: PLC0415
    from rasa.utils.log_utils import configure_structlog  # noqa: PLC0415

    configure_structlog(logging.ERROR)
    endpoints = AvailableEndpoints.read_endpoints(str(ROOT / "endpoints.yml"))
    redis_url = os.environ.get("RASA_REDIS_URL")
    if redis_url:
        endpoints.tracker_store = EndpointConfig(
            redis_url, type="nlu.components.stores.ShortRedisTrackerStore"
        )
        endpoints.lock_store = EndpointConfig(redis_url, type="nlu.components.stores.ExpiringRedisLockStore")
    app = run.configure_app(
        run.create_http_input_channels(None, str(ROOT / "credentials.yml")),
        auth_token=os.environ["RASA_TOKEN"],
        enable_api=True,
        port=port,
        endpoints=endpoints,
    )
    app.add_route(health, "/health")
    app.register_listener(
        partial(run.load_agent_on_start, str(model), endpoints, None), "before_server_start"
    )
    app.register_listener(run.close_resources, "after_server_stop")
    print(f"rasa: model {model.name}, http://{host}:{port}", flush=True)
    app.run(host=host, port=port, workers=1, access_log=False)


async def health(request: Any) -> Any:
    """`GET /health`: 200 when a model is loaded, 503 before."""
    from sanic.response import json as json_response  # noqa: PLC0415

    agent = getattr(request.app.ctx, "agent", None)
    ready = agent is not None and agent.is_ready()
    return json_response(
        {"status": "ok" if ready else "starting", "model": agent.model_id if ready else None},
        status=200 if ready else 503,
    )


def main(arguments: Optional[List[str]] = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m nlu.serve", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--model", type=Path, help="default: the model of this project")
    options = parser.parse_args(arguments)
    model = options.model
    if model is None:
        from nlu.train import model_path  # noqa: PLC0415

        model = model_path()
    if not model.is_file():
        raise SystemExit(f"no model at {model}: run `python -m nlu.train` first")
    serve(model, options.host, options.port)


if __name__ == "__main__":
    main()
