"""How an answer is judged: inputs are drawn, the answer is asked, and what it says is compared with the
derivative."""
import ast
import contextlib
import copy
import dataclasses
import functools
import inspect
import io
import re
import textwrap
import traceback
import warnings

import numpy as np

import matdiff

from ..check import Check, check_differential, check_gradient, check_jacobian

CHECKS = {"gradient": check_gradient, "jacobian": check_jacobian, "differential": check_differential}
NAMES = {"np": np} | {name: value for name, value in vars(matdiff).items()
                      if callable(value) and not name.startswith("_")}
DRAWS = 2         # an answer has to be right at each of them
CLOSE = 1e-6      # of the largest entry: single precision and another order of summation pass
ROUNDED = 5e-4    # for numbers worked out by hand: four digits are enough
# calls of a judged function that are compared; later ones belong to the diagnosis of a refusal
HEARD = 20
# Words about the code of the hidden reference, which no reader has seen.
FOREIGN = re.compile(r"operand|\bat `|\bUnfit\b|\bat the (sum|difference|quotient)|slope of \S+²")
# functions a sentence may name; NumPy's other names it may not
TAUGHT = {"exp", "log", "tanh", "sin", "cos", "sqrt"}


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
    """What the answer is called with, by name and in order: the variable first, then its differential if
    it has one."""
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
    """Seeds of the draws of one attempt: others for each exercise and attempt, the same in each new
    session."""
    place = [int(part) for part in exercise.number.split(".")]
    return [[*place, attempt, draw] for draw in range(DRAWS)]


# Numbers

def is_blank(value):
    """The stub's own `...`, also as one of several parts."""
    return value is ... or isinstance(value, (tuple, list)) and any(v is ... for v in value)


def numbers(value, who="The answer"):
    """`value` as an array of finite numbers; raises Blank or Unfit."""
    if is_blank(value):
        raise Blank("")
    if isinstance(value, str) or callable(value):
        raise Unfit(f"{who} is {kind_of(value)}, {short(value)}; a number or an array is expected.",
                    "not an array")
    if value is None:
        raise Unfit(f"{who} is None; a number or an array is expected.", "not an array")
    try:
        array = np.asarray(value)
        array = array.astype(float) if array.dtype == object else array
    except Exception:  # whatever a foreign type does on conversion: it is no array of numbers
        why = ", because its rows have different lengths" if ragged(value) else ""
        raise Unfit(f"{who} is {kind_of(value)} that NumPy cannot read as an array of numbers{why}: "
                    f"{short(value)}.", "not an array") from None
    if array.dtype.kind == "b":
        said = short(value) if array.ndim == 0 else "an array of True and False"
        raise Unfit(f"{who} is {said}, where a number or an array of numbers is expected; comparisons "
                    "return True or False.", "not an array")
    if array.dtype.kind not in "iufc":
        raise Unfit(f"{who} holds values of type {array.dtype}; numbers are expected.", "not an array")
    if not np.isfinite(array).all():
        at = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        where = f" at entry {at} (counted from 0)" if at else ""
        raise Unfit(f"{who} has {array[at]}{where}: look for a division by zero, a logarithm or a root of a "
                    "number that is not positive, or an exponential that overflows.", "not finite")
    return array.real if array.dtype.kind == "c" and not array.imag.any() else array


def ragged(value):
    """Is it a list of lists of different lengths?"""
    rows = value if isinstance(value, (list, tuple)) else ()
    return len({len(row) if isinstance(row, (list, tuple)) else None for row in rows}) > 1


def kind_of(value):
    """What a value is, in words."""
    words = {str: "text", list: "a list", tuple: "a tuple", dict: "a dictionary", np.ndarray: "an array"}
    plain = "a number" if isinstance(value,
                                     (int, float, complex, np.number)) else f"of type {type(value).__name__}"
    return words.get(type(value), "a function" if callable(value) else plain)


def short(value):
    """One line of text about a value."""
    text = re.sub(r" at 0x[0-9a-fA-F]+", "", " ".join(repr(value).split()))
    return text if len(text) <= 60 else text[:57] + "…"


def near(a, b, tolerance=CLOSE):
    """Same shape, and no entry further from b's than `tolerance` times b's largest entry."""
    if a.shape != b.shape:
        return False
    scale = np.abs(b).max(initial=0) or 1
    return bool((np.abs(a - b) <= tolerance * scale).all())


