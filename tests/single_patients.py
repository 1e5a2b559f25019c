"""The patients of a cohort as single patients, for judges that solve each of them with `simulate`."""

import math

import wearoff as wo
from wearoff.model.equations import Constants

# The constants that differ between patients, by their symbols.
SYMBOLS = {
    "potency": "k_cleave",
    "light_chain_half_life": "k_light_chain",
    "depot_half_life": "k_depot",
    "crease_share": "q",
}


def parameters_of(constants: Constants, patient: int) -> wo.Parameters:
    """Return the constants of one patient of a default population."""
    values = {name: float(getattr(constants, symbol)[patient]) for name, symbol in SYMBOLS.items()}
    return wo.Parameters(
        **{name: math.log(2) / value if name.endswith("half_life") else value for name, value in values.items()}
    )
