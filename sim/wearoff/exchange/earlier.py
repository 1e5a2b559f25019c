"""SBML of the first form of the model, whose constants had other names, and which had no crease in the skin."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libsbml

# The present name of each constant and symbol that was renamed.
NAMES = {
    "release_half_life": "depot_half_life",
    "loss_half_life": "light_chain_half_life",
    "turnover_half_life": "snap25_half_life",
    "half_uptake": "dose_at_half_uptake",
    "half_release": "release_at_half_force",
    "steepness": "force_steepness",
    "visible_half_life": "line_half_life",
    "k_release": "k_depot",
    "k_bind": "k_binding",
    "k_loss": "k_light_chain",
    "k_turnover": "k_snap25",
    "k_visible": "k_line",
}
# What the first form did not have: the fold, `visible`, does not depend on it.
CREASE_CONSTANTS = ("crease_half_life", "crease_share")
CREASE = (*CREASE_CONSTANTS, "k_crease", "q", "crease", "depth")


def is_earlier(model: libsbml.Model) -> bool:
    """Return whether a model has the first names of constants, and no crease."""
    return all(model.getParameter(name) is not None for name in NAMES) and not any(
        model.getElementBySId(name) is not None for name in CREASE
    )


def rename(document: libsbml.SBMLDocument) -> None:
    """Give the constants of a document their present names, wherever they are used."""
    elements = document.getListOfAllElements()
    for i in range(elements.getSize()):
        element = elements.get(i)
        for before, after in NAMES.items():
            element.renameSIdRefs(before, after)
        if element.getId() in NAMES:
            element.setId(NAMES[element.getId()])
