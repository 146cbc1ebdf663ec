"""What is done wrongly at one step of the chain rule, as changes of a recorded step."""
import numpy as np

from ..replay import PRODUCTS, inner, push


# What is done wrongly at one step: (name of the mistake, sentence, edit) ------------------------------------
# An edit may know how the result moves, edit.linear(step, moves), and what that counts at one place of a
# probe, edit.counts(at): an inner product instead of an operation.

def edge(slot, change):
    """One operand's perturbation is changed."""
    def edit(step, operands):
        values = list(operands)
        values[slot] = step.operands[slot] + change(values[slot] - step.operands[slot])
        return step.call(values)
    edit.linear = lambda step, moves: push(step, {s: change(d) if s == slot else d for s, d in moves.items()})
    edit.counts = lambda at: at.others(slot) + inner(at.share(slot), change(at.moves[slot]))
    return edit


def hold(slot):
    """One operand is taken as constant."""
    edit = edge(slot, np.zeros_like)
    edit.linear = lambda step, moves: push(step, {s: d for s, d in moves.items() if s != slot})
    edit.counts, edit.holds = lambda at: at.others(slot), slot
    return edit


def hold_all_but(slot):
    """One operand moves alone."""
    def edit(step, operands):
        return step.at(slot, operands[slot])
    edit.linear = lambda step, moves: push(step, {s: d for s, d in moves.items() if s == slot})
    return edit


def bare_sum(step, operands):
    """(uv)' = u' + v'."""
    return step.output + sum(operands[i] - step.operands[i] for i in step.moving)


bare_sum.linear = lambda step, moves: sum(moves.values())


def rule(slope):
    """The result moves by slope(step, perturbation), linear, and not by its derivative; one operand moves."""
    edit = bent(slope)
    edit.linear = lambda step, moves: slope(step, moves[step.moving[0]])
    return edit


def bent(change):
    """The same, by the derivative of a change that is not linear in the perturbation."""
    def edit(step, operands):
        slot = step.moving[0]
        return step.output + change(step, operands[slot] - step.operands[slot])
    return edit


def product(slot, wrong):
    """In a product, the term of one moving operand is computed wrongly; wrong(step, slot, perturbation)."""
    def edit(step, operands):
        total = step.output
        for s in step.moving:
            moved = operands[s] - step.operands[s]
            total = total + (wrong(step, s, moved) if s == slot else step.at(s, moved))
        return total

    def linear(step, moves):
        parts = [wrong(step, s, d) if s == slot else step.at(s, d) for s, d in moves.items()]
        return np.broadcast_to(sum(parts), np.shape(step.output))

    def counts(at):
        change = getattr(wrong, "change", None)
        if change and at.step.name in PRODUCTS:
            return at.others(slot) + inner(at.on_other(slot), change(at.step.operands[other(at.step, slot)]))
        moved = np.broadcast_to(wrong(at.step, slot, at.moves[slot]), np.shape(at.step.output))
        return at.others(slot) + inner(at.worth, moved)
    edit.linear, edit.counts = linear, counts
    return edit


def other(step, slot):
    """The slot of the other factor of a product of two."""
    return 1 - slot


def with_other(change):
    def wrong(step, slot, moved):
        values = list(step.operands)
        values[slot], values[other(step, slot)] = moved, change(step.operands[other(step, slot)])
        return step.call(values)
    wrong.change = change
    return wrong


def swapped(step, slot, moved):
    values = list(step.operands)
    values[slot] = moved
    return step.call(values[::-1])


def elementwise(step, slot, moved):
    return moved * step.operands[other(step, slot)]


def matrix_product(step, slot, moved):
    values = list(step.operands)
    values[slot] = moved
    return values[0] @ values[1]


def is_square(A):
    return np.ndim(A) == 2 and A.shape[0] == A.shape[1] and A.shape[0] > 1


