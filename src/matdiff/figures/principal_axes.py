"""A cloud of points and its principal axis: what one point does to it, predicted and true."""
import numpy as np
import traitlets

from .cloud import Cloud

ROUNDING = 1e-9  # eigenvalues this close count as equal


class PrincipalAxes(Cloud):
    """Drag a point of a cloud: the first principal axis turns, by how much the first order predicts.

    points: shape (N, 2), N at least 2.  centred: whether the mean is subtracted first; without, C is the
    second moment XᵀX / N about the origin.  limits: (low, high) per axis.  `picked` is (i,), the point that
    was moved last, and `start` its place when it was picked: predicted and actual turn count from there.

    Read-outs: centre, the mean or the origin; C, with 1/N; eigenvalues, the larger first; gap; angle of the
    first axis in degrees; predicted and actual turn in degrees; lever, the fastest rate, in degrees for a
    step of length one, at which the picked point turns the axis.  None where the eigenvalues are equal.

    >>> figure = PrincipalAxes([(-1, -1), (1, 1), (0.5, -0.5), (-0.5, 0.5)])
    >>> figure.readouts()["angle"], round(figure.readouts()["lever"], 1)
    (45.0, 27.0)
    """

    kind = "principal-axes"
    centred = traitlets.Bool(True).tag(sync=True)

    def __init__(self, points, picked=0, centred=True, limits=((-4, 4), (-3, 3)), label=""):
        super().__init__(points, picked, limits, centred=centred,
                         label=label or "A cloud of points, each of which can be dragged, and its first axis")

    def readouts(self):
        X, (i,) = np.array(self.points), self.picked
        before = X.copy()
        before[i] = self.start
        centre, C = moments(X, self.centred)
        eigenvalues, angle = first_axis(C)
        said = {"centre": centre, "C": C, "eigenvalues": eigenvalues,
                "gap": float(eigenvalues[0] - eigenvalues[1]),
                **dict.fromkeys(("angle", "predicted", "actual", "lever"))}
        if angle is not None:
            said |= {"angle": float(np.degrees(angle)),
                     "lever": float(np.degrees(np.linalg.norm(levers(X, self.centred)[i])))}
        angle_before = first_axis(moments(before, self.centred)[1])[1]
        if angle is not None and angle_before is not None:
            slope = levers(before, self.centred)[i]
            said |= {"predicted": float(np.degrees(slope @ (X[i] - before[i]))),
                     "actual": float(np.degrees(quarter(angle - angle_before)))}
        return said


def moments(X, centred):
    """The centre of the points, and the mean of (x - centre)(x - centre)ᵀ."""
    centre = X.mean(axis=0) if centred else np.zeros(2)
    return centre, (X - centre).T @ (X - centre) / len(X)


def first_axis(C):
    """The eigenvalues of a symmetric 2 by 2 matrix, the larger first, and its first axis' angle or None."""
    p, q = (C[0, 0] - C[1, 1]) / 2, C[0, 1]
    middle, half = np.trace(C) / 2, np.hypot(p, q)
    angle = None if 2 * half < ROUNDING else np.arctan2(q, p) / 2
    return np.array([middle + half, middle - half]), angle


def levers(X, centred):
    """The gradient of the first axis' angle by each point, shape (N, 2), in radians.

    With e = x_i - centre: dC = (e dxᵀ + dx eᵀ)/N, and the angle moves by v2ᵀ dC v1 / gap.
    """
    centre, C = moments(X, centred)
    (large, small), angle = first_axis(C)
    v1, v2 = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    E = X - centre
    return (np.outer(E @ v2, v1) + np.outer(E @ v1, v2)) / (len(X) * (large - small))


def quarter(turn):
    """The turn of an axis, which has no direction: between minus and plus a quarter of a full turn."""
    return turn - np.pi * np.floor(turn / np.pi + 0.5)
