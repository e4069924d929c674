"""A run of the machine of --lg-env: its files come whole, and nothing failed in it."""

import os


def test_the_run_comes_whole_and_nothing_failed(target):
    strategy = target.get_driver("Strategy")
    strategy.transition("collected")
    try:
        assert strategy.exit_status == 0
        assert os.path.exists(os.path.join(strategy.out, "results.csv"))
    finally:
        strategy.transition("off")
