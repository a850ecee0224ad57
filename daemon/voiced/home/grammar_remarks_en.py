"""A remark before or after a command in English (it's raining, we're done, my feet are cold): the command without it.

Only what is sure to be a remark of its own is left out: somebody who tells of a command, asks about one or makes it
depend on something says the same words of the command itself.
"""

import re
from collections.abc import Iterator
from typing import Final

_FELT: Final = (
    "loud|noisy|quiet|bright|dark|dim|gloomy|hot|warm|boiling|roasting|cold|chilly|cool|freezing|frozen|stuffy|humid|damp|wet|dry"
    "|dusty|smoky|smelly|windy|sunny|rainy|stormy|late|early|tired|sleepy|sick|hungry|bored|scared|ready|done|finished"
    "|home|back|here|away|out|gone|outside|inside|upstairs|downstairs|asleep|awake|up|busy|empty|full|stuck|broken|frozen"
    "|on|open|down|unlocked|slow|dead|over|dirty|clean|night|morning|bedtime|dinner time|lunch time|movie time"
    "|time for bed|light out|night ?time|dark outside|off to (?:bed|work|school)|in bed"
    "|at the (?:front |back )?(?:door|gate)|on (?:the|a) (?:phone|call)"
)
# Only what nobody does with words: who says or shows something goes on with it ("they're singing turn on the lights").
_DOING: Final = (
    "(?:raining|snowing|pouring|hailing|drizzling|storming|freezing|boiling|roasting|melting|burning|leaking|flickering"
    "|blowing|sweating|shivering|sleeping|napping|dozing|resting|reading|working|studying|cooking|baking|eating|dining"
    "|bathing|showering|meditating|exercising|gaming|waiting|arriving|leaving|starting|finishing|crying|barking"
    "|rattling|glaring|blinding|deafening|annoying|struggling|concentrating|watching|landing|setting|rising)"
)
_GOING: Final = (
    r"(?:going|heading|off|leaving|getting|coming|popping|stepping|nipping)(?: (?:out|home|away|back|up|in|off|now))*"
    r"(?: (?:to|for|into) (?:the )?(?:bed|sleep|work|school|shops?|town|office|walk|run|holiday|bathroom|dinner))?"
)
_WITH: Final = (
    r"(?: (?:again|already|now|outside|out there|in here|here|today|tonight|soon|home|over|right now|early|for now"
    r"|(?:with|watching|eating|having|cooking|for) (?:it|dinner|lunch|breakfast|a film|a movie|the news|tv)))?"
)
_SO: Final = (
    "(?:(?:far |way |much |a bit |a little )?too|so|very|really|getting(?: too)?|a bit|a little|quite|pretty|all|just"
    "|not|still|nearly|almost)"
)
_IS: Final = r"(?:'s|'re|'m| is| are| am|s(?= ))"
_THING: Final = r"(?:the|my|our|that|this) (?P<topic>\w+(?: \w+){0,2}?)"
_PREDICATE: Final = (
    rf"(?:(?:{_SO} )*(?:{_FELT})|(?:way |far )?too \w+|(?:{_SO} )*{_DOING}|{_GOING}"
    rf"|having (?:lunch|dinner|breakfast|tea|coffee|a party|a bath|a nap|guests|people over)"
    rf"|about to (?:leave|sleep|eat|start|rain|go out|go to bed)){_WITH}"
)
_OTHERS: Final = (
    r"|(?:i|we) (?:can't|cannot|can barely|can hardly) (?:see|hear|sleep|breathe|concentrate)"
    r"(?: (?:anything|a thing|you|myself))?"
    r"|(?:i've|we've|i have|we have) (?:finished|had enough|got guests|guests|visitors|a headache)"
    r"|(?:i|we)(?:'ve| have)? got a headache"
    r"|(?:the )?(?:baby|guests?|visitors?|kids)(?: have|'ve|s have)? (?:arrived|just fell asleep)"
    r"|(?:i|we) (?:love|like|hate) (?:this|the) (?:song|tune|one|bit)"
    r"|(?:i've|we've) finished (?:\w+ing|work|dinner|lunch)"
    r"|(?:i|we) can't hear (?:it|the \w+)|(?:someone|somebody)(?:'s| is) at the (?:\w+ )?door"
    r"|the (?:doorbell|phone) rang"
    r"|(?:the|my) (?:doorbell|phone)(?:'s| is) ringing"
    r"|(?:the sun|it)(?:'s| is) (?:blinding|annoying|killing|bothering) me"
    r"|(?:i|we) (?:need|want) to (?:sleep|work|read|study|concentrate|go to bed|go out)"
    r"|no ?(?:one|body)(?:'s| is) (?:watching|listening|using it|home|in there|there|in|here)"
    r"|(?:i|we) (?:don't|do not) need (?:it|them)(?: any ?more| now)?"
    r"|(?:the )?(?:guests|visitors|people|friends|kids|children|(?:my |our )(?:parents|family|friends)) are"
    r" (?:coming|here|arriving|leaving|asleep|sleeping)(?: over| soon| in bed)?"
    r"|(?:dinner|lunch|breakfast|supper|tea|food)(?:'s| is) (?:ready|served|on the table)"
    r"|the sun(?:'s| is) (?:in my eyes|up|out|shining|setting|going down|down|gone)"
    r"|it (?:smells|stinks|reeks)(?: in here)?"
)
_BEFORE: Final = re.compile(
    rf"(?:it|i|we|he|she|they|everyone|everybody){_IS} {_PREDICATE}|you(?:'re| are) {_SO} (?:quiet|loud|soft|noisy)"
    rf"|{_THING}{_IS} {_PREDICATE}|(?:that's |that is )?(?:far |way |much )?too \w+"
    rf"|it{_IS} (?:{_SO} )*(?:{_FELT}) in (?:the|my|our) (?P<place>\w+(?: \w+)?)"
    r"|(?:someone|somebody|i|we|you|they)(?:'ve|'s| have| has)? (?:left|forgot)"
    r" (?:the |my |our )?(?P<left>\w+(?: \w+){0,3}?) (?:on|open|unlocked|running|going)(?: again)?" + _OTHERS
)
_AFTER: Final = re.compile(
    rf"(?:cos |cause |because |as |since )?(?:(?:it|i|we|he|she|they|everyone|everybody){_IS} {_PREDICATE}"
    rf"|(?:the|my|our) \w+(?: \w+)?{_IS} {_PREDICATE}{_OTHERS})"
    r"|(?:for (?:the|my|our|some) (?:postman|postwoman|guests?|visitors?|delivery(?: man| guy| driver)?|courier"
    r"|cleaners?|plumber|electrician|neighbou?rs?|babysitter|mum|mom|dad|friends?|cat|dog|night|kids|fresh air)"
    r"|before (?:we|i) (?:go|leave|go out|go to (?:bed|sleep))"
    r"|before (?:bed|bedtime|dinner|leaving)"
    r"|so (?:that )?(?:i|we|they|he|she) can (?:see|sleep|hear|read|work|eat|relax|rest)"
    r"(?: (?:properly|better|you|something|anything))?)"
)
_TOLD: Final = re.compile(
    r"\b(?:if|when|whenever|unless|until|once|whether|while|after|would|could|should|might|may|will|won't|was|were|had|did"
    r"|didn't|why|how|what|who|where|which|said|says|say|told|tells?|asks?|asked|think|thinks|thought|guess|wish|hope"
    r"|imagine|pretend|suppose|heard|yesterday|last|ago|always|never|usually|every time|every day|called|named|lyrics"
    r"|story|book|game|(?<!this )song|joke|dream|don't (?!need))\b"
)
_COMMAND: Final = re.compile(
    r"(?:turn|switch|put|set|dim|brighten|open|close|shut|raise|lower|lock|unlock|make|start|stop|pause|play|mute|unmute|run"
    r"|reboot|restart|cut|kill|pull|bring|retract|extend|roll|draw|warm|cool|heat|skip|speak|talk|activate) \w+"
)
_BOUND: Final = re.compile(r"^(?:(?:so|please|and|then|now|just|can you|could you|will you|let's) )+(?=\w)")
_IT: Final = re.compile(r"\b(?:it|them)\b")
# An effect of the command is no reason for it: turn on the lamp it's too bright.
_EFFECT: Final = (
    re.compile(r"\b(?:turn|switch|put)\b.*\b(?:on|up)\b.*\btoo (?:bright|loud|noisy)\b"),
    re.compile(r"\b(?:turn|switch|put)\b.*\b(?:off|down)\b.*\b(?:too )?(?:dark|quiet|gloomy)\b"),
    re.compile(r"\bopen\b.*\btoo (?:bright|noisy)\b"),
)
_LONGEST: Final = 9
"""Words of a remark."""


def without_remark(said: str) -> Iterator[tuple[str, bool]]:
    """What is left of a sentence, and whether that tells what the remark was about; none where nobody remarks."""
    if _TOLD.search(said) or any(effect.search(said) for effect in _EFFECT):
        return
    words = said.replace(",", "").split()
    for at in range(2, min(len(words) - 1, _LONGEST + 1)):
        found = _BEFORE.fullmatch(" ".join(words[:at]))
        if found:
            yield from _after_remark(
                found["topic"] or found["left"] or found["place"] or "", _BOUND.sub("", " ".join(words[at:]))
            )
    for at in range(max(2, len(words) - _LONGEST), len(words) - 1):
        command, remark = " ".join(words[:at]), " ".join(words[at:])
        if _COMMAND.match(command) and not _IT.search(command) and _AFTER.fullmatch(remark):
            yield command, False


def _after_remark(topic: str, command: str) -> Iterator[tuple[str, bool]]:
    """A command for what the remark was about: as "it", as its place, or named again."""
    if not _COMMAND.match(command):
        return
    if _IT.search(command):
        if topic:
            yield _IT.sub(f"the {topic}", command, count=1), True
        return
    if topic:
        yield f"{command} in the {topic}", True
    yield command, False
