"""docs/tls.md: each recipe that trusts the authority is run, where its language is there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from oifde_simulator.runtime.server import Simulator
from oifde_simulator.web.tls.certificates.trust_store import trust_store_of
from serving import REPOSITORY, environment, running

PAGE = (REPOSITORY / "docs" / "tls.md").read_text()
RECIPES = dict(re.findall(r"^```([a-z]+) recipe\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
DATA = "https://127.0.0.1:8443"
PROGRAMS: Mapping[str, tuple[str, Sequence[str]]] = {
    "python": ("recipe.py", [sys.executable, "recipe.py"]),
    "js": ("recipe.js", ["node", "recipe.js"]),
    "java": ("Recipe.java", ["java", "Recipe.java"]),
    "go": ("recipe.go", ["go", "run", "recipe.go"]),
    "php": ("recipe.php", ["php", "recipe.php"]),
    "ruby": ("recipe.rb", ["ruby", "recipe.rb"]),
}
"""File of a recipe and the command that runs it."""
NOT_RUN = {"csharp"}
BY_ENVIRONMENT = {
    "curl": ('curl -s -o /dev/null -w "%{http_code}" ADDRESS', {"CURL_CA_BUNDLE": "oifde-ca.pem"}),
    "requests": (
        f"{sys.executable} -c 'import requests; print(requests.get(\"ADDRESS\").status_code)'",
        {"REQUESTS_CA_BUNDLE": "oifde-ca.pem"},
    ),
    "node": (
        "node -e 'fetch(\"ADDRESS\").then(answer => console.log(answer.status))'",
        {"NODE_EXTRA_CA_CERTS": "oifde-ca.pem"},
    ),
    "java": (
        "java Plain.java",
        {
            "JAVA_TOOL_OPTIONS": "-Djavax.net.ssl.trustStore=oifde-ca.p12 "
            "-Djavax.net.ssl.trustStorePassword=changeit"
        },
    ),
    "go": ("go run plain.go", {"SSL_CERT_FILE": "oifde-ca.pem"}),
    "php": ("php -d allow_url_fopen=1 plain.php", {"SSL_CERT_FILE": "oifde-ca.pem"}),
    "php, curl": ("php -d curl.cainfo=$PWD/oifde-ca.pem curl.php", {}),
    "ruby": (
        "ruby -rnet/http -e 'puts Net::HTTP.get_response(URI(\"ADDRESS\")).code'",
        {"SSL_CERT_FILE": "oifde-ca.pem"},
    ),
}
"""Command of a client without a word about an authority, and the variable that the page names."""
PLAIN = {
    "Plain.java": """
import java.net.URI;
import java.net.http.*;

public class Plain {
    public static void main(String[] arguments) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("ADDRESS")).build();
        var answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode());
    }
}
""",
    "plain.go": """
package main

import (
	"fmt"
	"net/http"
)

func main() {
	answer, err := http.Get("ADDRESS")
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.StatusCode)
}
""",
    "plain.php": '<?php file_get_contents("ADDRESS"); echo explode(" ", $http_response_header[0])[1];',
    "curl.php": '<?php $c = curl_init("ADDRESS"); curl_setopt($c, CURLOPT_RETURNTRANSFER, true);'
    "curl_exec($c); echo curl_getinfo($c, CURLINFO_RESPONSE_CODE);",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Simulator]:
    with running(tls="auto") as simulator:
        yield simulator


def require(program: str) -> None:
    """Skip the test where a program is not there, or is PHP without curl."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    if (
        program == "php"
        and b"curl" not in subprocess.run([program, "-m"], capture_output=True).stdout.split()
    ):
        pytest.skip("the curl module of PHP is not installed")


def prepare(folder: Path, server: Simulator) -> None:
    """Put the authority into a folder, as the page does."""
    assert server.ca_pem is not None
    (folder / "oifde-ca.pem").write_bytes(server.ca_pem)
    (folder / "oifde-ca.p12").write_bytes(trust_store_of(server.ca_pem))


def printed(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> str:
    """Run a client without what this machine trusts by its environment, and return what it prints."""
    names = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    kept = {name: text for name, text in environment().items() if name not in names}
    proxies = {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}
    done = subprocess.run(
        command,
        cwd=folder,
        env=kept | proxies | {"GOCACHE": str(folder / "cache")} | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout.strip() or done.stderr


def test_every_recipe_is_run_or_named_as_not_run() -> None:
    assert RECIPES.keys() == PROGRAMS.keys() | NOT_RUN
    assert ".NET (not run):" in PAGE


@pytest.mark.slow(seconds=20)
@pytest.mark.parametrize("language", PROGRAMS)
def test_a_recipe_gets_an_answer(server: Simulator, tmp_path: Path, language: str) -> None:
    name, command = PROGRAMS[language]
    require(command[0])
    prepare(tmp_path, server)
    assert DATA in RECIPES[language]
    (tmp_path / name).write_text(RECIPES[language].replace(DATA, server.data_url))
    assert printed(command, tmp_path, {}) == "200"


@pytest.mark.slow(seconds=20)
@pytest.mark.parametrize("client", BY_ENVIRONMENT)
def test_a_variable_does_without_a_change_of_code(server: Simulator, tmp_path: Path, client: str) -> None:
    line, variables = BY_ENVIRONMENT[client]
    require(line.split()[0])
    for name, text in variables.items():
        assert f"{name}={text}" in PAGE.replace('"', "")
    prepare(tmp_path, server)
    url = f"{server.data_url}/oifde/rest/api/servicemonitor"
    for name, text in PLAIN.items():
        (tmp_path / name).write_text(text.replace("ADDRESS", url))
    shell = ["sh", "-c", line.replace("ADDRESS", url)]
    assert printed(shell, tmp_path, variables) == "200"
    refused = printed(shell, tmp_path, {"JAVA_TOOL_OPTIONS": os.environ.get("JAVA_TOOL_OPTIONS", "")})
    assert client == "php, curl" or refused != "200"
