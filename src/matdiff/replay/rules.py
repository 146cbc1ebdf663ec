"""The derivative of a single recorded step, forwards and backwards.

`push` carries a perturbation of a step's operands to its result, `pull` carries a weight on its result back
to one operand; each is the transpose of the other. Elementwise steps are pulled with their slope, data that
only moves with where it went, the common matrix functions with their own rule, and everything else one unit
perturbation after the other.
"""
import numpy as np


UNITS = 400         # entries of an operand up to which a step without a rule is asked for each of them
TINY = 1e-20        # the complex step
# Steps whose derivative a complex step gives; of all others only those below, and differences, are trusted.
ANALYTIC = {"add", "subtract", "multiply", "divide", "true_divide", "negative", "positive", "power", "square",
            "sqrt", "reciprocal", "exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos", "tan",
            "sinh", "cosh", "tanh", "arctan", "arcsin", "arccos", "arcsinh", "float_power",
            "matmul", "dot", "inner", "outer", "kron", "tensordot", "einsum", "trace", "sum", "mean",
            "add.reduce", "prod", "multiply.reduce", "cumsum", "cumprod", "add.accumulate", "diff",
            "convolve", "correlate", "inv", "solve", "det", "matrix_power", "average", "multi_dot",
            "multiply.outer", "add.outer", "subtract.outer", "cross", "ediff1d"}
# Products, linear in either operand; of large ones a difference is faster than a complex step.
BILINEAR = {"matmul", "dot", "multiply", "outer", "inner"}
# Steps that only move numbers, or put zeros between them.
MOVES = {"reshape", "ravel", "flatten", "transpose", "swapaxes", "moveaxis", "rollaxis", "squeeze",
         "expand_dims", "getitem", "take", "compress", "repeat", "tile", "roll", "flip", "fliplr", "flipud",
         "rot90", "copy", "astype", "diagonal", "diag", "diagflat", "tril", "triu", "broadcast_to",
         "concatenate", "stack", "vstack", "hstack", "column_stack", "append", "insert", "delete",
         "atleast_1d", "atleast_2d", "where", "pad", "embed", "split", "array_split", "choose", "select",
         "real", "ascontiguousarray", "resize"}
# Of these, linear in their only operand.
LINEAR = {"negative", "transpose", "sum", "mean", "add.reduce", "trace", "reshape", "ravel", "flatten",
          "swapaxes", "squeeze", "expand_dims", "diagonal", "cumsum", "getitem", "copy"}
ZERO = {"sign", "floor", "ceil", "rint", "trunc", "greater", "less", "greater_equal", "less_equal", "equal",
        "not_equal", "isfinite", "isnan", "zeros_like", "ones_like", "full_like", "empty_like", "argsort",
        "argmax", "argmin", "logical_not", "logical_and", "logical_or", "signbit", "shape", "ndim", "size"}


def picked(step, slot, never):
    """Where a maximum or minimum is this operand, and no other."""
    return (step.output == step.operands[slot]) & (step.at(slot, np.full_like(step.operands[slot], never))
                                                   != step.output)


# Slopes of elementwise steps that have a kink, or none that a complex step could see.
SLOPES = {
    "absolute": lambda s, i: np.sign(s.operands[i]), "fabs": lambda s, i: np.sign(s.operands[i]),
    "maximum": lambda s, i: picked(s, i, -np.inf), "fmax": lambda s, i: picked(s, i, -np.inf),
    "minimum": lambda s, i: picked(s, i, np.inf), "fmin": lambda s, i: picked(s, i, np.inf),
    "logaddexp": lambda s, i: np.exp(s.operands[i] - s.output),
    "clip": lambda s, i: (s.output == s.operands[i]) * 1.0,
}


# Slopes of others that are as exact as by a complex step, and cheaper; None where they are not known.
EXACT = {
    "add": lambda s, i: 1.0, "negative": lambda s, i: -1.0,
    "subtract": lambda s, i: (1.0, -1.0)[i] if len(s.operands) == 2 else None,
    "multiply": lambda s, i: s.operands[1 - i] if len(s.operands) == 2 else None,
    "exp": lambda s, i: s.output, "log": lambda s, i: 1 / s.operands[i],
    "square": lambda s, i: 2 * s.operands[i], "sqrt": lambda s, i: 0.5 / s.output,
    "sin": lambda s, i: np.cos(s.operands[i]), "cos": lambda s, i: -np.sin(s.operands[i]),
    "tanh": lambda s, i: 1 / np.cosh(s.operands[i]) ** 2,
}


class NoRule(Exception):
    """A step that can only be pulled at too great a price."""


