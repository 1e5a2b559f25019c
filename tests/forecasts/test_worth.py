"""A forecast is as good as brute force, and better than the typical patient: the study with fewer patients."""

import numpy as np
from studies import forecasts
from studies.forecasts import WAYS, compare, tabulate
from tests.extent import extent


def test_the_forecast_is_as_near_as_brute_force_and_nearer_than_the_typical_patient(monkeypatch):
    monkeypatch.setattr(forecasts, "VISIT_DRAWS", extent(200, 2000))
    found = compare(extent(8, 200), draws=extent(5_000, 200_000))
    errors = found[[*WAYS]].sub(found["truth"], axis=0).abs()
    print(tabulate(found).to_string())
    means = errors.mean()
    # The same patients for both: the error of the difference is that of pairs.
    difference = errors["forecast"] - errors["brute"]
    assert difference.mean() < 0.03 * means["brute"] + 3 * difference.sem()
    assert means["forecast"] < 0.7 * means["typical"]
    # Who knows more is nearer: nothing seen, what was seen, the constants.
    assert means["both"] < means["forecast"] < means["population"]
    assert np.isfinite(found["truth"]).all()