def alike(a, b, tolerance=CLOSE):
    """Do two answers say the same? Tuples part by part, numbers by size, anything else by what it shows."""
    if isinstance(a, (tuple, list)) and isinstance(b, (tuple, list)):
        return len(a) == len(b) and all(alike(x, y, tolerance) for x, y in zip(a, b))
    try:
        return near(numbers(a), numbers(b), tolerance)
    except Unfit:  # text, nan, objects
        return type(a) is type(b) and repr(a) == repr(b)


def compare(truth, given, tolerance=CLOSE, who="The answer", reveal=True):
    """Check a value: a number, an array, or a tuple of such, part by part. `reveal`: say what is expected.

    One rule for shapes, that of the checker: a row for a column passes, with a sentence on the book's shape;
    the right numbers in any other shape are called "shape".
    """
    if is_blank(given):
        raise Blank("")
    if isinstance(truth, tuple):
        parts = list(given) if isinstance(given, (tuple, list)) else [given]
        if len(parts) != len(truth):
            return Check(False, "shape", f"{len(truth)} parts are asked for, yours has {len(parts)}.")
        checks = [compare(t, g, tolerance, f"Part {n} of the answer", reveal)
                  for n, (t, g) in enumerate(zip(truth, parts), 1)]
        return next((c for c in checks if not c), checks[0])
    T, G = numbers(truth), numbers(given, who)
    if near(G, T, tolerance):
        return Check(True, None, "Right.")
    if row_for_column(G.shape, T.shape) and near(G.reshape(T.shape), T, tolerance):
        return Check(True, None, f"Right, written with shape {G.shape}; this book uses {T.shape}.")
    return Check(False, *difference(T, G, who, tolerance, reveal))


def row_for_column(given, wanted):
    """Is a vector of shape `wanted` written the other way, as the checker accepts it?"""
    n = max(wanted, default=1)
    return 1 < n == np.prod(wanted) and (len(wanted) == 2 and given == wanted[::-1] or
                                         len(wanted) == 1 and given == (1, n))


def difference(T, G, who, tolerance=CLOSE, reveal=True):
    """(mistake, sentence) for an array that is not the right one."""
    loose = max(tolerance, CLOSE)
    if T.shape != G.shape:
        if near(G.T, T, loose):
            return "transposed", f"{who} is transposed: it has shape {G.shape}; {T.shape} is expected."
        same = G.size == T.size and any(near(G.ravel(), T.ravel(order)) for order in "CF")
        it = who.lower() if who.startswith("The") else who
        wanted = f"{T.shape} is expected." if T.shape else "one number is expected, shape ()."
        return "shape", (f"The numbers are right, the shape is not: {it}" if same else who) + (
            f" has shape {G.shape}; {wanted}")
    if near(G.T, T, loose):
        return "transposed", f"{who} is transposed."
    if near(-G, T, loose):
        return "sign", f"{who} has the opposite sign."
    with np.errstate(all="ignore"):  # entries near the largest number that there is
        factor = np.vdot(G, T) / np.vdot(G, G) if G.any() else 0
    if near(factor * G, T, loose) and (T.size > 1 or min(abs(factor - 2), abs(factor - 0.5)) < loose):
        return "factor", f"{who} should be multiplied by {factor:.4g}."
    if T.size > 1:
        return "unknown", f"{who} is not right: {entries(T, G, tolerance, reveal)}"
    right, yours = figures(T.item(), G.item())
    return "unknown", f"{who} is not right: " + (f"{right} is expected, yours is {yours}." if reveal else
                                                 f"yours is {yours}.")


def entries(T, G, tolerance=CLOSE, reveal=True):
    """How many entries differ, and the three that differ most, as a sentence."""
    gap = np.abs(G - T)
    count = int((gap > tolerance * (np.abs(T).max(initial=0) or 1)).sum())
    worst = [np.unravel_index(i, T.shape) for i in np.argsort(-gap, axis=None, kind="stable")[:min(count, 3)]]
    listed = []
    for at in worst:
        right, yours = figures(T[at], G[at])
        place = f"[{', '.join(map(str, at))}]"
        listed.append(f"{place} should be {right}, yours is {yours}" if reveal else f"yours is {yours} at "
                                                                                    f"{place}")
    which = "" if count <= 3 else ", the largest differences first"
    return f"{count} of {T.size} entries {'differs' if count == 1 else 'differ'} (counted from 0{which}): " \
        f"{'; '.join(listed)}."


