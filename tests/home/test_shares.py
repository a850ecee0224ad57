"""How much time a device may take, and what becomes of one that takes more."""

import asyncio

import pytest

from lab import virtual_time
from voiced.core.errors import HomeError
from voiced.home.rendering import ASIDE, Rendering
from voiced.home.shares import CREDIT_S, MOST_OWING, SHARE, Shares


def test_one_that_took_more_than_its_credit_is_set_aside_until_it_has_paid_back() -> None:
    shares = Shares()
    shares.take("slow", CREDIT_S, 0.0)
    assert shares.aside_s("slow", 0.0) == 0
    shares.take("slow", CREDIT_S, 0.0)
    assert shares.aside_s("slow", 0.0) == 2 * CREDIT_S / SHARE
    assert shares.aside_s("other", 0.0) == 0
    assert shares.aside_s("slow", 39.9) == pytest.approx(0.1)
    assert shares.aside_s("slow", 40.0) == 0
    assert shares.owes("slow", 40.0) == 0


def test_what_takes_less_than_its_share_is_never_set_aside() -> None:
    shares = Shares()
    for second in range(10_000):
        shares.take("plug", 0.9 * SHARE, float(second))
        assert shares.aside_s("plug", float(second)) == 0


def test_who_owes_nothing_is_forgotten() -> None:
    shares = Shares()
    for number in range(10 * MOST_OWING):
        shares.take(f"{number}", 0.001, float(number))
    assert len(shares._taken) <= MOST_OWING


def test_what_is_done_for_a_device_is_charged_to_it_and_refused_once_it_is_set_aside() -> None:
    def burn() -> str:
        return str(sum(range(200_000)))

    async def main() -> None:
        rendering = Rendering()
        assert await rendering.of_state("a", burn) == "19999900000"
        assert rendering._shares.owes("a", 0.0) > 0
        rendering.took("a", 2 * CREDIT_S)
        for ask in (rendering.of_state, rendering.of_command):
            with pytest.raises(HomeError) as refused:
                await ask("a", burn)
            assert refused.value.code == ASIDE
        assert await rendering.of_command("b", burn)
        await rendering.close()

    virtual_time.run(main())


def test_who_owes_least_comes_first_and_one_that_gives_up_holds_nobody_up() -> None:
    async def main() -> list[str]:
        rendering, order = Rendering(), list[str]()
        for name, owes in (("much", 0.9), ("some", 0.5), ("gone", 0.1), ("little", 0.0)):
            rendering.took(name, owes)

        async def one(name: str) -> None:
            await rendering.of_state(name, lambda: order.append(name))

        first = asyncio.create_task(one("first"))
        await asyncio.sleep(0)
        waiting = {name: asyncio.create_task(one(name)) for name in ("much", "gone", "some", "little")}
        await asyncio.sleep(0)
        waiting["gone"].cancel()
        await asyncio.wait([first, *waiting.values()])
        await rendering.close()
        return order

    assert virtual_time.run(main()) == ["first", "little", "some", "much"]


def test_a_failure_is_raised_to_who_asked_and_the_next_is_served() -> None:
    def fails() -> str:
        raise HomeError("bad-template", "It is none.")

    async def main() -> str:
        rendering = Rendering()
        with pytest.raises(HomeError, match="It is none"):
            await rendering.of_state("a", fails)
        try:
            return await rendering.of_state("a", lambda: "next")
        finally:
            await rendering.close()

    assert virtual_time.run(main()) == "next"
