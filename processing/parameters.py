"""The parameters that algorithms share, each declared once.

Keys are a public interface: models, scripts and command lines hold them.
"""

from __future__ import annotations

from typing import Callable, Iterable

from qgis.core import (
    QgsProcessing,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSource,
)

from ..core.i18n import tr
from ..core.model import Parameters
from .definitions import (
    distance_parameter,
    field_parameter,
    moment_parameter,
    number_parameter,
    source_parameter,
    text_parameter,
    with_help,
)

__all__ = [
    "ALLIANCES",
    "CONTROL",
    "COUNTRIES",
    "COUNTRY_FIELD",
    "DATE",
    "DATE_FIELD",
    "DATE_KEYS",
    "END_FIELD",
    "END_INCLUSIVE",
    "FACTION_FIELD",
    "FROM_DATE",
    "HOME",
    "JOIN_DISTANCE",
    "MIN_AREA",
    "MIN_CONTACT",
    "MIN_PRESENCE",
    "MIN_WIDTH",
    "NUMBER_KEYS",
    "OUTPUT",
    "PLACES",
    "PLACE_FIELD",
    "POSITION_ERROR",
    "PROVINCES",
    "PROVINCE_FIELD",
    "REFERENCE_AREA",
    "SNAP",
    "TOLERANCE",
    "TO_DATE",
    "make_parameters",
]

CONTROL = "CONTROL"
FACTION_FIELD = "FACTION_FIELD"
DATE_FIELD = "DATE_FIELD"
END_FIELD = "END_FIELD"
END_INCLUSIVE = "END_INCLUSIVE"
DATE = "DATE"
FROM_DATE = "FROM_DATE"
TO_DATE = "TO_DATE"
ALLIANCES = "ALLIANCES"
COUNTRIES = "COUNTRIES"
COUNTRY_FIELD = "COUNTRY_FIELD"
HOME = "HOME"
PROVINCES = "PROVINCES"
PROVINCE_FIELD = "PROVINCE_FIELD"
PLACES = "PLACES"
PLACE_FIELD = "PLACE_FIELD"
SNAP = "SNAP"
JOIN_DISTANCE = "JOIN_DISTANCE"
TOLERANCE = "TOLERANCE"
MIN_CONTACT = "MIN_CONTACT"
MIN_PRESENCE = "MIN_PRESENCE"
MIN_AREA = "MIN_AREA"
MIN_WIDTH = "MIN_WIDTH"
REFERENCE_AREA = "REFERENCE_AREA"
POSITION_ERROR = "POSITION_ERROR"
OUTPUT = "OUTPUT"

DATE_KEYS = (DATE, FROM_DATE, TO_DATE)
NUMBER_KEYS = (
    SNAP,
    JOIN_DISTANCE,
    TOLERANCE,
    MIN_CONTACT,
    MIN_PRESENCE,
    MIN_AREA,
    MIN_WIDTH,
    REFERENCE_AREA,
    POSITION_ERROR,
)

_DEFAULTS = Parameters()


def make_parameters(keys: Iterable[str]) -> list[QgsProcessingParameterDefinition]:
    """Return new definitions of the shared parameters named by `keys`, in the order of users."""
    wanted = frozenset(keys)
    return [declared() for key, declared in _DECLARATIONS.items() if key in wanted]


def _control() -> QgsProcessingParameterDefinition:
    return with_help(
        QgsProcessingParameterFeatureSource(
            CONTROL, tr("Control layer"), [QgsProcessing.SourceType.TypeVectorPolygon]
        ),
        tr("Polygons that say which faction held what, and when."),
    )


def _faction_field() -> QgsProcessingParameterDefinition:
    return field_parameter(
        FACTION_FIELD,
        tr("Faction field"),
        CONTROL,
        tr(
            "Field of the control layer with the name of the faction. Left empty, all of the "
            "layer is held by one faction, which bears the layer's name."
        ),
    )


