"""kill -9 at random moments, three times each; `make faults` does fifty, and backups too."""

import random

import pytest

from tests.faults.driver import rounds, works


@pytest.mark.parametrize("kind", ["导入", "升级", "报告"])
def test_a_store_is_whole_after_a_process_was_killed_at_its_work(kind, demo_dir, loaded_store, tmp_path):
    work = next(w for w in works(demo_dir, loaded_store, full=False) if w.name.startswith(kind))
    outcome = rounds(work, tmp_path, 3, random.randrange(10**6))
    assert outcome.before + outcome.after == outcome.killed == 3
