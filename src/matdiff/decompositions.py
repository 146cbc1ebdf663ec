"""Derivatives of matrix decompositions, forward and backward.

Every decomposition NAME has three functions:

- `NAME(A)`: its factors, checked: where they have no derivative, the error says which condition failed;
- `NAME_jvp(A, dA)`: the factors and their differentials, (F, dF): how they move when A moves by dA;
- `NAME_vjp(A, Fbar)`: the gradient for A of a loss whose gradients for the factors are given, in the shape
  of A, so that <Fbar, dF> = <Abar, dA>. A factor that the loss does not use is left out or None.

==================  ================================  ===================================================
NAME                factors                           condition
==================  ================================  ===================================================
lu                  rows p, L, U: A[p] = L U          pivots not 0; p stays
cholesky            L: A = L Lᵀ                       A symmetric, positive definite
qr                  Q, R: A = Q R, diag(R) > 0        full column rank; if wide, of the left square block
eigh                λ, V: A = V diag(λ) Vᵀ            A symmetric, simple eigenvalues
eigvalsh            λ                                 as eigh; backward, equal λ if treated alike
symmetric_function  f(A) = V diag(f(λ)) Vᵀ            A symmetric; no gap is needed
svd                 U, s, Vᵀ: A = U diag(s) Vᵀ, thin  singular values distinct and > 0
svdvals             s                                 as svd; backward, equal s if treated alike
polar               Q, H: A = Q H, H = V diag(s) Vᵀ   full rank; repeated singular values do no harm
pinv                A⁺                                the rank stays
projector           P on the k leading directions     a gap after the k-th value; ties elsewhere are harmless
==================  ================================  ===================================================

Matrices are real and stand in the last two axes; leading axes are stacks and broadcast, so many directions
dA or many gradients may meet one A. `factors=` saves the work of decomposing A again; A is then not looked
at. A symmetric A moves among symmetric matrices: dA has to be symmetric, and the gradient is the symmetric
one. A condition that fails raises numpy.linalg.LinAlgError, a ValueError, with the numbers.

The method throughout: strip the factors off dA on both sides, cut what is left into the parts that their
structures allow, wrap each part in its factor again; backward the same, transposed.
References: Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation (2008); Murray, Differentiation of the Cholesky decomposition (2016); Seeger et al.,
Auto-differentiating linear algebra (2017); Golub and Pereyra (1973) for the pseudo-inverse.
"""
import numpy as np
from numpy.linalg import LinAlgError, inv, solve

EPS = np.finfo(float).eps
ROUGH, FINE = (np.polynomial.legendre.leggauss(k) for k in (5, 8))


# ----------------------------------------------------------------------------------------------- LU

def lu(A, *, pivot=True):
    """Rows p, unit lower L and upper U with A[p] = L @ U, by Gaussian elimination: A (n, n), p (n,).

    Each step brings the largest entry of its column on top; with `pivot=False` the rows stay as they are.
    For a stack of matrices A[p] is `np.take_along_axis(A, p[..., None], -2)`. NumPy has no LU of its own:
    this one takes a step of Python for each column.

    Raises LinAlgError if a pivot is 0 (up to round-off).

    >>> p, L, U = lu(np.array([[2., 1.], [4., 5.]]))
    >>> p, L, U
    (array([1, 0]), array([[1. , 0. ],
           [0.5, 1. ]]), array([[ 4. ,  5. ],
           [ 0. , -1.5]]))
    """
    A = _square(A)
    n = A.shape[-1]
    X = A.reshape(-1, n, n).copy()
    p = np.tile(np.arange(n), (len(X), 1))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # a pivot of 0 is told below
        for j in range(n):
            if pivot:
                _swap(X, p, j, np.abs(X[:, j:, j]).argmax(1))
            column = X[:, j + 1:, j, None]
            column /= X[:, j, j, None, None]
            X[:, j + 1:, j + 1:] -= column * X[:, j, None, j + 1:]
    bad = ~(np.abs(_diagonal(X)) > n * EPS * np.abs(A).max((-2, -1), initial=0).reshape(-1, 1))
    if bad.any():
        _refuse(bad.any(1).reshape(A.shape[:-2]), lambda at: (
            f"pivot {bad[bad.any(1)][0].argmax() + 1} of {n} is {_diagonal(X)[bad][0]:.3g}: LU and its derivative need "
            f"pivots that are not 0, so {'an invertible A' if pivot else 'non-zero leading minors, or pivot=True'}."))
    X = X.reshape(A.shape)
    return p.reshape(A.shape[:-1]), np.tril(X, -1) + np.eye(n), np.triu(X)


def _swap(X, p, j, below):
    """Rows j and j + below of each matrix X, and of p, change places. A few matrices one by one: that is faster."""
    if len(X) > 8:
        stack, top = np.arange(len(X)), j + below
        X[stack, j], X[stack, top] = X[stack, top], X[stack, j]
        p[stack, j], p[stack, top] = p[stack, top], p[stack, j]
        return
    for M, rows, k in zip(X, p, below.tolist()):
        if k:
            row = M[j].copy()
            M[j], M[j + k] = M[j + k], row
            rows[j], rows[j + k] = rows[j + k], rows[j]


def lu_jvp(A, dA, *, factors=None):
    """((p, L, U), (dL, dU)) of `lu` when A moves by dA and the order p of the rows stays.

    With M = L⁻¹ dA[p] U⁻¹ = L⁻¹dL + dU U⁻¹, strictly lower plus upper: dL = L stril(M), dU = triu(M) U.
    `factors` is (p, L, U), of `lu(A, pivot=False)` say. Where two entries tie for a pivot, p itself jumps.
    Errors as for `lu`.

    >>> A, dA = np.array([[2., 1.], [4., 5.]]), np.array([[0., 0.], [1., 0.]])
    >>> _, (dL, dU) = lu_jvp(A, dA, factors=lu(A, pivot=False))
    >>> dL, dU
    (array([[0. , 0. ],
           [0.5, 0. ]]), array([[ 0. ,  0. ],
           [ 0. , -0.5]]))
    """
    p, L, U = factors or lu(A)
    dA = _like(dA, "dA", L.shape, "A")
    rows = np.broadcast_to(p[..., None], np.broadcast_shapes(p[..., None].shape, dA.shape))
    M = solve(L, np.take_along_axis(dA, rows, -2)) @ inv(U)
    return (p, L, U), (L @ np.tril(M, -1), np.triu(M) @ U)


