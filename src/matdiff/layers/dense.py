"""Layers whose rows are samples: affine, softmax, attention, and the two that normalize."""
import numpy as np

from .inputs import common, numbers, optional, shaped


def affine(X, W, b=None):
    """Z = X W + b, the row b added to every row: X (..., d), W (d, h) and b (h,) give Z (..., h).

    `nn.Linear` stores the transpose of this W. Raises ValueError if shapes do not fit.

    >>> X = np.array([[1, 0, 2, -1], [0, 1, 1, 1]])
    >>> W = np.array([[1, -1, 0], [0, 1, 1], [1, 0, -1], [1, 0, 2]])
    >>> affine(X, W, np.array([-1, 0, 1]))
    array([[ 1., -1., -3.],
           [ 1.,  1.,  3.]])
    """
    X, W = _factors(X, W)
    Z = X @ W
    return Z if b is None else Z + _bias(b, "b", W)


def affine_jvp(X, W, b=None, dX=None, dW=None, db=None):
    """(Z, dZ) of `affine` when X, W and b move by dX, dW and db; what is None stays.

    dZ = dX W + X dW + db. Errors as for `affine`.

    >>> affine_jvp(np.eye(2), np.array([[1, 2], [3, 4]]), dX=np.ones((2, 2)))[1]
    array([[4., 6.],
           [4., 6.]])
    """
    X, W = _factors(X, W)
    dX, dW = optional(dX, "dX", X.shape, "that of X"), optional(dW, "dW", W.shape, "that of W")
    dZ = dX @ W + X @ dW
    return affine(X, W, b), dZ if db is None else dZ + _bias(db, "db", W)


def affine_vjp(X, W, G):
    """(Xbar, Wbar, bbar): the gradients for X, W and b from G, that for Z.

    They are G Wᵀ, Xᵀ G and the sum of G's rows; further leading axes are samples like the rows.
    Errors as for `affine`.

    >>> X, W, G = np.array([[1, 0, 2], [0, 1, 1]]), np.array([[2], [-1], [1]]), np.array([[1], [-0.5]])
    >>> affine_vjp(X, W, G)
    (array([[ 2. , -1. ,  1. ],
           [-1. ,  0.5, -0.5]]), array([[ 1. ],
           [-0.5],
           [ 1.5]]), array([0.5]))
    """
    X, W = _factors(X, W)
    X, W, G = common(X, W, shaped(G, "G", (*X.shape[:-1], W.shape[1]), "that of the output"))
    rows = G.reshape(-1, W.shape[1])
    return G @ W.T, X.reshape(-1, len(W)).T @ rows, rows.sum(0)


def softmax(Z):
    """exp(z_j) / Σ_k exp(z_k) in each row, the last axis, without overflow.

    >>> softmax(np.array([[0, np.log(2), 0], [1000, 1000, -1000]]))
    array([[0.25, 0.5 , 0.25],
           [0.5 , 0.5 , 0.  ]])
    """
    Z = numbers(Z, "Z")
    E = np.exp(Z - Z.max(-1, keepdims=True))
    return E / E.sum(-1, keepdims=True)


def softmax_vjp(Z, G):
    """The gradient for Z from G, that for P = softmax(Z): in each row P ∘ (G - <P, G>).

    The Jacobian of a row, diag(p) - p pᵀ, is symmetric: softmax_vjp(Z, dZ) is also how P moves with Z.

    >>> softmax_vjp(np.array([[0, np.log(2), 0]]), np.array([[4, 2, 8]])).round(12)
    array([[ 0., -1.,  1.]])
    """
    Z = numbers(Z, "Z")
    return _through_softmax(softmax(Z), shaped(G, "G", Z.shape, "that of Z"))


