"""The bulletin in words: what it says of the sample, where its numbers lead, whom it trusts."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser

import pytest

from enclave_watch.core.numerals import ARABIC_INDIC
from enclave_watch.processing.publish.bulletintext import Words
from enclave_watch.processing.publish.templates import TEMPLATES, TemplateError
from enclave_watch.tests.core.helpers.bulletins import report_of, syria_report, syria_rows
from enclave_watch.tests.core.helpers.histories import square

IS = "Islamic State"
LANGUAGES = [("en", ""), ("fr", ""), ("ar", ""), ("ar", "arabic")]
MARK = re.compile(r"\[\^\d+\]")


class Page(HTMLParser):
    """The text of a page without marks, its marks, ids and elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.text = ""
        # each piece of text with whether a mark follows before the next piece
        self._in_mark = False
        self._skip = 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.add(tag)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if tag == "sup":
            self._in_mark = True
            self.text += "\x00"
        if found.get("class") == "rounding":
            self._skip += 1

    def handle_endtag(self, tag):
        if tag == "sup":
            self._in_mark = False
        if tag == "p":
            self._skip = 0

    def handle_data(self, data):
        if not self._in_mark and not self._skip:
            self.text += data


@pytest.fixture(scope="module")
def rows(sample):
    """The rows of the sample's control layer."""
    return syria_rows(sample)


@pytest.fixture(scope="module")
def report(rows, sample):
    """The bulletin of the Islamic State and its ally, 31 July to 5 August 2018."""
    return syria_report(rows, sample, faction=IS)


@pytest.fixture(scope="module")
def report_of_all(rows, sample):
    """The bulletin of all factions."""
    return syria_report(rows, sample, faction=None)


def plain(words, report):
    """Return the Markdown as a reader sees it: no marks, no footnotes, simple blanks."""
    text = words.markdown(report).text.partition("\n[^1]:")[0]
    return MARK.sub("", text).replace("\N{NO-BREAK SPACE}", " ").replace("\\", "")


def test_it_says_what_the_observatory_said(report):
    text = plain(Words("en"), report)
    for part in (
        (
            "Islamic State loses its largest enclave, about 1,670 km², to Syrian Democratic "
            "Forces, and its contact with Iraq"
        ),
        "31 July 2018 to 5 August 2018, Syria",
        "largest remaining enclave, of about 1,670 km² in Dayr Az Zawr",
        "along about 85 km of the border with Iraq, to Syrian Democratic Forces.",
        "no longer has contact with Iraq (about 85 km before)",
        "now about 4.2 km from there",
        "shrank from 5,375 km² to 3,705 km², 2 % of Syria, in 8 enclaves",
        (
            "1,620 km² in Homs (Hims) and Dayr Az Zawr, east of al-Sukhnah, encircled by "
            "Syrian government"
        ),
        "760 km² in Homs (Hims) and Ar Raqqah, north of al-Sukhnah",
        "203 km² in Dayr Az Zawr with Hajin, al-Baghuz, al-Shafa and al-Sousah",
        "and 3 smaller enclaves of 18 km² to 42 km²",
        "has no contact with any border",
        (
            "no presence in Dar`a since 31 July 2018 (about 250 km² before) and "
            "Hasaka (Al Haksa) since 30 June 2018 (about 539 km² before)"
        ),
        "Jaysh Khalid ibn al-Walid is counted as part of it",
    ):
        assert part in text


def test_without_the_alliance_nothing_is_said_of_daraa(rows, sample):
    text = plain(Words("en"), syria_report(rows, sample, faction=IS, alliances=""))
    assert "Dar`a" not in text
    assert "alliance" not in text
    assert "Hasaka (Al Haksa) since 30 June 2018" in text


def test_an_earlier_step_tells_of_its_own_dates_alone(rows, sample):
    early = [row for row in rows if row.start.isoformat() < "2018-07-01"]
    text = plain(Words("en"), syria_report(early, sample, faction=IS, alliances=""))
    assert "31 May 2018 to 30 June 2018" in text
    assert "Hasaka (Al Haksa)" in text
    assert re.search(r"shrank from 5,91[34] km² to 5,375 km²", text)
    assert "Iraq" in text.split("remains along")[1]
    assert "2018-08" not in text
    assert "August" not in text


@pytest.mark.parametrize(("language", "numerals"), LANGUAGES)
def test_every_number_of_the_text_has_a_mark_that_leads_to_a_row(
    report, report_of_all, language, numerals
):
    words = Words(language, numerals)
    for each in (report, report_of_all):
        rendered = words.html(each)
        page = Page(rendered.text)
        # a number, what belongs to it up to its mark, and no other number between
        pieces = page.text.split("\x00")
        assert len(pieces) > 20
        assert not re.search(r"\d", re.sub(r"[²]", "", pieces[-1]))
        months = "|".join(words.language.months)
        for piece in pieces[:-1]:
            dateless = re.sub(rf"\d+(?:er)?\s(?:{months})\s\d+", "1", piece)
            numbers = re.findall(r"\d[\d.,٬٫\N{NARROW NO-BREAK SPACE}]*", dateless.replace("²", ""))
            assert len(numbers) <= 1, piece
        tables = Page("".join(words.tables_html(each, rendered.marks).values()))
        assert {link.lstrip("#") for link in page.links} <= set(tables.ids)
        assert {link.lstrip("#") for link in tables.links} <= set(page.ids)
        assert len(tables.ids) == len(set(tables.ids))