LINEAR_MAPS = ("matmul", "dot", "solve", "outer", "inner", "einsum")
PLAIN = {"matmul": "the product @", "dot": "the product @", "multiply": "the product *",
         "divide": "the division", "add": "the sum", "subtract": "the difference",
         "negative": "the minus sign", "absolute": "abs", "square": "the square", "power": "the power",
         "inv": "the inverse", "getitem": "the indexing", "add.reduce": "the sum", "sum": "the sum",
         "mean": "the mean", "trace": "the trace", "sqrt": "the square root", "transpose": "the transpose",
         "embed": "the input", "norm": "the norm", "reciprocal": "the reciprocal", "eigvalsh": "the eigenvalues",
         "eigvals": "the eigenvalues", "cholesky": "the Cholesky factor", "pinv": "the pseudo-inverse"}
# Of a decomposition the list of numbers, and any other factor.
SPECTRA = {"svd": ("the singular values", "the singular vectors"), "eigh": ("the eigenvalues", "the eigenvectors"),
           "eig": ("the eigenvalues", "the eigenvectors"), "qr": ("the QR decomposition",) * 2}
PARTS = {"divide": ("numerator", "denominator"), "matmul": ("left factor", "right factor"),
         "dot": ("left factor", "right factor"), "multiply": ("first factor", "second factor"),
         "add": ("first term", "second term"), "subtract": ("first term", "second term")}
FLAT = ("getitem", "copy", "reshape", "ravel", "transpose", "add", "subtract", "negative")     # of slope one


def said_of(step):
    """A step as a reader would say it."""
    if step.name in SPECTRA:
        return SPECTRA[step.name][np.ndim(step.output) != np.ndim(step.operands[0]) - 1]
    return PLAIN.get(step.name, step.name.replace(".reduce", ""))


def part_of(step, slot):
    """One of the operands of a step as a reader would say it."""
    parts = PARTS.get(step.name)
    part = f"the {parts[slot]}" if parts and slot < 2 else "one argument"
    return f"{part} of {said_of(step)}"


def slips(step):
    """(name, sentence, edit) for everything that is often done wrongly at this step."""
    if step.name in ("slogdet", "det") and np.ndim(step.operands[0]) == 2:
        yield from of_a_determinant(step)
    if not isinstance(step.output, np.ndarray) or not step.moving:
        return
    said = said_of(step)
    if step.elementwise and step.name not in FLAT:
        yield from (factor_slips(step, said) if step.name in ("multiply", "divide") else slopes(step, said))
    if step.name in ("matmul", "multiply", "dot") and len(step.operands) == 2:
        yield from products(step, said)
    if step.name == "inv":
        yield ("missing chain factor", "the inverses on both sides of dX are missing, only the minus sign is "
               "left", rule(lambda s, d: -d))
        for text, slope in (("left", lambda s, d: -s.output @ s.output @ d),
                            ("right", lambda s, d: -d @ s.output @ s.output)):
            yield ("wrong order", f"both inverses stand on the {text} of dX, one belongs on either side",
                   rule(slope))
        for slope in (lambda s, d: -s.output * s.output * d, lambda s, d: -d / s.operands[0] ** 2,
                      lambda s, d: -s.output * d * s.output):
            yield ("elementwise product", "the rule for numbers, -1/x², was used on each entry of an inverse",
                   rule(slope))
    if step.name == "kron":
        yield "kronecker order", "the factors of ⊗ stand in the other order", lambda s, o: s.call(o[::-1])
    if step.name == "cumsum" and step.output.ndim == 1:
        yield ("transposed", "the running sum goes from the first entry on, where it should come back from "
               "the last", rule(lambda s, d: np.cumsum(d[::-1])[::-1]))
    if step.name == "getitem" and step.output.ndim < np.ndim(step.operands[0]) <= 2:
        yield from other_parts(step)
    yield from other_function(step, said)
    for slot in step.moving:
        if is_square(step.operands[slot]):
            yield "transposed", f"one factor is transposed, in {said}", edge(slot, np.transpose)
            yield ("only diagonal", f"only the diagonal was carried through {said}",
                   edge(slot, lambda d: np.diag(np.diag(d))))


