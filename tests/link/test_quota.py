"""Who sends what is refused is read ever more rarely, and never shut out for good."""

from searoom.link.quota import HOUR_US, SECOND_US, SMALL_BYTES, Limits, Quota

NOW = 1_790_000_000_000_000


def test_the_first_refusals_cost_nothing_and_the_next_double_the_wait() -> None:
    """Three are an accident; from then on 1, 2, 4 seconds and more, up to ten minutes."""
    quota = Quota()
    waits = []
    for _ in range(16):
        quota.refused(NOW, urgent=False)
        waits.append(quota.wait_us(NOW, urgent=False) // SECOND_US)
    assert waits[:7] == [0, 0, 1, 2, 4, 8, 16]
    assert waits[-3:] == [600, 600, 600]


def test_waiting_ends_and_an_hour_forgets() -> None:
    """After the wait the next message is acted on; after an hour of quiet three are free again."""
    quota = Quota()
    for _ in range(8):
        quota.refused(NOW, urgent=False)
    wait = quota.wait_us(NOW, urgent=False)
    assert wait == 32 * SECOND_US
    assert quota.wait_us(NOW + wait - 1, urgent=False) == 1
    assert quota.wait_us(NOW + wait, urgent=False) == 0
    for _ in range(40):
        quota.refused(NOW + wait, urgent=False)
    later = NOW + wait + HOUR_US
    assert quota.wait_us(later, urgent=False) == 0
    quota.refused(later, urgent=False)
    quota.refused(later, urgent=False)
    assert quota.wait_us(later, urgent=False) == 0


def test_what_is_refused_of_the_routine_holds_up_no_flash() -> None:
    """Each lane has its own level."""
    quota = Quota()
    for _ in range(20):
        quota.refused(NOW, urgent=False)
    assert quota.wait_us(NOW, urgent=True) == 0
    for _ in range(20):
        quota.refused(NOW, urgent=True)
    assert quota.wait_us(NOW, urgent=True) == 600 * SECOND_US


def test_a_clock_that_is_put_back_shuts_nobody_out() -> None:
    """A wait is never counted from a time that lies ahead."""
    quota = Quota()
    for _ in range(20):
        quota.refused(NOW, urgent=False)
    assert quota.wait_us(NOW - 1, urgent=False) == 0
    assert quota.wait_us(NOW - HOUR_US, urgent=False) == 0
    quota.brought_nothing(1, NOW)
    assert quota.takes(SMALL_BYTES + 1, NOW - 24 * HOUR_US)


def test_bytes_that_bring_nothing_are_bounded_by_the_hour() -> None:
    """Past the limit only short messages are read; with time there is room again."""
    quota = Quota(Limits(idle_bytes=1_000_000))
    assert quota.takes(4 << 20, NOW)
    quota.brought_nothing(999_999, NOW)
    assert quota.takes(4 << 20, NOW)
    quota.brought_nothing(4 << 20, NOW)
    assert not quota.takes(SMALL_BYTES + 1, NOW)
    assert quota.takes(SMALL_BYTES, NOW)
    assert not quota.takes(SMALL_BYTES + 1, NOW + HOUR_US // 2)
    assert quota.takes(SMALL_BYTES + 1, NOW + 2 * HOUR_US)


def test_answers_are_bounded_by_the_hour() -> None:
    """Whoever asks for the same again and again gets it in small pieces, until time has passed."""
    quota = Quota(Limits(answered_bytes=1_000_000))
    quota.answered(999_999, NOW)
    assert quota.answers_whole(NOW)
    quota.answered(1 << 20, NOW)
    assert not quota.answers_whole(NOW)
    assert quota.answers_whole(NOW + HOUR_US + 1)