def lu_vjp(A, Lbar=None, Ubar=None, *, factors=None):
    """The gradient for A from those for L and U: L⁻ᵀ [stril(Lᵀ Lbar) + triu(Ubar Uᵀ)] U⁻ᵀ, its rows put back.

    `factors` is (p, L, U). Errors as for `lu`.

    >>> A = np.array([[2., 1.], [4., 5.]])
    >>> Abar = lu_vjp(A, Ubar=np.diag(1 / np.diag(lu(A)[2])))       # of log|det A|: the inverse of Aᵀ
    >>> (Abar @ A.T).round(12) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    p, L, U = factors or lu(A)
    Lbar, Ubar = _bar(Lbar, "Lbar", L.shape, "L"), _bar(Ubar, "Ubar", U.shape, "U")
    Mbar = np.tril(L.mT @ Lbar, -1) + np.triu(Ubar @ U.mT)
    Abar = solve(U, solve(L.mT, Mbar).mT).mT
    back = np.argsort(p, -1)[..., None]
    return np.take_along_axis(Abar, np.broadcast_to(back, np.broadcast_shapes(back.shape, Abar.shape)), -2)


# ----------------------------------------------------------------------------------------- Cholesky

def cholesky(A):
    """The lower triangular L with A = L @ Lᵀ and a positive diagonal, for a symmetric positive definite A.

    Raises ValueError if A is not symmetric, LinAlgError with the pivot that is not positive.

    >>> cholesky(np.array([[4., 2.], [2., 5.]]))
    array([[2., 0.],
           [1., 2.]])
    """
    A = _symmetric(A, "A")
    try:
        return np.linalg.cholesky(A)
    except LinAlgError:
        raise LinAlgError(_failed_pivot(A)) from None


def cholesky_jvp(A, dA, *, factors=None):
    """(L, dL) of `cholesky` when A moves by the symmetric dA.

    L⁻¹ dA L⁻ᵀ = T + Tᵀ with the lower triangular T = L⁻¹dL, so dL = L Φ(L⁻¹ dA L⁻ᵀ), where Φ takes the lower
    triangle and halves the diagonal. `factors` is L. Errors as for `cholesky`.

    >>> L, dL = cholesky_jvp(np.array([[4., 2.], [2., 5.]]), np.diag([0., 1.]))
    >>> dL
    array([[0.  , 0.  ],
           [0.  , 0.25]])
    """
    L = cholesky(A) if factors is None else factors
    dA = _symmetric(_like(dA, "dA", L.shape, "A"), "dA")
    Linv = inv(L)
    return L, L @ _phi(Linv @ dA @ Linv.mT)


def cholesky_vjp(A, Lbar, *, factors=None):
    """The symmetric gradient for A from that for L: sym(L⁻ᵀ Φ(Lᵀ Lbar) L⁻¹).

    What stands above the diagonal of Lbar does not count. `factors` is L. Errors as for `cholesky`.

    >>> A = np.array([[4., 2.], [2., 5.]])
    >>> Abar = cholesky_vjp(A, np.diag(2 / np.diag(cholesky(A))))       # of log det A: the inverse
    >>> (Abar @ A).round(12) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    L = cholesky(A) if factors is None else factors
    Linv = inv(L)
    return _sym(Linv.mT @ _phi(L.mT @ _like(Lbar, "Lbar", L.shape, "L")) @ Linv)


def _phi(X):
    """The lower triangle with half the diagonal: X = Φ(X) + Φ(X)ᵀ for a symmetric X."""
    X = np.tril(X)
    n = np.arange(X.shape[-1])
    X[..., n, n] /= 2
    return X


def _failed_pivot(A):
    """The sentence for the first matrix of a stack that has no Cholesky factor, and its first bad pivot."""
    for at in np.ndindex(A.shape[:-2]):
        for k in range(A.shape[-1]):
            try:
                np.linalg.cholesky(A[at][:k + 1, :k + 1])
            except LinAlgError:
                column = A[at][:k, k]
                pivot = A[at][k, k] - column @ solve(A[at][:k, :k], column)
                return (f"{_which(at)}pivot {k + 1} of {A.shape[-1]} is {pivot:.3g}: the Cholesky factor "
                        "needs positive pivots, so a positive definite A.")
    raise AssertionError("every leading block has a Cholesky factor, the whole has none")


# ----------------------------------------------------------------------------------------------- QR

def qr(A):
    """Q with orthonormal columns and the upper triangular R with A = Q @ R and diag(R) > 0.

    A (m, n) gives Q (m, k) and R (k, n), k = min(m, n). The sign of the diagonal makes both unique.

    Raises LinAlgError if the first k columns of A are not independent (up to round-off).

    >>> Q, R = qr(np.array([[3., 3.], [4., 4.], [0., 2.]]))
    >>> R.round(12)
    array([[5., 5.],
           [0., 2.]])
    """
    A = _matrix(A, "A")
    Q, R = np.linalg.qr(A)
    diagonal = np.diagonal(R, axis1=-2, axis2=-1)
    signs = np.where(diagonal < 0, -1.0, 1.0)
    size = np.abs(diagonal)
    bad = size.min(-1, initial=np.inf) <= max(A.shape[-2:]) * EPS * np.abs(R).max((-2, -1), initial=0)
    if bad.any() and size.size:
        _refuse(bad, lambda at: (
            f"R[{size[at].argmin()}, {size[at].argmin()}] is {size[at].min():.3g}: QR has a derivative only "
            f"where the first {size.shape[-1]} columns of A are independent."))
    return Q * signs[..., None, :], R * signs[..., None] + 0.0


def qr_jvp(A, dA, *, factors=None):
    """((Q, R), (dQ, dR)) of `qr` when A moves by dA; A tall, square or wide.

    For m >= n, with C = Qᵀ dA R⁻¹ = QᵀdQ + dR R⁻¹, skew plus upper, the skew part is known from below the
    diagonal: Ω = stril(C) - stril(C)ᵀ. Then dQ = QΩ + (I - QQᵀ) dA R⁻¹ and dR = (C - Ω) R. A wide A = [B, D]
    has Q from B, and the rest of R is QᵀD. `factors` is (Q, R). Errors as for `qr`.

    >>> _, (dQ, dR) = qr_jvp(np.array([[3., 3.], [4., 4.], [0., 2.]]), np.eye(3, 2, -2))
    >>> dQ.round(12) + 0., dR.round(12) + 0.
    (array([[ 0.  , -0.12],
           [ 0.  , -0.16],
           [ 0.2 ,  0.  ]]), array([[ 0. ,  0.4],
           [ 0. , -1. ]]))
    """
    Q, R = factors or qr(A)
    dA = _like(dA, "dA", Q.shape[:-1] + R.shape[-1:], "A")
    k = R.shape[-2]
    square, beyond = R[..., :k], R[..., k:]
    B = dA[..., :k] @ inv(square)
    C = Q.mT @ B
    upper = np.triu(C) + np.tril(C, -1).mT                 # C - Ω
    dQ, dR = B - Q @ upper, upper @ square
    if beyond.size:                                        # d(QᵀD), where D = Q (QᵀD)
        dR = np.concatenate([dR, dQ.mT @ Q @ beyond + Q.mT @ dA[..., k:]], -1)
    return (Q, R), (dQ, dR)