def _date_field() -> QgsProcessingParameterDefinition:
    return field_parameter(
        DATE_FIELD,
        tr("Date field"),
        CONTROL,
        tr(
            "Field with the date of each polygon: a date, a date with time, or ISO text such as "
            "2018-08-05. All polygons of one date are one snapshot. Left empty, the whole layer "
            "is one snapshot without a date."
        ),
    )


def _end_field() -> QgsProcessingParameterDefinition:
    return field_parameter(
        END_FIELD,
        tr("End date field"),
        CONTROL,
        tr(
            "Field with the date on which a polygon ceases to count. Rows are then intervals, and "
            "a snapshot is taken at each date on which something changes. An empty end is open."
        ),
        advanced=True,
    )


def _end_inclusive() -> QgsProcessingParameterDefinition:
    return with_help(
        QgsProcessingParameterBoolean(
            END_INCLUSIVE, tr("The end day still counts"), defaultValue=False
        ),
        tr("Whether a polygon is still held on its end date. Only used with an end date field."),
        advanced=True,
    )


def _date() -> QgsProcessingParameterDefinition:
    return moment_parameter(
        DATE, tr("Only this date"), tr("Work on the snapshot of this date alone: 2018-08-05.")
    )


def _from_date() -> QgsProcessingParameterDefinition:
    return moment_parameter(
        FROM_DATE, tr("From date"), tr("Leave out snapshots before this date: 2018-06-30.")
    )


def _to_date() -> QgsProcessingParameterDefinition:
    return moment_parameter(
        TO_DATE, tr("To date"), tr("Leave out snapshots after this date: 2018-08-05.")
    )


def _alliances() -> QgsProcessingParameterDefinition:
    return text_parameter(
        ALLIANCES,
        tr("Alliances"),
        tr(
            'Factions to be counted as part of another: "A=B; C=D" counts A as B and C as D. Or '
            "the name, id or path of a table with the fields faction and alliance (or else its "
            "first two text fields)."
        ),
    )


def _countries() -> QgsProcessingParameterDefinition:
    return source_parameter(
        COUNTRIES,
        tr("Countries"),
        [
            QgsProcessing.SourceType.TypeVectorPolygon,
            QgsProcessing.SourceType.TypeVectorLine,
        ],
        tr(
            "Polygons of the home country and its neighbours, or lines of the home country's "
            "border whose name is that of the neighbour. Left empty, the world map that comes "
            "with QGIS. Where a border is disputed, use a layer of your own."
        ),
    )


def _country_field() -> QgsProcessingParameterDefinition:
    return field_parameter(
        COUNTRY_FIELD,
        tr("Country name field"),
        COUNTRIES,
        tr("Field with the name of the country, or on a line layer that of the neighbour."),
        default="NAME",
        advanced=True,
    )


def _home() -> QgsProcessingParameterDefinition:
    return text_parameter(
        HOME,
        tr("Home country"),
        tr(
            "The country that the conflict is in, as the countries layer names it; several with "
            '";" between. Left empty, the country that holds most of the area of the control layer.'
        ),
    )


def _provinces() -> QgsProcessingParameterDefinition:
    return source_parameter(
        PROVINCES,
        tr("Provinces"),
        [QgsProcessing.SourceType.TypeVectorPolygon],
        tr("Polygons of provinces. Left empty, those of the world map that comes with QGIS."),
    )


def _province_field() -> QgsProcessingParameterDefinition:
    return field_parameter(
        PROVINCE_FIELD,
        tr("Province name field"),
        PROVINCES,
        tr("Field with the name of the province."),
        default="name",
        advanced=True,
    )


def _places() -> QgsProcessingParameterDefinition:
    return source_parameter(
        PLACES,
        tr("Places"),
        [QgsProcessing.SourceType.TypeVectorPoint],
        tr("Points, towns for instance: each enclave lists those inside it."),
    )


def _place_field() -> QgsProcessingParameterDefinition:
    return field_parameter(
        PLACE_FIELD,
        tr("Place name field"),
        PLACES,
        tr("Field with the name of the place."),
        default="name",
        advanced=True,
    )


