"""The verdict: no wrong claim accepted, no right one refused, and a sentence for whatever a reader passes
in."""
import time

import numpy as np
import pytest

from matdiff import Check, check_differential, check_gradient, check_jacobian, gradient, palette, sym
from matdiff.testing import assert_differential, assert_gradient, assert_jacobian

pytestmark = pytest.mark.usefixtures("nothing_forgiven")

rng = np.random.default_rng(0)
A, D, x, y = rng.normal(size=(4, 4)), rng.normal(size=(7, 4)), rng.normal(size=4), rng.normal(size=7)
X, S, B = rng.normal(size=(3, 4)), rng.normal(size=(4, 4)), rng.normal(size=(4, 2))
inv = np.linalg.inv
single = lambda a: np.asarray(a, np.float32)


def quadratic(x):
    return x @ A @ x


def right(x):
    return (A + A.T) @ x


# The result -------------------------------------------------------------------------------------------------

def test_a_right_claim_passes_as_function_and_as_array():
    for claim in (right, right(x), right(x).tolist()):
        check = check_gradient(quadratic, claim, x)
        assert isinstance(check, Check) and check and check.passed and check.mistake is None
        assert repr(check) == "✓ The gradient is right."


def test_a_wrong_claim_names_the_numbers_that_matter():
    check = check_gradient(quadratic, lambda x: -right(x), x)
    assert not check and check.mistake == "sign" and repr(check).startswith("✗ ")
    assert check.expected == pytest.approx(-check.given) and f"{check.given:.4g}" in check.message
    with pytest.raises(AttributeError):
        check.passed = True


def test_the_card_says_in_words_and_in_both_modes_what_the_colour_says():
    wrong = check_gradient(quadratic, lambda x: -right(x), x)._repr_html_()
    assert 'role="status"' in wrong and 'aria-label="Wrong: ' in wrong and "inherit" in wrong
    assert palette.LIGHT["wrong"] in wrong and palette.DARK["wrong"] in wrong
    assert 'aria-label="Right: ' in check_gradient(quadratic, right, x)._repr_html_()
    assert "<script>" not in Check(False, "<script>", "<script>")._repr_html_()


def test_constants_are_named_by_the_sizes_given():
    loss = lambda w: np.mean((D @ w - y) ** 2)
    check = check_gradient(loss, lambda w: 2 * D.T @ (D @ w - y), x, sizes={"m": 7})
    assert check.mistake == "factor" and "a factor 1/m is missing, m = 7" in check.message


def test_named_terms():
    f = lambda x: quadratic(x) - 3 * np.sum(x**2)
    terms = {"quadratic": right, "penalty": lambda x: -6 * x}
    check = check_gradient(f, right, x, terms=terms)
    assert check.mistake == "missing product-rule term" and "penalty" in check.message
    check = check_gradient(f, lambda x: right(x) + 6 * x, x, terms=terms)
    assert check.mistake == "sign" and "penalty" in check.message


def test_keywords_go_to_whom_they_belong():
    f = lambda x, C, scale: scale * (x @ C @ x)
    assert check_gradient(f, lambda x, C, scale: scale * (C + C.T) @ x, x, C=A, scale=3.0)
    assert check_gradient(f, lambda x: 3 * right(x), x, C=A, scale=3.0)


# Layout -----------------------------------------------------------------------------------------------------

def test_the_other_layout_is_accepted_and_named():
    for check in (check_gradient(quadratic, lambda x: right(x)[None], x),
                  check_jacobian(lambda x: D @ x, D.T, x),
                  check_jacobian(quadratic, right, x)):
        assert check.passed and check.mistake == "layout"


def test_a_transposed_matrix_or_a_column_for_a_vector_is_wrong():
    assert check_gradient(lambda X: np.sum(X**2), lambda X: 2 * X.T, X).mistake == "transposed"
    assert check_gradient(quadratic, lambda x: right(x)[:, None], x).mistake == "shape"
    assert check_jacobian(lambda x: A @ x, A.T, x).mistake == "transposed"