@pytest.mark.parametrize(("language", "numerals"), LANGUAGES)
def test_every_number_of_the_text_is_in_the_row_that_its_mark_names(
    report, report_of_all, language, numerals
):
    words = Words(language, numerals)
    for each in (report, report_of_all):
        rendered = words.markdown(each)
        body, _, notes = rendered.text.partition("\n[^1]:")
        footnotes = dict(re.findall(r"\[\^(\d+)\]: (.*)", "[^1]:" + notes))
        assert [int(number) for number in footnotes] == list(rendered.marks.values())
        cited = re.findall(r"([\d.,٬٫\u202f]*\d)[^\d\[\]]*\[\^(\d+)\]", body.replace("²", ""))
        assert len(cited) > 20
        signs = words.language.numerals
        for text, mark in cited:
            note = footnotes[mark].replace("²", "")
            told = _value(text, signs)
            values = {_value(found, signs) for found in re.findall(r"\d[\d.,٬٫\u202f]*\d|\d", note)}
            # the rules round by half a ten at most, or half of the last digit
            slack = 5.0 if told >= 1000 else 0.5 if "." not in str(told)[:-2] else 0.05
            assert any(abs(told - value) <= slack + 1e-9 for value in values), (text, note)


def _value(text, signs):
    """Return a number as it is written in a language."""
    western = "".join(
        str(signs.digits.index(sign)) if sign in signs.digits else sign for sign in text
    )
    return float(western.replace(signs.thousands, "").replace(signs.decimal, ".").strip(".,"))


def test_arabic_runs_from_right_to_left_in_the_digits_asked_for(report):
    western, indic = (Words("ar", numerals).html(report).text for numerals in ("", "arabic"))
    for text in (western, indic):
        assert '<section class="bulletin" lang="ar" dir="rtl">' in text
    assert "نحو 1,670" in western
    assert "نحو ١٬٦٧٠" in indic
    text = Page(indic).text
    assert not set("0123456789") & set(text)
    assert set(ARABIC_INDIC.digits) <= set(text)
    tables = Page("".join(Words("ar", "arabic").tables_html(report).values()))
    assert not set("0123456789") & set(tables.text)


@pytest.mark.parametrize(
    ("number", "phrase"),
    [(1, "في جيب واحد"), (2, "في جيبين"), (3, "جيوب"), (11, "جيبًا"), (100, "جيب.")],
)
def test_arabic_counts_enclaves_as_its_grammar_wants(number, phrase):
    held = [("A", square(2.5 * each - 250, 0, 1)) for each in range(number)]
    text = plain(Words("ar"), report_of(held, held, faction="A"))
    assert phrase in text
    assert ("في 3 جيوب" in text) == (number == 3)


def test_one_enclave_is_one_in_english_and_french():
    held = [("A", square(0, 0, 10))]
    report = report_of(held, held, faction="A")
    assert "in 1 enclave." in plain(Words("en"), report)
    assert "en 1 enclave." in plain(Words("fr"), report)


NASTY = [
    "<script>alert(1)</script>",
    "\"quoted\" & 'quoted'",
    "\u202eturned\u2066 round",
    "{{ 7 * 7 }} {% raw %}",
    "x" * 300,
    "🟥 red\nflag",
    "تنظيم الدولة",
    "[link](javascript:alert(1)) *bold* `code` | cell",
    "http://example.org www.example.org",
]


@pytest.mark.parametrize("name", NASTY)
@pytest.mark.parametrize(("language", "numerals"), LANGUAGES)
def test_names_come_out_as_text_and_nothing_else(name, language, numerals):
    report = report_of(
        [(name, square(-20, 0, 40, 10)), ("B", square(50, 0, 10))],
        [("B", square(-20, 0, 40, 10)), (name, square(50, 0, 10))],
        faction=name,
        provinces={name: square(-100, -100, 100, 200), "Right": square(0, -100, 100, 200)},
        places={name: "POINT(5 5)"},
        countries={"Home": square(-100, -100, 200), name: square(-120, -100, 20, 200)},
    )  # fmt: skip
    words = Words(language, numerals)
    rendered = words.html(report)
    html = rendered.text + "".join(words.tables_html(report, rendered.marks).values())
    page = Page(html)
    assert page.tags <= {
        "section", "h1", "p", "bdi", "sup", "a", "table", "caption", "thead", "tbody", "tr", "th",
        "td",
    }  # fmt: skip
    shown = name.replace("\n", " ").replace("\u202e", "").replace("\u2066", "")
    assert shown in page.text
    markdown = words.markdown(report).text
    assert "<script" not in markdown
    assert "](" not in markdown.replace("\\]", "")
    assert re.search(r"(?<!\\)\*", markdown) is None
    assert "\u202e" not in markdown + html
    assert "49" not in page.text.replace("x" * 300, "")
    if name.startswith("http"):
        assert "http://" not in markdown


