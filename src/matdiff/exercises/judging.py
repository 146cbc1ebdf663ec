"""How an answer is judged: inputs are drawn, the answer is asked, and what it says is compared with the derivative."""
import ast
import copy
import dataclasses
import functools
import inspect
import re
import textwrap
import traceback

import numpy as np

import matdiff

from ..check import Check, check_differential, check_gradient, check_jacobian

CHECKS = {"gradient": check_gradient, "jacobian": check_jacobian, "differential": check_differential}
NAMES = {"np": np} | {name: value for name, value in vars(matdiff).items()
                      if callable(value) and not name.startswith("_")}
DRAWS = 2         # an answer has to be right at each of them
CLOSE = 1e-6      # of the largest entry: single precision and another order of summation pass
ROUNDED = 5e-4    # for numbers worked out by hand: four digits are enough


class Unfit(Exception):
    """An answer that cannot be judged. The text says why; `details` keeps the answer's own traceback."""

    def __init__(self, sentence, mistake=None, details=None):
        super().__init__(sentence)
        self.mistake, self.details = mistake, details


class Blank(Unfit):
    """An untouched stub."""


# Inputs and functions

def direction(exercise, data):
    """The name of the differential that the answer takes: dX for the variable X; None for other kinds."""
    return "d" + next(iter(data)) if exercise.kind == "differential" else None


def inputs(exercise, seed):
    """What the answer is called with, by name and in order: the variable first, then its differential if it has one."""
    rng = np.random.default_rng(seed)
    data = dict(exercise.draw(rng)) if exercise.draw else {}
    step = direction(exercise, data)
    if step is None:
        return data
    variable, *_ = data
    X = data.pop(variable)
    return {variable: X, step: data.pop(step, None) if step in data else rng.normal(size=np.shape(X)), **data}


def signature_in_prompt(exercise):
    """The arguments in the prompt's own `name(a, b)`, or None if it states none."""
    stated = re.search(rf"`{exercise.name}\(([^()`]*)\)", exercise.prompt)
    return stated and [name.strip() for name in stated[1].split(",") if name.strip()]


def arguments(exercise, studied=False):
    """The names of the answer's arguments, or (`studied`) those of the function under study: no differential.

    They are the names drawn; code that draws nothing takes what its prompt states.
    """
    if exercise.kind == "code" and not exercise.draw:
        return signature_in_prompt(exercise) or []
    data = inputs(exercise, 0)
    return [name for name in data if not (studied and name == direction(exercise, data))]


def is_expression(body):
    try:
        ast.parse(body.strip(), mode="eval")
    except SyntaxError:
        return False
    return True


def source(exercise, body, name="answer", studied=False):
    """The function with this body, as text: `def answer(x, A): …`."""
    body = textwrap.dedent(body).strip()
    if is_expression(body):
        body = "return " + body
    head = f"def {name}({', '.join(arguments(exercise, studied))}):\n"
    return head + "\n".join("    " * bool(line.strip()) + line for line in body.splitlines())


def build(exercise, body, name="answer", studied=False):
    """The function with this body; it sees NumPy as `np` and the names of matdiff."""
    space = dict(NAMES)
    exec(source(exercise, body, name, studied), space)
    return space[name]


def seeds(exercise, attempt):
    """Seeds of the draws of one attempt: others for each exercise and attempt, the same in each new session."""
    place = [int(part) for part in exercise.number.split(".")]
    return [[*place, attempt, draw] for draw in range(DRAWS)]


# Numbers

def is_blank(value):
    return value is None or value is ... or (isinstance(value, (tuple, list)) and any(v is ... for v in value))


def numbers(value, who="The answer"):
    """`value` as an array of finite numbers; raises Blank or Unfit."""
    if is_blank(value):
        raise Blank("")
    if isinstance(value, str) or callable(value):
        raise Unfit(f"{who} is {kind_of(value)}, {short(value)}; a number or an array is expected.", "not an array")
    try:
        array = np.asarray(value)
        array = array.astype(float) if array.dtype == object else array
    except Exception:  # whatever a foreign type does on conversion: it is no array of numbers
        raise Unfit(f"{who} is {kind_of(value)} that NumPy cannot read as an array of numbers: {short(value)}.",
                    "not an array") from None
    if array.dtype.kind not in "biufc":
        raise Unfit(f"{who} holds values of type {array.dtype}; numbers are expected.", "not an array")
    if not np.isfinite(array).all():
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        where = f" at entry {at} (counted from 0)" if at else ""
        raise Unfit(f"{who} has {array[at]}{where}: look for a division by zero, a logarithm or a root of a "
                    "number that is not positive, or an exponential that overflows.", "not finite")
    return array


def kind_of(value):
    """What a value is, in words."""
    words = {str: "text", list: "a list", tuple: "a tuple", dict: "a dictionary", np.ndarray: "an array"}
    plain = "a number" if isinstance(value, (int, float, complex, np.number)) else f"of type {type(value).__name__}"
    return words.get(type(value), "a function" if callable(value) else plain)