def attention(Q, K, V, *, mask=None):
    """softmax(Q Kᵀ / √d) V: queries Q (n, d), keys K (k, d), values V (k, v) give (n, v).

    Where `mask` (n, k) is False a query does not see the key; it has to see one. Leading axes are stacks.
    Reference: Vaswani et al. (2017).

    >>> Q, K = np.array([[2 * np.log(2), 0, 0, 0]]), np.eye(4)[[1, 0, 2]]
    >>> V = np.array([[4, 0], [0, 1], [8, 0]])
    >>> attention(Q, K, V).round(12)
    array([[3. , 0.5]])
    """
    Q, K, V = _stacks(Q, K, V)
    return _weights(Q, K, mask) @ V


def attention_vjp(Q, K, V, G, *, mask=None):
    """(Qbar, Kbar, Vbar) from G, the gradient for the output of `attention`.

    With the weights P: Vbar = Pᵀ G, Pbar = G Vᵀ, Sbar = P ∘ (Pbar - row sums of P ∘ Pbar),
    Qbar = Sbar K / √d, Kbar = Sbarᵀ Q / √d.

    >>> Q, K = np.array([[2 * np.log(2), 0, 0, 0]]), np.eye(4)[[1, 0, 2]]
    >>> V = np.array([[4, 0], [0, 1], [8, 0]])
    >>> attention_vjp(Q, K, V, np.array([[1, 2]]))[0].round(12) + 0.
    array([[-0.5,  0. ,  0.5,  0. ]])
    """
    Q, K, V = _stacks(Q, K, V)
    G = shaped(G, "G", (*Q.shape[:-1], V.shape[-1]), "that of the output")
    P = _weights(Q, K, mask)
    S = _through_softmax(P, G @ V.mT) / np.sqrt(Q.shape[-1], dtype=P.dtype)
    return S @ K, S.mT @ Q, P.mT @ G


def batch_norm(X, gamma, beta, *, eps=1e-5):
    """γ (X - μ)/s + β, each feature with the mean μ and s = √(variance + eps) of the whole batch.

    X is (m, d) or (N, C, H, W), the features in the second axis, γ and β (d,) or (C,). The variance is the
    biased one, divided by the number of entries. Reference: Ioffe and Szegedy (2015).

    >>> batch_norm(np.array([[1, 5], [3, 5]]), np.ones(2), np.zeros(2), eps=0.1).round(4)
    array([[-0.9535,  0.    ],
           [ 0.9535,  0.    ]])
    """
    X = _samples(X)
    return _normalize(X, gamma, beta, eps, *_of_batch(X))


def batch_norm_vjp(X, gamma, G, *, eps=1e-5):
    """(Xbar, gammabar, betabar) from G, the gradient for the output of `batch_norm`.

    With H = γ G, X̂ = (X - μ)/s and <.> the mean over the batch: Xbar = (H - <H> - X̂ <H X̂>)/s, for mean and
    deviation move too; γ and β collect the sums of G X̂ and G.

    >>> X, G = np.array([[1], [3], [5]]), np.array([[1], [0], [0]])
    >>> batch_norm_vjp(X, np.ones(1), G)[0].round(4)
    array([[ 0.1021],
           [-0.2041],
           [ 0.1021]])
    """
    X = _samples(X)
    return _normalize_vjp(X, gamma, G, eps, *_of_batch(X))


def layer_norm(X, gamma, beta, *, eps=1e-5):
    """γ (x - μ)/s + β, each row x with its own mean μ and s = √(variance + eps): X (..., d), γ and β (d,).

    The variance is the biased one. Reference: Ba, Kiros and Hinton (2016).

    >>> layer_norm(np.array([[2, 2, 4, 4]]), np.ones(4), np.zeros(4), eps=0)
    array([[-1., -1.,  1.,  1.]])
    """
    X = _samples(X)
    return _normalize(X, gamma, beta, eps, *_of_rows(X))


