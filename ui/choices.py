"""What the user chose to look at: the layers, their fields, and the numbers of the analysis."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Choices"]


@dataclass(frozen=True)
class Choices:
    """One setting of the dock; '' stands for none, or for what the engine takes by itself.

    Layers are ids of layers of the project. The numbers are those of the shared parameters of
    the algorithms, in the units of their names.
    """

    control: str = ""
    faction_field: str = ""
    date_field: str = ""
    end_field: str = ""
    end_inclusive: bool = False
    countries: str = ""
    country_field: str = ""
    home: str = ""
    provinces: str = ""
    province_field: str = ""
    places: str = ""
    place_field: str = ""
    alliances: str = ""
    """As the parameter ALLIANCES takes them: `A=B; C=B`."""
    tolerance_m: float = 1000.0
    join_distance_m: float = 0.0
    snap_m: float = 25.0
    min_contact_km: float = 1.0
    min_presence_km2: float = 1.0
    min_area_km2: float = 0.0
    min_width_m: float = 0.0
    reference_area_km2: float | None = None
    use_unsaved: bool = False