def short(value):
    """One line of text about a value."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "…"


def near(a, b, tolerance=CLOSE):
    """Same shape, and no entry further from b's than `tolerance` times b's largest entry."""
    if a.shape != b.shape:
        return False
    scale = np.abs(b).max(initial=0) or 1
    return bool((np.abs(a - b) <= tolerance * scale).all())


def alike(a, b):
    """Do two answers say the same? Tuples part by part, numbers by size, anything else by what it shows."""
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(map(alike, a, b))
    try:
        return near(numbers(a), numbers(b))
    except Unfit:  # text, nan, objects
        return type(a) is type(b) and repr(a) == repr(b)


def compare(truth, given, tolerance=CLOSE, who="The answer"):
    """Check a value: a number, an array, or a tuple of such, part by part."""
    if is_blank(given):
        raise Blank("")
    if isinstance(truth, tuple):
        try:
            parts = list(given)
        except TypeError:
            parts = [given]
        if len(parts) != len(truth):
            return Check(False, "shape", f"{len(truth)} parts are asked for, yours has {len(parts)}.")
        checks = [compare(t, g, tolerance, f"Part {n} of the answer") for n, (t, g) in enumerate(zip(truth, parts), 1)]
        return next((c for c in checks if not c), checks[0])
    T, G = numbers(truth), numbers(given, who)
    if T.size == G.size == 1:
        G = G.reshape(T.shape)
    if near(G, T, tolerance):
        return Check(True, None, "Right.")
    return Check(False, *difference(T, G, who))


def difference(T, G, who):
    """(mistake, sentence) for an array that is not the right one."""
    if T.shape != G.shape:
        mend = " The numbers are right, the shape is not." if near(G.ravel(), T.ravel()) else ""
        if near(G.T, T):
            return "transposed", f"{who} is transposed: shape {G.shape} instead of {T.shape}."
        return "shape", f"{who} has shape {G.shape}, expected is {T.shape}.{mend}"
    if near(G.T, T):
        return "transposed", f"{who} is transposed."
    if near(-G, T):
        return "sign", f"{who} has the opposite sign."
    factor = np.vdot(G, T) / np.vdot(G, G) if G.any() else 0
    if T.size > 1 and factor and near(factor * G, T):
        return "factor", f"{who} should be multiplied by {factor:.4g}."
    at = np.unravel_index(np.abs(G - T).argmax(), T.shape)
    where = f" at entry {tuple(int(i) for i in at)} (counted from 0)" if at else ""
    return "unknown", f"{who} is not right:{where} {G[at]:.6g} was given." if T.size == 1 else \
        f"{who} is not right; the largest difference is{where}."


def compare_shapes(truth, given):
    """Check a shape; a bare number stands for a tuple of one."""
    T, G = (numbers(t).ravel().tolist() if not is_blank(t) else numbers(t) for t in (truth, given))
    if T == G:
        return Check(True, None, "Right.")
    if len(T) != len(G):
        return Check(False, "shape", f"The shape is a tuple of {len(T)} numbers, yours has {len(G)}.")
    if T == G[::-1]:
        return Check(False, "transposed", "These are the right numbers in reverse order.")
    return Check(False, "shape", f"Not {tuple(G)}: count the entries along each axis again.")


# Asking the answer

def signature_of(answer):
    try:
        return inspect.signature(answer)
    except (TypeError, ValueError):  # some built-in functions have none
        return None


def takes(answer, names):
    """The answer as a function of the values in the order of `names`; raises Unfit if it takes other arguments."""
    signature = signature_of(answer)
    if signature is None:
        return answer
    if set(signature.parameters) == set(names):  # the same names in another order
        return lambda *values: answer(**dict(zip(names, values)))
    try:
        signature.bind(*names)
    except TypeError:
        raise Unfit(f"Your function takes {signature}; it is called with ({', '.join(names)}).") from None
    return answer


def asked(answer, names, values, keywords={}):
    """What the answer returns for copies of the values; raises Unfit, with its own traceback, if it raises."""
    try:
        with np.errstate(all="ignore"):  # nan and infinity get a sentence of their own
            return answer(*copy.deepcopy(values), **copy.deepcopy(keywords))
    except Exception as error:
        shapes = ", ".join(f"{n} of shape {v.shape}" for n, v in zip(names, values) if isinstance(v, np.ndarray))
        said = short_error(error)
        own = "".join(traceback.format_exception(error.with_traceback(error.__traceback__.tb_next)))
        raise Unfit(f"Your function raised {said}" + (f" (called with {shapes})" if shapes else "") + ".",
                    "raises", own) from None


def short_error(error):
    text = " ".join(str(error).split()).rstrip(".")
    sizes = re.search(r"^matmul: .*\(size (\d+) is different from (\d+)\)", text)
    if sizes:
        text = f"the sizes of the product do not fit, {sizes[2]} against {sizes[1]}"
    return type(error).__name__ + (f": {text[:150]}" if text else "")


def asker(exercise, answer):
    """ask(*values) -> what the answer says, for a function of the drawn inputs or, without inputs, a plain value."""
    names = arguments(exercise)
    if callable(answer):
        call = takes(answer, names)
        return lambda *values: asked(call, names, values)
    if is_blank(answer):
        raise Blank("")
    if names:
        wanted = f"def {exercise.name}({', '.join(names)}): return …"
        raise Unfit(f"A function is expected, `{wanted}`, and this is {kind_of(answer)}: "
                    "the inputs are drawn anew for each check.")
    return lambda: answer


# The kinds

def judge_derivative(exercise, ask, data):
    """The checker's own verdict at one draw."""
    step = direction(exercise, data)
    variable, *rest = [name for name in data if name != step]
    others = [data[name] for name in rest]
    f = build(exercise, exercise.function, "f", studied=True)
    claim = lambda *moving: numbers(ask(*moving, *others), "The answer")  # noqa: E731
    return CHECKS[exercise.kind](lambda X: f(X, *others), claim, data[variable], **exercise.keywords or {})