def qr_vjp(A, Qbar=None, Rbar=None, *, factors=None):
    """The gradient for A from those for Q and R: [Qbar + Q copyltu(M)] R⁻ᵀ with M = R Rbarᵀ - Qbarᵀ Q.

    copyltu(M) is the symmetric matrix that carries the lower triangle of M. A wide A = [B, D] adds D Rbar₂ᵀ
    to Qbar, and Q Rbar₂ is the gradient for D. What stands below the diagonal of Rbar does not count.
    `factors` is (Q, R). Errors as for `qr`.

    >>> A = np.array([[3., 3.], [4., 4.], [0., 2.]])
    >>> qr_vjp(A, Rbar=np.eye(2, 2)).round(12)      # of the sum of R's diagonal
    array([[ 0.6,  0. ],
           [ 0.8,  0. ],
           [-1. ,  1. ]])
    """
    Q, R = factors or qr(A)
    Qbar, Rbar = _bar(Qbar, "Qbar", Q.shape, "Q"), _bar(Rbar, "Rbar", R.shape, "R")
    k = R.shape[-2]
    square, beyond = R[..., :k], R[..., k:]
    if beyond.size:
        Qbar = Qbar + Q @ beyond @ Rbar[..., k:].mT
    M = square @ Rbar[..., :k].mT - Qbar.mT @ Q
    Bbar = (Qbar + Q @ (np.tril(M) + np.tril(M, -1).mT)) @ inv(square).mT
    return np.concatenate([Bbar, Q @ Rbar[..., k:]], -1) if beyond.size else Bbar


# ----------------------------------------------------------------------------------- symmetric eigen

def eigh(A):
    """Eigenvalues λ (n,), ascending, and orthonormal eigenvectors, the columns of V: A = V diag(λ) Vᵀ.

    Raises ValueError if A is not symmetric. Repeated eigenvalues are refused by the derivatives alone.

    >>> lam, V = eigh(np.array([[2., 1.], [1., 2.]]))
    >>> lam
    array([1., 3.])
    """
    return tuple(np.linalg.eigh(_symmetric(A, "A")))


def eigh_jvp(A, dA, *, factors=None):
    """((λ, V), (dλ, dV)) of `eigh` when A moves by the symmetric dA.

    With P = Vᵀ dA V: dλ = diag(P), dV = V (F ∘ P), F_ij = 1/(λ_j - λ_i), 0 on the diagonal. `factors` is
    (λ, V).

    Raises LinAlgError with the eigenvalues that are equal (up to round-off), ValueError if dA is not
    symmetric.

    >>> _, (dlam, dV) = eigh_jvp(np.diag([1., 2.]), np.array([[0., 1.], [1., 0.]]))
    >>> dlam, np.abs(dV)
    (array([0., 0.]), array([[0., 1.],
           [1., 0.]]))
    """
    lam, V = factors or eigh(A)
    _need_distinct(lam, "eigenvalues", "V turns at a rate of 1/gap, and λ has a kink")
    P = V.mT @ _symmetric(_like(dA, "dA", V.shape, "A"), "dA") @ V
    return (lam, V), (_diagonal(P), V @ (P / _gaps(lam)))


def eigh_vjp(A, lambar=None, Vbar=None, *, factors=None):
    """The symmetric gradient for A from those for λ and V: V [diag(λbar) + sym(F ∘ (Vᵀ Vbar))] Vᵀ.

    F as in `eigh_jvp`. `factors` is (λ, V). Without Vbar, errors as for `eigvalsh_vjp`.

    Raises LinAlgError with the eigenvalues that are equal (up to round-off).

    >>> eigh_vjp(np.diag([1., 2.]), lambar=np.array([0., 1.]))
    array([[0., 0.],
           [0., 1.]])
    """
    lam, V = factors or eigh(A)
    if Vbar is None:
        return eigvalsh_vjp(A, lambar, factors=(lam, V))
    _need_distinct(lam, "eigenvalues", "single eigenvectors have no derivative; functions of A by "
                   "symmetric_function have")
    Pbar = _sym((V.mT @ _like(Vbar, "Vbar", V.shape, "V")) / _gaps(lam))
    Pbar = Pbar + _diag(_bar_vector(lambar, "lambar", lam.shape, "λ"))
    return _sym(V @ Pbar @ V.mT)


def eigvalsh(A):
    """The eigenvalues λ (n,) of a symmetric A, ascending. Errors as for `eigh`.

    >>> eigvalsh(np.array([[2., 1.], [1., 2.]]))
    array([1., 3.])
    """
    return np.linalg.eigvalsh(_symmetric(A, "A"))


def eigvalsh_jvp(A, dA, *, factors=None):
    """(λ, dλ) of `eigvalsh`: dλ_i = v_iᵀ dA v_i. `factors` is (λ, V). Errors as for `eigh_jvp`.

    >>> eigvalsh_jvp(np.diag([1., 2.]), np.array([[5., 1.], [1., 3.]]))
    (array([1., 2.]), array([5., 3.]))
    """
    lam, V = factors or eigh(A)
    _need_distinct(lam, "eigenvalues", "the ordered ones have a kink")
    dA = _symmetric(_like(dA, "dA", V.shape, "A"), "dA")
    return lam, np.sum(V * (dA @ V), -2)


def eigvalsh_vjp(A, lambar, *, factors=None):
    """The symmetric gradient for A from that for λ: V diag(λbar) Vᵀ. `factors` is (λ, V).

    Raises LinAlgError where eigenvalues are equal (up to round-off) but their entries of lambar are not.

    >>> eigvalsh_vjp(np.eye(2), np.array([1., 1.]))         # of the trace
    array([[1., 0.],
           [0., 1.]])
    """
    lam, V = factors or eigh(A)
    lambar = _like_vector(lambar, "lambar", lam.shape, "λ")
    _need_equal_at_ties(lam, lambar, "eigenvalues")
    return _sym((V * lambar[..., None, :]) @ V.mT)