def other_parts(step, most=12):
    """Another entry, row or column than the one that was picked."""
    A = step.operands[0]
    names = np.arange(A.size).reshape(A.shape)
    picked = step.at(0, names)
    kind = "entry" if picked.ndim == 0 else "row" if np.isin(names, picked).any(1).sum() == 1 else "column"
    parts = {"entry": names.ravel(), "row": names, "column": names.T}[kind]
    if len(parts) > most or not any(np.array_equal(picked, part) for part in parts):
        return              # Z[range(m), labels] picks as many entries as a column has, and is none

    def at(part):
        return ", ".join(str(int(i)) for i in np.unravel_index(part, A.shape)) if kind == "entry" else \
            str(next(k for k, other in enumerate(parts) if np.array_equal(other, part)))
    for part in parts:
        if not np.array_equal(part, picked):
            yield ("wrong entry", f"this is the derivative for {kind} {at(part)}, and the function takes "
                   f"{kind} {at(picked)}, counted from 0",
                   reckoned(lambda s, operands, part=part: np.ravel(operands[0])[part]))


def of_a_determinant(step):
    """The inverse in its slope not transposed, left out, or taken entry by entry."""
    symmetric = np.allclose(step.operands[0], step.operands[0].T)
    for name, text, inverse in OF_DETERMINANTS:
        if symmetric and inverse is np.transpose:       # the same as the matrix itself
            continue

        def edit(s, operands):
            return s.call(operands)

        def linear(s, moves, inverse=inverse):
            moved = np.vdot(inverse(s.operands[0]), moves[0])
            return (None, moved) if s.name == "slogdet" else np.asarray(s.output * moved)
        edit.linear = linear
        yield name, text, edit


OF_DETERMINANTS = (
    ("transposed", "the inverse in the slope of the determinant is still to be transposed", np.linalg.inv),
    ("elementwise product", "1 over each entry stands where the inverse belongs", np.reciprocal),
    ("only for diagonal input", "1 over each diagonal entry stands where the inverse belongs",
     lambda A: np.diag(1 / np.diag(A))),
    ("missing chain factor", "the inverse in the slope of the determinant is missing",
     lambda A: np.eye(len(A))),
    ("only for orthogonal input", "the matrix stands where its inverse, transposed, belongs", lambda A: A),
    ("missing chain factor", "the inverse in the slope of the determinant is missing: the matrix, "
     "transposed, stands in its place", np.transpose))


def remembered(function, most=16):
    """The function of an array, computed once for each of the last arrays."""
    known = {}

    def of(A):
        if id(A) not in known:
            if len(known) == most:
                del known[next(iter(known))]
            known[id(A)] = A, function(A)       # (kept, so that its id stays its own)
        return known[id(A)][1]
    return of


inverse = remembered(np.linalg.inv)


def still(step, operands):
    """The result is taken as constant."""
    return step.output


still.counts = lambda at: 0.0


def held(step):
    """(sentence, edit): something that moves with X taken as constant: a result, or one operand of two that
    move."""
    if not isinstance(step.output, np.ndarray) or not step.moving:
        return
    yield f"through {said_of(step)}", still
    if len(step.moving) > 1:
        for slot in step.moving:
            yield f"through {part_of(step, slot)}", hold(slot)
    if len(step.moving) > 2:
        for slot in step.moving:
            yield f"through all arguments of {said_of(step)} but one", hold_all_but(slot)


def slopes(step, said):
    """The slope of an elementwise function left out, replaced, or taken at the wrong place."""
    name, slot = "missing chain factor", step.moving[0]
    yield name, f"the derivative of {said} is missing", rule(lambda s, d: d)
    yield name, f"the value of {said} stands where its slope belongs", rule(lambda s, d: s.output * d)
    yield (name, f"the slope of {said} is taken at the wrong point, its own result",
           bent(lambda s, d: s.at(slot, s.output + d) - s.at(slot, s.output)))
    yield ("extra chain factor", f"the slope of {said} is there twice",
           bent(lambda s, d: s.at(
               slot, s.operands[slot] + s.at(slot, s.operands[slot] + d) - s.output) - s.output))
    if step.name in ("square", "power"):
        yield (name, f"what stands under {said} is missing, only the constant 2 is left",
               rule(lambda s, d: 2 * d))
    if step.name == "tanh":
        yield (name, f"the slope of {said} uses its argument where its value belongs",
               rule(lambda s, d: (1 - s.operands[slot] ** 2) * d))


