"""How well the checker names mistakes, how fair it is to right claims, and how fast: the tables of one run.

    python benchmarks/diagnosis.py                       everything, about a quarter of an hour
    python benchmarks/diagnosis.py named --failures      one part, with every message that was not right
    python benchmarks/diagnosis.py named --only ridge    one function or topic
    python benchmarks/diagnosis.py right --claims 1000   fewer right claims

    named    the wrong claims of benchmarks/mistakes.py: named rightly, named wrongly, unknown
    right    right claims at many scales, of stiff functions, in single precision, with noise: none refused;
             the same one per cent wrong: none accepted
    entry    one entry of a 10 x 10 gradient off by 1e-6 of itself: always refused
    random   claims drawn at random: none is given a name
    times    a right claim, a named and an unknown one, for f of a 10 x 10 and of a 100 x 100 matrix

It needs nothing but the book's environment.
"""
import argparse
import collections
import os
import statistics
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
import numpy as np

import mistakes
from matdiff import check_differential, check_gradient, check_jacobian

# What a sentence says of a second slip that the name leaves out.
WORDS = {"transposed": "transpose", "not symmetrised": "symmetri"}


def ask(question, claim):
    check, f, X, keywords = question
    with np.errstate(all="ignore"):
        return check(f, claim, X, **keywords)


def share(count, total):
    return f"{count:6d} {100 * count / max(total, 1):5.1f} %"


# named ------------------------------------------------------------------------------------------------------

def fits(alternative, check):
    """Does the check say this name or, for two slips, both: in its name, or one of them in its sentence?"""
    wanted, said = set(alternative.split(" + ")), set(str(check.mistake).split(" and "))
    left_out = [WORDS.get(name, name) for name in wanted - said]
    return said <= wanted and all(word in check.message for word in left_out)


def verdict(names, check):
    """rightly, wrongly, unknown, or accepted: a wrong claim that passed."""
    if any(fits(alternative, check) for alternative in names.split(" | ")):
        return "rightly"
    return "accepted" if check.passed else "unknown" if check.mistake == "unknown" else "wrongly"


VERDICTS = ("rightly", "wrongly", "unknown", "accepted")


def named(options):
    """The wrong claims, by kind: the first of the names that are right for it."""
    kinds, topics = collections.defaultdict(collections.Counter), collections.defaultdict(collections.Counter)
    failures, refused, pairs = [], [], 0
    for topic, generator in options.problems:
        for seed in range(options.seeds):
            question, (right, *wrong) = mistakes.claims(generator, seed)
            refusal = ask(question, right[1])
            if not refusal.passed:
                refused.append((generator.__name__, seed, refusal))
            for number, (names, claim) in enumerate(wrong, 1):
                check = ask(question, claim)
                said = verdict(names, check)
                kinds[names.split(" | ")[0]][said] += 1
                topics[topic][said] += 1
                if said != "rightly":
                    failures.append((said, generator.__name__, number, seed, names, check))
        pairs += len(wrong)
    overall = sum(kinds.values(), collections.Counter())
    print(f"\n{pairs} wrong claims about {len(options.problems)} functions, at {options.seeds} seeds")
    for title, table in (("kind of mistake", kinds), ("topic", topics)):
        print(f"\n{title:44s}" + "".join(f"{said:>16s}" for said in VERDICTS))
        for name, counts in [*sorted(table.items()), ("overall", overall)]:
            print(f"{name:44s}" + "".join(f"{share(counts[said], counts.total()):>16s}" for said in VERDICTS))
    print(f"\nright claims refused: {len(refused)}")
    for name, seed, check in refused:
        print(f"  {name}, seed {seed}: {check.message}")
    if options.failures:
        for said, name, number, seed, names, check in sorted(failures, key=lambda failure: failure[:4]):
            print(f"\n{said}: {name}, claim {number}, seed {seed}. Right: {names}. Said: {check.mistake}\n"
                  f"    {check.message}")


# right ------------------------------------------------------------------------------------------------------

