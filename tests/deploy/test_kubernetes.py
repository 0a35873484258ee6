"""The kustomize base and its overlay, as kubectl renders them."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

import help_text
from oifde_simulator.config.reading import STATE_PASSWORD
from serving import REPOSITORY, fetch, served, trusting
from valkey_server import address, prefix

FOLDER = REPOSITORY / "deploy" / "kubernetes"
NAMESPACE = "testing"
SECRETS = {"control-token": "a-token-for-this-run", "state-password": "a-password"}
REPLICAS = {"base": 1, "replicated": 3}
HOSTS = ("oifde-simulator", f"oifde-simulator.{NAMESPACE}.svc.cluster.local")

pytestmark = pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed")
every_overlay = pytest.mark.parametrize("overlay", REPLICAS)


@cache
def rendered(overlay: str) -> list[dict[str, Any]]:
    """Render an overlay to its objects."""
    done = subprocess.run(
        ["kubectl", "kustomize", FOLDER / overlay], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return list(yaml.safe_load_all(done.stdout))


def named(overlay: str, kind: str, name: str = "oifde-simulator") -> dict[str, Any]:
    """Find an object by its kind and its name."""
    (found,) = [
        each for each in rendered(overlay) if each["kind"] == kind and each["metadata"]["name"] == name
    ]
    return found


def pods(overlay: str) -> Iterator[dict[str, Any]]:
    """Find the templates of all pods."""
    for each in rendered(overlay):
        if each["kind"] == "Deployment":
            yield each["spec"]["template"]


def simulator(overlay: str) -> dict[str, Any]:
    """Find the container of the simulator."""
    (container,) = named(overlay, "Deployment")["spec"]["template"]["spec"]["containers"]
    found: dict[str, Any] = container
    return found


def variables(overlay: str) -> dict[str, str]:
    """Give the simulator's variables as a container gets them."""
    found: dict[str, str] = {}
    for each in simulator(overlay)["env"]:
        source = each.get("valueFrom", {})
        if "secretKeyRef" in source:
            value = SECRETS[source["secretKeyRef"]["key"]]
        else:
            value = each.get("value", NAMESPACE)
        found[each["name"]] = re.sub(r"\$\((\w+)\)", lambda name: found[name[1]], value)
    return found


@every_overlay
def test_there_are_as_many_replicas_as_the_page_says(overlay: str) -> None:
    spec = named(overlay, "Deployment")["spec"]
    assert spec["replicas"] == REPLICAS[overlay]
    assert spec["strategy"]["type"] == "Recreate", (
        "replicas with other scenarios are never ready beside old ones"
    )


@every_overlay
def test_every_container_is_confined(overlay: str) -> None:
    for pod in pods(overlay):
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        assert spec["enableServiceLinks"] is False
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"].keys() == {"memory"}


def test_the_user_is_that_of_the_image() -> None:
    (user,) = re.findall(r"^USER (\d+)$", (REPOSITORY / "Dockerfile").read_text(), re.M)
    assert named("base", "Deployment")["spec"]["template"]["spec"]["securityContext"]["runAsUser"] == int(
        user
    )


@every_overlay
def test_no_secret_is_written_down(overlay: str) -> None:
    assert not [each for each in rendered(overlay) if each["kind"] == "Secret"]


@every_overlay
def test_every_variable_of_ours_is_a_setting(overlay: str) -> None:
    given = {name for name in variables(overlay) if name.startswith("OIFDE_")}
    assert given <= help_text.variables() | {STATE_PASSWORD}


@every_overlay
def test_every_service_and_the_budget_select_pods_that_there_are(overlay: str) -> None:
    labels = [pod["metadata"]["labels"].items() for pod in pods(overlay)]
    selectors = [each["spec"]["selector"] for each in rendered(overlay) if each["kind"] == "Service"]
    if overlay == "replicated":
        selectors.append(named(overlay, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"])
    assert [sum(selector.items() <= each for each in labels) for selector in selectors] == [1] * len(
        selectors
    )


@every_overlay
def test_the_ports_are_those_that_are_served(overlay: str) -> None:
    ports = {each["name"]: str(each["containerPort"]) for each in simulator(overlay)["ports"]}
    assert ports == {"vendor": help_text.default("--port"), "control": help_text.default("--control-port")}


@every_overlay
def test_the_policy_of_the_component_is_about_the_simulators_pods_and_their_ports(
    overlay: str, tmp_path: Path
) -> None:
    shutil.copytree(FOLDER, tmp_path / "kubernetes")
    (tmp_path / "kustomization.yaml").write_text(
        f"resources: [kubernetes/{overlay}]\ncomponents: [kubernetes/network-policy]\n"
    )
    done = subprocess.run(
        ["kubectl", "kustomize", tmp_path], capture_output=True, text=True, timeout=60, check=True
    )
    (policy,) = [each for each in yaml.safe_load_all(done.stdout) if each["kind"] == "NetworkPolicy"]
    assert policy["spec"]["podSelector"] == named(overlay, "Deployment")["spec"]["selector"]
    ports = {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}
    assert ports == {each["name"] for each in simulator(overlay)["ports"]}


@every_overlay
def test_the_control_plane_is_reached_while_the_vendors_port_is_closed(overlay: str) -> None:
    assert named(overlay, "Service", "oifde-simulator-control")["spec"]["publishNotReadyAddresses"] is True
    assert simulator(overlay)["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert simulator(overlay)["livenessProbe"]["httpGet"]["path"] == "/livez"


@pytest.mark.slow(seconds=3)
@every_overlay
def test_a_server_with_the_variables_and_files_of_the_pod_serves(overlay: str, tmp_path: Path) -> None:
    given = {name: text for name, text in variables(overlay).items() if name.startswith("OIFDE_")}
    mounted = mount_scenarios(overlay, tmp_path / "scenarios")
    given["OIFDE_SIMULATOR_SCENARIOS"] = str(mounted)
    if overlay == "replicated":
        assert given.pop(STATE_PASSWORD) == SECRETS["state-password"]
        given |= {"OIFDE_SIMULATOR_STATE": address(), "OIFDE_SIMULATOR_STATE_PREFIX": prefix()}
        given["OIFDE_SIMULATOR_TLS_DIR"] = str(tmp_path / "authority")
    with served(tmp_path, **given) as server:
        probes = (simulator(overlay)[f"{name}Probe"]["httpGet"]["path"] for name in ("liveness", "readiness"))
        assert [fetch(server.control + path)[0] for path in probes] == [200, 200], "probes give no token"
        for host in HOSTS:
            assert_has_name(server.data, server.ca_pem(), host)
    assert (tmp_path / "authority" / "ca.key").exists() == (overlay == "replicated")


def mount_scenarios(overlay: str, folder: Path) -> Path:
    """Write the scenarios of the ConfigMap as Kubernetes mounts them: links to links to files."""
    (found,) = [each for each in rendered(overlay) if each["kind"] == "ConfigMap"]
    (version := folder / "..2026_01_01").mkdir(parents=True)
    (folder / "..data").symlink_to(version.name)
    for name, text in found["data"].items():
        (version / name).write_text(text)
        (folder / name).symlink_to(f"..data/{name}")
    return folder


def assert_has_name(url: str, authority: bytes, host: str) -> None:
    """Check that the certificate is good for a name of the Service."""
    context = trusting(authority)
    parts = urlsplit(url)
    with (
        socket.create_connection((parts.hostname, parts.port), 60) as plain,
        context.wrap_socket(plain, server_hostname=host) as wrapped,
    ):
        assert wrapped.version()