# ------------------------------------------------------------------- functions of a symmetric matrix

def symmetric_function(A, f):
    """f(A) = V diag(f(λ)) Vᵀ for a symmetric A: f on the eigenvalues, the eigenvectors kept.

    f takes and returns arrays, entry by entry. Raises ValueError if A is not symmetric or f(λ) is not finite.

    >>> symmetric_function(np.array([[5., 4.], [4., 5.]]), np.sqrt).round(12)
    array([[2., 1.],
           [1., 2.]])
    """
    lam, V = eigh(A)
    return (V * _values(f, lam, "f")[..., None, :]) @ V.mT


def symmetric_function_jvp(A, dA, f, df, *, factors=None):
    """(f(A), df(A)) of `symmetric_function` when A moves by the symmetric dA; df is the derivative of f.

    d f(A) = V (D ∘ (Vᵀ dA V)) Vᵀ with the divided differences D_ij = (f(λ_i) - f(λ_j)) / (λ_i - λ_j), which
    are f'(λ_i) where the two are equal: `divided_differences`. No gap is needed. `factors` is (λ, V) of
    `eigh`.

    Raises ValueError if A or dA is not symmetric, or f or df is not finite at an eigenvalue.
    Reference: Daleckii and Krein (1965); Higham, Functions of Matrices (2008), theorem 3.11.

    >>> symmetric_function_jvp(np.eye(2), np.array([[0., 1.], [1., 0.]]), np.log, lambda x: 1 / x)[1]
    array([[0., 1.],
           [1., 0.]])
    """
    lam, V = factors or eigh(A)
    P = V.mT @ _symmetric(_like(dA, "dA", V.shape, "A"), "dA") @ V
    F = (V * _values(f, lam, "f")[..., None, :]) @ V.mT
    return F, _sym(V @ (divided_differences(lam, f, df) * P) @ V.mT)


def symmetric_function_vjp(A, Fbar, f, df, *, factors=None):
    """The symmetric gradient for A from that for f(A): V (D ∘ (Vᵀ sym(Fbar) V)) Vᵀ, the same map as forward.

    Arguments and errors as for `symmetric_function_jvp`, but Fbar need not be symmetric.

    >>> symmetric_function_vjp(np.diag([1., 4.]), np.array([[0., 1.], [1., 0.]]), np.sqrt,
    ...                        lambda x: 0.5 / np.sqrt(x)).round(12)
    array([[0.        , 0.33333333],
           [0.33333333, 0.        ]])
    """
    lam, V = factors or eigh(A)
    P = V.mT @ _sym(_like(Fbar, "Fbar", V.shape, "f(A)")) @ V
    return _sym(V @ (divided_differences(lam, f, df) * P) @ V.mT)


def divided_differences(lam, f, df):
    """D_ij = (f(λ_i) - f(λ_j)) / (λ_i - λ_j), accurate for close λ too, and f'(λ_i) where they are equal.

    The quotient loses what f(λ_i) and f(λ_j) have in common. The same number is the mean of f' between λ_j
    and λ_i, which Gauss's quadrature gives to the last digits where f is smooth in between. Both come with
    an estimate of their error, and the better one is taken. λ (n,) gives D (n, n); leading axes are stacks.

    Raises ValueError if f or df is not finite at an eigenvalue.

    >>> lam = np.array([1., 1 + 1e-12, 3.])
    >>> abs(divided_differences(lam, np.exp, np.exp)[0, 1] / np.exp(1 + 5e-13) - 1) < 1e-15
    np.True_
    """
    lam = np.asarray(lam, float)
    fx, slope = _values(f, lam, "f"), _values(df, lam, "df")
    # A value of f carries its own rounding and that of a step inside f as large as its argument.
    noise = EPS * (np.abs(fx) + np.abs(lam * slope))
    gap = lam[..., :, None] - lam[..., None, :]
    with np.errstate(all="ignore"):
        quotient = (fx[..., :, None] - fx[..., None, :]) / gap
        lost = _sums(noise) / np.abs(gap)
        close = (gap != 0) & (lost > 32 * EPS * np.abs(quotient))
        middle, half = _sums(lam)[close] / 2, np.abs(gap[close]) / 2
        rough, fine = (df(middle[:, None] + half[:, None] * t) @ w / 2 for t, w in (ROUGH, FINE))
        quotient[close] = np.where(np.abs(rough - fine) <= lost[close], fine, quotient[close])
    return np.where(gap == 0, slope[..., :, None], quotient)


# ---------------------------------------------------------------------------------------------- SVD

def svd(A):
    """U (m, k), s (k,), descending, and Vᵀ (k, n) with A = U diag(s) Vᵀ, k = min(m, n): the thin SVD.

    As NumPy's with full_matrices=False. Raises LinAlgError only if the iteration fails; repeated singular
    values and those that are 0 are refused by the derivatives alone.

    >>> U, s, Vt = svd(np.array([[3., 0.], [0., 0.], [0., 2.]]))
    >>> s
    array([3., 2.])
    """
    return tuple(np.linalg.svd(_matrix(A, "A"), full_matrices=False))


def svd_jvp(A, dA, *, factors=None):
    """((U, s, Vᵀ), (dU, ds, dVᵀ)) of `svd` when A moves by dA; A tall, square or wide.

    With P = Uᵀ dA V: ds = diag(P). Uᵀ dU and Vᵀ dV are skew, sym(P)/(s_j - s_i) ± skew(P)/(s_i + s_j); out of
    their columns U moves by (I - UUᵀ) dA V S⁻¹ and V by (I - VVᵀ) dAᵀ U S⁻¹. `factors` is (U, s, Vᵀ).

    Raises LinAlgError with the singular values that are equal or 0 (up to round-off). The further columns of
    a full U or V are no functions of A: they may turn among themselves.

    >>> _, (dU, ds, dVt) = svd_jvp(np.diag([2., 1.]), np.array([[5., 1.], [0., 3.]]))
    >>> ds, np.abs(dU).round(12)
    (array([5., 3.]), array([[0.        , 0.33333333],
           [0.33333333, 0.        ]]))
    """
    U, s, Vt = factors = factors or svd(A)
    _need_smooth_vectors(factors)
    dA = _like(dA, "dA", U.shape[:-1] + Vt.shape[-1:], "A")
    UdA, dAV = U.mT @ dA, dA @ Vt.mT
    P = UdA @ Vt.mT
    turn, counter = _sym(P) / _gaps(s), _skew(P) / _sums(s)
    dU, dVt = U @ (turn + counter), (counter - turn) @ Vt            # (V X)ᵀ = -X Vᵀ for a skew X
    if U.shape[-2] > s.shape[-1]:
        dU = dU + (dAV - U @ P) / s[..., None, :]
    if Vt.shape[-1] > s.shape[-1]:
        dVt = dVt + (UdA - P @ Vt) / s[..., None]
    return factors, (dU, _diagonal(P), dVt)