def stiff(draw):
    """(f, claim, x): functions that turn sharply, or have a pole or a domain's end near by."""
    x, k = draw.positive(4), 10 ** draw.rng.uniform(0, 2.5)
    near = 10 ** draw.rng.uniform(-6, -2, 4)
    return [
        (lambda x: np.sum(np.exp(k * x)), lambda x: k * np.exp(k * x), x),
        (lambda x: np.sum(np.tanh(k * (x - 1))), lambda x: k / np.cosh(k * (x - 1)) ** 2, 1 + (x - 1) / k),
        (lambda x: np.sum(np.sin(k * x)), lambda x: k * np.cos(k * x), x),
        (lambda x: np.sum(np.log(x)), lambda x: 1 / x, near),
        (lambda x: np.sum(np.sqrt(x)), lambda x: 0.5 / np.sqrt(x), near),
        (lambda x: np.sum(1 / (x - 1)), lambda x: -1 / (x - 1) ** 2, 1 + near),
        (lambda x: np.sum(np.abs(x)), np.sign, near * np.sign(draw(4))),
        (lambda x: np.sum(x**12), lambda x: 12 * x**11, x),
        (lambda x: k**2 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2,
         lambda x: np.array([-4 * k**2 * x[0] * (x[1] - x[0] ** 2) - 2 * (1 - x[0]),
                             2 * k**2 * (x[1] - x[0] ** 2)]), x[:2]),
        (lambda x: np.log(np.sum(np.exp(k * x))) / k, lambda x: mistakes.softmax(k * x), x),
        (lambda x: np.prod(x) ** 3, lambda x: 3 * np.prod(x) ** 3 / x, x),
        (lambda x: np.exp(-np.sum(x**2) * k / 10), lambda x: -k / 5 * x * np.exp(-np.sum(x**2) * k / 10), x),
    ]


def as_is(question, claim, rng):
    return question, claim


def scaled_values(question, claim, rng):
    """s f, for s between 1e-8 and 1e8."""
    check, f, X, keywords = question
    s = 10 ** rng.uniform(-8, 8)
    return (check, lambda *a, **k: s * f(*a, **k), X, keywords), times(s, claim)


def scaled_inputs(question, claim, rng):
    """f(X/t) at tX, for t between 1e-8 and 1e8."""
    check, f, X, keywords = question
    t = 10 ** rng.uniform(-8, 8)
    inner = claim if callable(claim) else lambda *a, **k: claim
    if check is check_differential:
        moved = lambda X, dX: inner(X / t, dX / t)
    else:
        moved = lambda X, **k: inner(X / t, **k) / t
    return (check, lambda X, **k: f(X / t, **k), t * X, keywords), moved


def single_precision(question, claim, rng):
    """f of X rounded to single precision, its value rounded as well."""
    check, f, X, keywords = question
    short = lambda a: np.asarray(a, np.float32)
    X = short(X).astype(float)
    return (check, lambda X, **k: short(f(short(X), **k)).astype(float), X, keywords), claim


def size_of(question):
    """The largest entry of f(X)."""
    check, f, X, keywords = question
    return np.max(np.abs(f(X, **{k: v for k, v in keywords.items() if k != "symmetric"}))) or 1.0


def noisy(question, claim, rng):
    """f with a noise of 1e-8 of its size, another in each entry."""
    check, f, X, keywords = question
    size = size_of(question)

    def with_noise(X, **k):
        F = np.asarray(f(X, **k))
        return F + 1e-8 * size * np.sin(1e10 * F / size + 1e12 * np.sum(X / np.abs(X).max()))
    return (check, with_noise, X, keywords), claim


def rounded(question, claim, rng):
    """f rounded to eight digits of its size."""
    check, f, X, keywords = question
    size = size_of(question)
    return (check, lambda X, **k: np.round(f(X, **k) / size, 8) * size, X, keywords), claim


def as_array(question, claim, rng):
    """The claim's value in place of the claim."""
    check, f, X, keywords = question
    if check is check_differential or not callable(claim):
        return question, claim
    return question, claim(X, **{k: v for k, v in keywords.items() if k != "symmetric"})


def times(s, claim):
    return (lambda *a, **k: s * claim(*a, **k)) if callable(claim) else s * claim


CIRCUMSTANCES = {"as they are": as_is, "the claim an array": as_array,
                 "f between 1e-8 and 1e8": scaled_values, "X between 1e-8 and 1e8": scaled_inputs,
                 "single precision": single_precision, "noise of 1e-8": noisy,
                 "rounded to 1e-8": rounded, "stiff": None, "40 x 40": None}


def right_claims(circumstance, problems, count):
    """`count` right claims under a circumstance, each from a seed of its own."""
    change = CIRCUMSTANCES[circumstance]
    for seed in range(count):
        draw = mistakes.Draw(10_000 + seed)
        if circumstance in ("stiff", "40 x 40"):
            cases = stiff(draw) if circumstance == "stiff" else [case[1:] for case in functions(40, seed)]
            f, claim, X = cases[seed % len(cases)]
            yield f"function {seed % len(cases)}", seed, (check_gradient, f, X, {}), claim
        else:
            generator = problems[seed % len(problems)][1]
            question, ((_, claim), *_) = mistakes.claims(generator, 10_000 + seed)
            yield generator.__name__, seed, *change(question, claim, draw.rng)