def figures(a, b):
    """Two numbers as text, with as many digits as it takes to tell them apart."""
    for digits in (4, 6, 8, 10, 12, 17):
        shown = f"{a + 0.0:.{digits}g}", f"{b + 0.0:.{digits}g}"  # + 0.0: no negative zero
        if shown[0] != shown[1]:
            break
    return shown


def compare_shapes(truth, given):
    """Check a shape; a bare number stands for a tuple of one."""
    if isinstance(given, str):
        raise Unfit(f"The answer is text, {short(given)}; a tuple such as (2, 5) is expected.",
                    "not an array")
    T, G = (numbers(t).ravel().tolist() for t in (truth, given))
    if T == G:
        return Check(True, None, "Right.")
    if len(T) != len(G):
        return Check(False, "shape", f"The shape is a tuple of {len(T)} number{'s' * (len(T) != 1)}, "
                     f"yours has {len(G)}.")
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
    """The answer as a function of the values in the order of `names`; raises Unfit if it takes other
    arguments."""
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


def asked(answer, names, values, keywords={}, aloud=False):
    """What the answer returns for copies of the values; raises Unfit, with its own traceback, if it raises.

    An answer is called many times; only where it is asked `aloud` its prints are shown.
    """
    prints = contextlib.nullcontext() if aloud else contextlib.redirect_stdout(io.StringIO())
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings(), prints:
            warnings.simplefilter("ignore")  # nan and infinity get a sentence of their own
            value = answer(*copy.deepcopy(values), **copy.deepcopy(keywords))
    except SystemExit:
        raise Unfit("Your function ends the session (`exit`, `quit` or `sys.exit`); it has to return its "
                    "answer.", "raises") from None
    except Exception as error:
        shapes = ", ".join(f"{n} of shape {v.shape}" for n, v in zip(names, values)
                           if isinstance(v, np.ndarray))
        said = short_error(error)
        own = "".join(traceback.format_exception(error.with_traceback(error.__traceback__.tb_next)))
        raise Unfit(f"Your function raised {said}" + (f" (called with {shapes})" if shapes else "") + ".",
                    "raises", own) from None
    if value is None:
        raise Unfit("Your function returned nothing; is `return` missing?", "not an array")
    return value


def short_error(error):
    """The kind of exception and its text; NumPy's words about shapes in plainer ones."""
    text = " ".join(str(error).split()).rstrip(".")
    sizes = re.search(r"^matmul: .*\(size (\d+) is different from (\d+)\)", text)
    shapes = re.search(r"^operands could not be broadcast together with shapes (\(.*?\)) (\(.*?\))$", text)
    if sizes:
        text = f"the sizes of the product do not fit, {sizes[2]} against {sizes[1]}"
    elif shapes:
        text = (f"the shapes {shapes[1]} and {shapes[2]} do not fit".replace(",", ", ").replace(", )", ",)") +
                " where `+`, `-`, `*` or `/` works entry by entry")
    elif text.startswith("matmul: ") and "does not have enough dimensions (has 0" in text:
        text = "a factor of the product `@` is a number; numbers are multiplied with `*`"
    return type(error).__name__ + (f": {text[:150]}" if text else "")


def asker(exercise, answer):
    """ask(*values) -> what the answer says, for a function of the drawn inputs or, without inputs, a
    plain value."""
    names = arguments(exercise)
    if answer is None or is_blank(answer):
        raise Blank("")
    if callable(answer):
        call = takes(answer, names)
        return lambda *values, aloud=False: asked(call, names, values, aloud=aloud)
    if names:
        wanted = f"def {exercise.name}({', '.join(names)}): return …"
        raise Unfit(f"A function is expected, `{wanted}`, and this is {kind_of(answer)}: "
                    "the inputs are drawn anew for each check.")
    return lambda aloud=False: answer


# The kinds

def judge_derivative(exercise, ask, data):
    """The checker's own verdict at one draw; it reads the variable's name off the function's first
    argument."""
    step = direction(exercise, data)
    variable, *rest = [name for name in data if name != step]
    others = {name: data[name] for name in rest}
    f = functools.partial(build(exercise, exercise.function, "f", studied=True), **others)
    unfit = []

    def claim(*moving):
        try:
            return numbers(ask(*moving, *others.values()))
        except Unfit as reason:
            unfit.append(reason)
            raise

    keywords = dict(exercise.keywords or {})
    terms = {name: functools.partial(build(exercise, body, studied=True), **others)
             for name, body in keywords.pop("terms", {}).items()}
    if terms:
        keywords["terms"] = terms
    check = CHECKS[exercise.kind](f, claim, data[variable], **keywords)
    # right here, unfit nearby: the answer's own sentence, not the checker's
    if check.mistake == "raises" and unfit:
        raise unfit[-1]
    truth = numbers(build(exercise, exercise.solution)(**copy.deepcopy(data)))
    given = numbers(ask(*data.values()))
    return in_stated_shape(check, truth, given) if check else in_plain_words(check, truth, given,
                                                                             {*data, *terms})


