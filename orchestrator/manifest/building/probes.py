"""`ready`: which probe, asked of which port, how often."""

from __future__ import annotations

from orchestrator.manifest.building.site import Site
from orchestrator.manifest.model.ready import PROBES, HttpProbe, Ready
from orchestrator.manifest.words import did_you_mean, listed, quoted
from orchestrator.model.probe import (
    Automatic,
    Dialogue,
    Exec,
    Exit,
    Http,
    Log,
    Probe,
    Readiness,
    Tcp,
)
from orchestrator.model.resource import Port
from orchestrator.model.template import Template


def readiness(
    ready: Ready | None, ports: tuple[Port, ...], default: Readiness, site: Site
) -> Readiness:
    """What the manifest says, and what it leaves open by the default."""
    if ready is None:
        return default
    probe = _Reader(ready, ports, site).probe() or _moved(default.probe, ready, ports, site)
    return Readiness(
        probe, ready.interval or default.interval, ready.successes or default.successes
    )


def _moved(probe: Probe, ready: Ready, ports: tuple[Port, ...], site: Site) -> Probe:
    """The default probe; only where nothing else is known does a port of its own mean anything."""
    if ready.port is None:
        return probe
    port = _Reader(ready, ports, site).port()
    if isinstance(probe, Automatic):
        return Automatic(port)
    site.wrong("means nothing without http, tcp or expect", "ready", "port")
    return probe


class _Reader:
    def __init__(self, ready: Ready, ports: tuple[Port, ...], site: Site) -> None:
        self._ready = ready
        self._ports = ports
        self._site = site

    def probe(self) -> Probe | None:
        """The probe that is asked for, None when there is none."""
        given = [key for key in PROBES if getattr(self._ready, key) is not None]
        kinds = {"expect" if key == "send" else key for key in given}
        if len(kinds) > 1:
            self._site.wrong(f"has {listed(given)}; it can have only one of them", "ready")
            return None
        if not kinds:
            self._without_probe()
            return None
        kind = kinds.pop()
        self._extras(kind)
        return self._made(kind)

    def port(self, kind: str = "port") -> str | None:
        """The port that is asked, None for the first; `kind` is the key that asks for one."""
        if not self._ports:
            if not self._site.doubtful("ports", "use"):
                self._site.wrong(f"{self._site.name} has no port to ask", "ready", kind)
            return None
        key, name = ("tcp", self._ready.tcp) if self._ready.tcp else ("port", self._ready.port)
        return self._named(name, key) if name else None

    def _named(self, name: str, key: str) -> str | None:
        names = [port.name or str(port.number) for port in self._ports]
        for port, known in zip(self._ports, names, strict=True):
            if name in (port.name, str(port.number)):
                return known
        if not self._site.doubtful("ports"):
            near = did_you_mean(name, names, f"it has {listed(names)}")
            self._site.wrong(f"no port is called {quoted(name)}{near}", "ready", key)
        return None

    def _without_probe(self) -> None:
        given = self._ready.model_fields_set
        if self._unsure():
            return
        if not given:
            self._site.wrong(f"needs one of {listed(PROBES, 'or')}", "ready")
        for key in ("status", "headers"):
            if key in given:
                self._site.wrong('means nothing without "http"', "ready", key)

    def _unsure(self) -> bool:
        """Whether a probe was meant that is only wrong, or misspelt."""
        mistakes, path = self._site.around.mistakes, (*self._site.path, "ready")
        return mistakes.incomplete(path) or any(mistakes.near((*path, key)) for key in PROBES)

    def _extras(self, kind: str) -> None:
        for key in ("status", "headers"):
            if getattr(self._ready, key) is not None and kind != "http":
                self._site.wrong('means nothing without "http"', "ready", key)
        if self._ready.port is not None and kind in ("log", "exec", "exit"):
            self._site.wrong(f'means nothing beside "{kind}"', "ready", "port")
        if self._site.section == "tasks" and kind != "exit":
            self._site.wrong(
                'a task is done when it exits; only "exit" can stand here', "ready", kind
            )
        if self._site.section != "tasks" and kind == "exit":
            self._site.wrong("only a task is done when it exits", "ready", kind)

    def _made(self, kind: str) -> Probe | None:
        ready = self._ready
        if kind == "http" and ready.http is not None:
            return self._http(ready.http)
        if kind == "tcp":
            return self._tcp()
        if kind == "expect":
            return self._dialogue()
        if kind == "log" and ready.log is not None:
            return Log(ready.log)
        if kind == "exec" and ready.exec is not None:
            return Exec(ready.exec)
        return Exit(ready.exit or 0)

    def _http(self, http: HttpProbe) -> Http:
        for key in ("status", "headers"):
            if getattr(http, key) is not None and getattr(self._ready, key) is not None:
                self._site.wrong('stands in "http" already; leave one of them out', "ready", key)
        status = http.status or self._ready.status or []
        headers = http.headers or self._ready.headers or {}
        return Http(http.path, tuple(status), headers, self.port("http"))

    def _tcp(self) -> Tcp:
        if self._ready.tcp and self._ready.port is not None:
            self._site.wrong('is named by "tcp" already; leave one of them out', "ready", "port")
        return Tcp(self.port("tcp"))

    def _dialogue(self) -> Dialogue | None:
        if self._ready.expect is None:
            if not self._site.near("ready", "expect"):
                self._site.wrong('needs "expect" beside it', "ready", "send")
            return None
        return Dialogue(self._ready.send or Template(), self._ready.expect, self.port("expect"))
