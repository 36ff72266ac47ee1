"""Where an engine is looked for."""

from __future__ import annotations

import pytest

from integrity.backing.docker.endpoints import Tls, candidates
from integrity.backing.server import Unavailable
from tests.backing.docker.contexts import write_context


def test_docker_host_is_the_only_place():
    """Who names an engine means that one, whatever context is current."""
    (only,) = candidates({"DOCKER_HOST": "tcp://build:2375", "DOCKER_CONTEXT": "other"})

    assert (only.url, only.origin, only.tls) == ("tcp://build:2375", "DOCKER_HOST", None)


def test_context_of_the_environment_goes_before_the_current_one(tmp_path):
    """DOCKER_CONTEXT, then currentContext of config.json, both in DOCKER_CONFIG."""
    write_context(tmp_path, "one", {"Host": "unix:///one.sock"})
    write_context(tmp_path, "two", {"Host": "ssh://user@two"})
    (tmp_path / "config.json").write_text('{"currentContext": "one"}')
    host = {"DOCKER_CONFIG": str(tmp_path)}

    assert [str(each) for each in candidates(host)] == ["context 'one' (unix:///one.sock)"]
    assert [str(each) for each in candidates({**host, "DOCKER_CONTEXT": "two"})] == ["context 'two' (ssh://user@two)"]


def test_context_brings_its_certificates(tmp_path):
    """A context's TLS files are those beside it, checked unless it says otherwise."""
    folder = write_context(tmp_path, "safe", {"Host": "tcp://build:2376"})
    folder.mkdir(parents=True)
    for name in ("ca.pem", "cert.pem", "key.pem"):
        (folder / name).touch()

    (only,) = candidates({"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "safe"})

    assert only.tls == Tls(ca=folder / "ca.pem", certificate=folder / "cert.pem", key=folder / "key.pem", verify=True)


def test_certificates_of_the_environment(tmp_path):
    """DOCKER_TLS_VERIFY alone takes them from Docker's own folder; an empty one does not verify."""
    (tmp_path / "ca.pem").touch()
    host = {"DOCKER_HOST": "tcp://build:2376", "DOCKER_CONFIG": str(tmp_path), "DOCKER_TLS_VERIFY": "1"}
    ca = Tls(ca=tmp_path / "ca.pem", certificate=None, key=None, verify=True)

    assert candidates(host)[0].tls == ca
    assert candidates({**host, "DOCKER_TLS_VERIFY": ""})[0].tls is None


def test_missing_context_is_named(tmp_path):
    """A context that isn't there is no reason to talk to another engine."""
    with pytest.raises(Unavailable, match="context 'gone' is not in") as raised:
        candidates({"DOCKER_CONFIG": str(tmp_path), "DOCKER_CONTEXT": "gone"})

    assert "docker context use default" in raised.value.hint


@pytest.mark.parametrize("config", ["", "nonsense", "[]", '{"currentContext": "default"}', '{"currentContext": null}'])
def test_usual_sockets_in_their_order(tmp_path, config):
    """Without any word about it: Docker, rootless, Desktop, Podman; a broken config.json says nothing."""
    (tmp_path / ".docker").mkdir()
    (tmp_path / ".docker" / "config.json").write_text(config)

    found = candidates({"HOME": str(tmp_path), "XDG_RUNTIME_DIR": "/run/user/7", "DOCKER_HOST": ""})

    assert [each.url for each in found] == [
        "unix:///var/run/docker.sock",
        "unix:///run/user/7/docker.sock",
        f"unix://{tmp_path}/.docker/run/docker.sock",
        "unix:///run/user/7/podman/podman.sock",
        "unix:///run/podman/podman.sock",
    ]
