import pytest

from colike.training.schedule import Schedule


def test_warm_up_rises_to_a_peak_and_decays_to_nothing():
    schedule = Schedule(1000, warmup_steps=100, max_seconds=60.0, repeatable=True)
    factors = [schedule.factor(step, 0.0) for step in range(1000)]
    assert factors[0] == 1 / 100
    assert max(factors) == pytest.approx(10 / 11, abs=0.005)  # where x / .1 = 1 - x
    assert factors.index(max(factors)) in {89, 90, 91}
    assert factors[-1] == pytest.approx(1 / 1000)


def test_a_run_that_its_minutes_end_decays_by_the_clock():
    schedule = Schedule(1_000_000, warmup_steps=10, max_seconds=60.0, repeatable=False)
    assert schedule.factor(500, 45.0) == pytest.approx(1 - 45 / 60)
    assert schedule.ended(500, 60.0)


def test_a_short_run_warms_up_within_its_first_tenth():
    schedule = Schedule(20, warmup_steps=100, max_seconds=60.0, repeatable=True)
    assert schedule.factor(2, 0.0) == pytest.approx(1 - 2 / 20)


def test_a_repeatable_run_does_not_look_at_the_clock_for_its_rate():
    schedule = Schedule(100, warmup_steps=10, max_seconds=60.0, repeatable=True)
    assert schedule.factor(50, 1.0) == schedule.factor(50, 59.0) == 0.5
    assert schedule.ended(50, 60.0)
