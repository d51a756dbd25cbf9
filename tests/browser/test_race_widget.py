"""Race in Chromium: its numbers and words against Python's, and its handles by mouse, finger and keyboard."""

from math import sqrt

import pytest
from scipy import stats

from cnnlessons.experiments import Convergence, records
from cnnlessons.intervals import detectable
from cnnlessons.widgets import Race
from cnnlessons.widgets.base import HERE
from cnnlessons.widgets.bundle import bundle
from cnnlessons.widgets.race import facts

pytestmark = pytest.mark.browser
OF = "const of = await import(URL.createObjectURL(new Blob([source], { type: 'text/javascript' })));"


@pytest.fixture(scope="module")
def call(chromium):
    """call(file, body, *values): what the body of a function gives with the exports of a module as `of`."""
    page = chromium.new_page()
    page.goto("about:blank")

    def called(file, body, *values):
        source = bundle(HERE / "race" / file)
        return page.evaluate(f"async ([source, ...values]) => {{ {OF} {body} }}", [source, *values])

    yield called
    page.close()


# annealed, stuck runs, pairs, seven variants, runs of unequal length, factors of a loss
@pytest.mark.parametrize(
    ("name", "measure"),
    [
        ("E06-overlap", "test_accuracy"),
        ("E02-activations", "train_loss"),
        ("E02-activations", "test_accuracy"),
        ("E07-crops", "test_accuracy"),
        ("E11-recipe", "test_accuracy"),
        ("E02-cifar", "train_accuracy"),
        ("E03-dropout", "test_loss"),
        ("E13-stall", "train_loss"),
    ],
)
def test_verdicts_are_pythons_wherever_one_stops(call, name, measure):
    found = records.find(name)
    sent = facts.race(found, found.variants, [measure], None)
    last = sent["variants"][-1]["name"]
    stops = [sent["least"], 7, sent["epochs"]]
    body = """const [all, measure, stops] = values; return stops.map((stop) =>
        [of.table(all, all.at(-1), measure, stop).map((row) => row.said),
         all.map((one) => of.convergence(one, measure, stop))])"""
    for stop, (said, moving) in zip(stops, call("compare.js", body, sent["variants"], measure, stops), strict=True):
        record = found.stopped_after(stop)
        assert said == [row.said for row in record.table([(v, last) for v in found.variants[:-1]], measure)]
        expected = []
        for variant in found.variants:
            try:
                expected.append(Convergence.of(record.curve(variant, measure)).verdict)
            except ValueError:  # too short, or of unequal length
                expected.append("")
        assert moving == expected


def test_the_distributions_are_scipys(call):
    cases = [(1, 0.05), (4.3, 0.05 / 6), (18, 0.05), (398, 0.05)]
    body = "return values[0].map(([freedom, alpha]) => [of.t_edge(alpha / 2, freedom), of.power(2.5, freedom, alpha)])"
    for (freedom, alpha), (edge, seen) in zip(cases, call("stats.js", body, cases), strict=True):
        assert edge == pytest.approx(stats.t.ppf(1 - alpha / 2, freedom), rel=1e-9)
        far = stats.nct.sf(edge, freedom, 2.5) + stats.nct.cdf(-edge, freedom, 2.5)
        assert seen == pytest.approx(far, abs=1e-7)
    found = call("stats.js", "return [2, 5, 45, 200].map((n) => of.detectable(0.5, n))")
    assert found == pytest.approx([detectable(0.5, n, pairs=False) for n in (2, 5, 45, 200)], rel=1e-6)
    tables = [(3, 2, 0, 5), (0, 5, 5, 0), (1, 9, 4, 6)]
    found = call("stats.js", "return values[0].map((four) => of.fisher(...four))", tables)
    assert found == pytest.approx([stats.fisher_exact([t[:2], t[2:]])[1] for t in tables], rel=1e-9)
    found = call("stats.js", "return [-9, -1.96, 0, 0.3, 4.5].map(of.normal)")
    assert found == pytest.approx([stats.norm.cdf(x) for x in (-9, -1.96, 0, 0.3, 4.5)], rel=1e-9)
    assert call("seeds.js", "return [of.needed(0.3, 0.5), of.needed(0.3, 1), of.needed(0.3, 0.25)]") == [45, 176, 12]


def test_nothing_is_given_away_before_the_bet(shown):
    page = shown(Race())
    assert not page.locator(".after").is_visible() and not page.locator(".race-widget .status").is_visible()
    assert page.locator(".grip").count() == 0
    assert page.locator(".chart .line").count() == 0 and page.locator(".chart .dot").count() == 2
    page.get_by_role("button", name="Play").dispatch_event("click")  # without a bet it does nothing
    assert not page.locator(".after").is_visible()
    page.get_by_role("button", name="max 2/2").click()
    page.get_by_role("button", name="Play").click()
    expected = Race().comparisons[0]
    assert page.locator(".status").inner_text() == "max 3/2 is ahead on average. You bet on max 2/2."
    assert page.locator(".verdicts li").inner_text() == str(expected)


def test_with_motion_the_runs_take_their_time(shown):
    page = shown(Race(), reduced_motion="no-preference")
    page.get_by_role("button", name="max 3/2").click()
    page.get_by_role("button", name="Play").click()
    assert page.locator(".status").inner_text() == "The runs are under way."
    page.wait_for_selector(".verdicts li:visible")