# Sensitivity ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("seed", range(20))
def test_one_entry_of_a_hundred_off_by_a_millionth_is_rejected(seed):
    rng = np.random.default_rng(seed)
    M, X = rng.normal(size=(2, 10, 10))
    f = (lambda X: np.sum((M @ X) ** 2), lambda X: np.sum(np.tanh(M @ X)), lambda X: np.linalg.slogdet(X)[1],
         lambda X: np.linalg.norm(M @ X))[seed % 4]
    G = gradient(f, X)
    assert check_gradient(f, G, X)
    G.flat[rng.integers(100)] *= 1 + 1e-6
    assert not check_gradient(f, G, X)


def test_many_inputs_are_judged_by_directions_and_named_by_a_block():
    M, X = np.random.default_rng(1).normal(size=(2, 40, 40))
    f, g = lambda X: np.sum((M @ X) ** 2) / 40, lambda X: 2 * M.T @ M @ X / 40
    assert check_gradient(f, g, X) and check_gradient(f, g(X), X)
    assert check_gradient(f, lambda X: g(X).T, X).mistake == "transposed"
    assert check_gradient(f, lambda X: 40 * g(X), X).mistake == "factor"


# Large inputs: what a check may cost is counted in runs of the function -------------------------------------

Z, M = np.random.default_rng(14).normal(size=(2, 200, 200)) / 10
smooth = lambda X: np.sum(np.tanh(M[:len(X), :len(X)] @ X) ** 2)


def slope(X):
    T = np.tanh(M[:len(X), :len(X)] @ X)
    return 2 * M[:len(X), :len(X)].T @ (T * (1 - T**2))


def off(at, claim=slope):
    """The right claim, but for the entries at this index."""
    def wrong(X):
        G = claim(X)
        G[at] = 1.5 * G[at] + 0.1
        return G
    return wrong


def counted(check, f, claim, X, **options):
    """The check, and how often it ran the function."""
    runs = []
    result = check(lambda X: runs.append(1) or f(X), claim, X, **options)
    assert len(runs) < 1000
    return result


@pytest.mark.parametrize("n", [100, 200])
def test_a_right_claim_about_many_inputs(n):
    for claim in (slope, slope(Z[:n, :n])):
        assert repr(counted(check_gradient, smooth, claim, Z[:n, :n])) == "✓ The gradient is right."


@pytest.mark.parametrize("at, words", [((37, 81), "entry [37, 81] alone"), (np.s_[37], "row 37"),
                                       (np.s_[:, 81], "column 81")])
@pytest.mark.parametrize("as_array", [False, True])
def test_one_wrong_entry_row_or_column_of_many_is_found(at, words, as_array):
    claim = off(at)(Z[:100, :100]) if as_array else off(at)
    check = counted(check_gradient, smooth, claim, Z[:100, :100])
    assert not check and words in check.message


def test_the_entry_named_for_a_large_input_is_one_of_the_whole_gradient():
    check = counted(check_gradient, smooth, off((37, 81)), Z[:100, :100])
    assert check.mistake == "unknown" and "Largest differences: [37, 81] should be" in check.message
    assert check.expected == pytest.approx(slope(Z[:100, :100])[37, 81], rel=1e-3)
    last = counted(check_gradient, lambda x: np.sum(x**3),
                   np.where(np.arange(5000) == 4321, 0, 3 * np.ones(5000)),
                   np.ones(5000))
    assert "entry [4321] alone" in last.message


@pytest.mark.parametrize("claim, name", [
    (lambda X: slope(X).T, "transposed"), (lambda X: 100 * slope(X), "factor"),
    (lambda X: slope(X)[None].repeat(2, 0) / 2,
     "not summed over the batch"), (lambda X: slope(X).ravel(), "shape"), (lambda X: slope(X)[0], "shape"),
    (np.sin, "unknown"),
    (lambda X: 2 * M[:100, :100].T @ np.tanh(M[:100, :100] @ X), "missing chain factor")])
def test_names_for_claims_about_many_inputs(claim, name):
    assert counted(check_gradient, smooth, claim, Z[:100, :100]).mistake == name


def test_a_wrong_formula_for_many_inputs_is_found_at_zero_too():
    f, zero = lambda X: np.sum(X**2), np.zeros((40, 30))
    assert counted(check_gradient, f, lambda X: 2 * X, zero)
    assert counted(check_gradient, f, lambda X: 3 * X, zero).mistake == "factor"
    assert counted(check_gradient, lambda X: np.abs(X).sum(), np.sign, zero)