def in_stated_shape(check, T, G):
    """An exercise states its shape: of the checker's other layouts only a row for a column passes."""
    if G.shape == T.shape:
        return check
    if row_for_column(G.shape, T.shape):
        return Check(True, None, f"Right, written with shape {G.shape}; this book uses {T.shape}.")
    return Check(False, "layout",
                 f"The numbers are right, the layout is another one: shape {T.shape} is asked for, with "
                 f"a row for each output; yours is {G.shape}.", T.shape, G.shape)


def in_plain_words(check, truth, given, names=()):
    """The refusal, or the entries that differ where it explains nothing or speaks of steps no reader has
    seen."""
    message = re.sub(r"a factor is ([^,]*), the one in the product [@*]", r"a factor of a product is \1",
                     check.message)
    message = re.sub(r"\bthe product [@*]", "a product", message)  # the sign stands in code not seen
    foreign = set(re.findall(r"`(\w+)`", message)) - TAUGHT - set(names)
    if check.mistake != "unknown" and not foreign and not FOREIGN.search(message):
        return dataclasses.replace(check, message=message)
    T, G = numbers(truth), numbers(given)
    if T.shape != G.shape:
        name, said = difference(T, G, "The answer")
    elif near(G, T):
        name, said = "unknown", "Right for the inputs drawn, but not for others near them."
    else:
        name = "unknown"
        said = "No common mistake explains it. " if check.mistake == "unknown" else "This is not right: "
        said += entries(T, G) if T.ndim else difference(T, G, "It")[1]
    return dataclasses.replace(check, mistake=name, message=said, also=())


def judge_value(exercise, ask, data):
    """A value is compared with the solution's at one draw; what was worked out by hand is not given away."""
    truth, given = build(exercise, exercise.solution)(**data), ask(*data.values())
    return (compare_shapes(truth, given) if exercise.kind == "shape" else
            compare(truth, given, CLOSE if exercise.draw else ROUNDED, reveal=exercise.draw is not None))


def multiples(exercise, given, draws):
    """What the answer has to be multiplied by at each draw to be right; None where no number does it."""
    found = []
    for value, data in zip(given, draws):
        T, G = numbers(build(exercise, exercise.solution)(**copy.deepcopy(data))), numbers(value)
        if T.shape != G.shape or not T.any() or not G.any():
            return None
        with np.errstate(all="ignore"):  # entries near the largest number that there is
            found.append(np.vdot(G, T) / np.vdot(G, G))
        if not near(found[-1] * G, T):
            return None
    return found


def same_multiple(exercise, given, draws, check):
    """The refusal, called a factor only where it is the same at every draw."""
    found = multiples(exercise, given, draws)
    if found is None:
        return check
    first, *others = found
    if all(abs(c - first) <= CLOSE * abs(first) for c in others):
        return check if check.mistake == "factor" else dataclasses.replace(
            check, mistake="factor", message=f"The right number is {first:.4g} times yours.", also=())
    if check.mistake == "factor":
        return dataclasses.replace(
            check, mistake="unknown", also=(),
            message="A multiple of the right answer, but the factor changes with the "
                    f"inputs: {first:.4g} for some, {others[0]:.4g} for others.")
    return check


def moves(given, check):
    """An unexplained refusal begins with what is plain to see: the same answer for all inputs."""
    if check.mistake != "unknown" or not all(alike(given[0], other) for other in given[1:]):
        return check
    return dataclasses.replace(check, message="Your answer is the same for all inputs that were drawn, the "
                                              f"right one is not. {check.message}")