def judge_value(exercise, ask, data):
    """A value is compared with the solution's at one draw."""
    truth, given = build(exercise, exercise.solution)(**data), ask(*data.values())
    return compare_shapes(truth, given) if exercise.kind == "shape" else compare(truth, given)


def judge_draws(exercise, answer, attempt, typical=True):
    """Right at every draw; else the typical wrong answer that says the same at every draw, or the checker's diagnosis."""
    ask = asker(exercise, answer)
    draws = [inputs(exercise, seed) for seed in seeds(exercise, attempt)]
    given, again = ([ask(*data.values()) for data in draws] for _ in range(2))
    derivative = exercise.kind in CHECKS
    if derivative:
        given, again = ([numbers(value) for value in values] for values in (given, again))
    if not alike(given, again):
        raise Unfit("Your function gives another answer each time it is called with the same inputs.")
    judge_one = judge_derivative if derivative else judge_value
    checks = [judge_one(exercise, ask, data) for data in (draws if exercise.draw else draws[:1])]
    failed = next((check for check in checks if not check), None)
    if failed is None:
        return checks[0]
    for wrong in exercise.wrong if typical else ():
        body = build(exercise, wrong.body)
        if all(alike(value, body(**copy.deepcopy(data))) for value, data in zip(given, draws)):
            return named(wrong, failed)
    if not exercise.draw and exercise.kind == "value":
        truth = build(exercise, exercise.solution)()
        rounded = compare(truth, given[0], ROUNDED)
        if rounded or not compare(truth, given[0], 20 * ROUNDED):
            return rounded or failed
        return dataclasses.replace(failed, message="Close, but not right to four digits: give an expression, or more digits.")
    return failed


def named(wrong, check):
    """The checker's verdict with the name and the sentence of a typical wrong answer."""
    return dataclasses.replace(check, mistake=wrong.mistake, message=wrong.why or check.message, also=())


def judge_choice(exercise, answer, attempt, typical=True):
    """A letter, in any case, with or without brackets."""
    letters = list(exercise.options)
    if callable(answer):
        answer = asked(takes(answer, []), [], [])
    if is_blank(answer):
        raise Blank("")
    letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
    if letter not in letters:
        allowed = ", ".join(f'"{x}"' for x in letters[:-1]) + f' or "{letters[-1]}"'
        raise Unfit(f"Answer with one letter, {allowed}; this is {short(answer)}.")
    option = exercise.options[letter]
    return Check(option.true, None if option.true else option.mistake, f"({letter}) " + option.why)


def rehearse(exercise, answer, seed):
    """(the judge's verdict, everything that the answer said on the way)."""
    said, names = [], arguments(exercise)

    @functools.wraps(answer, updated=())
    def heard(*values, **keywords):
        value = asked(answer, names, values, keywords)
        if value is None or value is ...:
            raise Blank("")
        said.append(copy.deepcopy(value))
        return value

    try:
        return exercise.judge(heard, np.random.default_rng(seed)), said
    except Unfit:
        raise
    except Exception as error:  # the judge could not work with what it was given
        value = short(said[-1]) if said else "nothing"
        raise Unfit(f"This cannot be judged ({short_error(error)}): your function returned {value}.",
                    details=traceback.format_exc()) from None


def judge_code(exercise, answer, attempt, typical=True):
    """A function that the exercise's own judge tries out; a typical wrong one is known by saying the same all the way."""
    if is_blank(answer):
        raise Blank("")
    if not callable(answer):
        raise Unfit(f"A function is expected, and this is {kind_of(answer)}.")
    takes(answer, arguments(exercise))
    for seed in seeds(exercise, attempt):
        check, said = rehearse(exercise, answer, seed)
        if not check:
            break
    else:
        return check
    for wrong in exercise.wrong if typical else ():
        try:
            same = alike(said, rehearse(exercise, build(exercise, wrong.body), seed)[1])
        except Unfit:  # it raises where the answer did not
            same = False
        if same:
            return named(wrong, check)
    return check


def judge(exercise, answer, attempt=0, typical=True):
    """The verdict on an answer, as a Check. Raises Blank for an untouched stub, Unfit for what cannot be judged."""
    kinds = {"choice": judge_choice, "code": judge_code}
    return kinds.get(exercise.kind, judge_draws)(exercise, answer, attempt, typical)
