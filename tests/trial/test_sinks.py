"""Rows that are written part by part: the same as the rows that are kept, and a whole file or none."""

import errno
import os

import pytest

import wearoff as wo
from wearoff.trial import sinks

ARMS = [wo.Arm(units=20, retreat=wo.Retreat(grade=2, min_interval=90, every=30)), wo.Arm.placebo()]


def run(**options):
    return wo.run_trial(ARMS, patients=1100, days=120, attendance=wo.Attendance(missed=0.1, drop_out=0.2), **options)


@pytest.fixture(scope="module")
def kept():
    return run(individuals=True, visits=True)


@pytest.mark.parametrize("chunk", [100, 600])
def test_a_file_has_the_rows_that_are_kept(kept, tmp_path, chunk):
    found = run(individuals=tmp_path / "patients.csv", visits=tmp_path / "visits.csv", chunk=chunk)
    assert found.individuals is None
    for name, frame in (("patients", kept.individuals), ("visits", kept.visits)):
        text = (tmp_path / f"{name}.csv").read_text()
        assert text == frame.to_csv(index=False, lineterminator="\n")
    assert found.responders.equals(kept.responders)


def test_parquet_without_its_library_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(sinks, "find_spec", lambda name: None)
    with pytest.raises(
        wo.InputError, match=r'individuals as a .parquet file needs pyarrow; install it: pip install "w'
    ):
        run(individuals=tmp_path / "patients.parquet")


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(wo.InputError, match="cannot be written"):
        run(visits=tmp_path / "file" / "visits.csv")


def test_a_disk_that_fills_leaves_what_was_there(tmp_path, monkeypatch):
    (tmp_path / "visits.csv").write_text("an earlier run")
    opened = type(tmp_path).open

    class Full:
        def __init__(self, file):
            self.file, self.parts = file, 0

        def __enter__(self):
            return self

        def __exit__(self, *_):
            self.file.close()

        def tell(self):
            return self.file.tell()

        def write(self, content):
            self.parts += 1
            self.file.write(content[: len(content) // 2])
            if self.parts == 2:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(type(tmp_path), "open", lambda path, *mode: Full(opened(path, *mode)))
    with pytest.raises(wo.InputError, match="No space left"):
        run(visits=tmp_path / "visits.csv", chunk=600)
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["visits.csv"]
    assert (tmp_path / "visits.csv").read_text() == "an earlier run"
