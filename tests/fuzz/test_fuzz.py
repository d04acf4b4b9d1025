"""Forty spoiled workbooks, others each day; `make fuzz` tries two thousand."""

import time

from tests.fuzz.trial import Trial, forking, originals_of


def test_a_spoiled_workbook_never_gets_half_in_and_never_shows_a_traceback(
    demo_dir, real_tables, tmp_path, monkeypatch
):
    monkeypatch.setenv("COUNTY_ORIGINALS", str(tmp_path / "originals"))
    trial = Trial(originals_of(demo_dir, real_tables), tmp_path)
    start = int(time.time() // 86400) * 1000
    with forking() as said:
        for seed in range(start, start + 40):
            trial.one(seed, said)
    assert trial.tried.inputs == 40
    assert trial.tried.slowest < 9