def right(options):
    """No right claim is refused, and where the function is too noisy to decide, that is said.

    Every fifth is asked again one per cent wrong: accepting all would be no art. It may be called a factor,
    unknown, or too noisy to decide.
    """
    columns = ("asked", "refused", "too noisy", "1 % wrong", "accepted", "misnamed")
    line = lambda name, counts: print(f"{name:32s}" + "".join(f"{counts[column]:12d}" for column in columns))
    print(f"\n{'right claims':32s}" + "".join(f"{column:>12s}" for column in columns))
    totals, reports = collections.Counter(), []
    for number, circumstance in enumerate(CIRCUMSTANCES):
        each = len(range(number, options.claims, len(CIRCUMSTANCES)))
        counts = collections.Counter()
        for name, seed, question, claim in right_claims(circumstance, options.problems, each):
            check = ask(question, claim)
            counts.update(asked=1, refused=not check.passed,
                          **{"too noisy": check.mistake == "too noisy to decide"})
            if not check.passed:
                reports.append(f"refused: {circumstance}, {name}, seed {seed}: {check.mistake}. "
                               f"{check.message}")
            if seed % 5 == 0:
                check = ask(question, times(1.01, claim))
                accepted = check.passed and check.mistake != "too noisy to decide"
                misnamed = check.mistake not in (None, "factor", "unknown", "too noisy to decide")
                counts.update({"1 % wrong": 1, "accepted": accepted, "misnamed": misnamed})
                if accepted or misnamed:
                    reports.append(f"1 % wrong: {circumstance}, {name}, seed {seed}: {check.mistake}. "
                                   f"{check.message}")
        line(circumstance, counts)
        totals.update(counts)
    line("overall", totals)
    print("\n".join(reports))


# entry ------------------------------------------------------------------------------------------------------

def functions(n, seed=0):
    """(name, f, gradient, X) for functions of an n x n matrix."""
    draw = mistakes.Draw(seed)
    A, B, X, Y = draw(n, n), draw(n, n) / np.sqrt(n), draw(n, n), draw(n, n)
    S, T = X / np.sqrt(n) + 3 * np.eye(n), draw.one_hot(n, n)
    inv, softmax = np.linalg.inv, mistakes.softmax
    return [
        ("sum of squares", lambda X: np.sum((A @ X - Y) ** 2), lambda X: 2 * A.T @ (A @ X - Y), X),
        ("trace of XAX'B", lambda X: np.trace(X @ A @ X.T @ B), lambda X: B @ X @ A + B.T @ X @ A.T, X),
        ("log-determinant", lambda X: np.linalg.slogdet(X)[1], lambda X: inv(X).T, S),
        ("tanh layer", lambda X: np.sum((np.tanh(B @ X) - Y) ** 2) / 2,
         lambda X: B.T @ ((np.tanh(B @ X) - Y) * (1 - np.tanh(B @ X) ** 2)), X),
        ("cross-entropy", lambda X: -np.sum(T * np.log(softmax(B @ X))) / n,
         lambda X: B.T @ (softmax(B @ X) - T) / n, X),
        ("Frobenius norm", lambda X: np.linalg.norm(A @ X), lambda X: A.T @ A @ X / np.linalg.norm(A @ X), X),
    ]


def off(gradient, entry):
    """The gradient with one entry off by 1e-6 of itself."""
    def claim(X):
        G = gradient(X).copy()
        G.flat[entry] *= 1 + 1e-6
        return G
    return claim


def entry(options):
    """Each of the hundred entries of six gradients in turn, as a function and as an array."""
    print(f"\n{'one entry off by 1e-6':32s}{'asked':>12s}{'accepted':>12s}")
    for name, f, gradient, X in functions(10):
        claims = [claim for k in range(100) for claim in (off(gradient, k), off(gradient, k)(X))]
        accepted = sum(check_gradient(f, claim, X).passed for claim in claims)
        print(f"{name:32s}{len(claims):12d}{accepted:12d}")


# random -----------------------------------------------------------------------------------------------------

def random_claims(question, claim, draw):
    """Claims without sense, as functions and as arrays: drawn, moving with X, or spoilt by something drawn.

    Not the right formula times something drawn: that is an extra factor, and may be called so.
    """
    check, f, X, keywords = question
    if check is check_differential:
        size = (f(X).size, X.size)
        M, shape = draw(*size), f(X).shape
        fold = lambda v: v.reshape(shape)
        yield lambda X, dX: fold(M @ dX.ravel())
        yield lambda X, dX: claim(X, dX) + 0.3 * fold(M @ dX.ravel())
        return
    truth = lambda X, **k: claim(X, **k) if callable(claim) else claim
    G = truth(X, **{k: v for k, v in keywords.items() if k != "symmetric"})
    size, R, M = np.abs(G).max(), draw(*G.shape), draw(G.size, X.size)
    few = np.zeros(G.shape)
    few.flat[draw.rng.choice(G.size, min(3, G.size - 1), replace=False)] = size * draw(min(3, G.size - 1))
    yield size * R
    yield lambda X, **k: size * R
    yield lambda X, **k: size * np.sin(M @ X.ravel()).reshape(G.shape)
    yield lambda X, **k: size * np.abs(M @ X.ravel()).reshape(G.shape)
    yield lambda X, **k: truth(X, **k) + few
    yield lambda X, **k: truth(X, **k) + 0.1 * size * R
    yield lambda X, **k: truth(X, **k) + 1e-4 * size * R
    yield G * (1 + 0.1 * R)
    if G.size > 5:                                        # fewer entries may fall into place
        yield draw.rng.permutation(G.ravel()).reshape(G.shape)
    yield G + few
    yield G + 0.1 * size * R
    yield G * (1 + 1e-6 * R)
    yield draw.rng.integers(-3, 4, G.shape).astype(float)


