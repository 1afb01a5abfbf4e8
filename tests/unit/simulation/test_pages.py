import re
from html.parser import HTMLParser

from horae.simulation.pages import pages, plots


def a_page() -> str:
    """With all that a page can have, some of it hostile."""
    sections = [
        pages.Section(
            title=f"Part {number}",
            parts=(
                pages.paragraph("a < b"),
                "plain & simple",
                pages.items(["one <b>", "two"]),
                pages.facts({"cores & more": 24.0, "missing": None}),
                pages.table(["run", "share"], [["1", 0.98765], ["2", None]], caption="Shares"),
                pages.figure(a_drawing(f"part-{number}"), caption="Load <over> time"),
            ),
        )
        for number in range(3)
    ]
    return pages.page("Report of <tsw>", sections, lead="All is well & good.")


def a_drawing(name: str) -> str:
    """A line with a legend."""
    figure, (plot,) = plots.new_figure()
    plot.plot([0, 1], [1, 2], color=plots.colour(0), marker=plots.marker(0), label="load <x>")
    plot.legend()
    return plots.svg(figure, name=name, alternative='Load "rises" & rises')


class Seen(HTMLParser):
    """Tags that are open, and all that were met."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open."""
        self.tags.add(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open and close."""
        self.tags.add(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened last."""
        assert self.open.pop() == tag


def test_a_page_is_well_formed_and_closes_what_it_opens() -> None:
    """Every tag of a page is closed in order."""
    seen = Seen()
    seen.feed(a_page())
    assert seen.open == []
    assert {"table", "caption", "figure", "figcaption", "svg", "nav", "main"} <= seen.tags


def test_whatever_is_said_is_escaped() -> None:
    """Text with markup in it appears as text, wherever it stands."""
    text = a_page()
    for escaped in ("a &lt; b", "plain &amp; simple", "one &lt;b&gt;", "cores &amp; more"):
        assert escaped in text
    for escaped in ("Load &lt;over&gt; time", "Report of &lt;tsw&gt;", "load &lt;x&gt;"):
        assert escaped in text
    assert "<b>" not in text


def test_a_page_fetches_nothing_and_runs_nothing() -> None:
    """A page has no script and no address that a reader's browser would fetch."""
    seen = Seen()
    seen.feed(a_page())
    assert not seen.tags & {"script", "link", "img", "iframe", "object"}
    for name, value in seen.attributes:
        if name in ("href", "src", "xlink:href", "action", "data", "poster"):
            assert (value or "").startswith("#"), (name, value)
    assert not re.findall(r"url\((?!#)|@import", a_page())


def test_ids_of_a_page_differ() -> None:
    """No id stands twice in a page, however alike its figures are."""
    ids = re.findall(r'\sid="([^"]*)"', a_page())
    assert len(ids) > 6
    assert len(set(ids)) == len(ids)


def test_every_reference_of_a_page_leads_somewhere() -> None:
    """What a page or its figures refer to is in it."""
    text = a_page()
    ids = set(re.findall(r'\sid="([^"]*)"', text))
    assert set(re.findall(r'href="#([^"]*)"|url\(#[^)]*\)', text)) - {""} <= ids
    assert set(re.findall(r"url\(#([^)]*)\)", text)) <= ids


def test_the_same_content_gives_the_same_bytes() -> None:
    """A page made twice is equal byte for byte, plots included."""
    assert a_page() == a_page()


def test_a_drawing_can_be_read_aloud_and_takes_the_colour_of_its_page() -> None:
    """A plot has a text alternative, keeps its words as text and has no colour for ink."""
    drawing = a_drawing("one")
    assert 'role="img" aria-label="Load &quot;rises&quot; &amp; rises"' in drawing
    assert ">load &lt;x&gt;</text>" in drawing
    assert plots.INK not in drawing
    assert "currentColor" in drawing
    assert "dc:date" not in drawing


def luminance(colour: str) -> float:
    """Relative luminance by WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio by WCAG 2.2, at least 1."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_palette_reads_on_the_light_and_on_the_dark_page() -> None:
    """Every colour has 3 to 1 against both backgrounds, as WCAG 1.4.11 asks of graphics."""
    for colour in plots.PALETTE:
        assert contrast(colour, "#ffffff") >= 3, colour
        assert contrast(colour, "#14181c") >= 3, colour


def test_numbers_are_shown_for_people() -> None:
    """Four digits are enough, thousands are parted, and nothing is a dash."""
    # 12345.678 has five digits before the point: none after it are worth showing.
    assert pages.shown(12345.678) == "12,346"
    assert pages.shown(0.0123456) == "0.01235"
    assert pages.shown(None) == "–"  # noqa: RUF001 (a dash is meant)
    assert pages.shown(1200) == "1,200"
    assert pages.shown(True) == "yes"
    assert pages.shown(float("inf")) == "inf"


def test_a_legend_and_words_of_a_plot_take_the_colour_of_its_page() -> None:
    """Nothing that is written in a plot stays black, which no dark page shows."""
    figure, (plot,) = plots.new_figure()
    plot.scatter([1, 10], [1, 10], label="one")
    plot.text(1, 1, "said later")
    plot.legend()
    plots.logarithmic(plot, x=True, y=True)
    drawing = plots.svg(figure, name="inked", alternative="Two points")
    words = re.findall(r"<text[^>]*>", drawing)
    assert len(words) > 4
    assert all("fill: currentColor" in word for word in words), words
    assert "#ffffff" not in drawing


def test_logarithmic_axes_have_plain_numbers() -> None:
    """Ticks stand at 1, 2 and 5 and are told without powers."""
    figure, (plot,) = plots.new_figure()
    plot.plot([1_000, 50_000], [1, 2])
    plots.logarithmic(plot, x=True)
    drawing = plots.svg(figure, name="logarithmic", alternative="A line")
    for tick in ("2,000", "5,000", "10,000", "20,000", "50,000"):
        assert f">{tick}</text>" in drawing


def test_thinning_keeps_few_points_evenly() -> None:
    """Of many points about as many as asked for are kept."""
    assert len(range(6480)[plots.thin(6480, 1000)]) == 926  # every 7th, for 6480 / 1000 > 6
    assert len(range(10)[plots.thin(10, 1000)]) == 10
