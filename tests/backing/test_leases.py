"""The broker, with a provider that gives servers of paper: who shares what, when servers start and end."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest

from integrity.backing.kept import kept_leases
from integrity.backing.leases import Backing, variable_of
from integrity.backing.server import Account, Description, Endpoint, Site, Unavailable, service_fault
from integrity.errors import UnitFault
from integrity.model.need import Isolation, Kind, Need, Ready, ReadyBy

PLAIN = Kind(
    name="search",
    image="search:1",
    port=9200,
    ready=Ready(by=ReadyBy.TCP),
    url="http://{host}:{port}",
    variables={"SEARCH_URL": "{url}"},
)


class Paper:
    """A server that exists only here."""

    def __init__(self, spec, number):
        self.spec = spec
        self.endpoint = Endpoint(host="127.0.0.1", port=number)
        self.admin = Account()
        self.description = Description(provider="paper", version="1")
        self.dead = ""
        self.stopped = 0

    async def failure(self):
        return self.dead

    async def run(self, command):
        return 127, ""

    def log_position(self):
        return 0

    async def log(self, since=0):
        return b""

    async def stop(self):
        self.stopped += 1

    def keepsake(self):
        return {"number": str(self.endpoint.port)}


class PaperProvider:
    """Starts servers of paper, as slow or as broken as the test wants."""

    name = "paper"

    def __init__(self, *, slow_s=0.0, fault=None):
        self.servers = []
        self.starting = 0
        self.slow_s = slow_s
        self.fault = fault
        self.closed = []

    async def start(self, spec, progress):
        self.starting += 1
        await asyncio.sleep(self.slow_s)
        if self.fault is not None:
            raise self.fault
        server = Paper(spec, 1000 + len(self.servers))
        self.servers.append(server)
        return server

    async def close(self, *, keep):
        self.closed.append(keep)


def need(name="search", isolation=Isolation.SHARED, **more):
    return Need(name=name, kind=PLAIN, image="search:1", isolation=isolation, variables={"SEARCH_URL": "{url}"}, **more)


@pytest.fixture
def site(tmp_path):
    return Site(run_id="run-1", root=tmp_path, cache=tmp_path, logs=tmp_path, mark="run-1/services", host={})


def brokered(site, provider, work, *others):
    async def main():
        backing = Backing(site, (provider, *others), slots=2, progress=lambda text: None)
        try:
            return await work(backing)
        finally:
            await backing.close(keeping=site.keep)

    return asyncio.run(main())


async def held(backing, unit, needs, hold=None):
    async with backing.leases(unit, needs) as leases:
        if hold is not None:
            await hold.wait()
        return leases


def test_shared_server_is_started_once_and_ends_with_its_last_unit(site):
    """Three units at once have one server; it stops when the last has said that it is done, not before."""
    provider = PaperProvider(slow_s=0.01)

    async def work(backing):
        for unit in "abc":
            backing.expect(unit, [need()])
        backing.begin()
        urls = {
            lease.variables["SEARCH_URL"]
            for leases in await asyncio.gather(*(held(backing, unit, [need()]) for unit in "abc"))
            for lease in leases
        }
        stops = []
        for unit in "abc":
            backing.done(unit)
            await asyncio.sleep(0.01)
            stops.append(provider.servers[0].stopped)
        return urls, stops

    urls, stops = brokered(site, provider, work)

    assert urls == {"http://127.0.0.1:1000"}
    assert stops == [0, 0, 1]
    assert provider.starting == 1


def test_server_knows_how_many_it_has_to_bear(site):
    """The number of units that will connect goes into its start."""
    provider = PaperProvider()

    async def work(backing):
        for unit in "abc":
            backing.expect(unit, [need()])
        backing.begin()
        await held(backing, "a", [need()])

    brokered(site, provider, work)

    assert provider.servers[0].spec.leases == 3


def test_other_settings_are_another_server(site):
    """What differs in image or settings is not shared."""
    provider = PaperProvider()
    other = need(memory="2g")

    async def work(backing):
        await held(backing, "a", [need()])
        await held(backing, "b", [other])

    brokered(site, provider, work)

    assert len(provider.servers) == 2


def test_own_server_ends_with_its_lease(site):
    """A unit that wants a server alone gets one, and takes it along."""
    provider = PaperProvider()

    async def work(backing):
        async with backing.leases("a", [need(isolation=Isolation.SERVER)]):
            during = [server.stopped for server in provider.servers]
        return during, [server.stopped for server in provider.servers]

    during, after = brokered(site, provider, work)

    assert (during, after) == ([0], [1])
    assert provider.servers[0].spec.owner == "a/search"


def test_dead_shared_server_is_replaced(site):
    """One that died costs the units that had it, not those that come later."""
    provider = PaperProvider()

    async def work(backing):
        await held(backing, "a", [need()])
        provider.servers[0].dead = "exited with code 1"
        (lease,) = await held(backing, "b", [need()])
        return lease.variables["SEARCH_URL"]

    assert brokered(site, provider, work) == "http://127.0.0.1:1001"


def test_fault_reaches_every_unit_that_waits_and_is_forgotten(site):
    """All who need it hear why; a later try starts anew."""
    provider = PaperProvider(slow_s=0.01, fault=service_fault("search exited with code 3"))

    async def work(backing):
        both = await asyncio.gather(*(held(backing, unit, [need()]) for unit in "ab"), return_exceptions=True)
        provider.fault = None
        await held(backing, "c", [need()])
        return [problem.message for problem in both]

    assert brokered(site, provider, work) == ["search exited with code 3"] * 2


def test_unit_that_gives_up_does_not_take_the_server_from_others(site):
    """Cancelling one who waits leaves the start to those who still wait."""
    provider = PaperProvider(slow_s=0.05)

    async def work(backing):
        first = asyncio.create_task(held(backing, "a", [need()]))
        second = asyncio.create_task(held(backing, "b", [need()]))
        await asyncio.sleep(0.01)
        first.cancel()
        (lease,) = await second
        return lease.variables

    assert brokered(site, provider, work) == {"SEARCH_URL": "http://127.0.0.1:1000"}
    assert provider.starting == 1


def test_everything_ends_at_close(site):
    """Also what is just being started."""
    provider = PaperProvider()
    slow = PaperProvider(slow_s=60)

    async def work(backing):
        backing.expect("a", [need()])
        backing.begin()
        await held(backing, "a", [need()])

    async def begin_only(backing):
        backing.expect("a", [need()])
        backing.begin()
        await asyncio.sleep(0.01)

    brokered(site, provider, work)
    brokered(site, slow, begin_only)

    assert provider.servers[0].stopped == 1
    assert slow.closed == [False]


def test_only_servers_that_can_be_found_are_kept(site):
    """With `keep`, a server stays for the leases of each unit's last attempt; nobody would ever end the others."""
    provider = PaperProvider()

    async def work(backing):
        backing.expect("never", [need(name="other", command=("x",))])
        backing.begin()
        for _attempt in range(2):
            await held(backing, "a", [need(isolation=Isolation.SERVER)])

    brokered(replace(site, keep=True), provider, work)

    unowned, first, second = sorted(provider.servers, key=lambda server: server.spec.owner)
    assert unowned.spec.command == ("x",)
    assert (unowned.stopped, first.stopped, second.stopped) == (1, 1, 0)
    assert [kept.server for kept in kept_leases(site.root).values()] == [second.keepsake()]