def central(value, unit, fine=True):
    """The derivative at 0 of value(t) by a central difference, extrapolated once where it has to be fine."""
    h = unit * (1e-3 if fine else 1e-4)
    at = lambda t: (value(t) - value(-t)) / (2 * t)
    return (4 * at(h / 2) - at(h)) / 3 if fine else at(h)


def elementwise(step):
    """Does the step work entry by entry, broadcasting its operands?"""
    ufunc = getattr(np, step.name, None)
    return step.name == "clip" or isinstance(ufunc, np.ufunc) and ufunc.signature is None


def slope(step, slot):
    """The derivative of every entry of an elementwise result in its entry of one operand; kept with the
    step."""
    if slot not in step.slopes:
        step.slopes[slot] = find_slope(step, slot)
    return step.slopes[slot]


def find_slope(step, slot):
    if step.name in SLOPES:
        return SLOPES[step.name](step, slot) * np.ones(np.shape(step.output))
    a, exact = step.operands[slot], EXACT.get(step.name)
    exact = exact(step, slot) if exact else None
    if exact is not None:
        return exact * np.ones(np.shape(step.output))
    if step.name in ANALYTIC:
        return np.imag(step.at(slot, a + 1j * TINY)) / TINY
    return central(lambda t: step.at(slot, a + t), np.abs(a).max(initial=0) or 1.0)


# Forwards ---------------------------------------------------------------------------------------------------

def push(step, moves, edit=None):
    """How a step's result moves when its operands move: {slot: perturbation}; by an edit of the step, if
    given.

    A tuple for a result of several arrays; None where it cannot move. An edit may know by itself how the
    result moves, as edit.linear(step, moves).
    """
    if edit is None and step.name in ZERO or not moves:
        return None
    linear = getattr(edit, "linear", None)
    if linear:
        return linear(step, moves)
    if edit is None and step.name == "slogdet":
        return None, sum(inner(pull(step, slot, (None, np.ones(np.shape(step.output[1])))), d)
                         for slot, d in moves.items())
    if edit is None and (step.name in SLOPES or step.name in ANALYTIC and step.of_entries):
        return sum(slope(step, slot) * d for slot, d in moves.items())
    if edit is None and step.name in LINEAR and len(step.operands) == 1:
        return step.at(0, moves[0])
    if edit is None and step.name in BILINEAR and step.output.dtype.kind == "f":
        return sum(step.at(slot, d) for slot, d in moves.items())
    act = edit or (lambda s, o: s.call(o))

    def value(t):
        return act(step, [o + t * moves[i] if i in moves else o for i, o in enumerate(step.operands)])
    if (step.name in ANALYTIC or step.name in MOVES) and not (
            step.name in BILINEAR and step.size > 1000):
        return imaginary(value(1j * TINY))
    unit = max(np.abs(step.operands[i]).max(initial=0) / (np.abs(d).max(initial=0) or 1.0)
               for i, d in moves.items()) or 1.0
    if isinstance(step.output, tuple):
        return tuple(central(lambda t, k=k: np.asarray(value(t)[k]), unit) for k in range(len(step.output)))
    if step.name in BILINEAR:       # of second degree at most: one difference is exact
        return (value(unit) - value(-unit)) / (2 * unit)
    return central(lambda t: np.asarray(value(t)), unit)


def imaginary(value, h=TINY):
    if isinstance(value, (tuple, list)):
        return tuple(imaginary(v, h) for v in value)
    return np.imag(value) / h


# Backwards --------------------------------------------------------------------------------------------------

def pull(step, slot, weight, edit=None):
    """The derivative of <weight, result> in one operand of a step, in that operand's shape; by an edit, if
    given."""
    if edit is not None:
        return pull_edited(step, slot, weight, edit)
    if step.name in RULES:
        share = RULES[step.name](step, slot, weight)
        if share is not None:
            return share
    if isinstance(weight, tuple):
        return by_units(step, slot, weight)
    if elementwise(step) and len(step.operands) > slot:
        return summed_to(weight * slope(step, slot), np.shape(step.operands[slot]))
    return moved_back(step, slot, weight) if step.name in MOVES else by_units(step, slot, weight)


def pull_edited(step, slot, weight, edit):
    """Of an edit that takes an operand as constant (None: it counts nothing), or leaves it alone, and of any
    other one."""
    if hasattr(edit, "holds"):
        return None if slot == edit.holds else pull(step, slot, weight)
    d = np.random.default_rng(25).normal(size=np.shape(step.operands[slot]))
    moved, free = push(step, {slot: d}, edit), push(step, {slot: d})
    if not np.any(moved):
        return np.zeros(d.shape)
    if np.allclose(moved, free, rtol=1e-9, atol=0):
        return pull(step, slot, weight)
    return by_units(step, slot, weight, edit)