def layer_norm_vjp(X, gamma, G, *, eps=1e-5):
    """(Xbar, gammabar, betabar) from G, the gradient for the output of `layer_norm`.

    As for `batch_norm_vjp`, the means being those of each row; γ and β still sum over the rows.

    >>> layer_norm_vjp(np.array([[2, 2, 4, 4]]), np.ones(4), np.array([[1, 0, 0, 0]]), eps=0)[0]
    array([[ 0.5, -0.5,  0. ,  0. ]])
    """
    X = _samples(X)
    return _normalize_vjp(X, gamma, G, eps, *_of_rows(X))


# ------------------------------------------------------------------------------------------- their parts

def _through_softmax(P, G):
    return P * (G - np.sum(P * G, -1, keepdims=True))


def _weights(Q, K, mask):
    S = Q @ K.mT / np.sqrt(Q.shape[-1], dtype=Q.dtype)
    if mask is None:
        return softmax(S)
    mask = np.asarray(mask)
    if mask.dtype != bool or mask.shape[-2:] != S.shape[-2:]:
        raise ValueError(f"mask has shape {mask.shape} and dtype {mask.dtype}: expected {S.shape[-2:]} of "
                         "True and False, a row for each query, a column for each key.")
    if not mask.any(-1).all():
        raise ValueError("mask has a row without True: expected that each query sees a key.")
    return softmax(np.where(mask, S, -np.inf))


def _normalize(X, gamma, beta, eps, feature, along):
    gamma, beta = _per_feature(gamma, "gamma", X, feature), _per_feature(beta, "beta", X, feature)
    return gamma * _standardized(X, eps, along)[0] + beta


def _normalize_vjp(X, gamma, G, eps, feature, along):
    G, gamma = shaped(G, "G", X.shape, "that of X"), _per_feature(gamma, "gamma", X, feature)
    X, G, gamma = common(X, G, gamma)
    Xhat, s = _standardized(X, eps, along)
    H = gamma * G
    Xbar = (H - H.mean(along, keepdims=True) - Xhat * np.mean(H * Xhat, along, keepdims=True)) / s
    batch = _all_but(feature, X)
    return Xbar, np.sum(G * Xhat, batch), np.sum(G, batch)


def _of_batch(X):
    """The axis of the features, and those that mean and deviation are taken along: all others."""
    return 1, _all_but(1, X)


def _of_rows(X):
    """The same for one row at a time: its features alone."""
    return X.ndim - 1, (X.ndim - 1,)


def _all_but(feature, X):
    return tuple(i for i in range(X.ndim) if i != feature)


def _samples(X):
    X = numbers(X, "X")
    if X.ndim < 2:
        raise ValueError(f"X has shape {X.shape}: expected a batch, (m, d) say.")
    return X


def _standardized(X, eps, along):
    centred = X - X.mean(along, keepdims=True)
    s = np.sqrt(np.mean(centred**2, along, keepdims=True) + X.dtype.type(eps))
    return centred / s, s


def _per_feature(g, name, X, feature):
    """A number for each feature, in a shape that meets X."""
    g = shaped(g, name, X.shape[feature:feature + 1], "one for each feature of X")
    return g.reshape(-1, *[1] * (X.ndim - feature - 1))


def _factors(X, W):
    X, W = numbers(X, "X"), numbers(W, "W", "d, h")
    if X.shape[-1:] != W.shape[:1]:
        raise ValueError(f"X has shape {X.shape} and W {W.shape}: expected X (..., d) and W (d, h).")
    return common(X, W)


def _bias(b, name, W):
    return shaped(b, name, W.shape[1:], "one for each column of W")


def _stacks(Q, K, V):
    Q, K, V = numbers(Q, "Q"), numbers(K, "K"), numbers(V, "V")
    if min(Q.ndim, K.ndim, V.ndim) < 2 or Q.shape[-1] != K.shape[-1] or K.shape[:-1] != V.shape[:-1] \
            or Q.shape[:-2] != K.shape[:-2]:
        raise ValueError(f"Q, K and V have shapes {Q.shape}, {K.shape} and {V.shape}: expected (n, d), "
                         "(k, d) and (k, v).")
    return common(Q, K, V)
