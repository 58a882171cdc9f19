"""Settings of whoever runs the product: metrics and traces."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings


class OperationsSettings(BaseSettings):
    """Mixed into Settings."""

    # Where spans go (OTLP over HTTP), e.g. http://otel:4318; unset: nothing is recorded.
    otlp_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    # The share of turns that is traced, 0 to 1.
    trace_share: float = Field(1.0, validation_alias="NHI_TRACE_SHARE", ge=0, le=1)
    # Unset: `/metrics` answers this machine alone. Set: whoever shows it as a bearer token.
    metrics_token: SecretStr | None = Field(None, validation_alias="NHI_METRICS_TOKEN", min_length=16)
    # Where a worker shows its own figures; unset: they are counted with web's in PROMETHEUS_MULTIPROC_DIR.
    worker_metrics_port: int | None = Field(None, validation_alias="NHI_WORKER_METRICS_PORT", ge=1, le=65535)
    worker_metrics_host: str = Field("127.0.0.1", validation_alias="NHI_WORKER_METRICS_HOST")
    # How many proxies of our own stand in front of the web process: each adds the address that it saw to
    # X-Forwarded-For. 0: nobody's word is taken, the caller is whoever connects.
    trusted_proxies: int = Field(0, validation_alias="NHI_TRUSTED_PROXIES", ge=0, le=5)

    @model_validator(mode="after")
    def _whole_operations(self) -> Self:
        if self.otlp_endpoint is not None:
            address = urlsplit(self.otlp_endpoint)
            if address.scheme not in {"http", "https"} or not address.hostname or address.username:
                raise ValueError("OTEL_EXPORTER_OTLP_ENDPOINT must be an address like http://otel:4318")
        return self
