"""Rows that are written as Parquet, read back by pandas."""

import pandas as pd
from tests.failing import check_failures

import wearoff as wo


def test_parquet_has_the_rows_that_are_kept(tmp_path):
    arms = [wo.Arm(units=20, retreat=wo.Retreat(always=True)), wo.Arm.placebo()]
    kept = wo.run_trial(arms, patients=1100, days=100, individuals=True, visits=True)
    places = {name: tmp_path / f"{name}.parquet" for name in ("individuals", "visits")}
    assert wo.run_trial(arms, patients=1100, days=100, chunk=600, **places).visits is None
    for name, place in places.items():
        pd.testing.assert_frame_equal(pd.read_parquet(place), getattr(kept, name), check_dtype=False)


def test_a_full_disk_leaves_all_as_it_was(tmp_path):
    check_failures(lambda file: wo.run_trial(wo.Arm(units=20), patients=8, days=40, visits=file), tmp_path, ".parquet")