def test_many_inputs_of_a_symmetric_matrix():
    P, b = Z[:50, :50] @ Z[:50, :50].T + np.eye(50), Z[0, :50]
    logdet = lambda X: 2 * np.log(np.diag(np.linalg.cholesky(X))).sum()
    assert counted(check_gradient, logdet, inv, P) and not counted(check_gradient, logdet,
                                                                   lambda X: 2 * inv(X), P)
    skew = counted(check_gradient, lambda X: b @ X @ X @ b, lambda X: 2 * np.outer(b, X @ b), P,
                   symmetric=True)
    assert skew.mistake == "not symmetrised"


def test_a_differential_of_many_inputs():
    right = lambda X, dX: (1 - np.tanh(X)**2) * dX
    assert counted(check_differential, np.tanh, right, Z)
    check = counted(check_differential, np.tanh, lambda X, dX: -right(X, dX), Z)
    assert check.mistake == "sign" and check.expected == pytest.approx(-check.given)
    check = counted(check_differential, np.tanh, lambda X,
                    dX: off((17, 120), lambda X: right(X, dX))(X) - 0.1 * (
        np.arange(40_000).reshape(200, 200) == 3520), Z)
    assert not check and "a dX of 1 at [17, 120] and 0 elsewhere, entry [17, 120] of dF" in check.message
    wide = Z[:, :150]
    assert counted(check_differential, lambda X: X.T * 1, lambda X, dX: dX, wide).mistake == "transposed"
    assert counted(check_differential, np.tanh, lambda X, dX: right(X, dX)[:3], Z).mistake == "shape"
    assert counted(check_differential, np.tanh, lambda X, dX: dX**2, Z).mistake == "not linear in dX"


def test_a_jacobian_of_many_inputs():
    F = lambda X: np.tanh(X).sum(axis=1)[:5]

    def J(X):
        T = np.zeros((5, 200, 200))
        T[np.arange(5), :, np.arange(5)] = 1 - np.tanh(X[:5])**2     # output, column of X, row of X
        return T.reshape(5, -1)
    for claim in (J, J(Z)):
        assert repr(counted(check_jacobian, F, claim, Z)) == "✓ The Jacobian is right."
    layout = counted(check_jacobian, F, lambda X: J(X).T, Z)
    assert layout.passed and layout.mistake == "layout"
    assert counted(check_jacobian, F, lambda X: -J(X), Z).mistake == "sign"
    one = counted(check_jacobian, F, off((3, 77), J), Z)
    assert not one and "[3, 77] should be 0, yours 0.1" in one.message
    assert "entry [77, 0] of X alone" in one.message
    assert counted(check_jacobian, F, lambda X: J(X)[:, :7], Z).mistake == "shape"


def test_a_jacobian_of_many_outputs_too():
    square, E = Z[:30, :30], np.eye(30)
    right = lambda X: np.kron(E, X) + np.kron(X.T, E)
    assert counted(check_jacobian, lambda X: X @ X, right, square)
    check = counted(check_jacobian, lambda X: X @ X, lambda X: np.kron(E, X), square)
    assert check.mistake == "missing product-rule term"


# Warnings ---------------------------------------------------------------------------------------------------

@pytest.mark.filterwarnings("error")
def test_no_warning_of_our_runs_reaches_the_reader():
    f = lambda x: np.sum(np.tanh(np.asarray(x, "f")))
    for claim in (lambda x: 1 - np.tanh(x), lambda x: 1 - np.asarray(np.tanh(x), "f"),
                  lambda x: np.log(x - x[0]) + 1 / x):
        check_gradient(f, claim, x)
    assert not check_gradient(lambda x: np.sum(np.sqrt(x)), lambda x: 1 / np.sqrt(x), np.array([1e-9, 1, 2.]))
    assert not check_jacobian(lambda x: np.asarray(x, "f") ** 2, lambda x: np.asarray(np.diag(x), "f"), x)
    assert not check_differential(lambda X: np.asarray(X, "f") ** 2, lambda X, dX: np.asarray(X, "f") * dX, X)


# Inputs that cannot decide ----------------------------------------------------------------------------------