def test_providers_are_asked_in_order_and_all_reasons_are_told(site):
    """The next is asked when one can't; when none can, the fault says what was tried and what to do."""
    first = PaperProvider(fault=Unavailable("no engine answers at /run/x.sock", hint="Start the engine."))
    second = PaperProvider(fault=Unavailable("there is no embedded search"))
    second.name = "leather"

    async def work(backing):
        with pytest.raises(UnitFault) as fault:
            await held(backing, "a", [need(version="3")])
        return fault.value

    fault = brokered(site, first, work, second)

    assert "no provider has search 3" in fault.message
    assert "paper: no engine answers at /run/x.sock; leather: there is no embedded search" in fault.message
    assert "Start the engine." in fault.hint
    assert "INTEGRITY_SEARCH_URL" in fault.hint


def test_one_need_that_fails_gives_back_the_others(site):
    """Leases are had together or not at all."""

    class Half(PaperProvider):
        async def start(self, spec, progress):
            if spec.owner.endswith("/bad"):
                await asyncio.sleep(0.02)
                raise service_fault("bad")
            return await super().start(spec, progress)

    provider = Half()

    async def work(backing):
        with pytest.raises(UnitFault, match="bad"):
            await held(backing, "a", [need(isolation=Isolation.SERVER), need("bad", Isolation.SERVER)])

    brokered(site, provider, work)

    assert Counter(server.stopped for server in provider.servers) == {1: 1}


def test_variable_of_a_name():
    """Names of needs become names of variables."""
    assert variable_of("main-db") == "INTEGRITY_MAIN_DB_URL"


def test_attempt_with_units_behind_it_waits_for_room_once(site):
    """Who has room takes all of its leases with it: many attempts, each with leases of several units, all come to their end."""
    provider = PaperProvider(slow_s=0.001)
    own = need(isolation=Isolation.SERVER)

    async def attempt(backing, number):
        async with backing.room([own, own]), backing.leases(f"u{number}", [own]):
            await held(backing, f"u{number}/behind", [own])

    async def work(backing):
        async with asyncio.timeout(10):
            await asyncio.gather(*(attempt(backing, number) for number in range(60)))

    brokered(site, provider, work)

    assert provider.starting == 120


def test_shared_server_has_the_time_of_its_most_patient_unit(site):
    """A unit with a short timeout takes no time from its neighbours."""
    provider = PaperProvider()
    patient, hasty = need(timeout_s=60.0), need(timeout_s=6.0)

    async def work(backing):
        for unit, each in (("a", hasty), ("b", patient)):
            backing.expect(unit, [each])
        backing.begin()
        await held(backing, "a", [hasty])

    brokered(site, provider, work)

    assert provider.servers[0].spec.timeout_s == 60.0
