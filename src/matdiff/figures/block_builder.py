"""The matrix of X -> AXB, built of blocks: where an entry of X goes in the stack, and what it meets there."""
import numpy as np
import traitlets

from .base import Figure
from .matrix_entry_explorer import Matrix

# name: (left factor, right factor), of which np.kron makes the big matrix
PRODUCTS = {"kron(B.T, A)": ("B.T", "A"), "kron(A, B.T)": ("A", "B.T"), "kron(B, A)": ("B", "A"),
            "kron(A, B)": ("A", "B")}
SINGULAR = 1e-12  # a determinant below this share of the product of its rows' lengths is nought


class BlockBuilder(Figure):
    """Tables A, X, B to drag, the stacks of X and F = AXB, and between them a Kronecker product as blocks.

    A: (p, m).  X: (m, n).  B: (n, q).  order: "columns" or "rows", how X and F are stacked.
    product: "kron(B.T, A)", "kron(A, B.T)", "kron(B, A)" or "kron(A, B)", what is tried as the matrix between
    the stacks.  picked: (row, column) of the entry of X that is looked at.  row: the row of the big matrix.
    `BlockBuilder.of_inverse(X, dX)` shows the differential of the inverse, the case A = -inv(X), B = inv(X).

    Read-outs: picked, its value; place in the stack, from 1; effect, the change of F for a unit of it; entry,
    the number in its column and the row looked at, None if it has no column; block, `of A`, `of B`: where that
    number stands and what it is the product of, from 1; stack of F; product with the stack of X, None if the
    sizes do not fit; difference, the greatest between the two.

    >>> figure = BlockBuilder([[1, 2]], [[1, 0], [3, -1]], [[1, 0], [2, 5]], picked=(1, 0))
    >>> figure.readouts()["place"], figure.readouts()["effect"], figure.readouts()["difference"]
    (2, array([[2., 0.]]), 0.0)
    >>> BlockBuilder([[1, 2]], [[1, 0], [3, -1]], [[1, 0], [2, 5]], order="rows").readouts()["difference"]
    15.0
    """

    kind = "block-builder"
    A = Matrix(default_value=((1.0,),)).tag(sync=True)
    X = Matrix(default_value=((1.0,),)).tag(sync=True)
    B = Matrix(default_value=((1.0,),)).tag(sync=True)
    point = Matrix(default_value=None, allow_none=True).tag(sync=True)
    order = traitlets.Enum(("columns", "rows"), default_value="columns").tag(sync=True)
    product = traitlets.Enum(tuple(PRODUCTS), default_value="kron(B.T, A)").tag(sync=True)
    picked = traitlets.Tuple(traitlets.Int(min=0), traitlets.Int(min=0), default_value=(0, 0)).tag(sync=True)
    row = traitlets.Int(0, min=0).tag(sync=True)

    def __init__(self, A, X, B, order="columns", product="kron(B.T, A)", picked=(0, 0), row=0, label="",
                 point=None):
        super().__init__(A=A, X=X, B=B, point=point, order=order, product=product, picked=picked, row=row,
                         label=label or "Tables A, X, B and the Kronecker product that maps stacks of entries")

    @classmethod
    def of_inverse(cls, X, dX, order="columns", product="kron(B.T, A)", picked=(0, 0), row=0, label=""):
        """The differential of the inverse, -inv(X) dX inv(X): X and dX can be dragged, A and B follow X.

        X: (n, n).  dX: (n, n).  Where X is singular the read-outs that need its inverse are None.

        >>> wrong = BlockBuilder.of_inverse([[2, 1], [0, 1]], [[1, 0], [2, 0]], product="kron(B, A)")
        >>> wrong.readouts()["difference"]
        1.0
        """
        if product == "kron(A, B)":
            raise ValueError("of_inverse takes product 'kron(B.T, A)', 'kron(A, B.T)' or 'kron(B, A)'; "
                             "'kron(A, B)' is the last one again")
        return cls(dX, dX, dX, order, product, picked, row,
                   label or "A square X, a step dX and the Jacobian of the inverse as blocks", point=X)

    @traitlets.validate("A", "X", "B", "point", "picked")
    def _fit_together(self, proposal):
        now = {name: getattr(self, name) for name in ("A", "X", "B", "point", "picked")}
        now[proposal["trait"].name] = proposal["value"]
        (p, m), (rows, columns), (n, q) = (np.shape(now[name]) for name in "AXB")
        if now["point"] is not None and not p == m == rows == columns == n == q == len(now["point"]):
            raise traitlets.TraitError(f"X {np.shape(now['point'])} and dX {(rows, columns)} must be square "
                                       "and of one size")
        if (m, n) != (rows, columns):
            raise traitlets.TraitError(f"A {(p, m)}, X {(rows, columns)} and B {(n, q)} do not fit: A needs a "
                                       "column for each row of X, B a row for each column of X")
        i, j = now["picked"]
        if i >= rows or j >= columns:
            raise traitlets.TraitError(f"picked names entry ({i}, {j}) of X, which has shape {(rows, columns)}")
        return proposal["value"]

    def _factors(self):
        """A and B, None if there is no inverse to take them from."""
        if self.point is None:
            return np.array(self.A), np.array(self.B)
        X = np.array(self.point)
        if abs(np.linalg.det(X)) <= SINGULAR * np.prod(np.linalg.norm(X, axis=1)):
            return None
        return -np.linalg.inv(X), np.linalg.inv(X)

    def readouts(self):
        X, (k, l) = np.array(self.X), self.picked
        flatten = "F" if self.order == "columns" else "C"
        place = np.ravel_multi_index((k, l), X.shape, order=flatten)
        known = {"picked": float(X[k, l]), "place": int(place) + 1}
        unknown = dict.fromkeys(("effect", "entry", "block", "of A", "of B", "stack", "product", "difference"))
        if self._factors() is None:
            return known | unknown
        A, B = self._factors()
        left, right = ({"A": A, "B": B, "B.T": B.T}[name] for name in PRODUCTS[self.product])
        M, F = np.kron(left, right), A @ X @ B
        known |= unknown | {"effect": np.outer(A[:, k], B[l]), "stack": F.ravel(order=flatten)}
        if place < M.shape[1]:
            row = min(self.row, len(M) - 1)
            at = {"left": (row // len(right), place // right.shape[1]),
                  "right": (row % len(right), place % right.shape[1])}
            for name, where in zip(PRODUCTS[self.product], (at["left"], at["right"])):
                known[f"of {name[0]}"] = np.add(where[::-1] if name == "B.T" else where, 1)
            known |= {"entry": float(M[row, place]), "block": np.add(at["left"], 1)}
        if M.shape == (F.size, X.size):
            product = M @ X.ravel(order=flatten)
            known |= {"product": product, "difference": float(abs(product - known["stack"]).max())}
        return known
