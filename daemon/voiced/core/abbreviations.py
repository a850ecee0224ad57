"""Short keys of discovery messages written out, and `~` in topics.

The abbreviations are those of Home Assistant (homeassistant/components/mqtt/abbreviations.py, Apache-2.0), as far as
anything here reads the keys.
"""

from collections.abc import Mapping
from typing import Any, Final

_WORDS: Final[Mapping[str, str]] = {
    "avty": "availability",
    "avty_mode": "availability_mode",
    "b_tpl": "blue_template",
    "bri_scl": "brightness_scale",
    "bri_tpl": "brightness_template",
    "clr_temp_k": "color_temp_kelvin",
    "clr_temp_tpl": "color_temp_template",
    "cmd_off_tpl": "command_off_template",
    "cmd_on_tpl": "command_on_template",
    "cmps": "components",
    "dev": "device",
    "dev_cla": "device_class",
    "en": "enabled_by_default",
    "ent_cat": "entity_category",
    "fan_modes": "fan_modes",
    "g_tpl": "green_template",
    "max_k": "max_kelvin",
    "max_mirs": "max_mireds",
    "migr_discvry": "migrate_discovery",
    "min_k": "min_kelvin",
    "min_mirs": "min_mireds",
    "o": "origin",
    "obj_id": "object_id",
    "on_cmd_type": "on_command_type",
    "ops": "options",
    "opt": "optimistic",
    "p": "platform",
    "pl_avail": "payload_available",
    "pl_cls": "payload_close",
    "pl_lock": "payload_lock",
    "pl_not_avail": "payload_not_available",
    "pl_off": "payload_off",
    "pl_on": "payload_on",
    "pl_open": "payload_open",
    "pl_prs": "payload_press",
    "pl_rst": "payload_reset",
    "pl_rst_pct": "payload_reset_percentage",
    "pl_rst_pr_mode": "payload_reset_preset_mode",
    "pl_stop": "payload_stop",
    "pl_unlk": "payload_unlock",
    "pos_clsd": "position_closed",
    "pos_open": "position_open",
    "pos_t": "position_topic",
    "pos_tpl": "position_template",
    "pr_modes": "preset_modes",
    "r_tpl": "red_template",
    "ret": "retain",
    "set_pos_t": "set_position_topic",
    "set_pos_tpl": "set_position_template",
    "spd_rng_max": "speed_range_max",
    "spd_rng_min": "speed_range_min",
    "stat_closing": "state_closing",
    "stat_clsd": "state_closed",
    "stat_jam": "state_jammed",
    "stat_locked": "state_locked",
    "stat_locking": "state_locking",
    "stat_off": "state_off",
    "stat_on": "state_on",
    "stat_open": "state_open",
    "stat_opening": "state_opening",
    "stat_stopped": "state_stopped",
    "stat_tpl": "state_template",
    "stat_unlocked": "state_unlocked",
    "stat_unlocking": "state_unlocking",
    "stat_val_tpl": "state_value_template",
    "sup_clrm": "supported_color_modes",
    "t": "topic",
    "temp_unit": "temperature_unit",
    "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement",
    "val_tpl": "value_template",
}

_AVAILABILITY: Final[Mapping[str, str]] = {"avty_t": "availability_topic", "avty_tpl": "availability_template"}
_CURRENT: Final[Mapping[str, str]] = {
    "curr_temp_t": "current_temperature_topic",
    "curr_temp_tpl": "current_temperature_template",
}

_STEMS: Final[Mapping[str, str]] = {
    "": "",
    "bri_": "brightness_",
    "clr_temp_": "color_temp_",
    "fan_mode_": "fan_mode_",
    "hs_": "hs_",
    "mode_": "mode_",
    "pct_": "percentage_",
    "pow_": "power_",
    "pr_mode_": "preset_mode_",
    "rgb_": "rgb_",
    "rgbw_": "rgbw_",
    "rgbww_": "rgbww_",
    "temp_": "temperature_",
    "temp_hi_": "temperature_high_",
    "temp_lo_": "temperature_low_",
    "xy_": "xy_",
}
"""What can be told of more than one thing in the same words."""
_ENDINGS: Final[Mapping[str, str]] = {
    "cmd_t": "command_topic",
    "cmd_tpl": "command_template",
    "stat_t": "state_topic",
    "stat_tpl": "state_template",
    "val_tpl": "value_template",
}

KEYS: Final[Mapping[str, str]] = {
    **{short + end: long + ending for short, long in _STEMS.items() for end, ending in _ENDINGS.items()},
    **_WORDS,
    **_AVAILABILITY,
    **_CURRENT,
}
DEVICE_KEYS: Final[Mapping[str, str]] = {
    "cns": "connections",
    "ids": "identifiers",
    "mdl": "model",
    "mf": "manufacturer",
    "sa": "suggested_area",
    "sw": "sw_version",
}
ORIGIN_KEYS: Final[Mapping[str, str]] = {"sw": "sw_version", "url": "support_url"}


def expanded(config: Mapping[str, Any]) -> dict[str, Any]:
    """One component's config with full key names and whole topics; that of its device, origin and availability too."""
    full = {KEYS.get(key, key): value for key, value in config.items()}
    for key, keys in (("device", DEVICE_KEYS), ("origin", ORIGIN_KEYS)):
        if isinstance(full.get(key), dict):
            full[key] = {keys.get(each, each): value for each, value in full[key].items()}
    if "availability" in full:
        told = full["availability"]
        each_of = told if isinstance(told, list) else [told]
        full["availability"] = [_written_out(each) for each in each_of if isinstance(each, dict)]
    base = full.pop("~", None)
    return _based(full, base) if isinstance(base, str) else full


def _written_out(config: Mapping[str, Any]) -> dict[str, Any]:
    return {KEYS.get(key, key): value for key, value in config.items()}


def _based(config: dict[str, Any], base: str) -> dict[str, Any]:
    """With `~` at the beginning or the end of a topic replaced."""
    based = {key: _topic(value, base) if key.endswith("topic") else value for key, value in config.items()}
    for each in based.get("availability", ()):
        each["topic"] = _topic(each.get("topic"), base)
    return based


def _topic(value: Any, base: str) -> Any:
    if not isinstance(value, str) or not value:
        return value
    if value.startswith("~"):
        return base + value[1:]
    return value[:-1] + base if value.endswith("~") else value