def svd_vjp(A, Ubar=None, sbar=None, Vtbar=None, *, factors=None):
    """The gradient for A from those for U, s and Vᵀ: U Pbar Vᵀ and what stands outside the thin factors.

    Pbar = diag(sbar) + skew(K + J)/(s_j - s_i) + skew(K - J)/(s_i + s_j) with K = Uᵀ Ubar, J = Vᵀ Vbar;
    outside stand (I - UUᵀ) Ubar S⁻¹ Vᵀ and U S⁻¹ Vbarᵀ (I - VVᵀ). `factors` is (U, s, Vᵀ). Errors as for
    `svd_jvp`, and without Ubar and Vtbar as for `svdvals_vjp`.

    >>> svd_vjp(np.diag([2., 1.]), sbar=np.array([1., 0.]))
    array([[1., 0.],
           [0., 0.]])
    """
    U, s, Vt = factors = factors or svd(A)
    if Ubar is None and Vtbar is None:
        return svdvals_vjp(A, sbar, factors=factors)
    _need_smooth_vectors(factors)
    Ubar, Vtbar = _bar(Ubar, "Ubar", U.shape, "U"), _bar(Vtbar, "Vtbar", Vt.shape, "Vᵀ")
    sbar = _bar_vector(sbar, "sbar", s.shape, "s")
    K, J = U.mT @ Ubar, Vt @ Vtbar.mT
    Pbar = _diag(sbar) + _skew(K + J) / _gaps(s) + _skew(K - J) / _sums(s)
    Abar = U @ Pbar @ Vt
    if U.shape[-2] > s.shape[-1]:
        Abar = Abar + ((Ubar - U @ K) / s[..., None, :]) @ Vt
    if Vt.shape[-1] > s.shape[-1]:
        Abar = Abar + U @ ((Vtbar - J.mT @ Vt) / s[..., None])
    return Abar


def svdvals(A):
    """The singular values s (k,) of A (m, n), descending, k = min(m, n).

    >>> svdvals(np.array([[3., 0.], [0., 0.], [0., 2.]]))
    array([3., 2.])
    """
    return np.linalg.svd(_matrix(A, "A"), compute_uv=False)


def svdvals_jvp(A, dA, *, factors=None):
    """(s, ds) of `svdvals`: ds_i = u_iᵀ dA v_i. `factors` is (U, s, Vᵀ). Errors as for `svd_jvp`.

    >>> svdvals_jvp(np.diag([2., 1.]), np.array([[5., 1.], [0., 3.]]))
    (array([2., 1.]), array([5., 3.]))
    """
    U, s, Vt = factors = factors or svd(A)
    _need_smooth_vectors(factors)
    dA = _like(dA, "dA", U.shape[:-1] + Vt.shape[-1:], "A")
    return s, np.sum(U * (dA @ Vt.mT), -2)


def svdvals_vjp(A, sbar, *, factors=None):
    """The gradient for A from that for s: U diag(sbar) Vᵀ. `factors` is (U, s, Vᵀ).

    Raises LinAlgError where singular values are equal (up to round-off) but their entries of sbar are not, or
    where a singular value is 0 but its entry of sbar is not.

    >>> svdvals_vjp(np.eye(2), np.array([1., 1.]))          # of the nuclear norm
    array([[1., 0.],
           [0., 1.]])
    """
    U, s, Vt = factors = factors or svd(A)
    sbar = _like_vector(sbar, "sbar", s.shape, "s")
    _need_equal_at_ties(s, sbar, "singular values")
    _need_full_rank(factors, "a singular value has a kink at 0", sbar != 0)
    return (U * sbar[..., None, :]) @ Vt


# ------------------------------------------------------------------------ polar factor, pseudo-inverse

def polar(A, *, factors=None):
    """Q = U Vᵀ (m, n) and the positive semidefinite H = V diag(s) Vᵀ (n, n) with A = Q @ H.

    Q is the matrix with orthonormal columns (rows, if A is wide) next to A. `factors` is (U, s, Vᵀ) of `svd`.

    Raises LinAlgError with the smallest singular value if A has not full rank.

    >>> polar(np.array([[0., -2.], [3., 0.]]))
    (array([[ 0., -1.],
           [ 1.,  0.]]), array([[3., 0.],
           [0., 2.]]))
    """
    U, s, Vt = factors = factors or svd(A)
    _need_full_rank(factors, "the polar factor needs full rank")
    return U @ Vt + 0.0, _sym(Vt.mT @ (s[..., None] * Vt))


def polar_jvp(A, dA, *, factors=None):
    """((Q, H), (dQ, dH)) of `polar` when A moves by dA.

    With P = Uᵀ dA V: dQ = U [(P - Pᵀ)_ij / (s_i + s_j)] Vᵀ + (I - UUᵀ) dA V S⁻¹ Vᵀ + U S⁻¹ Uᵀ dA (I - VVᵀ).
    Sums stand where the SVD has differences, so repeated singular values do no harm. H = QᵀA gives dH.
    `factors` is (U, s, Vᵀ). Errors as for `polar`.

    >>> polar_jvp(np.eye(2), np.array([[0., -1.], [1., 0.]]))[1]           # a turn
    (array([[ 0., -1.],
           [ 1.,  0.]]), array([[0., 0.],
           [0., 0.]]))
    """
    U, s, Vt = factors = factors or svd(A)
    Q, H = polar(A, factors=factors)
    dA = _like(dA, "dA", Q.shape, "A")
    dQ = _polar_slope(factors, dA)
    return (Q, H), (dQ, _sym(dQ.mT @ Q @ H + Q.mT @ dA))