def factor_slips(step, said):
    """A product or quotient with something that does not move: that factor left out, or taken twice."""
    slot = step.moving[0]
    yield "missing chain factor", f"a factor is missing, the one in {said}", rule(lambda s, d: d)
    yield ("extra chain factor", f"a factor is there twice, the one in {said}",
           bent(lambda s, d: s.at(
               slot, s.operands[slot] + s.at(slot, s.operands[slot] + d) - s.output) - s.output))
    below = step.name == "divide" and slot == 1
    scalar = np.size(step.operands[slot]) == 1
    yield ("wrong normalisation" if scalar else "missing chain factor" if below else "extra chain factor",
           f"the value of {said} stands where its slope belongs", rule(lambda s, d: s.output * d))


def products(step, said):
    """The other factor of a product transposed, left out, on the wrong side, multiplied elementwise."""
    if len(step.moving) == 2 and all(np.shape(o) == np.shape(step.output) for o in step.operands):
        yield ("missing chain factor", f"the derivatives of both factors of {said} are added, each without "
               "the other factor", bare_sum)
    for slot in step.moving:
        factor = step.operands[other(step, slot)]
        if step.name != "multiply":
            if is_square(factor):
                yield ("only for symmetric input",
                       f"the matrix in {said} is transposed where it should not be, or the "
                       "other way round; this passes only if that matrix is symmetric",
                       product(slot, with_other(np.transpose)))
                yield ("missing chain factor", f"the matrix in {said} is missing",
                       product(slot, with_other(lambda A: np.eye(len(A)))))
                yield ("only for diagonal input", f"only the diagonal of the matrix in {said} is used",
                       product(slot, with_other(lambda A: np.diag(np.diag(A)))))
                yield ("only for orthogonal input",
                       f"the inverse of the matrix in {said} stands where its transpose "
                       "belongs", product(slot, with_other(lambda A: inverse(A).T)))
            if factor.ndim == 2:
                yield ("missing chain factor",
                       f"the matrix in {said} is missing: ones stand for it, a mere sum",
                       product(slot, with_other(np.ones_like)))
            own = step.operands[slot]
            if is_square(factor) and is_square(own) or factor.ndim == 2 == own.ndim:
                yield "wrong order", f"the factors of {said} stand in the wrong order", product(slot, swapped)
            yield ("elementwise product", "an elementwise product stands where @ belongs",
                   product(slot, elementwise))
        else:
            yield ("missing chain factor", f"a factor of {said} is missing",
                   product(slot, with_other(np.ones_like)))
            yield ("elementwise product", "a matrix product stands where * belongs",
                   product(slot, matrix_product))


def other_function(step, said):
    """The derivative of another function: a constant left out, with the other sign, transposed."""
    yield from literals(step, said)
    for slot, K in enumerate(step.operands):
        if slot in step.moving:
            continue
        if step.name in ("add", "subtract"):
            yield ("missing product-rule term", f"the constant in {said} was left out",
                   constant(slot, np.zeros_like))
            yield "sign", f"the constant in {said} has the wrong sign", constant(slot, np.negative)
        if step.name in ("multiply", "divide"):
            yield "missing chain factor", f"the factor in {said} was left out", constant(slot, np.ones_like)
        if step.name in ("correlate", "convolve") and np.ndim(K) == 1:
            yield ("wrong order", "one of the two vectors is read backwards: correlation stands for "
                   "convolution, or the other way round", constant(slot, lambda k: k[::-1]))
        if np.ndim(K) == 2 and not is_square(K) and step.name in LINEAR_MAPS:
            yield ("missing chain factor",
                   f"the matrix in {said} is missing: ones on a diagonal stand for it",
                   constant(slot, lambda A: np.eye(*A.shape)))
        if is_square(K):
            yield "transposed", f"the matrix in {said} is transposed", constant(slot, np.transpose)
        if is_square(K) and step.name in LINEAR_MAPS:
            yield ("missing chain factor", f"the matrix in {said} is missing",
                   constant(slot, lambda A: np.eye(len(A))))
            yield ("only for diagonal input", f"only the diagonal of the matrix in {said} is used",
                   constant(slot, lambda A: np.diag(np.diag(A))))
            yield ("only for diagonal input",
                   f"only the diagonal of the inverse of the matrix in {said} is used",
                   constant(slot, lambda A: np.diag(1 / np.diag(inverse(A)))))
            yield ("only for orthogonal input",
                   f"the matrix in {said} stands where its inverse belongs, or the other "
                   "way round", constant(slot, inverse))
        elif np.ndim(K) == 1 and step.name in LINEAR_MAPS:
            yield "missing chain factor", f"the vector in {said} is missing", constant(slot, np.ones_like)