def judge_draws(exercise, answer, attempt):
    """Right at every draw; else the typical wrong answer that says the same there, or the checker's
    diagnosis."""
    ask = asker(exercise, answer)
    draws = [inputs(exercise, seed) for seed in seeds(exercise, attempt)]
    given = [ask(*data.values(), aloud=n == 0) for n, data in enumerate(draws)]
    again = [ask(*data.values()) for data in draws]
    derivative = exercise.kind in CHECKS
    if derivative:
        given, again = ([numbers(value) for value in values] for values in (given, again))
    if not alike(given, again):
        raise Unfit("Your function gives another answer each time it is called with the same inputs.")
    judge_one = judge_derivative if derivative else judge_value
    checks = (judge_one(exercise, ask, data) for data in (draws if exercise.draw else draws[:1]))
    failed = first = next(checks)
    if first:
        failed = next((check for check in checks if not check), None)
    if failed is None:
        return first
    for wrong in exercise.wrong:
        body = build(exercise, wrong.body)
        if all(alike(value, body(**copy.deepcopy(data)), CLOSE if exercise.draw else ROUNDED)
               for value, data in zip(given, draws)):
            return named(wrong, failed)
    if not exercise.draw and exercise.kind == "value":
        truth = build(exercise, exercise.solution)()
        if compare(truth, given[0], 20 * ROUNDED):
            failed = dataclasses.replace(failed,
                                         message="Close, but not right to four digits: give an expression, "
                                         "or more digits.")
    parts = isinstance(build(exercise, exercise.solution)(**copy.deepcopy(draws[0])), tuple)
    if exercise.draw and failed.mistake in ("factor", "unknown") and not parts:
        failed = same_multiple(exercise, given, draws, failed)
    return moves(given, failed) if exercise.draw else failed


def named(wrong, check):
    """The checker's verdict with the name and the sentence of a typical wrong answer."""
    return dataclasses.replace(check, mistake=wrong.mistake, message=wrong.why or check.message, also=())


def judge_choice(exercise, answer, attempt):
    """A letter, in any case, with or without brackets."""
    letters = list(exercise.options)
    if callable(answer):
        answer = asked(takes(answer, []), [], [], aloud=True)
    if answer is None or is_blank(answer):
        raise Blank("")
    letter = answer.strip(" ().").lower() if isinstance(answer, str) else None
    if letter not in letters:
        allowed = ", ".join(f'"{x}"' for x in letters[:-1]) + f' or "{letters[-1]}"'
        raise Unfit(f"Answer with one letter, {allowed}; this is {short(answer)}.")
    option = exercise.options[letter]
    return Check(option.true, None if option.true else option.mistake, f"({letter}) " + option.why)


def rehearse(exercise, answer, seed, aloud=False):
    """(the judge's verdict, what the answer said on the way)."""
    said, names = [], arguments(exercise)

    @functools.wraps(answer, updated=())
    def heard(*values, **keywords):
        value = asked(answer, names, values, keywords, aloud=aloud and not said)
        if value is ...:
            raise Blank("")
        if len(said) < HEARD:
            try:
                said.append(copy.deepcopy(value))
            except TypeError:  # a generator, a module, an open file
                raise Unfit(f"Your function returned something {kind_of(value)}: {short(value)}.",
                            "not an array") from None
        return value

    try:
        return exercise.judge(heard, np.random.default_rng(seed)), said
    except Unfit:
        raise
    except Exception as error:  # the judge could not work with what it was given
        value = short(said[-1]) if said else "nothing"
        raise Unfit(f"This cannot be judged ({short_error(error)}): your function returned {value}.",
                    details=traceback.format_exc()) from None


def judge_code(exercise, answer, attempt):
    """A function that the exercise's own judge tries out; a typical wrong one is known by saying the same
    all the way."""
    if answer is None or is_blank(answer):
        raise Blank("")
    if not callable(answer):
        raise Unfit(f"A function is expected, and this is {kind_of(answer)}.")
    takes(answer, arguments(exercise))
    for n, seed in enumerate(seeds(exercise, attempt)):
        check, said = rehearse(exercise, answer, seed, aloud=n == 0)
        if not check:
            break
    else:
        return check
    for wrong in exercise.wrong:
        try:
            same = alike(said, rehearse(exercise, build(exercise, wrong.body), seed)[1])
        except Unfit:  # it raises where the answer did not
            same = False
        if same:
            return named(wrong, check)
    return check


def judge(exercise, answer, attempt=0):
    """The verdict on an answer, as a Check. Raises Blank for an untouched stub, Unfit for what cannot be
    judged."""
    kinds = {"choice": judge_choice, "code": judge_code}
    return kinds.get(exercise.kind, judge_draws)(exercise, answer, attempt)