@pytest.mark.parametrize("P", [np.eye(4), sym(S) + 4 * np.eye(4), np.diag([1., 2, 3, 4])])
def test_a_formula_for_symmetric_input_is_found_at_symmetric_input(P):
    check = check_gradient(lambda X: np.linalg.slogdet(X)[1], lambda X: inv(X), P)
    assert check.mistake == "only for symmetric input" and "transposed" in check.also


def test_an_array_at_a_special_input_cannot_decide():
    P = S @ S.T + np.eye(4)
    assert check_gradient(lambda X: np.linalg.slogdet(X)[1], inv(P), P).mistake == "this input cannot decide"
    zero = check_gradient(lambda x: np.sum(x**2), np.zeros(3), np.zeros(3))
    assert zero.mistake == "this input cannot decide" and zero.passed


def test_a_wrong_formula_is_found_at_zero_and_at_a_kink():
    assert check_gradient(lambda x: np.sum(x**2), lambda x: 3 * x, np.zeros(3)).mistake == "factor"
    assert not check_gradient(lambda x: np.abs(x).sum(), lambda x: 2 * np.sign(x), np.array([0., 1.]))
    assert check_gradient(lambda x: np.abs(x).sum(), np.sign, np.array([0., 1.]))


def test_a_function_that_reads_one_triangle_takes_x_as_symmetric():
    P = S @ S.T + np.eye(4)
    logdet = lambda X: 2 * np.log(np.diag(np.linalg.cholesky(X))).sum()
    assert check_gradient(logdet, inv, P) and not check_gradient(logdet, lambda X: 2 * inv(X), P)


def test_partial_derivatives_alone_make_no_gradient():
    q = lambda x: x[0]**2 * x[1] / (x @ x) if x.any() else 0.0      # along (1, 1) its slope at 0 is 1/2
    for claim in (np.zeros(2), lambda x: np.zeros(2)):
        check = check_gradient(q, claim, np.zeros(2))
        assert not check and check.mistake == "function not smooth here"
        assert "not differentiable" in check.message
    assert check_gradient(lambda x: np.sum(x**3), np.zeros(2), np.zeros(2))


def test_a_matrix_symmetric_up_to_rounding_is_symmetric():
    Q = np.linalg.qr(S)[0]
    P = Q @ np.diag([1., 2, 3.5, 6]) @ Q.T
    assert not np.array_equal(P, P.T)
    largest = lambda P: np.linalg.eigvalsh(P)[-1]
    assert check_gradient(largest, lambda P: np.outer(*2 * [np.linalg.eigh(P)[1][:, -1]]), P, symmetric=True)


# Fairness: right claims that other checkers refuse ----------------------------------------------------------

rough = np.random.default_rng(3).uniform(0.5, 1.5, 5)
gap = np.diag([0., 1, 2, 2 + 1e-4])
HARD = {
    "x = 1e-6 under a logarithm": (lambda x: np.log(x).sum(), lambda x: 1 / x, 1e-6 * rough),
    "root near zero": (lambda x: np.sqrt(x).sum(), lambda x: 0.5 / np.sqrt(x), 1e-6 * rough),
    "a pole near by": (lambda x: np.sum(1 / (x - 0.4995)), lambda x: -1 / (x - 0.4995) ** 2,
                       np.array([0.5, 0.7])),
    "stiff": (lambda x: np.sum(np.exp(30 * x)), lambda x: 30 * np.exp(30 * x), rough),
    "fast waves": (lambda x: np.sum(np.sin(100 * x)), lambda x: 100 * np.cos(100 * x), rough),
    "single precision inside f": (lambda x: float(single(x) @ single(x)), lambda x: 2 * x, rough),
    "single precision claim": (lambda x: x @ x, lambda x: single(2 * x), rough),
    "single precision inside the claim": (lambda x: np.sum(x**3),
                                          lambda x: 3.0 * single(x).astype(float) ** 2, rough),
    "noise of 1e-8": (lambda x: np.round(np.sum(x**2), 8), lambda x: 2 * x, rough),
    "tiny values": (lambda x: 1e-8 * np.sum(np.sin(x)), lambda x: 1e-8 * np.cos(x), rough),
    "huge values": (lambda x: 1e8 * np.sum(np.sin(x)), lambda x: 1e8 * np.cos(x), rough),
    "huge input": (lambda x: np.sum(x**2), lambda x: 2 * x, 1e8 * rough),
    "tiny input": (lambda x: np.sum(x**2), lambda x: 2 * x, 1e-8 * rough),
    "an offset of 1e8": (lambda x: 1e8 + x @ x, lambda x: 2 * x, rough),
    "entries of all sizes": (lambda x: np.sum(np.exp(10 * x)), lambda x: 10 * np.exp(10 * x),
                             np.linspace(-2, 2, 5)),
    "the minimum": (lambda x: np.sum((x - rough) ** 2), lambda x: 2 * (x - rough), rough),
    "a constant": (lambda x: 3.0, lambda x: 0 * x, rough),
    "a hinge": (lambda x: np.maximum(x, 0).sum(), lambda x: (x > 0) * 1.0, rough - 1),
    "a norm": (np.linalg.norm, lambda x: x / np.linalg.norm(x), rough),
    "a maximum": (np.max, lambda x: (x == x.max()) * 1.0, rough),
    "an eigenvalue, gap 1e-4": (lambda X: np.linalg.eigvalsh(sym(X))[-1],
                                lambda X: (lambda v: np.outer(v, v))(
        np.linalg.eigh(sym(X))[1][:, -1]), gap),
    "integers": (lambda x: np.sum(x**2), lambda x: 2 * x, np.array([1, 2, 3])),
}


