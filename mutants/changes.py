"""The small faults that a module is given, one at a time: each is a change of one node of its syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

_COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_BINARY = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.LShift: ast.RShift, ast.RShift: ast.LShift, ast.FloorDiv: ast.Mult,
    ast.Mult: ast.FloorDiv, ast.Mod: ast.FloorDiv, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.BitXor: ast.BitOr,
}  # fmt: skip
_ERRORS = {"NotAllowed": "Tampered", "Tampered": "NotAllowed", "PeerFault": "NotAllowed", "StateUnknown": "NotAllowed"}
_TWINS = {"any": "all", "all": "any", "min": "max", "max": "min"}
_SHOWN = 90


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the text of its line, what it turns into what, and the lines of the statement that it stands in."""

    line: int
    what: str
    lines: tuple[int, int]
    deferred: bool  # inside a function, so that it acts only when that is called


class _Walk:
    """Which nodes are left alone, and in which statement each stands."""

    def __init__(self, tree: ast.Module) -> None:
        self.tree = tree
        self.left = set[int]()
        self.nodes: list[tuple[ast.AST, ast.stmt, bool]] = []
        for statement in tree.body:
            self._take(statement, statement, deferred=False)

    def _leave(self, *nodes: ast.AST | None) -> None:
        self.left |= {id(inner) for node in nodes if node is not None for inner in ast.walk(node)}

    def _take(self, node: ast.AST, statement: ast.stmt, *, deferred: bool) -> None:
        if isinstance(node, ast.stmt):
            statement = node
        if isinstance(node, ast.JoinedStr):
            self._leave(node)
        elif isinstance(node, ast.AnnAssign):
            self._leave(node.annotation)
        elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            self._leave(*node.exc.args, *node.exc.keywords)
        elif isinstance(node, ast.ClassDef):
            self._leave(*node.decorator_list)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)
            self._leave(*node.decorator_list, node.returns, *(argument.annotation for argument in arguments))
        self.nodes.append((node, statement, deferred))
        for field, value in ast.iter_fields(node):
            body = field == "body" and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    self._take(child, statement, deferred=deferred or body)


def _lines(statement: ast.stmt) -> tuple[int, int]:
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if isinstance(body, list) and body else statement.end_lineno or statement.lineno
    return statement.lineno, max(last, statement.lineno)


def _error(name: str) -> ast.expr:
    return ast.parse(f"__import__('searoom.errors').errors.{name}", mode="eval").body


def _expression(node: ast.AST) -> Iterator[ast.expr]:
    """Yield what stands in the place of an expression."""
    match node:
        case ast.Compare(left, ops, comparators):
            for at, op in enumerate(ops):
                if type(op) in _COMPARE:
                    yield ast.Compare(left, [*ops[:at], _COMPARE[type(op)](), *ops[at + 1 :]], comparators)
        case ast.BoolOp(op, values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for at in range(len(values)):
                rest = values[:at] + values[at + 1 :]
                yield ast.BoolOp(op, rest) if len(rest) > 1 else rest[0]
        case ast.IfExp(_, body, orelse):
            yield from (body, orelse)
        case ast.BinOp(left, op, right) if type(op) in _BINARY and not isinstance(left, ast.Constant | ast.JoinedStr):
            yield ast.BinOp(left, _BINARY[type(op)](), right)
        case ast.UnaryOp(ast.Not(), operand):
            yield operand
        case ast.Constant(bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(int() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(bytes() as value):
            yield ast.Constant(value + b"!")
        case ast.Call(ast.Name(name), args, keywords) if name in _TWINS:
            yield ast.Call(ast.Name(_TWINS[name], ast.Load()), args, keywords)
        case ast.GeneratorExp() | ast.ListComp() | ast.SetComp():
            for at, part in enumerate(node.generators):
                if part.ifs:
                    bare = ast.comprehension(part.target, part.iter, [], part.is_async)
                    yield type(node)(node.elt, [*node.generators[:at], bare, *node.generators[at + 1 :]])


def _statement(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield what stands in the place of a statement."""
    match node:
        case ast.If(_, body, orelse):
            yield from (ast.If(ast.Constant(value=value), body, orelse) for value in (True, False))
        case ast.While(_, body, orelse):
            yield ast.While(ast.Constant(value=False), body, orelse)
        case ast.Return(value) if value is not None and not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(value=None))
        case ast.Raise(ast.Call(ast.Name(name), args, keywords), cause) if name in _ERRORS:
            yield ast.Raise(ast.Call(_error(_ERRORS[name]), args, keywords), cause)
            yield ast.Pass()
        case ast.Raise() | ast.AugAssign() | ast.Expr(ast.Call() | ast.Yield() | ast.YieldFrom()) | ast.Break():
            yield ast.Pass()
        case ast.Assign([ast.Attribute() | ast.Subscript()], _) | ast.Delete():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()


def _shown(node: ast.AST) -> str:
    text = ast.unparse(ast.fix_missing_locations(node)).split("\n", 1)[0]
    return text.replace("__import__('searoom.errors').errors.", "")[:_SHOWN]


def _places(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Yield each node with where it hangs: its parent, the field, the place in a list."""
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                yield from ((parent, field, at, child) for at, child in enumerate(value) if isinstance(child, ast.AST))
            elif isinstance(value, ast.AST):
                yield parent, field, None, value


def changes(source: str) -> Iterator[tuple[Change, ast.Module]]:
    """Yield each change and the tree with it; the tree is one and the same, changed back before the next."""
    tree = ast.parse(source)
    walk = _Walk(tree)
    home = {id(child): (parent, field, at) for parent, field, at, child in _places(tree)}
    for node, statement, deferred in walk.nodes:
        if id(node) in walk.left:
            continue
        parent, field, at = home[id(node)]
        for fresh in (*_expression(node), *_statement(node)):
            put = ast.copy_location(fresh, node) if fresh not in ast.walk(node) else fresh
            _hang(parent, field, at, put)
            ast.fix_missing_locations(tree)
            line = getattr(node, "lineno", statement.lineno)
            yield Change(line, f"{_shown(node)} => {_shown(put)}", _lines(statement), deferred), tree
            _hang(parent, field, at, node)


def _hang(parent: ast.AST, field: str, at: int | None, node: ast.AST) -> None:
    if at is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[at] = node