def _snap() -> QgsProcessingParameterDefinition:
    return distance_parameter(
        SNAP,
        tr("Snap distance"),
        _DEFAULTS.snap_m,
        tr(
            "In metres. Edges nearer than this along ten times its length count as shared, since "
            "outlines are never drawn to the metre. 0: exact edges only. No area is changed by it."
        ),
        advanced=True,
    )


def _join_distance() -> QgsProcessingParameterDefinition:
    return distance_parameter(
        JOIN_DISTANCE,
        tr("Join distance"),
        _DEFAULTS.join_distance_m,
        tr("In metres. Pieces of one faction at most this far apart are one enclave."),
        advanced=True,
    )


def _tolerance() -> QgsProcessingParameterDefinition:
    return distance_parameter(
        TOLERANCE,
        tr("Contact tolerance"),
        _DEFAULTS.tolerance_m,
        tr(
            "In metres. An enclave is in contact with the border along the stretch where it lies "
            "within this distance of it."
        ),
    )


def _min_contact() -> QgsProcessingParameterDefinition:
    return number_parameter(
        MIN_CONTACT,
        tr("Shortest contact (km)"),
        _DEFAULTS.min_contact_km,
        tr("In km. A shorter stretch along a border is no contact."),
    )


def _min_presence() -> QgsProcessingParameterDefinition:
    return number_parameter(
        MIN_PRESENCE,
        tr("Smallest presence (km2)"),
        _DEFAULTS.min_presence_km2,
        tr("In km2. Less ground than this in a province is no presence there."),
    )


def _min_area() -> QgsProcessingParameterDefinition:
    return number_parameter(
        MIN_AREA,
        tr("Smallest enclave (km2)"),
        _DEFAULTS.min_area_km2,
        tr("In km2. Smaller enclaves count in all sums and are left out of the features."),
    )


def _min_width() -> QgsProcessingParameterDefinition:
    return distance_parameter(
        MIN_WIDTH,
        tr("Smallest width of a change"),
        0.0,
        tr(
            "In metres. Ground that is narrower than this on average (2 x area / perimeter) was "
            "only drawn otherwise: its kind is redraw, not change. 0: all is change."
        ),
    )


def _reference_area() -> QgsProcessingParameterDefinition:
    return number_parameter(
        REFERENCE_AREA,
        tr("Reference area (km2)"),
        None,
        tr("In km2, the area that shares are of. Left empty, that of the home country."),
    )


def _position_error() -> QgsProcessingParameterDefinition:
    return distance_parameter(
        POSITION_ERROR,
        tr("Position error"),
        _DEFAULTS.position_error_m,
        tr(
            "In metres: how far a drawn line may be from the true one. The error of an area is "
            "this times the perimeter."
        ),
        advanced=True,
    )


# in the order in which users see them: what most need first, what few change last
_DECLARATIONS: dict[str, Callable[[], QgsProcessingParameterDefinition]] = {
    CONTROL: _control,
    FACTION_FIELD: _faction_field,
    DATE_FIELD: _date_field,
    DATE: _date,
    FROM_DATE: _from_date,
    TO_DATE: _to_date,
    ALLIANCES: _alliances,
    COUNTRIES: _countries,
    HOME: _home,
    PROVINCES: _provinces,
    PLACES: _places,
    TOLERANCE: _tolerance,
    MIN_WIDTH: _min_width,
    END_FIELD: _end_field,
    END_INCLUSIVE: _end_inclusive,
    COUNTRY_FIELD: _country_field,
    PROVINCE_FIELD: _province_field,
    PLACE_FIELD: _place_field,
    SNAP: _snap,
    JOIN_DISTANCE: _join_distance,
    MIN_CONTACT: _min_contact,
    MIN_PRESENCE: _min_presence,
    MIN_AREA: _min_area,
    REFERENCE_AREA: _reference_area,
    POSITION_ERROR: _position_error,
}
