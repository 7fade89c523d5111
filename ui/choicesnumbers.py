"""The numbers among the choices: how each is called, what it means, and its bounds."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.i18n import tr

__all__ = ["ChoiceNumber", "choice_numbers"]


@dataclass(frozen=True)
class ChoiceNumber:
    """One of the numbers, as the shared parameters of the algorithms have them.

    Attributes
    ----------
    name : of the field of `Choices`
    tip : what it does, without its unit
    most, step : in the unit; the least is 0
    none : what stands for 0 where that is no number; '' where it is one
    """

    name: str
    label: str
    tip: str
    unit: str
    most: float
    step: float
    decimals: int = 1
    none: str = ""


def choice_numbers() -> tuple[ChoiceNumber, ...]:
    """Return the numbers in the order in which they are shown."""
    metres, kilometres, square_kilometres = tr("m"), tr("km"), tr("km\u00b2")
    return (
        ChoiceNumber(
            "tolerance_m",
            tr("Contact tolerance"),
            tr(
                "An enclave is in contact with the border along the stretch where it lies within "
                "this distance of it"
            ),
            metres,
            100_000.0,
            100.0,
        ),
        ChoiceNumber(
            "join_distance_m",
            tr("Join distance"),
            tr("Pieces of one faction at most this far apart are one enclave"),
            metres,
            100_000.0,
            100.0,
        ),
        ChoiceNumber(
            "snap_m",
            tr("Snap distance"),
            tr(
                "Edges nearer than this along ten times its length count as shared, since "
                "outlines are never drawn to the metre. 0: exact edges only. No area is changed "
                "by it."
            ),
            metres,
            10_000.0,
            5.0,
        ),
        ChoiceNumber(
            "min_contact_km",
            tr("Shortest contact"),
            tr("A shorter stretch along a border is no contact"),
            kilometres,
            10_000.0,
            0.5,
            2,
        ),
        ChoiceNumber(
            "min_presence_km2",
            tr("Smallest presence"),
            tr("Less ground than this in a province is no presence there"),
            square_kilometres,
            1_000_000.0,
            0.5,
            2,
        ),
        ChoiceNumber(
            "min_area_km2",
            tr("Smallest enclave"),
            tr("Smaller enclaves count in all sums and are left out of the map and the tables"),
            square_kilometres,
            1_000_000.0,
            0.5,
            2,
        ),
        ChoiceNumber(
            "min_width_m",
            tr("Narrowest change"),
            tr(
                "Ground that is narrower than this on average (2 x area / perimeter) was only "
                "drawn otherwise: that is redrawing, not change. 0: all is change."
            ),
            metres,
            100_000.0,
            10.0,
        ),
        ChoiceNumber(
            "reference_area_km2",
            tr("Reference area"),
            tr("The area that shares are of. Country: that of the home country itself."),
            square_kilometres,
            100_000_000.0,
            100.0,
            2,
            tr("Country"),
        ),
    )
