"""Units that run for other units: with their own needs, several at once, in reports; and what is wrong with a cycle."""

from __future__ import annotations

import pytest

from tests.e2e.serviced import QUICK, TALK, unit

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

SERVER = TALK + (
    "import http.server, sys\nclass Handler(http.server.BaseHTTPRequestHandler):\n    def do_GET(self):\n"
    "        self.send_response(200)\n        self.end_headers()\n"
    "        self.wfile.write(redis(*self.path.strip('/').split('/')).encode())\n"
    "print('serving', os.environ['NAME'], flush=True)\n"
    "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()\n"
)
TWO = (
    'needs = ["redis"]\nenv = { NAME = "billing" }\n'
    '[tool.integrity.serve.web]\ncommand = "python server.py {port}"\nready = { http = "/PING" }\nenv-var = "BILLING_URL"\n'
    "[tool.integrity.serve.worker]\ncommand = \"python -u -c 'import time; print(1 + 1, True); time.sleep(600)'\"\n"
    'ready = { log = "2 True" }\n'
)
ASKS = TALK + "def test_asks():\n    assert get(os.environ['BILLING_URL'] + '/INCR/asked') == ':1'\n"
KEEPS_TO_ITSELF = "def test_others_variables(): assert 'REDIS_URL' not in os.environ and 'NAME' not in os.environ\n"


def test_unit_is_served_to_others_with_its_own_needs(serviced):
    """Each unit that needs it has its own live server of it, which has its own Redis; both processes' output is in the results."""
    serviced.add(
        unit("billing", ASKS, TWO, **{"server.py": SERVER}),
        unit("gateway", ASKS + KEEPS_TO_ITSELF, 'needs = ["unit:billing"]'),
        unit("other", ASKS, 'needs = ["unit:billing"]'),
    )

    done = serviced.run("run", "--services", "embedded")

    assert done.returncode == 0, done.stdout
    assert set(serviced.services("gateway")) == {"billing.redis", "billing.web", "billing.worker"}
    folder = serviced.root / "integrity-results/units/gateway/services"
    assert (folder / "billing.web.log").read_text().startswith("serving billing\n")
    assert (folder / "billing.worker.log").read_text() == "2 True\n"
    assert {path.name for path in (folder.parents[1] / "billing/services").iterdir()} == {
        "redis.log",
        "web.log",
        "worker.log",
    }


def test_chain_of_units_runs_as_a_whole(serviced):
    """A unit that needs a unit that needs a unit: the middle one gets its own need's URL."""
    relay = SERVER.replace(
        "redis(*self.path.strip('/').split('/')).encode()", "get(os.environ['BILLING_URL'] + self.path).encode()"
    )
    between = (
        'needs = ["unit:billing"]\nenv = { NAME = "between" }\n'
        '[tool.integrity.serve]\ncommand = "python server.py {port}"\nready = { http = "/PING" }\nenv-var = "BETWEEN_URL"\n'
    )
    serviced.add(
        unit("billing", QUICK, TWO, **{"server.py": SERVER}),
        unit("between", QUICK, between, **{"server.py": relay}),
        unit("last", ASKS.replace("BILLING_URL", "BETWEEN_URL"), 'needs = ["unit:between"]'),
    )

    done = serviced.run("run", "--services", "embedded", "last")

    assert done.returncode == 0, done.stdout
    assert "between.billing.web" in serviced.services("last")


def test_cycle_is_named_and_costs_only_its_units(serviced):
    """Units that need each other running are configured wrongly; who isn't among them runs."""
    serve = '[tool.integrity.serve]\ncommand = "python -m http.server {port}"\nenv-var = "URL_OF_%s"\n'
    serviced.add(
        unit("a", QUICK, 'needs = ["unit:b"]\n' + serve % "A"),
        unit("b", QUICK, 'needs = ["unit:a"]\n' + serve % "B"),
        unit("good", QUICK),
    )

    done = serviced.run("run")

    assert done.returncode == 3
    assert serviced.outcomes() == {"a": "error/config", "b": "error/config", "good": "passed"}
    assert "a → b → a" in serviced.error("a")["message"]


def test_other_units_server_that_does_not_start_is_told_with_its_output(serviced):
    """The unit that needs it is an error that names the other; the other's own tests are not touched by it."""
    broken = "raise SystemExit('SECRET_KEY is missing')\n"
    serve = '[tool.integrity.serve]\ncommand = "python server.py {port}"\nenv-var = "BILLING_URL"\n'
    serviced.add(
        unit("billing", QUICK, serve, **{"server.py": broken}), unit("gateway", QUICK, 'needs = ["unit:billing"]')
    )

    done = serviced.run("run", "gateway")

    error = serviced.error("gateway")
    assert done.returncode == 3
    assert error["kind"] == "service"
    assert "billing's billing.serve" in error["message"]
    assert "SECRET_KEY is missing" in error["detail"]