def everything(options):
    """(size, name, seed, question, right claim) of every problem, and of functions of large matrices."""
    for _, generator in options.problems:
        for seed in range(options.seeds):
            question, ((_, claim), *_) = mistakes.claims(generator, seed)
            yield "small", generator.__name__, seed, question, claim
    for seed in range(options.seeds):
        for name, f, gradient, X in functions(40, seed):
            yield "40 x 40", name, seed, (check_gradient, f, X, {}), gradient


def random(options):
    """A claim without sense is unknown, whatever function it is about."""
    counts, reports = collections.defaultdict(collections.Counter), []
    for size, name, seed, question, claim in everything(options):
        for number, nonsense in enumerate(random_claims(question, claim, mistakes.Draw(20_000 + seed))):
            check = ask(question, nonsense)
            named = not check.passed and check.mistake != "unknown"
            counts[size].update(asked=1, accepted=check.passed, named=named)
            if check.passed or named:
                reports.append(f"{name}, seed {seed}, claim {number}: {check.mistake}. {check.message}")
    print(f"\n{'random claims':32s}{'asked':>12s}{'accepted':>12s}{'named':>12s}")
    for size, count in counts.items():
        print(f"{size:32s}{count['asked']:12d}{count['accepted']:12d}{count['named']:12d}")
    print("\n".join(reports))


# times ------------------------------------------------------------------------------------------------------

def milliseconds(run, least=3):
    spent = []
    for _ in range(least):
        start = time.perf_counter()
        run()
        spent.append(1e3 * (time.perf_counter() - start))
    return min(spent)


def common_mistakes(gradient):
    """The sign, a factor, the transpose."""
    return [lambda X: -gradient(X), lambda X: 2 * gradient(X), lambda X: gradient(X).T]


def times_table(options):
    """Least of three, per claim; the median and the slowest over functions."""
    print(f"\n{'milliseconds':32s}{'median':>12s}{'slowest':>12s}")
    for n in (10, 100):
        rows = {"right": [], "named": [], "unknown": []}
        for name, f, gradient, X in functions(n):
            R = mistakes.Draw(n)(n, n)
            claims = {"right": [gradient], "named": common_mistakes(gradient),
                      "unknown": [R, lambda X: gradient(X) + 0.1 * R]}
            for row, asked in claims.items():
                for claim in asked:
                    said = check_gradient(f, claim, X)
                    met = {"right": said.passed, "unknown": said.mistake == "unknown"}.get(
                        row, said.mistake not in (None, "unknown"))
                    note = "" if met else f"{name}: {said.mistake}"
                    rows[row].append((milliseconds(lambda: check_gradient(f, claim, X)), note))
        for row, spent in rows.items():
            spent_ms, notes = [s for s, _ in spent], [note for _, note in spent if note]
            print(f"{f'{n} x {n}, {row}':32s}{statistics.median(spent_ms):12.2f}{max(spent_ms):12.2f}"
                  + ("   but " + "; ".join(notes) if notes else ""))


PARTS = {"named": named, "right": right, "entry": entry, "random": random, "times": times_table}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="part",
                        help=f"of {', '.join(PARTS)}; all if none is given")
    parser.add_argument("--seeds", type=int, default=3, help="inputs drawn for each function (3)")
    parser.add_argument("--claims", type=int, default=10_000, help="how many right claims (10000)")
    parser.add_argument("--only", default="", help="problems whose topic or name contains this text")
    parser.add_argument("--failures", action="store_true", help="every message that was not right")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part is called {unknown[0]!r}: the parts are {', '.join(PARTS)}")
    options.problems = [(topic, generator) for topic, generator in mistakes.PROBLEMS
                        if options.only in topic or options.only in generator.__name__]
    if not options.problems:
        parser.error(f"no topic or function contains {options.only!r}")
    print(f"NumPy {np.__version__}, Python {sys.version.split()[0]}")
    for part in options.parts or PARTS:
        PARTS[part](options)


if __name__ == "__main__":
    main()