def by_units(step, slot, weight, edit=None):
    """One unit perturbation after the other."""
    shape, size = np.shape(step.operands[slot]), np.size(step.operands[slot])
    if size > UNITS:
        raise NoRule
    found = [inner(weight, push(step, {slot: E.reshape(shape)}, edit)) for E in np.eye(size)]
    return np.reshape(found, shape)


def inner(weight, d):
    if weight is None or d is None:
        return 0.0
    if isinstance(weight, tuple):
        return sum(map(inner, weight, d))
    return float(np.vdot(weight, d))


def moved_back(step, slot, weight):
    """Each entry is told by a number where it went; what it meets there is added up."""
    a = step.operands[slot]
    names = np.arange(1.0, a.size + 1).reshape(a.shape)
    went = np.asarray(step.at(slot, names) - step.at(slot, np.zeros(a.shape)))
    places, weights = np.rint(went).astype(int).ravel(), np.ravel(weight)
    total = np.bincount(places, weights.real, a.size + 1)
    if np.iscomplexobj(weights):    # bincount takes real weights alone
        total = total + 1j * np.bincount(places, weights.imag, a.size + 1)
    return total[1:].reshape(a.shape)


def summed_to(weight, shape):
    """What was broadcast is added up again."""
    weight = np.asarray(weight)
    if weight.shape == shape:
        return weight
    weight = weight.sum(axis=tuple(range(weight.ndim - len(shape))))
    wide = tuple(i for i, n in enumerate(shape) if n == 1 != weight.shape[i])
    return weight.sum(axis=wide, keepdims=True) if wide else weight


def spread(step, weight):
    """The weight on a sum, at each of its terms."""
    shape, axis = np.shape(step.operands[0]), step.axis
    if axis == ():
        return None
    if axis is not None and np.ndim(weight) < len(shape):
        weight = np.expand_dims(weight, axis)
    return np.broadcast_to(weight, shape)


def of_mean(step, slot, weight):
    wide = spread(step, weight)
    return None if wide is None else wide * (step.size / np.size(step.operands[0]))


def of_sum(step, slot, weight):
    return spread(step, weight)


def of_max(step, slot, weight):
    wide, top = spread(step, weight), spread(step, step.output)
    if wide is None:
        return None
    mask = (step.operands[0] == top) * 1.0
    return wide * mask / (mask.sum(axis=step.axis, keepdims=True) if step.axis is not None else mask.sum())


def of_product(step, slot, weight):
    a, b = step.operands
    if step.name == "dot" and (max(a.ndim, b.ndim) > 2 or min(a.ndim, b.ndim) == 0):
        return None
    rows = np.expand_dims(a, 0) if a.ndim == 1 else a
    columns = np.expand_dims(b, 1) if b.ndim == 1 else b
    weight = np.asarray(weight)
    weight = np.expand_dims(weight, -1) if b.ndim == 1 else weight
    weight = np.expand_dims(weight, -2) if a.ndim == 1 else weight
    share = weight @ turned(columns) if slot == 0 else turned(rows) @ weight
    return summed_to(share, (rows, columns)[slot].shape).reshape(step.operands[slot].shape)


def of_outer(step, slot, weight):
    a, b = map(np.ravel, step.operands)
    return (weight @ b if slot == 0 else a @ weight).reshape(step.operands[slot].shape)


def of_inner(step, slot, weight):
    other = step.operands[1 - slot]
    return weight * other if np.ndim(step.output) == 0 and other.ndim == 1 else None


def of_trace(step, slot, weight):
    shape = step.operands[0].shape
    return weight * np.eye(*shape) if len(shape) == 2 and np.ndim(weight) == 0 else None


def of_inv(step, slot, weight):
    return -turned(step.output) @ weight @ turned(step.output)


def of_solve(step, slot, weight):
    A, b = step.operands
    if A.ndim > 2 or b.ndim > 2:
        return None
    share = np.linalg.solve(A.T, weight)
    return share if slot == 1 else -(np.outer(share, step.output) if b.ndim == 1 else share @ step.output.T)


def of_det(step, slot, weight):
    return np.expand_dims(weight * step.output, (-1, -2)) * turned(np.linalg.inv(step.operands[0]))


def of_slogdet(step, slot, weight):
    return np.expand_dims(0.0 if weight[1] is None else weight[1], (-1, -2)) * turned(
        np.linalg.inv(step.operands[0]))


def turned(A):
    return np.swapaxes(A, -1, -2)


RULES = {"sum": of_sum, "add.reduce": of_sum, "mean": of_mean, "max": of_max, "amax": of_max,
         "maximum.reduce": of_max, "matmul": of_product, "dot": of_product, "outer": of_outer,
         "vdot": of_inner, "inner": of_inner, "trace": of_trace, "inv": of_inv, "solve": of_solve,
         "det": of_det, "slogdet": of_slogdet}