@pytest.mark.parametrize("name", HARD)
def test_right_claims_pass_where_it_is_hard_and_one_per_cent_is_noticed(name):
    f, g, point = HARD[name]
    check = check_gradient(f, g, point)
    assert check.passed, check
    if name != "a constant":
        wrong = check_gradient(f, lambda x: 1.01 * g(x), point)
        assert not wrong, wrong


def test_right_claims_pass_at_all_scales():
    rng = np.random.default_rng(4)
    for k in range(80):
        m, n = rng.integers(2, 6, 2)
        s, t = 10.0 ** rng.integers(-8, 9, 2)
        M, Y, w = rng.normal(size=(m, n)), rng.normal(size=(m, n)), t * rng.normal(size=n)
        assert check_gradient(lambda w: s * np.sum((M @ w) ** 2), lambda w: 2 * s * M.T @ (M @ w), w)
        assert check_jacobian(lambda w: s * np.tanh(M @ w / t),
                              lambda w: s * (1 - np.tanh(M @ w / t) ** 2)[:, None] * M / t, w)
        assert check_differential(lambda Y: s * Y.T @ Y, lambda Y, H: s * (H.T @ Y + Y.T @ H), t * Y)


@pytest.mark.parametrize("seed", range(40))
def test_saturated_units_in_single_precision_pass(seed):
    rng = np.random.default_rng(seed)
    M, z = 2 * rng.normal(size=(6, 3)), rng.normal(size=3)
    claim = lambda x: (1 - np.tanh(M @ x)**2)[:, None] * M
    assert check_jacobian(lambda x: np.tanh(single(M) @ single(x)), claim, z)


def test_a_function_that_draws_noise_at_each_call_is_judged_all_the_same():
    rng = np.random.default_rng(1)
    f = lambda x: x @ x + 1e-9 * rng.normal()
    assert check_gradient(f, lambda x: 2 * x, rough) and not check_gradient(f, lambda x: 3 * x, rough)


def test_a_noisy_function_is_said_to_be_noisy():
    f = lambda x: float(x @ x) + 10 * np.sin(1e12 * x.sum())
    assert check_gradient(f, lambda x: 2 * x, rough).mistake == "too noisy to decide"


# What else a reader passes in -------------------------------------------------------------------------------

def broken(x):
    raise KeyError("weights")


@pytest.mark.parametrize("claim, mistake", [
    (broken, "raises"), (lambda x: None, "not an array"), (lambda x: "2x", "not an array"),
    (lambda x: [[1, 2], [3]], "not an array"), (lambda x: x / 0, "not finite"),
    (lambda x: np.full(4, np.nan), "not finite"),
    (lambda x: 1j * x, "not an array"), (lambda x: x[:2], "shape"), (lambda x: D @ x, "shape"),
    (lambda x: 3.0, "shape"),
    (lambda x: np.array([]), "shape")])
def test_a_broken_claim_gets_a_sentence(claim, mistake):
    check = check_gradient(quadratic, claim, x)
    assert not check and check.mistake == mistake and check.message[-1] in ".?"
    assert (check.details is not None and "broken" in check.details) == (claim is broken)


