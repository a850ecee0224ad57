import pytest

from voiced.core.events import Event
from voiced.core.health import CLIPPING, LACKING, STAGES, Ability, Health, Stage, ability, status_line


def degraded(stage: str, code: str = "gone", why: str = "Plug it in.") -> Event:
    return Event("degraded", detail={"stage": stage, "code": code, "why": why})


def recovered(stage: str) -> Event:
    return Event("recovered", detail={"stage": stage, "after_s": 3})


def health(*stages: str, code: str = "gone") -> Health:
    well = Health()
    for at, stage in enumerate(stages):
        well = well.after(degraded(stage, code), float(at))
    return well


def test_all_is_well_at_first() -> None:
    assert Health()
    assert status_line("idle", Health()) == "idle"
    assert ability(Health()) == Ability(True, True, True, "voice", True, True)


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_falls_ill_and_heals(stage: Stage) -> None:
    ill = Health().after(degraded(stage), 5.0)
    trouble = ill.trouble(stage)
    assert not ill
    assert trouble
    assert (trouble.code, trouble.why, trouble.since) == ("gone", "Plug it in.", 5.0)
    assert status_line("idle", ill) == f"idle; degraded: {LACKING[stage]} (Plug it in)"
    assert ill.after(recovered(stage), 6.0) == Health()


def test_another_reason_does_not_make_it_younger() -> None:
    trouble = health("stt").after(degraded("stt", "worse"), 9.0).trouble("stt")
    assert trouble
    assert (trouble.code, trouble.since) == ("worse", 0.0)


def test_troubles_stand_in_the_order_of_the_stages_and_heal_alone() -> None:
    ill = health("disk", "tts", "microphone")
    assert [trouble.stage for trouble in ill.troubles] == ["microphone", "tts", "disk"]
    assert [trouble.stage for trouble in ill.after(recovered("tts"), 9.0).troubles] == ["microphone", "disk"]
    assert status_line("listening", ill.after(recovered("tts"), 9.0)) == (
        "listening; degraded: no microphone (Plug it in), no disk (Plug it in)"
    )


@pytest.mark.parametrize(
    "event",
    [
        Event("idle"),
        Event("armed", detail={"ms": 900}),
        Event("restarted", detail={"stage": "llm"}),
        Event("error", detail={"stage": "stt", "code": "gone"}),
        Event("degraded", detail={"stage": "kitchen"}),
        Event("degraded"),
        recovered("llm"),
    ],
)
def test_other_events_change_nothing(event: Event) -> None:
    ill = health("stt")
    assert ill.after(event, 9.0) == ill


@pytest.mark.parametrize(
    ("stages", "left"),
    [
        (["microphone"], Ability(False, False, True, "voice", True, True)),
        (["stt"], Ability(False, False, True, "voice", True, True)),
        (["wake"], Ability(True, False, True, "voice", True, True)),
        (["llm"], Ability(True, True, False, "voice", True, True)),
        (["tts"], Ability(True, True, True, "beep", True, True)),
        (["speaker"], Ability(True, True, True, "text", True, True)),
        (["speaker", "tts"], Ability(True, True, True, "text", True, True)),
        (["broker"], Ability(True, True, True, "voice", False, True)),
        (["disk"], Ability(True, True, True, "voice", True, False)),
        (STAGES, Ability(False, False, False, "text", False, False)),
    ],
)
def test_the_ladder(stages: list[str], left: Ability) -> None:
    assert ability(health(*stages)) == left


def test_a_microphone_that_is_too_loud_still_hears() -> None:
    loud = health("microphone", code=CLIPPING)
    assert ability(loud) == ability(Health())
    assert status_line("idle", loud) == "idle; degraded: microphone too loud (Plug it in)"


def test_without_a_sentence_the_code_stands() -> None:
    assert (
        status_line("idle", Health().after(degraded("llm", why=""), 0.0)) == "idle; degraded: no language model (gone)"
    )
