import gc
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voiced.core.errors import HomeError
from voiced.home.template_meter import SECONDS
from voiced.home.templates import Message, render


@pytest.mark.parametrize(
    ("template", "payload", "value"),
    [
        ("{{ value_json.state }}", '{"state": "ON"}', "ON"),
        ("{{ value_json['a']['b'] | round(1) }}", '{"a": {"b": 21.456}}', "21.5"),
        ("{{ value_json.POWER1 | default(value_json.POWER) }}", '{"POWER": "ON"}', "ON"),
        ("{{ (value_json.brightness / 2.55) | round | int }}", '{"brightness": 128}', "50"),
        ("{% if value == 'x' %} on {% else %} off {% endif %}", "x", "on"),
        ("{{ value_json.color.split(',') | map('int') | join('-') }}", '{"color": "1,2,3"}', "1-2-3"),
        ("{{ '%0.1f' % (value | float) }}", "3.14159", "3.1"),
        ("{{ '%02x%02x' | format(1, value | int) }}", "11", "010b"),
        ("{{ '{:.1f}'.format(value | float) }}", "2.46", "2.5"),
        ("{{ {'a': 'on', 'b': 'off'}[value] | default('None') }}", "c", "None"),
        ("{{ value | replace('a', 'bb') }}", "banana", "bbbnbbnbb"),
        ("{{ value.replace('a', 'b') }}", "banana", "bbnbnb"),
        ("{{ ','.join(['a', 'b']) }}", "", "a,b"),
        ("{{ value | regex_replace('[^0-9]+', '') }}", "ab12cd", "12"),
        ("{{ value | regex_findall_index('(\\d+)') }}", "ab12cd", "12"),
        ("{{ value is match('ab') }}", "abc", "True"),
        ("{% for x in value_json %}{{ loop.index }}{{ x }}{% endfor %}", '["p", "q"]', "1p2q"),
        ("{{ iif(value == 'on', 'A', 'B') }}", "on", "A"),
        ("{{ value | timestamp_custom('%Y', false) }}", "86400", "1970"),
        ("{{ as_timestamp(value) | int }}", "1970-01-02T00:00:00+00:00", "86400"),
        ("{{ (now() - now()).total_seconds() | int }}", "", "0"),
        ("{{ value_json | to_json }}", '{"a": [1, 2]}', '{"a":[1,2]}'),
        ("{{ (value | from_json).a }}", '{"a": 5}', "5"),
        (
            "{% set n = namespace(x=0) %}{% for i in range(5) %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}",
            "",
            "10",
        ),
        ("{{ value ~ '!' }}", "hi", "hi!"),
        ("{{ [value | int, 7] | max }} {{ min(3, 2) }}", "5", "7 2"),
        ("{{ value | multiply(2.5) }} {{ 100 | log(10) }}", "10", "25.0 2.0"),
        ("{{ value | float(0) }} {{ value | int(-1) }}", "nothing", "0 -1"),
        (
            # The position of a Shelly Gen2 cover.
            (
                "{% if is_number(value_json.get('result', {}).get('current_pos')) %}{{ value_json.result.current_pos }}"
                "{% else %}None{% endif %}"
            ),
            '{"result": {"current_pos": 42}}',
            "42",
        ),
        ("{{ value | is_number }} {{ value is is_number }} {{ is_number(true) }}", "nan", "False False True"),
        ("{{ bool(value) }} {{ 'on' | bool }} {{ 'what' | bool(false) }}", "off", "False True False"),
        ("{{ 6 | bitwise_xor(3) }} {{ bitwise_and(6, 3) }} {{ value | ord }}", "a", "5 2 97"),
        ("{{ value_json | average }} {{ median(value_json) }} {{ average(1, 2) }}", "[1, 2, 6]", "3.0 2.0 1.5"),
        ("{{ (sin(0) + cos(0)) | round(1) }} {{ 1 | atan2(1) | round(2) }}", "", "1.0 0.79"),
        ("{{ strptime(value, '%d.%m.%Y').year }} {{ strptime('x', '%Y', 0) }}", "24.12.2024", "2024 0"),
        ("{{ as_timedelta(value).total_seconds() | int }}", "1 day 02:00:05", "93605"),
        ("{{ as_datetime(0) | as_local == as_datetime(0) }} {{ today_at('07:30').minute }}", "", "True 30"),
        ("{{ value | base64_encode }} {{ 'aGk=' | base64_decode }} {{ 'a b' | urlencode }}", "hi", "aGk= hi a%20b"),
        ("{{ value_json | contains('a') }} {{ value_json is contains('b') }}", '["a"]', "True False"),
        ("{{ value_json is list }} {{ now() is datetime }} {{ typeof(1) }}", "[]", "True True int"),
        ("{% for a, b in zip([1, 2], 'xy') %}{{ a }}{{ b }}{% endfor %}", "", "1x2y"),
        ("{{ value_json.x is defined }} {{ value_json.y | default('d') }}", "{}", "False d"),
    ],
)
def test_what_real_configs_use(template: str, payload: str, value: str) -> None:
    assert Message("t", payload).through(template) == value


