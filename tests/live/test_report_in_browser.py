"""The report in a real browser: what it shows, what one can do in it, and what it never does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import artifact_folders
import pytest
from artifact_folders import BEGAN, HOSTILE, LOG_OF_SEED
from playwright.sync_api import Browser, Page, expect
from real_browser import Watched, picture, running

from orchestrator.artifacts import events
from orchestrator.artifacts.timeline import Timeline
from orchestrator.render.report import write

pytestmark = pytest.mark.xdist_group("browser")

KINDS = ("tests_failed", "passed", "seed_broken", "killed", "not_started", "hostile", "large")

ORIGIN = BEGAN - 0.4
"""When the runs that were not killed began; the page counts from there."""

FAILED = "tests/test_report.py::test_report_18"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of each kind, with its report."""
    place = tmp_path_factory.mktemp("artifacts")
    for kind in KINDS:
        write(getattr(artifact_folders, kind)(place / kind))
    return place


@pytest.fixture
def watched(browser: Browser) -> Iterator[Watched]:
    """Opens pages; whatever they do that they must not do makes the test fail at its end."""
    found = Watched(browser)
    yield found
    found.close()
    assert found.misdeeds == []


def report(folders: Path, kind: str) -> Path:
    return folders / kind / "report.html"


def lines(page: Page) -> list[str]:
    """The texts of the lines of the logs that are drawn."""
    return page.locator("#log-lines .line .text").all_inner_texts()


def times(page: Page) -> list[float]:
    return [float(one) for one in page.locator("#log-lines time").all_inner_texts()]


def test_the_first_screen_has_the_verdict_and_the_cause(folders: Path, watched: Watched) -> None:
    page = watched.open(report(folders, "seed_broken"))
    expect(page.locator("h1")).to_have_text("The environment failed")
    cause = page.locator("#cause")
    expect(cause.locator("h2")).to_have_text('accounts.sql:17: syntax error at or near "INSRT"')
    expect(cause).to_contain_text("accounts.sql:17, environment.yaml:6:12")
    expect(cause).to_contain_text("greenroom check --seeds")
    assert cause.locator("pre").inner_text().splitlines() == list(LOG_OF_SEED)
    box = cause.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 900
    picture(page, "seed-desktop-light")


@pytest.mark.parametrize("kind", KINDS)
def test_the_cause_is_shorter_than_ten_lines(kind: str, folders: Path, watched: Watched) -> None:
    page = watched.open(report(folders, kind))
    rows = page.locator("#cause :is(h2, dd, .failing button, .message, p:not(.look))").count()
    text = page.locator("#cause pre")
    rows += len(text.inner_text().splitlines()) if text.count() else 0
    assert 1 <= rows < 10


def test_what_there_is_without_scripts(folders: Path, watched: Watched) -> None:
    page = watched.open(report(folders, "tests_failed"), scripts=False)
    expect(page.locator("h1")).to_have_text("Tests failed")
    expect(page.locator("#cause li")).to_have_count(3)
    expect(page.locator("#cause li").first).to_contain_text("test_limit_11")
    expect(page.locator("#resources tbody tr")).to_have_count(6)
    expect(page.locator(".phases")).to_contain_text("Way up 9.6 s of 60 s")
    expect(page.locator("noscript")).to_be_visible()
    for part in ("#logs", "#tests", ".flow"):
        expect(page.locator(part)).to_be_hidden()