def test_a_broken_function_gets_a_sentence():
    assert check_gradient(broken, right, x).mistake == "raises"
    assert check_gradient(lambda x: np.log(-x**2).sum(), right, x).mistake == "not finite"
    assert check_gradient(lambda x: None, right, x).mistake == "not an array"
    assert "check_jacobian" in check_gradient(lambda x: D @ x, D, x).message
    assert check_gradient(lambda X: np.linalg.slogdet(inv(X))[1], inv,
                          np.ones((3, 3))).mistake in ("raises", "not finite")


def test_a_claim_drawn_anew_at_each_call_is_not_taken_for_a_noisy_one():
    rng = np.random.default_rng(9)
    for f in (quadratic, lambda x: np.sum(np.tanh(x)), np.linalg.norm):
        assert not check_gradient(f, lambda x: rng.normal(size=4), x)


def test_a_differential_that_is_not_linear_is_called_so_even_where_it_raises_at_unit_matrices():
    for F, dF in ((inv, lambda X, dX: -inv(dX)),
                  (lambda X: np.linalg.slogdet(X)[1], lambda X, dX: np.linalg.slogdet(dX)[1])):
        assert check_differential(F, dF, S).mistake == "not linear in dX"


def test_a_claim_that_changes_its_argument_does_no_harm():
    def claim(x):
        x *= 2
        return x
    assert check_gradient(lambda x: x @ x, claim, x)


@pytest.mark.parametrize("arguments, words", [
    ((3, right, x), "function of X"), ((quadratic, right, "x"), "real numbers"),
    ((quadratic, right, [[1], [1, 2]]), "lengths"),
    ((quadratic, right, np.array([1, None])), "real numbers"),
    ((quadratic, right, np.array([1, np.nan])), "nan"),
    ((quadratic, right, []), "no entries"), ((quadratic, "grad", x), "array of numbers"),
    ((quadratic, None, x), "array of numbers"),
    ((quadratic, right, 1j * x), "real numbers")])
def test_bad_arguments_raise_one_sentence(arguments, words):
    with pytest.raises((TypeError, ValueError), match=words):
        check_gradient(*arguments)


def test_bad_keywords_raise_one_sentence():
    with pytest.raises(TypeError, match="dictionary of names"):
        check_gradient(quadratic, right, x, sizes=7)
    with pytest.raises(ValueError, match="symmetric X"):
        check_gradient(lambda X: np.sum(X), lambda X: np.ones((3, 4)), X, symmetric=True)
    with pytest.raises(TypeError, match="check_jacobian"):
        check_differential(lambda X: X, np.eye(3), X)


@pytest.mark.parametrize("check, options, words", [
    (check_gradient, dict(symetric=True), "symetric.*is symmetric meant.*terms, symmetric, sizes"),
    (check_jacobian, dict(symmetric=True), "no keyword symmetric"),
    (check_differential, dict(terms={}), "no keyword terms"),
    (check_gradient, dict(C=3), "neither has your function"),
    (check_gradient, dict(terms=[1, 2]), "dictionary of names and arrays"),
    (check_gradient, dict(terms={"a": "b"}), r"terms\['a'\] must be an array"),
    (check_jacobian, dict(sizes=12), "whole numbers"),
    (check_gradient, dict(terms={"a": [[1], [1, 2]]}), r"terms\['a'\] must be an array")])
def test_a_misspelt_or_mistyped_keyword_raises_one_sentence(check, options, words):
    with pytest.raises(TypeError, match=words):
        check(quadratic, lambda x, *dx: right(x), x, **options)


@pytest.mark.parametrize("claim, words", [
    (lambda x: x > 0, "is True/False, where real numbers are expected"), (x > 0, "True/False"),
    (lambda x: [[1, 2], [3]], "rows have different lengths"), ([[1, 2], [3]], "rows have different lengths"),
    (lambda x: (right(x), A), "returned 2 values"), (lambda x: (right(x), x), "returned 2 values")])
def test_what_a_claim_should_not_be_is_said(claim, words):
    check = check_gradient(quadratic, claim, x)
    assert check.mistake == "not an array" and words in check.message
    # a tuple of numbers
    assert check_gradient(lambda x: x[0] * x[1], lambda x: (x[1], x[0]), np.array([2., 3.]))