def literals(step, said):
    """A number that stands in the function's code left out, or with the other sign."""
    if len(step.operands) != 1 or not step.moving or step.name not in (
            "add", "subtract", "multiply", "divide"):
        return
    if step.name in ("add", "subtract"):
        zero = lambda s, o: s.call([0 * o[0]])
        yield ("missing product-rule term", f"the constant in {said} was left out",
               reckoned(lambda s, o: s.call(o) - zero(s, o)))
        yield ("sign", f"the constant in {said} has the wrong sign",
               reckoned(lambda s, o: s.call(o) - 2 * zero(s, o)))
    elif np.allclose(step.call([2 * step.operands[0]]), 2 * step.output):      # not below a fraction bar
        yield ("factor", f"the number in {said} was left out", reckoned(lambda s, o: o[0] + 0.0))


def reckoned(edit):
    """The edit changes the value of a step, and not only how it moves."""
    edit.slot = None
    return edit


def constant(slot, change):
    def edit(step, operands):
        values = list(operands)
        values[slot] = change(values[slot])
        return step.call(values)

    def prepare(operands):
        operands[slot] = change(operands[slot])
    edit.slot, edit.prepare = slot, prepare
    return edit


# What is to be changed in a claim, at one of its own steps: (name, sentence, edit) --------------------------

def other_axes(steps):
    """(name, sentence, edits) for all sums and means of a claim along one axis, taken along another, or
    averaged."""
    for old in {s.axis for s in steps if s.axis != () and isinstance(s.axis, (int, type(None)))}:
        those = [s for s in steps if s.along is not None and s.axis == old and np.ndim(s.operands[0]) >= 2]
        axes = range(max((np.ndim(s.operands[0]) for s in those), default=0))
        for new in (*axes, None) if those else ():
            for keep in (None, True) if new != old else ():
                along = lambda s, o, new=new, keep=keep: s.along(o, new, keep)
                for some in ([those] + [[s] for s in those] * (len(those) > 1)):
                    yield ("wrong axis",
                           f"sums or means are taken over {axis_of(old)} where they belong over "
                           f"{axis_of(new)}",
                           {s.index: along for s in some})
        for names, text, power in ((("sum", "add.reduce"), "a sum stands where a mean belongs", -1),
                                   (("mean",), "a mean stands where a sum belongs", 1)):
            yield "factor", text, {s.index: lambda s, o, k=power: s.call(o) * share(s) ** k
                                   for s in those if s.name in names}


def other_products(steps):
    """(name, sentence, edits) for all elementwise products, powers and reciprocals taken as those of
    matrices."""
    entries = {s.index: MATRIX_WISE[s.name] for s in steps if s.name in MATRIX_WISE and all(
        is_square(o) for o in s.operands) and s.operands}
    if len(entries) > 1 or any(steps[i].name in ("divide", "reciprocal", "power") for i in entries):
        yield "elementwise product", "elementwise products stand where matrix products belong", entries
    products = {s.index: lambda s, o: o[0] * o[1] for s in steps
                if s.name in PRODUCTS and len(s.operands) == 2 and np.ndim(s.output)
                and all(np.shape(o) == np.shape(s.output) for o in s.operands)}
    if len(products) > 1:
        yield "elementwise product", "matrix products stand where elementwise ones belong", products


