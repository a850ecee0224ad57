"""Plainer words for how things are put in English, in the order in which they are looked for."""

import re
from collections.abc import Callable, Iterable
from typing import Final

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def _any(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=len, reverse=True)) + ")"


_OPPOSITE: Final = {
    "dark": "brighter", "dim": "brighter", "bright": "dimmer", "light": "dimmer", "cold": "warmer", "chilly": "warmer",
    "cool": "warmer", "hot": "cooler", "warm": "cooler", "stuffy": "cooler", "loud": "quieter", "noisy": "quieter",
    "quiet": "louder", "soft": "louder", "low": "louder",
}  # fmt: skip
_ENOUGH: Final = {"bright": "brighter", "light": "brighter", "warm": "warmer", "cool": "cooler", "loud": "louder"}
_STATES: Final = {
    "on": "turn on", "going": "turn on", "running": "turn on", "started": "turn on", "off": "turn off",
    "out": "turn off", "stopped": "turn off", "open": "open", "opened": "open", "closed": "close", "shut": "close",
    "locked": "lock", "unlocked": "unlock", "up": "turn up", "raised": "turn up", "down": "turn down",
    "lowered": "turn down",
}  # fmt: skip
_SHARES: Final = {
    "full": 100, "max": 100, "maximum": 100, "highest": 100, "half": 50, "halfway": 50, "half way": 50, "a quarter": 25,
    "1 quarter": 25, "3 quarters": 75, "a third": 33, "minimum": 1, "min": 1, "lowest": 1,
}  # fmt: skip

_WISH: Final = r"(?:(?:i|we) (?:want|need|would like)|(?:i'd|we'd) (?:like|love)|let's have|give me|want|have|get)"
_SEE: Final = rf"(?:{_WISH}|make sure|see that|ensure)"
_SHIFT: Final = "(?:crank|nudge|bump|push|bring|take|knock|slide|pull|drop|let|whack|pop|move)"
_SWITCH: Final = (
    "(?:flick|flip|click|pop|stick|whack|knock|bang|throw|get|put|power|hit|fire|kick|bring|shut|cut|kill|start)"
)
_MOVE: Final = (
    "(?:drop|take|bump|knock|bring|get|crank|push|pull|put|turn|slide|nudge|move|adjust|change|make|lower|raise|fade"
    "|keep|leave|have|dim|brighten|warm|heat|cool|reduce|increase|decrease|switch|run|want"
    "|(?:i|we) (?:want|need|would like)|(?:i'd|we'd) like)"
)
_MUCH: Final = "(?:much |far |way |a (?:little )?bit |a little |rather |really |just )?"
_BETTER: Final = "(?:louder|quieter|softer|brighter|dimmer|darker|lighter|warmer|cooler|hotter|colder)"
_IT_IS: Final = "(?:it's |its |it is )"
_NUMBER: Final = r"\d+(?:\.\d+)?(?:%| degrees?| kelvin)"
_LEVEL: Final = "(?: (?:brightness|volume|speed|power|blast|setting|level|heat|bright|open|of the way))?"
_NOBODY: Final = "(?!(?:i|you|we|he|she|they|it|there|that|this|who|what|which|why|how|is|are|should)\\b)"
_COLOR: Final = "(?:red|green|blue|yellow|orange|purple|pink|violet|turquoise|white|(?:warm|cool|cold|soft) white)"
_ON_OFF: Final = {"start": "on", "stop": "off"}
_POSSIBLE: Final = "(?:possible|it gets|it goes|it'll go|it will go|you can|they go|they get)"


def _rule(pattern: str, plainer: str | Callable[[re.Match[str]], str]) -> Rule:
    return re.compile(pattern), plainer


