"""The sandbox: what of Jinja is let in, and how it is charged. Imported when the first template comes, with jinja2."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Final

from jinja2 import Undefined, nodes, pass_context
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace
from jinja2.visitor import NodeTransformer

from voiced.home import template_functions as functions
from voiced.home.template_meter import SpentError, charge, weighed

LARGEST_INTEGER: Final = 2**256
LARGEST_POWER: Final = 64

_METHODS: Final[Mapping[type, frozenset[str]]] = {
    str: frozenset({
        "capitalize", "casefold", "count", "endswith", "find", "index", "isalnum", "isalpha", "isdecimal", "isdigit",
        "islower", "isnumeric", "isspace", "isupper", "lower", "lstrip", "removeprefix", "removesuffix", "rsplit",
        "rstrip", "split", "splitlines", "startswith", "strip", "title", "upper",
    }),
    dict: frozenset({"get", "items", "keys", "values"}),
    list: frozenset({"count", "index"}),
    tuple: frozenset({"count", "index"}),
}  # fmt: skip
"""Methods that make nothing longer than what they are called on."""
_REWRITTEN: Final = {"replace": "replace", "join": "_joining", "format": "_formatted"}
"""Methods that may, by the filters that are called in their place."""
_REFUSED: Final = (
    nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.Import, nodes.FromImport, nodes.Include, nodes.Extends,
    nodes.Block,
)  # fmt: skip


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's immutable sandbox, with nothing in it that could take long without being charged."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self) -> None:
        super().__init__(optimized=False, finalize=_shown, cache_size=0)
        jinja: Mapping[str, Any] = self.filters
        filters = {name: jinja[name] for name in functions.JINJA_FILTERS} | dict(functions.FILTERS)
        self.filters = {name: functions.metered(each) for name, each in filters.items()} | dict(_OWN_FILTERS)
        tests: dict[str, Any] = self.tests | dict(functions.TESTS)
        self.tests = {name: functions.metered(each) for name, each in tests.items()}
        self.globals = dict(functions.GLOBALS) | {"namespace": Space}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        _Metering().visit(template)
        return template

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        del value
        if isinstance(obj, LoopContext | Namespace | datetime | date | time | timedelta):
            return not attr.startswith("_") and attr not in ("strftime", "strptime")
        return attr in _METHODS.get(type(obj), ())

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        del context
        if operator == "%" and isinstance(left, str):
            return functions.printf(left, right)
        _check(operator, left, right)
        return self.binop_table[operator](left, right)


class Space(Namespace):
    """What `namespace()` makes. Showing all that is in spaces within spaces could take for ever."""

    def __repr__(self) -> str:
        return "<namespace>"


@pass_context  # so that nothing is shown while a template is compiled
def _shown(_: Any, value: Any) -> Any:
    weighed(value)
    return value


def _check(operator: str, left: Any, right: Any) -> None:
    """Charge for an operation's result. Raises SpentError where that would be too large."""
    integers = [each for each in (left, right) if isinstance(each, int)]
    if any(abs(each) > LARGEST_INTEGER for each in integers) or (
        operator == "**" and isinstance(right, int) and abs(right) > LARGEST_POWER
    ):
        raise SpentError("it reckons with too large numbers")
    times = max([1, *integers]) if operator == "*" else 1
    for each in (left, right):
        if operator in "+*" and isinstance(each, str | bytes | list | tuple):
            charge(times * (1 + len(each)))
            weighed(each)


class _Metering(NodeTransformer):
    """Has what could take long in a template charged for. Raises SpentError for what isn't taken at all."""

    def generic_visit(self, node: nodes.Node, *args: Any, **named: Any) -> nodes.Node:
        if isinstance(node, _REFUSED):
            raise SpentError(f"it has a {type(node).__name__.lower()}")
        return super().generic_visit(node, *args, **named)

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 -- Jinja's visitors are named so
        if node.recursive:
            raise SpentError("it has a recursive loop")
        cost = 1 + sum(len(each.data) for each in node.find_all(nodes.TemplateData))
        self.generic_visit(node)
        node.iter = _through("_rounds", node.iter, nodes.Const(cost))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return _through("join", nodes.List(node.nodes, lineno=node.lineno))

    def visit_List(self, node: Any) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        return node if getattr(node, "ctx", "load") != "load" else _through("_made", node)

    visit_Tuple = visit_Dict = visit_List  # noqa: N815

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        self.generic_visit(node)
        method = node.node
        if not isinstance(method, nodes.Getattr) or method.attr not in _REWRITTEN:
            return node
        if node.kwargs or node.dyn_args or node.dyn_kwargs:
            raise SpentError(f"it calls {method.attr} with more than plain arguments")
        return _through(_REWRITTEN[method.attr], method.node, *node.args)


def _through(name: str, value: nodes.Node, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(value, name, list(args), [], None, None, lineno=value.lineno)


def _rounds(values: Iterable[Any], cost: int) -> Iterator[Any]:
    for value in values:
        charge(cost)
        yield value


def _made(value: Any) -> Any:
    weighed(value)
    return value


def _joining(between: str, values: Iterable[Any]) -> str:
    return functions.joined(values, between)


def _is_defined(value: Any) -> Any:
    """The value; a missing one ends the rendering, as in Home Assistant."""
    if not isinstance(value, Undefined):
        return value
    raise ValueError("a value that it needs is missing")


_OWN_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "_rounds": _rounds, "_made": _made, "_joining": _joining, "_formatted": functions.formatted,
    "is_defined": _is_defined,
}  # fmt: skip


@cache
def sandbox() -> Sandbox:
    """The one sandbox."""
    return Sandbox()