class TestLogs:
    def test_the_search_counts_and_steps(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"))
        field = page.get_by_role("searchbox", name="Search in the logs")
        page.keyboard.press("/")
        expect(field).to_be_focused()
        field.fill("could NOT serialize")
        expect(page.locator(".found")).to_have_text("1 of 6")
        expect(page.locator("#log-lines .current mark")).to_have_text("could not serialize")
        expect(page.locator("#log-lines .current")).to_be_in_viewport()
        first = page.locator("#log-lines .current time").inner_text()
        field.press("Enter")
        expect(page.locator(".found")).to_have_text("2 of 6")
        assert page.locator("#log-lines .current time").inner_text() > first
        field.press("Shift+Enter")
        field.press("Shift+Enter")
        expect(page.locator(".found")).to_have_text("6 of 6")
        page.get_by_role("button", name="Next match").click()
        expect(page.locator(".found")).to_have_text("1 of 6")
        field.fill("no such thing [(*")
        expect(page.locator(".found")).to_have_text("none")
        assert "q=no+such" in page.url

    def test_a_window_of_time(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"))
        for name, value in (("From, in seconds", "2.5"), ("To, in seconds", "8.4")):
            field = page.get_by_label(name)
            field.fill(value)
            field.press("Enter")
        found = times(page)
        assert (min(found), max(found)) == (2.6, 8.3)
        assert found == sorted(found)
        page.get_by_role("button", name="Wider").click()
        assert max(times(page)) > 8.4
        page.get_by_role("button", name="Whole time").click()
        expect(page.locator("#log-count")).to_have_text("147 lines")

    def test_one_log_of_several(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"))
        page.locator(".picker summary").click()
        page.get_by_role("button", name="only migrate").click()
        expect(page.locator("#log-lines .line")).to_have_count(1)
        page.get_by_role("checkbox", name="events").check()
        expect(page.locator("#log-lines .line")).to_have_count(3)
        assert "log=events,migrate" in page.url
        page.keyboard.press("Escape")
        expect(page.locator(".sheet")).to_be_hidden()

    def test_problems_only(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"))
        page.get_by_role("button", name="Problems").click()
        found = lines(page)
        assert len(found) == 3 * 3 + 1
        assert all(
            any(word in one for word in ("ERROR", "Trace", "Fail", "WARN", "failed"))
            for one in found[:-1]
        )

    def test_colours_are_kept_and_no_codes(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"), "#log=output.log&q=3 failed")
        expect(page.locator("#log-lines .current .ink1.bold")).to_have_text("3 failed")
        expect(page.locator("#log-lines .current mark")).to_have_text("3 failed")
        assert not any("\x1b" in one or "[31m" in one for one in lines(page))

    def test_a_log_can_be_linked_to(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"), "#log=ledger&from=1&to=2")
        assert lines(page) == [
            'The files belonging to this database system will be owned by user "postgres".',
            "LOG:  database system was shut down at 2026-09-21 15:33:19 UTC",
        ]
        expect(page.locator("#log-lines")).to_be_in_viewport()

    def test_of_long_logs_it_is_said_what_is_missing(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "large"))
        note = page.locator("#log-notes li").first
        expect(note).to_contain_text("lines are not in this page; logs/service-000.log has all")
        # What is far from what is seen has no elements.
        assert page.locator("*").count() < 8_000
        page.get_by_role("button", name="test_1497", exact=False).first.click()
        found = page.locator("#log-lines .line:not(.gap)")
        assert found.count() > 0
        expect(page.locator("#log-notes li")).to_have_count(0)
        page.get_by_role("button", name="Whole time").click()
        page.get_by_role("searchbox", name="Search in the logs").fill("request")
        expect(page.locator(".found")).to_contain_text("1 of ")


class TestTests:
    def test_those_that_failed_are_first(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"))
        names = page.locator("#test-list .test b").all_inner_texts()
        assert names[:4] == [
            "test_limit_11",
            "test_report_18",
            "test_refund_33",
            "test_transfer_0",
        ]
        assert len(names) == 40
        page.get_by_role("searchbox", name="Filter tests by name").fill("refund")
        expect(page.locator("#test-list .test")).to_have_count(5)
        page.get_by_role("button", name="3 failed").click()
        expect(page.locator("#test-list .test")).to_have_count(1)

    def test_one_leads_to_its_time_in_all_logs(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"), "#log=web")
        (test,) = (one for one in story_tests(folders) if one.name == FAILED)
        page.locator(f'#test-list [data-test="{FAILED}"] button').click()
        found = times(page)
        assert found
        assert min(found) >= round(test.began - ORIGIN, 3)
        assert max(found) <= round(test.ended - ORIGIN, 3)
        who = set(page.locator("#log-lines .who").all_inner_texts())
        assert who == {"ledger", "ledger-api", "command"}
        expect(page.locator("#log-window")).to_contain_text(f"while {FAILED} ran")
        for band in ("#overview .band", "#waterfall .band"):
            expect(page.locator(band)).to_be_visible()
        current = page.locator("#test-list .current")
        expect(current).to_contain_text("balance of alice is locked")
        expect(current).to_contain_text("gw0")
        picture(page, "window-desktop-light")

        assert "#test=tests%2Ftest_report.py%3A%3Atest_report_18" in page.url
        again = watched.open(report(folders, "tests_failed"), page.url.partition("report.html")[2])
        assert times(again) == found
        page.go_back()
        expect(page.locator("#log-lines .line")).to_have_count(1)

    def test_the_cause_and_the_timeline_lead_there_too(
        self, folders: Path, watched: Watched
    ) -> None:
        page = watched.open(report(folders, "tests_failed"))
        page.locator("#cause").get_by_role("button", name=FAILED).click()
        expect(page.locator("#log-window")).to_contain_text(FAILED)
        page.locator('#waterfall .bar.test[data-test*="limit_11"]').click()
        expect(page.locator("#log-window")).to_contain_text("test_limit_11")


def story_tests(folders: Path) -> list[artifact_folders.TestRecord]:
    from orchestrator.artifacts import tests
    from orchestrator.artifacts.folder import Folder

    return list(tests.read(Folder(folders / "tests_failed")))


class TestTimeline:
    def test_the_critical_path_is_drawn(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"))
        folder = artifact_folders.Folder(folders / "tests_failed")
        wanted = [leg.span.step for leg in Timeline.of(events.read(folder)).critical_path()]
        assert wanted[-1] == "store ledger"
        bars = page.locator("#waterfall .rows .bar.path")
        drawn = bars.evaluate_all("bars => bars.map((bar) => bar.dataset.step)")
        assert sorted(drawn) == sorted(wanted)
        assert page.locator("#details .legs button").all_inner_texts() == wanted
        assert page.locator(".paths path").count() == 2

    def test_a_bar_says_what_it_waited_for_and_why(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"))
        details = page.locator("#details")
        page.locator('[data-step="start ledger-api"]').hover()
        expect(details.locator("h3")).to_have_text("start ledger-api")
        expect(details).to_contain_text("services.ledger-api.env.DATABASE_URL refers to ledger")
        waited = details.locator("li").all_inner_texts()
        assert [one.partition(" done at")[0] for one in waited] == [
            *("snapshot ledger", "build ledger-api", "ready events", "open docker")
        ]
        assert "the last of them" in waited[0]
        faded = page.locator('[data-step="start cache"]')
        assert faded.evaluate("bar => getComputedStyle(bar).opacity") == "0.25"
        page.mouse.move(0, 0)
        expect(details.locator("h3")).to_have_text("Critical path")

        page.locator('[data-step="ready ledger"]').click()
        expect(details).to_contain_text("the database system is starting up")
        assert "step=ready+ledger" in page.url
        details.get_by_role("button", name="Its log at that time").click()
        assert times(page) == [1.1, 1.8, 2.6]

    def test_a_window_is_chosen_by_dragging(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"))
        box = page.locator("#overview").bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        page.mouse.move(box["x"] + box["width"] * 0.25, y)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=4)
        expect(page.locator("#overview .band")).to_be_visible()
        page.mouse.up()
        expect(page.locator("#log-window")).to_have_class("set")
        found = times(page)
        assert 32.9 * 0.24 < min(found) < max(found) < 32.9 * 0.51

    def test_by_keyboard(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "seed_broken"))
        page.locator('#waterfall .bar[tabindex="0"]').focus()
        heading = page.locator("#details h3")
        expect(heading).to_have_text("open docker")
        page.keyboard.press("ArrowDown")
        expect(heading).to_have_text("start cache")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        expect(heading).to_have_text("seed ledger 1 accounts.sql")
        page.keyboard.press("Enter")
        expect(page.locator("#details")).to_contain_text("syntax error")
        expect(page.locator(":focus")).to_have_attribute("data-step", "seed ledger 1 accounts.sql")
        assert page.locator('#waterfall .bar[tabindex="0"]').count() == 1

    def test_phases_can_be_looked_at_alone(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "tests_failed"))
        page.get_by_role("button", name="Way up 9.60 s of 60 s").click()
        expect(page.locator("#waterfall .tests")).to_have_count(0)
        expect(page.locator("#zooms [aria-pressed=true]")).to_be_focused()
        picture(page, "way-up-desktop-light")

    def test_of_many_rows_those_that_matter(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "large"))
        page.get_by_role("button", name="Way up").click()
        expect(page.locator("#waterfall .rows > li")).to_have_count(40)
        page.get_by_role("button", name="more, which decided nothing").click()
        expect(page.locator("#waterfall .rows > li")).to_have_count(201)


class TestHarm:
    def test_hostile_texts_are_shown_and_do_nothing(self, folders: Path, watched: Watched) -> None:
        page = watched.open(report(folders, "hostile"))
        page.wait_for_load_state("networkidle")
        body = page.locator("body").inner_text()
        for text in (
            "</script><script>alert(1)</script>",
            "<img src=x onerror=alert(2)>",
            "{{data}}",
        ):
            assert text in body
        assert "⟨U+202E⟩gnp.exe⟨U+202C⟩" in body
        assert "\u202e" not in body
        assert page.locator("img, iframe, object, body script:not([type])").count() == 0
        page.locator("#test-list button").first.click()
        page.get_by_role("searchbox", name="Search in the logs").fill(HOSTILE[1])
        expect(page.locator("#log-lines mark").first).to_have_text(HOSTILE[1])
        expect(page.locator("#log-lines")).to_contain_text("996,000 more characters")
        picture(page, "hostile-desktop-light", whole=True)

    @pytest.mark.parametrize(
        "attempt",
        [
            "document.createElement('div').innerHTML = '<b>x</b>'",
            "document.write('x')",
            "eval('1')",
            "new Function('return 1')()",
        ],
    )
    def test_the_policy_forbids_what_could_do_harm(
        self, attempt: str, folders: Path, watched: Watched
    ) -> None:
        page = watched.open(report(folders, "passed"))
        refused = page.evaluate(
            "(text) => new Promise((tell) => {"
            " addEventListener('securitypolicyviolation', () => tell('refused'), {once: true});"
            " try { setTimeout(text); } catch { tell('refused'); } })",
            attempt,
        )
        assert refused == "refused"
        watched.misdeeds.clear()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_wider_than_a_phone(kind: str, folders: Path, watched: Watched) -> None:
    page = watched.open(report(folders, kind), size="phone")
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide == 390
    if kind in ("tests_failed", "hostile"):
        picture(page, f"{kind}-phone-light", whole=True)


def test_on_a_phone_a_test_leads_to_the_logs(folders: Path, watched: Watched) -> None:
    page = watched.open(report(folders, "tests_failed"), size="phone", scheme="dark")
    page.locator("#test-list button").first.click()
    expect(page.locator("#log-window")).to_be_in_viewport()
    picture(page, "window-phone-dark")


CONTRAST = """
() => {
  const parse = (text) => {
    const numbers = text.match(/[\\d.]+/g).map(Number);
    return text.startsWith('color(srgb') ? numbers.map((n, i) => i < 3 ? n * 255 : n) : numbers;
  };
  const light = ([r, g, b]) => {
    const part = (n) => (n /= 255) <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4;
    return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
  };
  const ground = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const found = parse(getComputedStyle(one).backgroundColor);
      if (found[3] === undefined || found[3] === 1) return found;
    }
    return [255, 255, 255];
  };
  const weak = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !node.checkVisibility()) continue;
    if (node.closest('script, [aria-hidden]')) continue;
    const [one, other] = [light(parse(getComputedStyle(node).color)), light(ground(node))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    const name = `${node.className || node.tagName}: ${node.textContent.slice(0, 40)}`;
    if (ratio < 4.5) weak.push(`${ratio.toFixed(2)} ${name}`);
  }
  return [...new Set(weak)];
}
"""
"""Returns the texts whose contrast is below 4.5 to 1 (WCAG 2.2, 1.4.3)."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["tests_failed", "seed_broken", "killed", "passed"])
def test_texts_can_be_read(kind: str, scheme: str, folders: Path, watched: Watched) -> None:
    fragment = f"#test={FAILED}" if kind == "tests_failed" else "#q=the"
    page = watched.open(report(folders, kind), fragment, scheme=scheme)
    assert page.evaluate(CONTRAST) == []
    page.evaluate("scrollTo(0, 0)")
    picture(page, f"{kind}-desktop-{scheme}")


def test_colours_can_be_chosen_and_are_kept(folders: Path, watched: Watched) -> None:
    page = watched.open(report(folders, "passed"), scheme="dark")
    root, button = page.locator("html"), page.locator("#theme")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    button.click()
    expect(root).to_have_attribute("data-theme", "light")
    assert page.evaluate(ground) != dark
    page.reload()
    expect(root).to_have_attribute("data-theme", "light")
    button.click()
    expect(root).to_have_attribute("data-theme", "dark")
    assert page.evaluate(ground) == dark


def test_a_resource_tells_more_and_leads_to_its_log(folders: Path, watched: Watched) -> None:
    page = watched.open(report(folders, "tests_failed"))
    page.get_by_role("button", name="ledger", exact=True).click()
    more = page.locator("#resources tr.more:visible")
    expect(more).to_contain_text("postgresql://127.0.0.1:49153/ledger")
    expect(more).to_contain_text("seeded accounts.csv after 2.6 s, at 7.3 s")
    page.get_by_role("button", name="1 lines, the log of web").click()
    assert lines(page) == ['GET / HTTP/1.1" 200']


def test_what_was_killed_is_shown_as_far_as_it_went(folders: Path, watched: Watched) -> None:
    page = watched.open(report(folders, "killed"))
    expect(page.locator("h1")).to_have_text("Not finished")
    expect(page.locator("#cause")).to_contain_text("ledger: waiting until it is ready, for 4.5 s")
    expect(page.locator("#cause")).to_contain_text("the database system is starting up")
    expect(page.locator(".notes")).to_contain_text("run.json is not there")
    expect(page.locator('[data-outcome="still under way"].bar')).to_have_count(1)
    expect(page.locator("#log-lines")).to_contain_text("initialising")


def test_what_never_started_has_no_empty_parts(folders: Path, watched: Watched) -> None:
    page = watched.open(report(folders, "not_started"))
    expect(page.locator("#cause")).to_contain_text("environment.yaml:9:10")
    for part in ("#timeline", "#tests", "#resources", "#logs"):
        expect(page.locator(part)).to_be_hidden()
