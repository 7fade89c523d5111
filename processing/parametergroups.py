"""Shared parameters that go together: algorithms take some of these groups, and single ones."""

from __future__ import annotations

from . import parameters as keys

__all__ = ["CONTACT", "ENCLAVES", "PLACES", "PROVINCES", "SERIES"]

SERIES = (
    keys.CONTROL,
    keys.FACTION_FIELD,
    keys.DATE_FIELD,
    keys.END_FIELD,
    keys.END_INCLUSIVE,
    keys.FROM_DATE,
    keys.TO_DATE,
    keys.ALLIANCES,
    keys.COUNTRIES,
    keys.COUNTRY_FIELD,
    keys.HOME,
)
"""The control layer, which dates of it, and the home country."""

PROVINCES = (keys.PROVINCES, keys.PROVINCE_FIELD)
PLACES = (keys.PLACES, keys.PLACE_FIELD)

CONTACT = (keys.TOLERANCE, keys.SNAP, keys.JOIN_DISTANCE, keys.MIN_CONTACT)
"""What makes pieces, and what counts as lying along a border."""

ENCLAVES = (
    *SERIES,
    *PROVINCES,
    *PLACES,
    *CONTACT,
    keys.MIN_PRESENCE,
    keys.MIN_AREA,
    keys.REFERENCE_AREA,
)
"""All that enclaves with all their figures need."""