def test_a_kink_is_said_before_nan_and_before_a_claim_that_stays():
    for check, f, claim in ((check_gradient, np.linalg.norm, lambda x: x / np.linalg.norm(x)),
                            (check_jacobian, lambda x: np.linalg.norm(x) * y,
                             lambda x: np.outer(y, x / np.linalg.norm(x)))):
        result = check(f, claim, np.zeros(3))
        assert result.mistake == "function not smooth here"
        assert "kink" in result.message and "nan" in result.message
    largest = lambda X: np.linalg.eigvalsh(X)[-1]
    for claim in (lambda X: np.eye(3) / 3, lambda X: np.eye(3)):
        check = check_gradient(largest, claim, np.eye(3), symmetric=True)
        assert not check and check.mistake == "function not smooth here" and "kink" in check.message


def test_sentences_use_the_name_of_the_readers_variable_and_no_markdown():
    loss = lambda W: np.sum(np.tanh(A @ W)**2)
    for claim in (lambda W: A.T @ np.tanh(A @ W), lambda W: 2 * A @ np.tanh(A @ W), lambda W: 2 * W,
                  lambda W: 2 * W[None],
                  np.zeros((4, 2)), lambda W: np.ones((4, 2))):
        message = check_gradient(loss, claim, B).message
        assert "`" not in message and "matmul" not in message and " X" not in message
    assert "W has shape (4,)" in check_gradient(lambda W: W @ W, lambda W: 2 * W[:, None], x).message


def test_a_size_that_the_caller_did_not_name_is_a_number_and_a_place():
    check = check_gradient(lambda w: np.mean((D @ w - y)**2), lambda w: 2 * D.T @ (D @ w - y), x)
    assert "a factor 1/7 is missing, and 7 is the number of" in check.message


def test_entries_of_a_differential_are_counted_as_in_dF():
    check = check_differential(lambda X: X @ B, lambda X, dX: 1.5 * dX @ B, X)
    assert "For a dX of 1 at [" in check.message and "] of dF should be" in check.message


def test_an_accepted_layout_mentions_nothing_else():
    check = check_jacobian(lambda x: D @ x, D.T, x)
    assert check.passed and check.also == () and "also" not in check.message


def test_assertions_raise_with_the_same_sentence():
    assert_gradient(quadratic, right, x)
    assert_jacobian(lambda x: D @ x, D, x)
    assert_differential(lambda X: X @ B, lambda X, dX: dX @ B, X)
    with pytest.raises(AssertionError) as caught:
        assert_gradient(quadratic, lambda x: -right(x), x)
    assert check_gradient(quadratic, lambda x: -right(x), x).message in str(caught.value)
    with pytest.raises(AssertionError, match="weights"):
        assert_gradient(quadratic, broken, x)


def test_verdicts_print_the_same_digits_each_time():
    twice = [repr(check_gradient(quadratic, lambda x: 2 * A @ x, x)) for _ in range(2)]
    assert twice[0] == twice[1] and len(max(twice[0].replace(",", " ").split(), key=len)) < 20


def test_a_verdict_is_quick():
    M, X = np.random.default_rng(5).normal(size=(2, 10, 10))
    f, g = lambda X: np.sum((M @ X) ** 2), lambda X: 2 * M.T @ M @ X
    times = []
    for _ in range(5):
        start = time.perf_counter()
        assert check_gradient(f, g, X)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.05        # about 0.005 on a quiet machine


def test_a_triangle_that_f_does_not_read_stays_zero():
    """A claim about a Cholesky factor may rely on the zeros above the diagonal; elsewhere it may not."""
    rng = np.random.default_rng(5)
    L, z = np.tril(rng.normal(size=(4, 4))) + 3 * np.eye(4), rng.normal(size=4)
    half = lambda L: np.linalg.solve(np.tril(L), z)
    f = lambda L: np.sum(half(L) ** 2) / 2
    claim = lambda L: -np.tril(np.outer(np.linalg.solve(L.T, half(L)), half(L)))
    assert check_gradient(f, claim, L).passed
    assert not check_gradient(f, lambda L: 1.5 * claim(L), L).passed
    assert not check_gradient(lambda L: np.sum(L ** 2) / 2, np.tril, L).passed      # all of L is read
