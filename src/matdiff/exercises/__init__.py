"""Exercises that answer back: what is asked, how inputs are drawn, how an answer is judged. One file per topic."""
from dataclasses import dataclass
from importlib import import_module
from typing import Callable

import numpy as np

from ..check import Check, check_differential, check_gradient, check_jacobian

TOPICS = {"0": "notation", "1": "scalar_by_vector", "2": "scalar_by_matrix", "3": "vector_by_vector"}


@dataclass(frozen=True)
class Wrong:
    """A typical wrong answer: its body (like `solution`), the mistake's name, and one sentence why it tempts or where it passes."""
    body: str
    mistake: str
    why: str = ""


@dataclass(frozen=True)
class Option:
    """One option of a choice question: what the reader sees, whether it is true, why (not), and its test."""
    text: str
    true: bool
    why: str
    body: str | None = None       # an expression in the drawn names, compared with the solution's value
    test: Callable | None = None  # or: test(rng) -> bool, whether the statement holds


@dataclass(frozen=True)
class Exercise:
    number: str                   # "1.4"
    title: str
    kind: str                     # gradient | jacobian | differential | value | shape | choice | code
    prompt: str                   # Markdown, shapes stated
    hints: tuple[str, ...]        # Markdown, from a nudge to nearly the answer
    solution: str                 # body of the answer: an expression, or statements that end in `return`
    draw: Callable | None = None  # draw(rng) -> dict of inputs by name, in the stub's order; the variable comes first
    function: str | None = None   # body of the function under study, in the same names (gradient, jacobian, differential)
    wrong: tuple[Wrong, ...] = ()
    options: dict[str, Option] | None = None  # kind "choice": {"a": Option(...), ...}
    name: str = "answer"          # the function that the stub defines
    judge: Callable | None = None  # kind "code": judge(answer, rng) -> Check
    after: str = ""               # what to try next, said when solved


NAMES = {"np": np}


def build(exercise, body, name="answer"):
    """The function whose body is `body`, with the arguments that `exercise` draws."""
    args = ", ".join(exercise.draw(np.random.default_rng(0))) if exercise.draw else ""
    if "return" not in body:
        body = "return " + body
    lines = "\n    ".join(body.strip().splitlines())
    space = dict(NAMES)
    exec(f"def {name}({args}):\n    {lines}\n", space)
    return space[name]


def load(number):
    topic = import_module(f"{__name__}.{TOPICS[number.split('.')[0]]}")
    return next(e for e in topic.EXERCISES if e.number == number)


def check_exercise(number, answer):
    e = load(number)
    if answer is ...:
        return Check(False, None, f"Exercise {number}: not attempted yet.")
    rng = np.random.default_rng(1)
    if e.kind == "choice":
        o = e.options[answer]
        return Check(o.true, None if o.true else "choice", o.why)
    if e.kind == "code":
        return e.judge(answer, rng)
    data = e.draw(rng) if e.draw else {}
    if callable(answer) and answer(**data) is ...:
        return Check(False, None, f"Exercise {number}: not attempted yet.")
    if e.kind in ("value", "shape"):
        truth = build(e, e.solution)(**data)
        value = answer(**data) if callable(answer) else answer
        ok = np.shape(value) == np.shape(truth) and np.allclose(value, truth)
        return Check(ok, None if ok else "unknown", "right" if ok else "not the value")
    f = build(e, e.function, "f")
    first, *rest = data
    others = {k: data[k] for k in rest}
    check = {"gradient": check_gradient, "jacobian": check_jacobian, "differential": check_differential}[e.kind]
    return check(lambda x: f(x, **others), lambda x: answer(x, **others), data[first])


def hint(number, step=1):
    return load(number).hints[step - 1]


def progress(chapter=None):
    return ""