def polar_vjp(A, Qbar=None, Hbar=None, *, factors=None):
    """The gradient for A from those for Q and H.

    The map from dA to dQ is its own adjoint (Q is the gradient of the nuclear norm, the map a Hessian), and
    H = QᵀA: the gradient is dQ in the direction Qbar + A sym(Hbar), plus Q sym(Hbar). `factors` is
    (U, s, Vᵀ). Errors as for `polar`.

    >>> polar_vjp(np.diag([2., 1.]), Qbar=np.array([[0., 3.], [0., 0.]]))
    array([[ 0.,  1.],
           [-1.,  0.]])
    """
    factors = factors or svd(A)
    Q, H = polar(A, factors=factors)
    Qbar, Hbar = _bar(Qbar, "Qbar", Q.shape, "Q"), _sym(_bar(Hbar, "Hbar", H.shape, "H"))
    return _polar_slope(factors, Qbar + Q @ H @ Hbar) + Q @ Hbar


def _polar_slope(factors, dA):
    """dQ when A moves by dA."""
    U, s, Vt = factors
    UdA, dAV = U.mT @ dA, dA @ Vt.mT
    P = UdA @ Vt.mT
    dQ = U @ (2 * _skew(P) / _sums(s)) @ Vt
    if U.shape[-2] > s.shape[-1]:
        dQ = dQ + ((dAV - U @ P) / s[..., None, :]) @ Vt
    if Vt.shape[-1] > s.shape[-1]:
        dQ = dQ + U @ ((UdA - P @ Vt) / s[..., None])
    return dQ


def pinv(A, *, rtol=None, factors=None):
    """The pseudo-inverse A⁺ (n, m) of A (m, n).

    Singular values up to rtol times the largest count as 0; rtol is max(m, n) · 2.2e-16 unless given.
    `factors` is (U, s, Vᵀ) of `svd`.

    >>> pinv(np.array([[2., 0.], [0., 0.], [0., 0.]]))
    array([[0.5, 0. , 0. ],
           [0. , 0. , 0. ]])
    """
    return _inverted(factors or svd(A), rtol)[2]


def pinv_jvp(A, dA, *, rtol=None, factors=None):
    """(A⁺, dA⁺) of `pinv` when A moves by dA and its rank stays.

    dA⁺ = -A⁺ dA A⁺ + A⁺A⁺ᵀ dAᵀ (I - AA⁺) + (I - A⁺A) dAᵀ A⁺ᵀA⁺. `rtol` and `factors` as for `pinv`.

    Raises LinAlgError if dA changes the rank at first order, that is if (I - AA⁺) dA (I - A⁺A) is not 0:
    there A⁺ jumps. Reference: Golub and Pereyra (1973).

    >>> A, dA = np.diag([2., 0.]), np.array([[1., 1.], [0., 0.]])
    >>> pinv_jvp(A, dA)[1]
    array([[-0.25,  0.  ],
           [ 0.25,  0.  ]])
    """
    factors = factors or svd(A)
    U, Vt, Ap = _inverted(factors, rtol)
    dA = _like(dA, "dA", Ap.mT.shape, "A")
    outside_U, outside_V = dA - U @ (U.mT @ dA), dA - (dA @ Vt.mT) @ Vt
    _need_same_rank(outside_U - (outside_U @ Vt.mT) @ Vt, dA)
    return Ap, -Ap @ dA @ Ap + (Ap @ Ap.mT) @ outside_U.mT + outside_V.mT @ (Ap.mT @ Ap)


def pinv_vjp(A, Apbar, *, rtol=None, factors=None):
    """The gradient for A from that for A⁺, among the directions that keep the rank.

    It is -A⁺ᵀ G A⁺ᵀ + (I - AA⁺) Gᵀ A⁺A⁺ᵀ + A⁺ᵀA⁺ Gᵀ (I - A⁺A), G for Apbar. `rtol` and `factors` as for
    `pinv`.

    >>> pinv_vjp(np.diag([2., 0.]), np.array([[0., 0.], [1., 0.]]))
    array([[0.  , 0.25],
           [0.  , 0.  ]])
    """
    factors = factors or svd(A)
    U, Vt, Ap = _inverted(factors, rtol)
    Gt = _like(Apbar, "Apbar", Ap.shape, "A⁺").mT
    outside_U, outside_V = Gt - U @ (U.mT @ Gt), Gt - (Gt @ Vt.mT) @ Vt
    return -Ap.mT @ Gt.mT @ Ap.mT + outside_U @ (Ap @ Ap.mT) + (Ap.mT @ Ap) @ outside_V


def _inverted(factors, rtol):
    """U and Vᵀ with zeros in place of the vectors beyond the rank, and the pseudo-inverse."""
    U, s, Vt = factors
    rtol = max(U.shape[-2], Vt.shape[-1]) * EPS if rtol is None else rtol
    kept = s > rtol * s.max(-1, keepdims=True, initial=0)
    U, Vt = U * kept[..., None, :], Vt * kept[..., None]
    return U, Vt, (Vt.mT / np.where(kept, s, 1)[..., None, :]) @ U.mT + 0.0


# ------------------------------------------------------------- projectors on the leading directions

def projector(A, k, *, of="right", factors=None):
    """The orthogonal projector on the span of the k leading directions of A.

    `of` says which: "right", V_k V_kᵀ (n, n), with the first k right singular vectors of A (m, n); "left",
    U_k U_kᵀ (m, m); "eigen", V_k V_kᵀ with the eigenvectors of the k largest eigenvalues of a symmetric A.
    `factors` is (U, s, Vᵀ) of `svd`, for "eigen" (λ, V) of `eigh`.

    Raises LinAlgError with the two numbers where there is no gap after the k-th singular value (eigenvalue):
    there A does not say which directions lead. ValueError for a k or `of` that does not exist.

    >>> projector(np.diag([2., 2., 1.]), 2)
    array([[1., 0., 0.],
           [0., 1., 0.],
           [0., 0., 0.]])
    """
    if _which_directions(of) == "eigen":
        lead, _, _ = _leading_eigen(factors or eigh(A), k)
    else:
        lead = _leading_singular(factors or svd(A), k, of)[1]
    return lead @ lead.mT


