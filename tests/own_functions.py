"""Functions of a user's own, defined in a module, so that they can be sent to other processes."""

from wearoff import Model


def proportional(release, c):
    """Force as release."""
    return release


def hill(a, constants):
    """The built-in force curve under another name."""
    n, half = constants.h, constants.A50
    return (1 + half**n) * a**n / (half**n + a**n)


def unsaturated(dose, c):
    """Everything is taken up."""
    return dose


def saturated(u, constants):
    """The built-in uptake under another name."""
    return u * constants.U50 / (u + constants.U50)


PROPORTIONAL, HILL, UNSATURATED = Model(force=proportional), Model(force=hill), Model(uptake=unsaturated)
BOTH = Model(force=hill, uptake=saturated)
