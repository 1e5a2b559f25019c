"""A model with functions of a user's own, exported to SBML: libroadrunner solves it as `simulate` does."""

import numpy as np
import pytest
from studies.simulators import COLUMNS, libroadrunner
from tests.own_functions import BOTH, HILL, PROPORTIONAL, UNSATURATED

import wearoff as wo
from wearoff.exchange import to_sbml

MODELS = {"proportional": PROPORTIONAL, "hill": HILL, "unsaturated": UNSATURATED, "both": BOTH}
PLAN = wo.Schedule.every(90, visits=3, units=20)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
def test_libroadrunner_solves_the_exported_model_alike(model):
    visible = wo.simulate(PLAN, times=np.arange(301.0), model=model).frame["visible"]
    theirs = libroadrunner(to_sbml(PLAN, model=model), 300)[:, COLUMNS.index("visible")]
    assert np.abs(visible - theirs).max() < 1e-8
