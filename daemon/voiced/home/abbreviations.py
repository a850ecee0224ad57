"""Short keys of discovery messages written out, and `~` in topics.

The abbreviations are those of Home Assistant (homeassistant/components/mqtt/abbreviations.py, Apache-2.0), as far as
they are of components that are consumed here.
"""

from collections.abc import Mapping
from typing import Any, Final

_WORDS: Final[Mapping[str, str]] = {
    "act_t": "action_topic",
    "act_tpl": "action_template",
    "av_tones": "available_tones",
    "avty": "availability",
    "avty_mode": "availability_mode",
    "avty_t": "availability_topic",
    "avty_tpl": "availability_template",
    "b_tpl": "blue_template",
    "bri_scl": "brightness_scale",
    "bri_tpl": "brightness_template",
    "clr_temp_k": "color_temp_kelvin",
    "clr_temp_tpl": "color_temp_template",
    "cmd_off_tpl": "command_off_template",
    "cmd_on_tpl": "command_on_template",
    "cmps": "components",
    "cod_arm_req": "code_arm_required",
    "cod_dis_req": "code_disarm_required",
    "cod_form": "code_format",
    "cod_trig_req": "code_trigger_required",
    "curr_hum_t": "current_humidity_topic",
    "curr_hum_tpl": "current_humidity_template",
    "curr_temp_t": "current_temperature_topic",
    "curr_temp_tpl": "current_temperature_template",
    "def_ent_id": "default_entity_id",
    "dev": "device",
    "dev_cla": "device_class",
    "e": "encoding",
    "en": "enabled_by_default",
    "ent_cat": "entity_category",
    "evt_typ": "event_types",
    "exp_aft": "expire_after",
    "fanspd_lst": "fan_speed_list",
    "fx_list": "effect_list",
    "fx_tpl": "effect_template",
    "g_tpl": "green_template",
    "grp": "group",
    "hum_state_tpl": "target_humidity_state_template",
    "init": "initial",
    "l_ver_t": "latest_version_topic",
    "l_ver_tpl": "latest_version_template",
    "max_hum": "max_humidity",
    "max_k": "max_kelvin",
    "max_mirs": "max_mireds",
    "migr_discvry": "migrate_discovery",
    "min_hum": "min_humidity",
    "min_k": "min_kelvin",
    "min_mirs": "min_mireds",
    "o": "origin",
    "off_dly": "off_delay",
    "on_cmd_type": "on_command_type",
    "ops": "options",
    "opt": "optimistic",
    "p": "platform",
    "pl": "payload",
    "pl_arm_away": "payload_arm_away",
    "pl_arm_custom_b": "payload_arm_custom_bypass",
    "pl_arm_home": "payload_arm_home",
    "pl_arm_nite": "payload_arm_night",
    "pl_arm_vacation": "payload_arm_vacation",
    "pl_avail": "payload_available",
    "pl_cln_sp": "payload_clean_spot",
    "pl_cls": "payload_close",
    "pl_disarm": "payload_disarm",
    "pl_home": "payload_home",
    "pl_inst": "payload_install",
    "pl_loc": "payload_locate",
    "pl_lock": "payload_lock",
    "pl_not_avail": "payload_not_available",
    "pl_not_home": "payload_not_home",
    "pl_off": "payload_off",
    "pl_on": "payload_on",
    "pl_open": "payload_open",
    "pl_osc_off": "payload_oscillation_off",
    "pl_osc_on": "payload_oscillation_on",
    "pl_paus": "payload_pause",
    "pl_prs": "payload_press",
    "pl_ret": "payload_return_to_base",
    "pl_rst": "payload_reset",
    "pl_rst_hum": "payload_reset_humidity",
    "pl_rst_mode": "payload_reset_mode",
    "pl_rst_pct": "payload_reset_percentage",
    "pl_rst_pr_mode": "payload_reset_preset_mode",
    "pl_stop": "payload_stop",
    "pl_stop_tilt": "payload_stop_tilt",
    "pl_strt": "payload_start",
    "pl_toff": "payload_turn_off",
    "pl_ton": "payload_turn_on",
    "pl_trig": "payload_trigger",
    "pl_unlk": "payload_unlock",
    "pos": "reports_position",
    "pos_clsd": "position_closed",
    "pos_open": "position_open",
    "pos_t": "position_topic",
    "pos_tpl": "position_template",
    "pr_modes": "preset_modes",
    "ptrn": "pattern",
    "r_tpl": "red_template",
    "ret": "retain",
    "set_fan_spd_t": "set_fan_speed_topic",
    "set_pos_t": "set_position_topic",
    "set_pos_tpl": "set_position_template",
    "spd_rng_max": "speed_range_max",
    "spd_rng_min": "speed_range_min",
    "src_type": "source_type",
    "stat_cla": "state_class",
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
    "stat_unlocked": "state_unlocked",
    "stat_unlocking": "state_unlocking",
    "sup_clrm": "supported_color_modes",
    "sup_dur": "support_duration",
    "sup_feat": "supported_features",
    "sup_vol": "support_volume_set",
    "swing_h_modes": "swing_horizontal_modes",
    "t": "topic",
    "temp_unit": "temperature_unit",
    "tilt_clsd_val": "tilt_closed_value",
    "tilt_opnd_val": "tilt_opened_value",
    "tilt_opt": "tilt_optimistic",
    "tilt_status_t": "tilt_status_topic",
    "tilt_status_tpl": "tilt_status_template",
    "tit": "title",
    "uniq_id": "unique_id",
    "unit_of_meas": "unit_of_measurement",
    "whit_scl": "white_scale",
}

_STEMS: Final[Mapping[str, str]] = {
    "": "",
    "act_": "activity_",
    "bri_": "brightness_",
    "cln_segmnts_": "clean_segments_",
    "clr_temp_": "color_temp_",
    "clrm_": "color_mode_",
    "dir_": "direction_",
    "dock_": "dock_",
    "fan_mode_": "fan_mode_",
    "fx_": "effect_",
    "hs_": "hs_",
    "hum_": "target_humidity_",
    "mode_": "mode_",
    "osc_": "oscillation_",
    "pause_": "pause_",
    "pause_mw_": "pause_",
    "pct_": "percentage_",
    "pow_": "power_",
    "pr_mode_": "preset_mode_",
    "rgb_": "rgb_",
    "rgbw_": "rgbw_",
    "rgbww_": "rgbww_",
    "stop_": "stop_",
    "strt_mw_": "start_mowing_",
    "swing_h_mode_": "swing_horizontal_mode_",
    "swing_mode_": "swing_mode_",
    "temp_": "temperature_",
    "temp_hi_": "temperature_high_",
    "temp_lo_": "temperature_low_",
    "tilt_": "tilt_",
    "whit_": "white_",
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