@pytest.mark.parametrize(
    "template",
    [
        "{% for i in range(10**9) %}x{% endfor %}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{% for i in range(9999) %}" + "a" * 4000 + "{% endfor %}",
        "{{ 'a' * 10**9 }}",
        "{{ ([0] * 10**5) * 10**5 }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%*d' % (999999999, 1) }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ '{:{}}'.format(1, 999999999) }}",
        "{{ 0 | timestamp_custom('%999999999Y') }}",
        "{{ strptime('1', ' ' * 5000 ~ '%Y') }}",
        "{{ ('a' * 40000) | base64_encode | base64_encode | base64_encode }}",
        "{{ ('ü' * 20000) | urlencode }}",
        "{{ (10**60) * (10**60) * (10**60) * (10**60) * 2 }}",
        "{{ 2 ** 10 ** 9 }}{{ 9999 ** 9999 }}",
        "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s + ns.s %}{% endfor %}",
        "{% set ns = namespace(s=[1]) %}{% for i in range(99) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s.replace('a', 'aaaa') %}{% endfor %}",
        "{% set ns = namespace(s='a') %}{% for i in range(99) %}{% set ns.s = ns.s | replace('', ns.s) %}{% endfor %}",
        "{% set n = namespace(s='a') %}{% for i in range(99) %}{% set n.s %}{{ n.s }}{{ n.s }}{% endset %}{% endfor %}",
        "{{ range(9000) | map('default', 'a' * 9000, true) | join }}",
        "{{ range(9000) | map('default', range(9000) | list, true) | map('sort') | list }}",
        "{{ ('a' * 40 ~ '!') | regex_match('(a+)+$') }}",
        "{{ ('a' * 5000) | regex_search('a*a*a*a*b') }}",
        "{{ ('a' * 40) | regex_search('(a|a)*b') }}",
        "{{ 'aa' | regex_search('(?=a)(a)\\\\1') }}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% include 'x' %}",
        "x" * 5000,
    ],
)
def test_what_would_take_long_is_stopped_soon(template: str) -> None:
    gc.disable()  # a collection of all that the other tests left would count as the template's
    try:
        began = time.thread_time()
        with pytest.raises(HomeError) as stopped:
            render(template, {})
        took = time.thread_time() - began
    finally:
        gc.enable()
    assert stopped.value.code == "slow-template"
    assert took < 5 * SECONDS


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ [].append(1) }}",
        "{{ dict(a=1).update(b=2) }}",
        "{{ '{0.__class__}'.format(1) }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum(n=3) }}",
        "{{ now().strftime('%999999999d') }}",
        "{{ 'a' | center(10**9) }}",
        "{{ value_json.a.b }}",
        "{{ value | float }}",
        "{{ 1 / 0 }}",
        "{% if %}",
        "{{ " + "(" * 1500 + "1" + ")" * 1500 + " }}",
        "{{ 1" + " + 1" * 900 + " }}",
    ],
)
def test_what_fails_or_reaches_out_is_a_home_error(template: str) -> None:
    with pytest.raises(HomeError, match="can't be used"):
        render(template, {"value": "x", "value_json": {}})


def test_a_space_of_spaces_is_not_shown() -> None:
    template = (
        "{% set ns = namespace(a=1) %}{% for i in range(60) %}{% set ns.a = namespace(l=ns.a, r=ns.a) %}{% endfor %}"
    )
    assert render(template + "{{ [ns.a] }}", {}) == "[<namespace>]"


def test_one_rendering_does_not_pay_for_another() -> None:
    for _ in range(50):
        assert len(render("{{ 'a' * 20000 }}", {})) == 20_000


PIECES = st.sampled_from(
    ["{{", "}}", "{%", "%}", "for", "in", "range(", "10**9", ")", "(", "endfor", "set", "x", "=", "~", "'a'", "*", "**",
     "|", "join", "value", "value_json", ".", "__class__", "[", "]", "if", "endif", "map('list')", "%", "+", ",", "1"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map(" ".join)), st.text(max_size=40))
def test_any_template_and_any_message_give_a_text_or_a_home_error(template: str, payload: str) -> None:
    try:
        made: Any = Message("t", payload).through(template)
    except HomeError:
        return
    assert isinstance(made, str)