def test_a_user_may_change_the_words(report, tmp_path):
    own = (TEMPLATES / "sentences.en.j2").read_text(encoding="utf-8")
    changed = own.replace("no longer has contact with", "is cut off from")
    assert changed != own
    (tmp_path / "sentences.en.j2").write_text(changed, encoding="utf-8")
    words = Words("en", folder=tmp_path)
    assert "Islamic State is cut off from Iraq" in plain(words, report)
    assert "<bdi>Islamic State</bdi> is cut off from <bdi>Iraq</bdi>" in words.html(report).text


def test_a_whole_copy_of_the_folder_says_the_same(report, tmp_path):
    shutil.copytree(TEMPLATES, tmp_path / "own")
    assert Words("ar", folder=tmp_path / "own").html(report) == Words("ar").html(report)


def test_a_mistake_in_a_sentence_is_named_with_its_line(report, tmp_path):
    own = (TEMPLATES / "sentences.en.j2").read_text(encoding="utf-8")
    lines = own.splitlines()
    number = next(n for n, line in enumerate(lines, 1) if "no longer has contact" in line)
    lines[number - 1] = lines[number - 1].replace("fact.border.length", "fact.lenght")
    (tmp_path / "sentences.en.j2").write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(TemplateError, match=rf'"sentences.en.j2", line {number}: .*lenght'):
        Words("en", folder=tmp_path).html(report)


def test_a_macro_that_is_missing_is_named(report, tmp_path):
    own = (TEMPLATES / "sentences.en.j2").read_text(encoding="utf-8")
    (tmp_path / "sentences.en.j2").write_text(
        own.replace("macro no_presence", "macro no_presense"), encoding="utf-8"
    )
    with pytest.raises(TemplateError, match='there is no macro "no_presence"'):
        Words("en", folder=tmp_path).html(report)


@pytest.fixture(scope="module")
def reports_of_every_kind():
    """Bulletins in which every branch of the sentences is taken."""
    ring = "POLYGON((-20 -20, 30 -20, 30 30, -20 30, -20 -20), (0 0, 10 0, 10 10, 0 10, 0 0))"
    many = [("A", square(11 * number, 50, 2 + 0.5 * number)) for number in range(8)]
    whole = ("A", square(-90, -90, 10))
    free = [("A", square(0, 0, 10)), ("B", square(-20, -20, 5)), whole]
    cut_off = [("A", square(0, 0, 10)), ("B", ring), whole]
    one = [("A", square(50, 0, 30, 10)), whole]
    two = [("A", square(50, 0, 10)), ("A", square(70, 0, 10)), whole]
    long, short = [("A", square(80, 0, 20, 40))], [("A", square(80, 0, 20, 15))]
    other = ("B", square(40, 0, 5))
    inland = [
        ([*many, whole], [whole]), ([whole], [*many, whole]), (free, cut_off), (cut_off, free),
        (one, two), (two, one), ([other], [whole, other]), ([whole, other], [other]),
        ([whole], [whole]),
        ([whole, other], [("B", square(-90, -90, 10, 5)), ("A", square(-90, -85, 10, 5)), other]),
    ]  # fmt: skip
    sides = {"Left": square(-100, -100, 100, 200), "Right": square(0, -100, 100, 200)}
    home = {"Home": square(-100, -100, 200), "East": square(100, -100, 50, 200)}
    places = {"Town": "POINT(5 5)", "Ville": "POINT(60 51)", "Nook": "POINT(-85 -88)"}
    return [
        report_of(before, after, faction=faction, provinces=sides, places=places, **where)
        for cases, where in ((inland, {}), ([(long, short), (short, long)], {"countries": home}))
        for before, after in cases
        for faction in ("A", None)
    ]


@pytest.mark.parametrize("language", ["en", "fr", "ar"])
def test_every_kind_of_fact_can_be_told_in_clean_sentences(reports_of_every_kind, language):
    words = Words(language)
    headlines = set()
    for report in reports_of_every_kind:
        headlines.add(report.bulletin.headline.what)
        text = plain(words, report)
        assert not re.search(r"[,;،؛] ?[.;؛]|\.\.|\( | \)| ,| \.|  ", text), text
    assert headlines >= {"all_lost", "began", "encircled", "gained", "lost", "moved", "same"}
