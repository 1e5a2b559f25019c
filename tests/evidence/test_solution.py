"""The errors where trials are pooled: closed forms and scipy's t are the judges."""

import numpy as np
import pytest
from scipy import stats
from tests.evidence.test_deviations import OF_TRIALS, make_linear

from wearoff.evidence.deviations import weigh
from wearoff.evidence.solution import Solution


def test_where_rows_scatter_more_than_they_should_their_information_is_less():
    # Knapp and Hartung: the variance times chi-squared over its degrees of freedom, and Student's t. One number has an
    # information of 6 from 6 rows and of 1 from its prior, so that the rows determine 6 / 7 of it.
    residuals = np.array([3.0, -2.0, 2.5, -3.5, 1.0, -1.0])
    linear = make_linear(residuals, np.arange(6), noise=1.0)
    weights = weigh(linear.alike)
    alone, pooled = Solution(linear, np.zeros(2), weights, ()), Solution(linear, np.zeros(2), weights, OF_TRIALS)
    scatter = (residuals**2).sum() / (6 - 6 / 7 - 2)
    assert (alone.scatter, alone.reach) == (1, pytest.approx(stats.norm.ppf(0.975)))
    assert (pooled.scatter, pooled.reach) == pytest.approx((scatter, stats.t(6 - 6 / 7).ppf(0.975)))
    assert alone.information() == pytest.approx(6.0 + 1)
    assert pooled.information() == pytest.approx(6.0 / scatter + 1)
    assert (alone.errors_of_rows, pooled.errors_of_rows) == pytest.approx((6**-0.5, (scatter / 6) ** 0.5))
    # Rows that scatter less than they should are not trusted more; and one trial says nothing of differences.
    calm = Solution(linear._replace(residuals=residuals / 9), np.zeros(2), weights, OF_TRIALS)
    single = Solution(linear._replace(leniencies=np.zeros(1)), np.zeros(2), weights, OF_TRIALS)
    assert calm.scatter == 1
    assert (single.scatter, single.reach) == (1, pytest.approx(stats.norm.ppf(0.975)))
