"""Which country is home: given, or guessed from what is held."""

from __future__ import annotations

import pytest

from enclave_watch.core.errors import CountryError, HomeError
from enclave_watch.core.geography import build_geography
from enclave_watch.core.model import NamedGeometry, Parameters
from enclave_watch.tests.core.helpers.build import Log, geography_of, in_km, named, series_of

SYRIA = "POLYGON((0 0, 100 0, 100 100, 0 100, 0 0))"
IRAQ = "POLYGON((100 0, 200 0, 200 100, 100 100, 100 0))"
TURKEY = "POLYGON((0 100, 200 100, 200 200, 0 200, 0 100))"
COUNTRIES = {"Syria": SYRIA, "Iraq": IRAQ, "Turkey": TURKEY}
INSIDE = [("A", "POLYGON((10 10, 50 10, 50 50, 10 50, 10 10))")]
ACROSS = [("A", "POLYGON((60 10, 120 10, 120 50, 60 50, 60 10))")]


def home_of(held, *, home=(), countries=None, feedback=None):
    return geography_of(
        series_of(held), countries=countries or COUNTRIES, home=home, feedback=feedback
    )


def test_the_country_that_holds_most_of_the_ground_is_taken_and_told():
    log = Log()
    geography = home_of(INSIDE, feedback=log)
    assert geography.home_names == ("Syria",)
    assert geography.home_area_km2 == pytest.approx(10_000 / 0.9996**2, rel=1e-3)
    assert any("taken to be Syria, which holds 100 % of the ground" in text for text in log.infos)
    assert log.warnings == []


def test_another_country_that_holds_over_a_tenth_is_named_in_a_warning():
    log = Log()
    assert home_of(ACROSS, feedback=log).home_names == ("Syria",)
    (warning,) = log.warnings
    assert "33 % of the ground lies in Iraq, not in Syria" in warning
    assert '"Syria; Iraq"' in warning


def test_another_country_that_holds_less_than_a_tenth_is_not_named():
    log = Log()
    home_of([("A", "POLYGON((10 10, 105 10, 105 50, 10 50, 10 10))")], feedback=log)
    assert log.warnings == []


def test_a_home_country_that_is_given_is_not_guessed():
    log = Log()
    assert home_of(ACROSS, home=["Iraq"], feedback=log).home_names == ("Iraq",)
    assert not any("taken to be" in text for text in log.infos)


def test_capitals_and_blanks_do_not_matter_in_a_given_name():
    assert home_of(INSIDE, home=[" syria ", "IRAQ"]).home_names == ("Iraq", "Syria")


@pytest.mark.parametrize(("typed", "meant"), [("Sirya", "Syria"), ("Turk", "Turkey")])
def test_an_unknown_home_suggests_near_names(typed, meant):
    text = rf'"{typed}" is not in: countries.*Near names: .*{meant}'
    with pytest.raises(HomeError, match=text):
        home_of(INSIDE, home=[typed])


def test_an_unknown_home_without_near_names_shows_some_that_there_are():
    with pytest.raises(HomeError, match="It has for example: Iraq, Syria, Turkey"):
        home_of(INSIDE, home=["Xyz"])


def test_a_control_layer_in_the_middle_of_nowhere_cannot_have_its_home_guessed():
    with pytest.raises(HomeError, match="No country lies under the control layer"):
        home_of([("A", "POLYGON((400 400, 410 400, 410 410, 400 400))")])


def test_countries_without_a_polygon_are_refused():
    with pytest.raises(CountryError, match="countries: no polygon with a name"):
        home_of(INSIDE, countries={"Syria": "POINT(0 0)"})


def test_an_invalid_country_is_repaired_and_told():
    log = Log()
    bow = "POLYGON((0 0, 100 100, 100 0, 0 100, 0 0))"
    geography = home_of(INSIDE, home=["Syria"], countries={**COUNTRIES, "Syria": bow}, feedback=log)
    assert geography.home_area_km2 == pytest.approx(5_000 / 0.9996**2, rel=1e-3)
    assert any("invalid polygons repaired: 1 (first: Syria)" in text for text in log.warnings)


class TestAHomeThatTheCrsHasNoRoomFor:
    """Its area and border would be of a part: no figure rather than a wrong one."""

    CUT = NamedGeometry("Home", in_km(SYRIA), is_whole=False)

    def built(self, *, feedback=None, **numbers):
        return build_geography(
            series_of(INSIDE),
            countries=[self.CUT],
            countries_label="countries",
            parameters=Parameters(**numbers),
            feedback=feedback or Log(),
        )

    def test_it_is_refused(self):
        with pytest.raises(HomeError, match=r"no room for all of Home.*reference area"):
            self.built()

    def test_a_reference_area_makes_it_a_warning(self):
        log = Log()
        assert self.built(feedback=log, reference_area_km2=1000.0).home_names == ("Home",)
        assert any("no room for all of Home" in text for text in log.warnings)


@pytest.mark.parametrize(("share", "is_told"), [(0.05, True), (0.95, False), (1.2, True)])
def test_a_reference_area_that_is_not_the_home_countrys_is_told(share, is_told):
    log = Log()
    plain = home_of(INSIDE, home=["Syria"], countries=COUNTRIES)
    build_geography(
        series_of(INSIDE),
        countries=named(COUNTRIES),
        home=["Syria"],
        countries_label="countries",
        parameters=Parameters(reference_area_km2=share * plain.home_area_km2),
        feedback=log,
    )
    assert any("The reference area is" in text for text in log.warnings) is is_told
