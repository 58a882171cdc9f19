"""The three ways to deploy run the same processes, with settings that exist, as tightly as they claim."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from bot.app import MAX_BODY, create_app
from nhi_core.domain.uploads import MOST_BYTES
from nhi_core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
OURS = {"web", "worker", "beat", "actions", "rasa"}
# Read by other hands than the settings: gunicorn's file, Prometheus's library, the dialogue engine.
_OTHERS = {
    "PROMETHEUS_MULTIPROC_DIR", "NHI_SECRETS_DIR", "NHI_WEB_PORT", "NHI_WEB_WORKERS", "NHI_WEB_THREADS",
    "RASA_REDIS_URL",
}  # fmt: skip
_IMAGES = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE", "NHI_HOST"}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text("utf-8"))
    return found


def manifests() -> list[dict[str, Any]]:
    return [
        document
        for path in sorted((DEPLOY / "k8s").rglob("*.yml"))
        for document in yaml.safe_load_all(path.read_text("utf-8"))
    ]


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for manifest in manifests():
        if manifest["kind"] in {"Deployment", "Job"}:
            yield manifest["metadata"]["name"], manifest["spec"]["template"]["spec"]


def units() -> dict[str, str]:
    return {
        path.stem.removeprefix("nhi-"): path.read_text("utf-8")
        for path in (DEPLOY / "systemd").glob("*.service")
    }


def known_names() -> set[str]:
    return {str(field.validation_alias) for field in Settings.model_fields.values()} | _OTHERS


def test_every_way_runs_the_same_processes() -> None:
    table = (ROOT / "docs/deploy.md").read_text("utf-8")
    assert set(re.findall(r"^\| ([a-z]+) \|", table, re.MULTILINE)) - {"process"} == OURS
    assert set(compose()["services"]) == OURS | {"migrate", "postgres", "redis", "caddy"}
    assert {name for name, _ in pods()} == OURS | {"migrate"}
    assert set(units()) == OURS
    target = (DEPLOY / "systemd/nhi-counter.target").read_text("utf-8")
    assert set(re.findall(r"nhi-([a-z]+)\.service", target)) == OURS


def test_every_name_in_an_environment_is_a_setting() -> None:
    services = compose()["services"].values()
    given = {name for service in services for name in service.get("environment", {})}
    assert given - _IMAGES <= known_names()
    secrets = {name for name in compose()["secrets"] if name.isupper()}
    assert secrets <= known_names()
    in_pods = {one["name"] for _, pod in pods() for one in pod["containers"][0].get("env", ())}
    assert in_pods <= known_names()
    overlay = yaml.safe_load((DEPLOY / "k8s/example/kustomization.yaml").read_text("utf-8"))
    literals = overlay["configMapGenerator"][0]["literals"]
    assert {line.partition("=")[0] for line in literals} <= known_names()
    in_units = re.findall(r"\b((?:NHI|LINE|RASA|ACTIONS|PROMETHEUS)_[A-Z_]+)=", "\n".join(units().values()))
    assert set(in_units) <= known_names()


def test_secrets_are_files_and_never_in_the_environment() -> None:
    secret = {
        str(field.validation_alias)
        for field in Settings.model_fields.values()
        if "SecretStr" in str(field.annotation)
    }
    services = compose()["services"].values()
    assert not secret & {name for service in services for name in service.get("environment", {})}
    assert not secret & {one["name"] for _, pod in pods() for one in pod["containers"][0].get("env", ())}


@pytest.mark.parametrize("service", sorted(OURS))
def test_a_service_of_compose_is_locked_down_bounded_and_watched(service: str) -> None:
    found = compose()["services"][service]
    assert found["read_only"]
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert found["user"].isdecimal()
    assert {"memory", "cpus"} == set(found["deploy"]["resources"]["limits"])
    assert "healthcheck" in found
    assert found["restart"] == "unless-stopped"


def test_the_dialogue_engine_has_no_route_out_and_no_way_to_the_database() -> None:
    services, networks = compose()["services"], compose()["networks"]
    reached = set(services["rasa"]["networks"])
    assert all(networks[name]["internal"] for name in reached)
    assert not reached & set(services["postgres"]["networks"])
    assert "secrets" not in services["rasa"]
    assert "volumes" not in services["rasa"]
    policy = next(m for m in manifests() if m["kind"] == "NetworkPolicy" and m["metadata"]["name"] == "rasa")
    ports = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
    assert ports == {53, 6379, 5055}
    assert "ipBlock" not in str(policy)
    assert "IPAddressDeny=any" in units()["rasa"]


@pytest.mark.parametrize("manifest", manifests(), ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_manifests_are_what_kubernetes_takes(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, "1.31", strict=True)


@pytest.mark.parametrize(("name", "pod"), list(pods()))
def test_a_pod_is_locked_down_and_bounded(name: str, pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["automountServiceAccountToken"] is False
    for container in [*pod["containers"], *pod.get("initContainers", ())]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"]
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]
        mounted = {mount["name"] for mount in container.get("volumeMounts", ())}
        assert mounted <= {volume["name"] for volume in pod["volumes"]}
    if name not in {"migrate", "beat"}:
        assert "livenessProbe" in pod["containers"][0]


def test_every_base_file_is_in_the_kustomization_and_every_process_has_its_network_policy() -> None:
    listed = yaml.safe_load((DEPLOY / "k8s/base/kustomization.yaml").read_text("utf-8"))["resources"]
    assert set(listed) == {path.name for path in (DEPLOY / "k8s/base").glob("*.yml")}
    policies = {m["metadata"]["name"] for m in manifests() if m["kind"] == "NetworkPolicy"}
    assert policies == OURS | {"migrate", "nobody"}
    beat = next(m for m in manifests() if m["kind"] == "Deployment" and m["metadata"]["name"] == "beat")
    assert (beat["spec"]["replicas"], beat["spec"]["strategy"]["type"]) == (1, "Recreate")


def test_the_ingress_passes_on_every_public_path_and_nothing_of_the_inside() -> None:
    ingress = next(m for m in manifests() if m["kind"] == "Ingress")
    prefixes = {path["path"] for path in ingress["spec"]["rules"][0]["http"]["paths"]}
    app = create_app(
        Settings.load(env_file=None, NHI_DATABASE_URL="sqlite://"), enqueue=lambda mailbox_id: None
    )
    routes = {rule.rule for rule in app.url_map.iter_rules()}
    inside = {"/metrics", "/health/ready"}
    assert inside <= routes
    passed = {route for route in routes if any(route == p or route.startswith(f"{p}/") for p in prefixes)}
    assert passed == routes - inside
    caddy = (DEPLOY / "Caddyfile").read_text("utf-8")
    assert "@inside path /metrics /health/ready" in caddy


def test_units_are_hardened_and_systemd_understands_them(tmp_path: Path) -> None:
    for name, text in units().items():
        for line in (
            "NoNewPrivileges=yes",
            "ProtectSystem=strict",
            "PrivateTmp=yes",
            "CapabilityBoundingSet=",
        ):
            assert line in text.splitlines(), name
        assert "User=root" not in text
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        return
    for path in (DEPLOY / "systemd").iterdir():
        text = path.read_text("utf-8")
        # The release is not installed where the tests run.
        (tmp_path / path.name).write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.M))
    done = subprocess.run(
        [analyze, "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line]
    assert ours == []


def test_the_front_lets_the_consoles_files_through() -> None:
    caddy = (DEPLOY / "Caddyfile").read_text("utf-8")
    allowed = {size: int(size[:-2]) * 1_000_000 for size in re.findall(r"max_size (\d+MB)", caddy)}
    assert min(allowed.values()) >= MAX_BODY * 0.95
    assert max(allowed.values()) > MOST_BYTES