RULES: Final[tuple[Rule, ...]] = (
    # Words that make no difference
    _rule(r"\b(?:every|all)(?: of)? (?:the )?(?:single|last) ", "all "),
    _rule(r"(?<=\w) please (?=(?:on|in|for) )", " "),
    _rule(r" (?:please|for now|right now)$", ""),
    _rule(r"^(pause|stop|hold) (.*timer) (?:for )?(?:1|a) (?:second|moment|minute|bit|sec)$", r"\1 \2"),
    _rule(r"^(.+?) (?:to|down to|up to) (?:its|their) (?=(?:minimum|maximum|lowest|highest))", r"\1 to "),
    _rule(r"\b(to|at) (?:about|around|roughly|exactly) (?=half|a quarter|a third|3 quarters|full)", r"\1 "),
    _rule(r" (?:um|uh|er|erm)\b", ""),
    _rule(r"^((?:turn|switch|put|open|close|dim|lock) (?:on |off |up |down )?)(?:his|her|their) ", r"\1the "),
    _rule(rf"^(?:can|could) (the .+?) be ({_COLOR}) (?:tonight|now|today)$", r"set \1 to \2"),
    _rule(r" out there(?= in )", ""),
    _rule(r" (?:too|as well)$", ""),
    _rule(r" (?:i mean )?(?:in |throughout |across )?the (?:whole|entire) (?:house|home|place)$", ""),
    _rule(r"\b(?:the |my |our )?(lights|lamps|blinds|curtains|fans|shutters) (.+ )?all of them$", r"all the \1 \2"),
    _rule(r"^retract ", "close "),
    _rule(r"^(start|stop) charging (the \w+)$", lambda found: f"turn {_ON_OFF[found[1]]} {found[2]} charger"),
    _rule(r"^let (?:him|her|them|us|me|the \w+) in (?:at|through|by) (the .+)$", r"unlock \1"),
    _rule(r"^(?:warm|heat|light|cool)(?: up)? .+ (?:with|using) (the .+)$", r"turn on \1"),
    _rule(r"^(dim|brighten) everything\b", r"\1 all the lights"),
    _rule(rf"^({_NUMBER}) (?:in|for) (the .+)$", r"make it \1 in \2"),
    _rule(rf"^(?:a (?:little )?bit |a little |slightly )?({_BETTER}) (?:on|for) (the .+)$", r"make \2 \1"),
    _rule(rf"^turn (.+) ({_BETTER})$", r"make \1 \2"),
    _rule(rf"^(?:{_WISH} )?(?:some )?({_COLOR})(?: light)? (?:in|on|for|from) (the .+)$", r"set \2 to \1"),
    _rule(
        r"^set (the (?!.*\b(?:lamps?|lights?|strip|lighting|ceiling)\b)\w+(?: \w+)?)"
        r" to ((?:warm|cool|cold|soft) white)$",
        r"set \1 lights to \2",
    ),
    _rule(r"^(?:hold|stop) (.+?) (?:right |just )?there$", r"stop \1"),
    _rule(r"^keep playing on ", "resume "),
    _rule(r"^go back (?:a|1) (?:track|song)\b(?: on)?", "previous track on"),
    _rule(r"\bcovers\b", "blinds"),
    _rule(r"^slow (.+) down$", r"set \1 speed to low"),
    _rule(r"^speed (.+) up$", r"set \1 speed to high"),
    _rule(r"\b(?:that|this|those|these)(?= \w)", "the"),
    _rule(r"\bboth (?:of )?(?:the |my |our )?", "the "),
    _rule(r"\b(?:a|an) degree\b", "1 degree"),
    _rule(r"\b(?:an extra|a further|an additional|extra) (?=\d)", "another "),
    _rule(r"^(set|start|make|create|put|add) (?:me|us) ", r"\1 "),
    _rule(r"\bsound\b", "volume"),
    _rule(r"^up (?=the |my |our )", "increase "),
    _rule(r"^turn the brightness (up|down)\b", r"turn \1 the brightness"),
    _rule(r"\banother (?=(?:hour|minute|second)\b)", "another 1 "),
    _rule(r"\b(to|in|into) (?:a|an) (?:nice |bright |lovely |deep |pretty |soft |pale )?(?=\w+$)", r"\1 "),
    _rule(r"^(forget it|never ?mind|cancel that) (?:i|i've|i have) changed my mind$", r"\1"),
    # Timers
    _rule(r"^(?:put|stick|pop) (a|the) ((?:\w+ )?timer) on for ", r"set \1 \2 for "),
    _rule(r"^(?:i|we) need (.+?) on (?:a|the) timer$", r"set a timer for \1"),
    _rule(r"^let (.*timer) (?:carry on|continue|go on|run on)$", r"resume \1"),
    _rule(r"^(?:get rid of|clear|scrap|drop) (.*timers?)$", r"cancel \1"),
    _rule(r"^is there (?:any |much |some )?time left on (.*timer)$", r"how much time is left on \1"),
    _rule(r"^(?:i|we)(?: (?:need|have|want)|'ve got) to (?:be|get) up (?:by|at) ", "set an alarm for "),
    _rule(r"^how long's ", "how long is "),
    _rule(r"^time (?=\d+ (?:minutes?|hours?|seconds?)\b)", "set a timer for "),
    _rule(r"^(?:scrap that|don't bother|never ?mind then)$", "never mind"),
    # Questions
    _rule(r"^(.*?)(?:the )?battery(?: level)? (?:of|in|on|for) (?=the |my |our )(.+)$", r"\1\2 battery"),
    _rule(r"^is there (?:any |some |a )?(?:mail|post|letter|parcel)s? in (the .+)$", r"is \1 open"),
    _rule(
        r"^is there (?:a|any) (window|door|blind|light|lamp|curtain) (open|on|unlocked|closed|off)(?: anywhere)?\b",
        r"are any \1s \2",
    ),
    _rule(r"^what mode is (.+?) in$", r"what is \1"),
    _rule(r"^what(?:'s| is) (.+?) set (?:to|at)$", r"what is \1"),
    _rule(r"^(?:do you know |can you tell me |tell me )?how late (?:it is|is it)$", "what time is it"),
    _rule(r"^is (?:it|today) (\w+day)(?: or \w+day)?(?: today)?$", "what day is it"),
    _rule(r"^is (?:anything|something) still (?:lit|burning)\b", "are any lights on"),
    _rule(
        r"^(?:check|see|tell me|find out|let me know|know|verify)(?: if| whether| that)? (.+?) (is|are|was|were) (.+)$",
        lambda found: f"{found[2].replace('was', 'is').replace('were', 'are')} {found[1]} {found[3]}",
    ),
    _rule(r"^(?:was|were) (?=the |my |our )", "is "),
    _rule(
        r"^(?:the )?(?:current )?((?:[\w']+ ){0,2}(?:temperature|humidity)(?: (?:in|of|at) .+| outside)?)$",
        r"what is the \1",
    ),
    # What is said for "more" and "less"
    _rule(
        rf"^{_IT_IS}?{_MUCH}too ({_any(_OPPOSITE)}) (?=(?:in|on) |(?:here|upstairs|downstairs)$)",
        lambda found: f"make it {_OPPOSITE[found[1]]} ",
    ),
    _rule(
        rf"^(?:{_WISH} )?(?:a (?:little )?bit |a little |some )?(more|less) light\b",
        lambda found: f"make it {'brighter' if found[1] == 'more' else 'dimmer'}",
    ),
    _rule(r"\b(more|less) volume\b", lambda found: f"volume {'up' if found[1] == 'more' else 'down'}"),
    _rule(r"^i can't hear (the .+)$", r"make \1 louder"),
    _rule(
        r"\b(?:just )?(?:by )?(?:(?:a (?:little|tiny|wee|small) |a )(?:bit|touch|tad|notch)|a little|slightly"
        r"|somewhat|a fraction)(?: more)?\b",
        "",
    ),
    _rule(rf"^{_IT_IS}?{_MUCH}too (dark|dim|bright)$", lambda found: f"make it {_OPPOSITE[found[1]]}"),
    _rule(
        rf"^{_NOBODY}(.+?) (?:is|are) {_MUCH}too ({_any(_OPPOSITE)})$",
        lambda found: f"make {found[1]} {_OPPOSITE[found[2]]}",
    ),
    _rule(
        rf"^(?:it's not|it isn't|its not|it is not|not) ({_any(_ENOUGH)}) enough(?=$| in )",
        lambda found: f"make it {_ENOUGH[found[1]]}",
    ),
    _rule(
        rf"^{_NOBODY}(.+?) (?:isn't|aren't|is not|are not) ({_any(_ENOUGH)}) enough$",
        lambda found: f"make {found[1]} {_ENOUGH[found[2]]}",
    ),
    _rule(rf"^(?:can|could) (it|the .+?) be (?:made )?({_BETTER})\b", r"make \1 \2"),
    _rule(rf"^(?:{_WISH} )?(it|things) (?:to be )?({_BETTER})\b", r"make it \2"),
    _rule(rf"^(?:{_WISH} )?({_BETTER}) (?:light|lights|lighting)$", r"make the lights \1"),
    _rule(r"^cool (.+) down$", r"make \1 cooler"),
    _rule(r"^(?:warm|heat) (.+) up$", r"make \1 warmer"),
    _rule(r"^(?:warm|heat) up (.+)$", r"make \1 warmer"),
    _rule(rf" as (?:bright|loud|high|fast|warm) as {_POSSIBLE}$", " to 100%"),
    _rule(rf" as (?:dim|dark|low|quiet) as {_POSSIBLE}$", " to 1%"),
    # Shares
    _rule(r"^(?:half|partly|partially) (?:open|close|shut) (.+)$", r"set \1 to 50%"),
    _rule(r"^(?:fully|completely) (open|close|shut) (.+)$", r"\1 \2"),
    _rule(
        r"^open (.+?) (?:to )?(half|halfway|a quarter|1 quarter|a third|3 quarters)(?: of the way)?$", r"set \1 to \2"
    ),
    _rule(r"^(open|close|shut) (.+?) (?:fully|completely|all the way|right)(?: up| down)?$", r"\1 \2"),
    _rule(
        rf"(?:(?: up| down)? (?:to|at|on|by))?(?: the)? ({_any(_SHARES)}){_LEVEL}$",
        lambda found: f" to {_SHARES[found[1]]}%",
    ),
    _rule(r"(?: turned)? (?:all the way|right) (up|down)$", lambda found: f" to {100 if found[1] == 'up' else 1}%"),
    # Wishes
    _rule(rf"^{_WISH} (?:some |a |an )?(\w+) light$", r"set the lights to \1"),
    _rule(rf"^{_WISH} (?:some|a bit of) (?:music|tunes|songs)(?: on)?\b", "play music"),
    _rule(r"^play (?:something|anything|some tunes)\b", "play music"),
    _rule(
        r"^no (?:more )?(lights?|music)\b",
        lambda found: f"{'stop' if found[1] == 'music' else 'turn off'} the {found[1]}",
    ),
    _rule(r"^(?:i|we) (?:don't|do not) (?:need|want) (.+?)(?: on)? (?:any ?more|now|any longer)$", r"turn off \1"),
    _rule(
        rf"^{_SEE}(?: that)? (.+?)(?: (?:is|are|be|to be|turned|switched))* ({_any(_STATES)})$",
        lambda found: f"{_STATES[found[2]]} {found[1]}",
    ),
    _rule(
        rf"^{_NOBODY}(.+?) (?:should|must|needs? to|has to|ought to) be ({_any(_STATES)})$",
        lambda found: f"{_STATES[found[2]]} {found[1]}",
    ),
    # Whether a door can be open is a question.
    _rule(
        rf"^(?:can|could) (the .+?) be (?:turned |switched )?(?!open|closed|shut|locked|unlocked)({_any(_STATES)})$",
        lambda found: f"{_STATES[found[2]]} {found[1]}",
    ),
    _rule(rf"^(?:can|could) (the .+?) be (?!{_any(_STATES)}$)(\w+)$", r"set \1 to \2"),
    _rule(
        r"^(all|every) (.+?) (off|out|closed|shut)(?= (?:in|on|at|of) |$)",
        lambda found: f"{_STATES[found[3]]} {found[1]} {found[2]}",
    ),
    _rule(
        rf"^(the (?!.*alarm).+?) can (?:go|be turned|be switched|be) ({_any(_STATES)})(?: again| now)?$",
        lambda found: f"{_STATES[found[2]]} {found[1]}",
    ),
    _rule(r"^(the .+?) can come (in|down|up)$", r"bring \1 \2"),
    _rule(r"^(?:there's )?no need for (the .+?)(?: now| any ?more)?$", r"turn off \1"),
    _rule(r"^(?:i'm|we're|i am|we are) (?:done|finished) with (the .+)$", r"turn off \1"),
    # On and off
    _rule(rf"^{_SWITCH} (.+?) (on|off|out)$", r"turn \2 \1"),
    _rule(rf"^{_SWITCH} (on|off|out) (.+)$", r"turn \1 \2"),
    _rule(
        r"^(?:cut|kill|douse|disable|deactivate|shut down|shut off|power down|extinguish)(?: power to)? ", "turn off "
    ),
    _rule(r"^(?:switch|turn) (?:the )?(?:whole|entire) (.+) (on|off)$", r"turn \2 everything \1"),
    _rule(r"^(?:bolt|secure) ", "lock "),
    # Levels
    _rule(rf"^(?:{_SHIFT} |put |turn )?(.+?) (up|down)(?: by)? ({_NUMBER})$", r"turn \1 \2 by \3"),
    _rule(
        r"^(increase|raise|decrease|reduce|lower|brighten|(?:turn|bring) (?:up|down))"
        rf" (?!.*\b(?:to|at|by|on) \d)(.+?) ({_NUMBER})$",
        r"\1 \2 by \3",
    ),
    _rule(
        rf"^(?:{_MOVE}(?: up| down)? )?(?!set |.* by )(.+?)(?: up| down)? (?:(?:to|at|on) )?"
        rf"(?:about |around |exactly )?({_NUMBER}){_LEVEL}$",
        r"set \1 to \2",
    ),
    _rule(rf"^(?:{_MOVE}(?: up| down)? )?(?!set )(.+?)(?: up| down)? (?:to|at) (\d+(?:\.\d+)?)$", r"set \1 to \2"),
    _rule(rf"^({_NUMBER}) (warmer|cooler|hotter|colder)$", r"make it \1 \2"),
    _rule(rf"^(?!make |turn |speak |talk |set )(.+?) ({_BETTER})$", r"make \1 \2"),
    _rule(r"^soften ", "dim "),
    # Up and down, open and closed
    _rule(rf"^{_SHIFT} (.+?) (up|down)$", r"turn \2 \1"),
    _rule(r"^(?:crank|nudge|bump|push|bring|knock|take) (up|down) (.+)$", r"turn \1 \2"),
    _rule(r"^(?!(?:turn|pull|roll|put|wind|speak|wake|get|shut|close|power|lights?) )(.+?) (up|down)$", r"turn \2 \1"),
    _rule(
        r"^(?!(?:pull|is|are|make|did|have) )(.+?) (open|closed|shut)$", lambda found: f"{_STATES[found[2]]} {found[1]}"
    ),
    _rule(r"^(?:drop|draw|bring down|let down) ", "lower "),
    _rule(r"^(?:hit|enable|activate|fire up|start up|boot up|power up|engage|get|give me|run) ", "turn on "),
)
