"""Hashes in a requirements file are held: a file that has none of them is never installed."""

import pytest

from integrity.errors import UnitFault
from tests.envs.preparing import answer, prepare
from tests.monorepo import make_monorepo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

WHEEL = "sha256:b6a85871a79d2e3b22d2d1b94ac2824226a63c6b741c88f7ae975f18b6778374"
OTHER = f"sha256:{'0' * 64}"
LINE = "iniconfig==2.0.0 \\\n    --hash={} \\\n    --hash={}\nsix\n"


def service(tmp_path, *hashes):
    return make_monorepo(tmp_path, {"services/api/requirements.txt": LINE.format(*hashes), "services/api/app.py": ""})


def test_file_with_a_stated_hash_is_installed(tmp_path):
    """One of several hashes is enough, and requirements without any stay as they are."""
    env = prepare(service(tmp_path, OTHER, WHEEL), "services/api")

    assert answer(env, "import iniconfig, six; print('both')") == "both"


def test_file_without_a_stated_hash_is_refused(tmp_path):
    """The unit's error says that the hash is wrong."""
    root = service(tmp_path, OTHER, OTHER.replace("0", "1"))

    with pytest.raises(UnitFault) as refused:
        prepare(root, "services/api")

    assert "hash" in (refused.value.error.message + refused.value.error.detail).lower()