def projector_jvp(A, dA, k, *, of="right", factors=None):
    """(P, dP) of `projector` when A moves by dA. Directions that lead, or that do not, may tie among themselves.

    dP = X + Xᵀ, where X carries the leading directions i out of their span, to all others j: for "eigen"
    X = Σ v_j v_jᵀ dA v_i v_iᵀ / (λ_i - λ_j), else with M = Uᵀ dA V and σ_j = 0 beyond the thin factors
    X = Σ v_j (σ_i M_ij + σ_j M_ji) v_iᵀ / (σ_i² - σ_j²); "left" as "right" of Aᵀ. Errors as for `projector`.

    >>> _, dP = projector_jvp(np.diag([2., 2., 1.]), np.eye(3)[[0]].T @ np.eye(3)[[2]], 2)
    >>> dP.round(12)
    array([[0.        , 0.        , 0.66666667],
           [0.        , 0.        , 0.        ],
           [0.66666667, 0.        , 0.        ]])
    """
    if _which_directions(of) == "eigen":
        lead, rest, gaps = _leading_eigen(factors or eigh(A), k)
        dA = _symmetric(_like(dA, "dA", lead.shape[:-1] + lead.shape[-2:-1], "A"), "dA")
        X = rest @ ((rest.mT @ dA @ lead) / gaps) @ lead.mT
    else:
        u, lead, s, ur, rest, sr, gaps = _leading_singular(factors or svd(A), k, of)
        wide = (u, lead) if of == "right" else (lead, u)
        dA = _like(dA, "dA", wide[0].shape[:-1] + wide[1].shape[-2:-1], "A")
        dA = dA if of == "right" else dA.mT
        out, back = dA.mT @ u, dA @ lead                           # columns dAᵀu_i and dA v_i
        X = rest @ ((rest.mT @ out * s[..., None, :] + sr[..., None] * (ur.mT @ back)) / gaps) @ lead.mT
        X = X + _beyond(out / s[..., None, :], lead, rest) @ lead.mT
    return lead @ lead.mT, X + X.mT


def projector_vjp(A, Pbar, k, *, of="right", factors=None):
    """The gradient for A from that for P: X of `projector_jvp` read backwards, from H = Pbar + Pbarᵀ.

    For "right" Σ (σ_i u_i v_jᵀ + σ_j u_j v_iᵀ) v_jᵀ H v_i / (σ_i² - σ_j²), for "eigen" the symmetric part of
    Σ v_j v_iᵀ v_jᵀ H v_i / (λ_i - λ_j). Arguments and errors as for `projector_jvp`.

    >>> projector_vjp(np.diag([2., 2., 1.]), np.eye(3)[[0]].T @ np.eye(3)[[2]], 2).round(12)
    array([[0.        , 0.        , 0.66666667],
           [0.        , 0.        , 0.        ],
           [0.33333333, 0.        , 0.        ]])
    """
    if _which_directions(of) == "eigen":
        lead, rest, gaps = _leading_eigen(factors or eigh(A), k)
        H = 2 * _sym(_like(Pbar, "Pbar", lead.shape[:-1] + lead.shape[-2:-1], "P"))
        return _sym(rest @ ((rest.mT @ H @ lead) / gaps) @ lead.mT)
    u, lead, s, ur, rest, sr, gaps = _leading_singular(factors or svd(A), k, of)
    H = 2 * _sym(_like(Pbar, "Pbar", lead.shape[:-1] + lead.shape[-2:-1], "P"))
    turn = (rest.mT @ H @ lead) / gaps
    Abar = (u * s[..., None, :]) @ turn.mT @ rest.mT + (ur * sr[..., None, :]) @ turn @ lead.mT
    Abar = Abar + (u / s[..., None, :]) @ _beyond(H @ lead, lead, rest).mT
    return Abar if of == "right" else Abar.mT


def _which_directions(of):
    if of not in ("right", "left", "eigen"):
        raise ValueError(f"of is {of!r}: expected 'right', 'left' or 'eigen'.")
    return of


def _leading_eigen(factors, k):
    """The eigenvectors of the k largest eigenvalues, the others, and λ_i - λ_j, a row for each other j."""
    lam, V = factors
    lam, V = lam[..., ::-1], V[..., ::-1]
    k = _count(k, lam.shape[-1])
    _need_gap(lam, k, "eigenvalues", lam.shape[-1])
    return V[..., :k], V[..., k:], lam[..., None, :k] - lam[..., k:, None]


def _leading_singular(factors, k, of):
    """Of A, or of Aᵀ for "left": leading u, v, σ, the others of the thin SVD, and σ_i² - σ_j², a row for each j."""
    U, s, Vt = factors
    U, V = (U, Vt.mT) if of == "right" else (Vt.mT, U)
    k = _count(k, s.shape[-1])
    _need_gap(s, k, "singular values", V.shape[-2])
    lead, rest = s[..., None, :k], s[..., k:, None]
    # A leading σ of 0 means that all directions lead and nothing turns: 1 in its place, to be divided by.
    return (U[..., :k], V[..., :k], np.where(s > 0, s, 1.0)[..., :k], U[..., k:], V[..., k:], s[..., k:],
            (lead - rest) * (lead + rest))


def _beyond(X, lead, rest):
    """What of the columns of X stands outside the thin factors, where σ_j = 0."""
    if lead.shape[-1] + rest.shape[-1] == lead.shape[-2]:
        return np.zeros_like(X)
    return X - lead @ (lead.mT @ X) - rest @ (rest.mT @ X)


def _count(k, most):
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)) or not 1 <= k <= most:
        raise ValueError(f"k is {k!r}: expected a whole number of directions from 1 to {most}.")
    return int(k)


def _need_gap(values, k, what, dimension):
    """A gap between the k-th of descending values and the next one, which is 0 beyond the thin factors."""
    if k == dimension:                                             # the whole space, and no next one
        return
    padded = np.concatenate([values, np.zeros(values.shape[:-1] + (1,))], -1)
    a, b = padded[..., k - 1], padded[..., k]
    bad = a - b <= dimension * EPS * np.abs(values).max(-1, initial=0)
    if bad.any():
        _refuse(bad, lambda at: (
            f"{what} {k} and {k + 1} are equal, {a[at]:.6g} and {b[at]:.6g}, apart {a[at] - b[at]:.1e}: the "
            f"projector on {k} leading directions needs a gap after them."))


# --------------------------------------------------------------------------------------- conditions

def _ties(values):
    """Whether neighbours are equal up to round-off; values ascend or descend."""
    size = np.abs(values).max(-1, keepdims=True, initial=0)
    return np.abs(np.diff(values)) <= values.shape[-1] * EPS * size


def _need_distinct(values, what, why):
    for *at, i in np.argwhere(_ties(values))[:1]:
        a, b = values[*at, i:i + 2]
        raise LinAlgError(f"{_which(at)}{what} {i + 1} and {i + 2} are equal, {a:.6g} and {b:.6g}, apart "
                          f"{abs(a - b):.1e}: {why}.")