@pytest.mark.parametrize("width", [1280, 390])
def test_the_handle_stops_the_runs_by_mouse_and_keyboard(shown, width):
    race = Race(ask=False)
    page = shown(race, width=width)
    handle = page.get_by_role("slider", name="stop all runs after epoch")
    handle.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
    assert handle.get_attribute("aria-valuenow") == "5" and handle.evaluate("node => node === document.activeElement")
    race.stop = 5
    assert page.locator(".verdicts li").inner_text() == str(race.comparisons[0])
    assert page.locator(".status").inner_text().startswith("Stopped after epoch 5 one would conclude: ")
    box, board = page.locator(".knob").bounding_box(), page.locator(".chart > svg").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 8)
    page.mouse.down()
    page.mouse.move(board["x"] + board["width"] * 0.6, board["y"] + 90, steps=4)
    page.mouse.move(board["x"] + board["width"] + 30, board["y"] + 90, steps=4)
    page.mouse.up()
    assert handle.get_attribute("aria-valuenow") == "15"


def test_a_finger_stops_the_runs(shown):
    page = shown(Race(ask=False), width=390, has_touch=True)
    board = page.locator(".chart > svg").bounding_box()
    page.touchscreen.tap(board["x"] + board["width"] / 2, board["y"] + 120)
    assert 6 <= int(page.get_by_role("slider").get_attribute("aria-valuenow")) <= 9


def test_variants_leave_the_race_and_another_is_compared_with(shown):
    race = Race("E11-recipe", ask=False, against="the paper's recipe", measures=("train_loss",))
    page = shown(race)
    for name in ("without momentum", "biases 0"):
        page.get_by_label(name, exact=True).uncheck()
    race.racing = [name for name in race.racing if name not in ("without momentum", "biases 0")]
    assert page.locator(".verdicts li").all_inner_texts() == list(map(str, race.comparisons))
    page.get_by_label("compared with").select_option("without dropout")
    page.get_by_label("curve").select_option("train_loss")
    race.against, race.measure = "without dropout", "train_loss"
    assert page.locator(".verdicts li").all_inner_texts() == list(map(str, race.comparisons))
    page.get_by_label("without dropout", exact=True).uncheck()  # then the last one is compared with
    race.racing = [name for name in race.racing if name != "without dropout"]
    assert page.locator(".verdicts li").all_inner_texts() == list(map(str, race.comparisons))


def test_sliders_say_what_seeds_can_see(shown):
    page = shown(Race.seeds(effect=0.3, spread=0.5, seeds=5))
    seen = 100 * stats.nct.sf(stats.t.ppf(0.975, 8), 8, 0.3 / (0.5 * sqrt(0.4)))
    assert page.locator(".status").inner_text() == (
        f"With 5 seeds of each, an effect of 0.3 points is seen in {seen:.0f} of 100 experiments. For 80 it takes 45 "
        "seeds of each."
    )
    wrong = 100 * stats.norm.cdf(-0.3 / (0.5 * sqrt(2)))
    assert f"ahead in {wrong:.0f} of 100 pairs" in page.locator(".reading").inner_text()
    assert page.locator(".game").count() == 100
    assert page.locator(".game.seen").count() == int(page.locator(".reading li").last.inner_text().split()[5])
    page.get_by_role("slider", name="seeds of each network").focus()
    page.keyboard.press("ArrowRight")
    handle = page.get_by_role("slider", name="seeds and effect")
    handle.focus()
    page.keyboard.press("ArrowUp")
    assert page.locator(".status").inner_text().startswith("With 6 seeds of each, an effect of 0.31 points")
    box = page.locator(".knob").bounding_box()
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] - 40, steps=5)
    page.mouse.up()
    assert int(handle.get_attribute("aria-valuenow")) > 10
    page.locator(".study").first.focus()
    assert "overlapping pools: 10 seeds of each" in page.locator(".head").last.inner_text()


@pytest.mark.parametrize("zoom", [1, 1.5])
def test_the_dot_goes_where_the_pointer_is_however_large_a_slide_shows_it(shown, zoom):
    page = shown(Race.seeds(effect=0.3, spread=0.5, seeds=5, studies=()))
    page.add_style_tag(content=f".cnnlessons {{ zoom: {zoom} }}")
    knob = page.locator(".knob")
    page.locator(".chart").scroll_into_view_if_needed()  # the dot is drawn anew with the width
    box = knob.bounding_box()
    to = [box["x"] + box["width"] / 2 + 120, box["y"] + box["height"] / 2 - 30]
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(*to, steps=5)
    page.mouse.up()
    box = knob.bounding_box()
    assert [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2] == pytest.approx(to, abs=8)


def test_rates_and_their_difference(shown):
    page = shown(Race.rates(first=15.3, second=16.4, images=100_000, examples=[("digits", 0.95, 0.8, 10_000)]))
    halves = [1.96 * sqrt(p * (100 - p) / 100_000) for p in (15.3, 16.4)]
    said = page.locator(".reading").inner_text()
    assert f"15.3 % ± {halves[0]:.2f} points" in said and f"16.4 % ± {halves[1]:.2f} points" in said
    assert f"−1.10 ± {sqrt(halves[0] ** 2 + halves[1] ** 2):.2f} points" in said
    assert "fewer than 1 of 1,000" in page.locator(".status").inner_text()
    page.get_by_role("button", name="digits").click()
    error = sqrt((0.95 * 99.05 + 0.8 * 99.2) / 10_000)
    chance = 200 * stats.norm.sf(0.15 / error)
    assert f"as far apart in {chance:.0f} of 100 such draws" in page.locator(".status").inner_text()
    page.get_by_role("slider", name="images of each test").focus()
    page.keyboard.press("ArrowRight")
    assert "20,000 images" in page.locator(".reading").inner_text()
