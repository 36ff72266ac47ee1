"""Completion in the shells: a real bash is asked with the Tab key, the others by what their scripts ask for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pexpect
import pytest

from tests.monorepo import make_monorepo, unit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(60)]

SCRIPTS = sysconfig.get_path("scripts")
COMMAND = Path(SCRIPTS) / "integrity"


@pytest.fixture
def shop(tmp_path):
    return make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\n", **unit("services/billing")})


def environment(**more):
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    return {**kept, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}", "TERM": "dumb", **more}


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("typed", "completed"),
    [
        ("integrity run bil", "integrity run billing "),
        ("integrity doc", "integrity doctor "),
        ("integrity run --fail", "integrity run --fail-fast "),
    ],
)
def test_tab_completes_in_bash(shop, typed, completed):
    """After `eval` of the script, Tab finishes units, commands and flags."""
    shell = pexpect.spawn(
        "bash", ["--norc", "--noprofile", "-i"], cwd=shop, env=environment(PS1="$ "), encoding="utf-8", timeout=30
    )
    shell.sendline("bind 'set enable-bracketed-paste off'; eval \"$(integrity completion bash)\"; echo rea''dy")
    shell.expect("ready\r\n")

    shell.send(f"{typed}\t")
    shell.expect_exact(completed)

    shell.close(force=True)


@pytest.mark.parametrize(
    ("shell", "current", "answer"),
    [("zsh", "2", "plain\nbilling\nservices/billing"), ("fish", "bil", "plain,billing\tservices/billing")],
)
def test_what_other_shells_ask_for_is_answered(shop, shell, current, answer):
    """The scripts of zsh and fish call the command with these variables, and show units with their paths."""
    script = subprocess.run(
        [COMMAND, "completion", shell], env=environment(), capture_output=True, text=True, check=True
    )
    asked = environment(_INTEGRITY_COMPLETE=f"{shell}_complete", COMP_WORDS="integrity run bil", COMP_CWORD=current)

    done = subprocess.run([COMMAND], cwd=shop, env=asked, capture_output=True, text=True)

    assert f"_INTEGRITY_COMPLETE={shell}_complete" in script.stdout
    assert (done.returncode, done.stdout.strip()) == (0, answer)


@pytest.mark.parametrize("shell", [shell for shell in ("bash", "zsh", "fish") if shutil.which(shell)])
def test_script_is_valid(shell):
    """Each shell of this machine finds no fault with its script."""
    script = subprocess.run([COMMAND, "completion", shell], env=environment(), capture_output=True, check=True).stdout

    assert subprocess.run([shell, "-n"], input=script, capture_output=True).returncode == 0


def test_broken_configuration_completes_nothing(tmp_path):
    """Tab never shows an error: where the configuration is wrong there are no units to offer."""
    make_monorepo(tmp_path, {"pyproject.toml": "[tool.integrity]\nservces = []\n"})
    asked = environment(_INTEGRITY_COMPLETE="bash_complete", COMP_WORDS="integrity run bil", COMP_CWORD="2")

    done = subprocess.run([COMMAND], cwd=tmp_path, env=asked, capture_output=True, text=True)

    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "", "")
