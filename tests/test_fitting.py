"""`wo.fit` takes patients or published rates, and reads a file by its columns."""

import numpy as np
import pytest
from studies.individuals import simulate

import wearoff as wo
from wearoff.evidence.fitting import fit as fit_rates
from wearoff.individuals.fitting import fit_patients

PATIENTS = simulate(wo.Population(), np.random.default_rng(1), patients=6)
RATES = "product,units,endpoint,day,value,unit,n\nonabotulinumtoxinA,20,none_or_mild,30,80,%,100\n"


@pytest.fixture
def files(tmp_path):
    """Return a file of patients and one of rates."""
    patients, rates = tmp_path / "patients.csv", tmp_path / "rates.csv"
    PATIENTS.to_frame().to_csv(patients, index=False)
    rates.write_text(RATES)
    return patients, rates


def test_a_file_is_read_by_its_columns(files):
    patients, rates = files
    effects = {"sex": "potency"}
    found = wo.fit(patients, "severe_share", effects=effects, ranges=True, draws=256, rng=3)
    expected = fit_patients(PATIENTS, "severe_share", effects=effects, ranges=True, draws=256, rng=3)
    assert found.estimates.equals(expected.estimates)
    of_frame = wo.fit(PATIENTS.to_frame(), "severe_share", effects=effects, ranges=True, draws=256, rng=3)
    assert of_frame.estimates.equals(expected.estimates)
    of_rates = wo.fit(str(rates), "potency", patients=64, rng=3)
    assert of_rates.estimates.equals(fit_rates(wo.read_observations(rates), "potency", patients=64, rng=3).estimates)


def test_an_argument_of_the_other_kind_is_refused(files):
    patients, rates = files
    for arguments, message in (
        ((patients, "potency", {"patients": 64}), "patients does not go with patients one by one; allowed: effects"),
        ((PATIENTS, "potency", {"priors": []}), "priors does not go with patients one by one; allowed: effects"),
        ((rates, "potency", {"draws": 512}), "draws does not go with published rates; allowed: priors and patients"),
        ((rates, "potency", {"effects": {"sex": "potency"}}), "effects does not go with published rates"),
        ((rates, None, {}), "free is missing; allowed: names to fit"),
        ((5, "potency", {}), "data is 5; allowed: a Histories, a table or a path"),
    ):
        data, free, options = arguments
        with pytest.raises(wo.InputError) as stop:
            wo.fit(data, free, **options)
        assert str(stop.value).startswith(message)