def power_of_a_matrix(step, operands):
    """M², M⁻¹ … in place of the same power of every entry."""
    two, four = step.call([np.array(2.0)]), step.call([np.array(4.0)])
    k = np.log2(abs(four / two)) if two and four else 0.5
    if abs(k - np.round(k)) > 1e-9:
        raise ValueError("no whole power")
    return step.call([np.array(1.0)]) * np.linalg.matrix_power(operands[0], int(np.round(k)))


MATRIX_WISE = {"multiply": lambda s, o: o[0] @ o[1] if len(o) == 2 else s.call(o),
               "square": power_of_a_matrix, "power": power_of_a_matrix, "reciprocal": power_of_a_matrix,
               "divide": lambda s, o: o[0] @ np.linalg.inv(o[1]) if len(o) == 2 else power_of_a_matrix(s, o)}


def share(step):
    """How many entries a sum adds up to one."""
    return float(np.size(step.operands[0]) // step.size)


def axis_of(axis):
    return "all entries" if axis is None else f"axis {axis}"


OPPOSITE = {"add": np.subtract, "subtract": np.add}


def alike(K, A):
    """The same matrix up to a number."""
    if np.shape(K) != np.shape(A):
        return False
    return abs(np.vdot(K, A)) >= (1 - 1e-12) * np.linalg.norm(K) * np.linalg.norm(A) > 0


def mends(step, data):
    """(name, sentence, edit) for what a claim often does wrongly at one of its steps; data: the function's
    arrays."""
    said = said_of(step)
    if step.name in OPPOSITE and len(step.operands) == 2:
        yield "sign", f"a sign in your formula is wrong, at {said}", lambda s, o: OPPOSITE[s.name](*o)
    if step.name in OPPOSITE and len(step.operands) == 1 and step.moving:
        yield ("sign", f"a sign in your formula is wrong, at {said}",
               lambda s, o: s.call(o) - 2 * s.call([0 * o[0]]))
        yield ("sign", f"a sign in your formula is wrong, at {said}",
               lambda s, o: 2 * s.call([0 * o[0]]) - s.call(o))
    if step.name in PRODUCTS and len(step.operands) == 2:
        if all(np.ndim(o) == 2 for o in step.operands):
            yield ("wrong order", "two factors of your formula stand in the wrong order",
                   lambda s, o: s.call(o[::-1]))
        yield ("elementwise product", "a matrix product stands where an elementwise one belongs",
               lambda s, o: o[0] * o[1])
    if step.name == "multiply" and len(step.operands) == 2:
        yield ("elementwise product", "an elementwise product stands where a matrix product belongs",
               lambda s, o: o[0] @ o[1])
        for slot in (0, 1):
            if np.shape(step.operands[slot]) == np.shape(step.output) != ():
                yield ("extra chain factor", f"your formula has a factor too much, in {said}",
                       lambda s, o, slot=slot: o[1 - slot] * np.ones_like(o[slot]))
    for slot, K in enumerate(step.operands):
        if is_square(K) and step.name != "transpose":
            own = slot in step.moving or not any(alike(K, A) or alike(K.T, A) for A in data)
            name = "transposed" if own else "only for symmetric input"
            yield (name, f"a matrix in your formula is still to be transposed, in {said}",
                   lambda s, o, slot=slot: s.call([a.T if i == slot else a for i, a in enumerate(o)]))
    if step.name == "transpose" and is_square(step.output):
        yield "transposed", "a matrix in your formula should not be transposed", lambda s, o: o[0]
    if step.elementwise and step.name in ("tanh", "exp", "sin", "cos", "log", "sqrt", "square"):
        length = step.name == "sqrt" and step.size == 1
        yield ("wrong normalisation" if length else "extra chain factor",
               f"{said} does not belong in your formula", lambda s, o: o[0])