def _need_equal_at_ties(values, bar, what):
    """Where values are equal, a loss that is smooth treats them alike."""
    values, bar = np.broadcast_arrays(values, bar)
    uneven = np.abs(np.diff(bar)) > 1e-8 * np.abs(bar).max(-1, keepdims=True, initial=0)
    for *at, i in np.argwhere(_ties(values) & uneven)[:1]:
        raise LinAlgError(f"{_which(at)}{what} {i + 1} and {i + 2} are equal, {values[*at, i]:.6g}, but "
                          f"their gradients are not, {bar[*at, i]:.3g} and {bar[*at, i + 1]:.3g}: such a "
                          "loss has a kink here.")


def _need_full_rank(factors, why, used=True):
    U, s, Vt = factors
    least = max(U.shape[-2], Vt.shape[-1]) * EPS * s.max(-1, keepdims=True, initial=0)
    bad = (s <= least) & used
    for *at, i in np.argwhere(bad)[:1]:
        value = np.broadcast_to(s, bad.shape)[*at, i]
        raise LinAlgError(f"{_which(at)}singular value {i + 1} of {s.shape[-1]} is {value:.3g}, 0 up to "
                          f"round-off: {why}.")


def _need_smooth_vectors(factors):
    _need_full_rank(factors, "singular vectors and values need full rank to have a derivative")
    _need_distinct(factors[1], "singular values",
                   "U and V turn at a rate of 1/gap, and s has a kink; polar and pinv stay smooth")


def _need_same_rank(rest, dA):
    size = np.abs(rest).max((-2, -1), initial=0)
    bad = size > 1e-8 * np.abs(dA).max((-2, -1), initial=0)
    if bad.any():
        at = tuple(np.argwhere(bad)[0])
        raise LinAlgError(f"{_which(at)}dA changes the rank of A: (I - AA⁺) dA (I - A⁺A) has an entry of "
                          f"{size[at]:.3g}, expected 0, for A⁺ jumps where the rank changes.")


def _refuse(bad, sentence):
    """Raise with the sentence for the first bad matrix of a stack."""
    at = tuple(np.argwhere(bad)[0])
    raise LinAlgError(_which(at) + sentence(at))


def _which(at):
    return f"Matrix {', '.join(map(str, at))} of the stack: " if len(at) else ""


# ------------------------------------------------------------------------------- stacks of matrices

def _sym(X):
    return (X + X.mT) / 2


def _skew(X):
    return (X - X.mT) / 2


def _diag(x):
    return x[..., None] * np.eye(x.shape[-1])


def _diagonal(X):
    return np.diagonal(X, axis1=-2, axis2=-1).copy()


def _gaps(values):
    """values_j - values_i, infinite on the diagonal: what is divided by it is 0 there."""
    gaps = values[..., None, :] - values[..., :, None]
    n = np.arange(values.shape[-1])
    gaps[..., n, n] = np.inf
    return gaps


def _sums(values):
    return values[..., None, :] + values[..., :, None]


# ------------------------------------------------------------------------------------------- inputs

def _numbers(X, name):
    try:
        A = np.asarray(X)
    except ValueError:
        raise TypeError(f"{name} is a list of rows of different lengths: expected a matrix.") from None
    if A.dtype.kind not in "biuf":
        given = "None" if X is None else f"a {type(X).__name__} of dtype {A.dtype}"
        raise TypeError(f"{name} is {given}: expected real numbers.")
    A = A.astype(float, copy=False)
    if not np.isfinite(A).all():
        raise ValueError(f"{name} has entries that are nan or infinite: expected finite numbers.")
    return A


def _matrix(X, name):
    A = _numbers(X, name)
    if A.ndim < 2:
        raise ValueError(f"{name} has shape {A.shape}: expected a matrix, or a stack of them in the last two "
                         "axes.")
    return A


def _square(A):
    A = _matrix(A, "A")
    if A.shape[-2] != A.shape[-1]:
        raise ValueError(f"A has shape {A.shape}: expected a square matrix.")
    return A


def _symmetric(X, name):
    X = _matrix(X, name)
    if X.shape[-2] != X.shape[-1]:
        raise ValueError(f"{name} has shape {X.shape}: expected a square, symmetric matrix.")
    off = np.abs(X - X.mT).max((-2, -1), initial=0)
    bad = off > 1e-8 * np.abs(X).max((-2, -1), initial=0)         # each matrix of a stack by its own size
    if bad.any():
        at = tuple(np.argwhere(bad)[0])
        raise ValueError(f"{_which(at)}{name} is not symmetric, {name}[i, j] and {name}[j, i] differ by up to "
                         f"{off[at]:.3g}: expected a symmetric matrix, ({name} + {name}.T) / 2 makes one.")
    return _sym(X)


def _like(X, name, shape, of):
    """X as numbers in this shape, that of its factor; leading axes may differ."""
    X = _matrix(X, name)
    if X.shape[-2:] != shape[-2:]:
        raise ValueError(f"{name} has shape {X.shape}: expected that of {of}, {shape}.")
    _leading(X.shape[:-2], shape[:-2], name, of)
    return X


def _like_vector(x, name, shape, of):
    x = _numbers(x, name)
    if x.ndim < 1 or x.shape[-1] != shape[-1]:
        raise ValueError(f"{name} has shape {x.shape}: expected that of {of}, {shape}.")
    _leading(x.shape[:-1], shape[:-1], name, of)
    return x


def _bar(X, name, shape, of):
    """The gradient for a factor, 0 where the loss does not use it."""
    return np.zeros(shape) if X is None else _like(X, name, shape, of)


def _bar_vector(x, name, shape, of):
    return np.zeros(shape) if x is None else _like_vector(x, name, shape, of)


def _leading(given, wanted, name, of):
    try:
        np.broadcast_shapes(given, wanted)
    except ValueError:
        raise ValueError(f"{name} is a stack of {given}, {of} one of {wanted}: "
                         "expected leading axes that broadcast.") from None


def _values(f, lam, name):
    with np.errstate(all="ignore"):
        y = np.asarray(f(lam))
    if y.shape != lam.shape or y.dtype.kind not in "biuf":
        raise ValueError(f"{name} gives {y.dtype} of shape {y.shape} for eigenvalues of shape {lam.shape}: "
                         "expected a real function that works entry by entry.")
    if not np.isfinite(y).all():
        raise ValueError(f"{name} is not finite at the eigenvalue {lam[~np.isfinite(y)][0]:.6g}: f(A) needs "
                         "f and its derivative at every eigenvalue.")
    return y.astype(float, copy=False)
