"""Complex variables: real functions of complex arrays, and what a differential does to a conjugate.

The gradient of a real f is 2 ∂f/∂z̄ = ∂f/∂Re z + i ∂f/∂Im z, of the shape of z, and df = Re⟨gradient, dz⟩.
"""
from .entry import Identity, Wrong

ENTRIES = (
    # What a derivative is

    Identity(
        "conjugate transpose", "X: m n complex, H: m n complex",
        of=(r"(X + H)^{\mathsf H} - X^{\mathsf H}", "(X + H).conj().T - X.conj().T"),
        equals=(r"H^{\mathsf H}", "H.conj().T"),
        reason="Sums are conjugated and transposed term by term, so with $H = dX$ it is "
               r"$d(X^{\mathsf H}) = (dX)^{\mathsf H}$.",
        wrong=(Wrong(r"H^\top", "H.T", None, "the conjugate was forgotten: right for real $H$",
                     unnamed="two arrays are compared, not two derivatives"),),
        symbolic="complex variables",
        note=r"Additive, but not linear over the complex numbers: $(iH)^{\mathsf H} = -iH^{\mathsf H}$.",
        refs="CB45", chapter=18, section="sec-18-complex", also="Hermitian adjoint"),

    Identity(
        "slope along a complex direction", "t: , z: n complex, v: n complex, A: m n complex; t = 0 * t",
        of=(r"\varphi(\mathbf{z} + t\mathbf{v})", "norm(A @ (z + t * v))"),
        gradient=(r"\operatorname{Re}\mathbf{g}^{\mathsf H}\mathbf{v}", """
            w = z + t * v
            g = A.conj().T @ A @ w / norm(A @ w)
            return np.real(g.conj() @ v)"""),
        reason=r"With $\mathbf{g} = 2\,\partial\varphi/\partial\bar{\mathbf{z}}$ the two parts of "
               r"$d\varphi$, by $\mathbf{z}$ and by $\bar{\mathbf{z}}$, are conjugate: "
               "together the real part. "
               r"Among unit vectors $\mathbf{v} = \mathbf{g}/\lVert\mathbf{g}\rVert$ gives most.",
        conditions={r"$\varphi$ is differentiable at $\mathbf{z}$": "z = 0 * z"},
        wrong=(Wrong(r"\operatorname{Re}\mathbf{g}^\top\mathbf{v}", """
                     w = z + t * v
                     g = A.conj().T @ A @ w / norm(A @ w)
                     return np.real(g @ v)""", None, "the conjugate in the inner product was forgotten",
                     unnamed="a single number, with no structure to compare"),
               Wrong(r"2\operatorname{Re}\mathbf{g}^{\mathsf H}\mathbf{v}", """
                     w = z + t * v
                     g = A.conj().T @ A @ w / norm(A @ w)
                     return 2 * np.real(g.conj() @ v)""", "factor",
                     r"the 2 of $2\,\partial\varphi/\partial\bar{\mathbf{z}}$ is in $\mathbf{g}$ already")),
        other=(r"\operatorname{Re}\mathbf{g}^{\mathsf H}\mathbf{v}", """
            w = z + t * v
            g = A.conj().T @ A @ w / norm(A @ w)
            return np.real(g.conj() @ v)"""),
        symbolic="complex variables",
        note=r"The code takes $\varphi = \lVert A\mathbf{z}\rVert$. "
             r"Steepest ascent goes along $\mathbf{g}$, not along $\partial\varphi/\partial\mathbf{z}$, "
             "which is conjugate to it.",
        refs="G18.4a", chapter=18, section="sec-18-complex", also="Wirtinger steepest ascent"),

    # First and second order

    Identity(
        "real part of a linear form", "z: n complex, a: n complex",
        of=(r"\operatorname{Re}\mathbf{a}^{\mathsf H}\mathbf{z}", "np.real(a.conj() @ z)"),
        conjugate=(r"\mathbf{a}", "a"),
        reason=r"$df = \operatorname{Re}\mathbf{a}^{\mathsf H}d\mathbf{z}$ is already of the form "
               r"$\operatorname{Re}\mathbf{g}^{\mathsf H}d\mathbf{z}$.",
        wrong=(Wrong(r"\bar{\mathbf{a}}", "a.conj()", None,
                     r"$2\,\partial f/\partial\mathbf{z}$, by $\mathbf{z}$ instead of $\bar{\mathbf{z}}$",
                     unnamed="the checker sees real and imaginary part as two real arrays"),),
        symbolic="complex variables",
        chapter=18, section="sec-18-complex"),

    Identity(
        "real part of a Hermitian form", "z: n complex, A: n n complex",
        of=(r"\operatorname{Re}\mathbf{z}^{\mathsf H}A\mathbf{z}", "np.real(z.conj() @ A @ z)"),
        conjugate=(r"(A + A^{\mathsf H})\mathbf{z}", "(A + A.conj().T) @ z"),
        reason=r"$df = \operatorname{Re}(d\mathbf{z}^{\mathsf H}A\mathbf{z} + "
               r"\mathbf{z}^{\mathsf H}A\,d\mathbf{z})$; the first is the conjugate of $\mathbf{z}^{\mathsf "
               r"H}A^{\mathsf H}d\mathbf{z}$.",
        wrong=(Wrong(r"2A\mathbf{z}", "2 * A @ z", "not symmetrised",
                     "right for Hermitian $A$, where the form is real by itself"),
               Wrong(r"(A + A^\top)\mathbf{z}", "(A + A.T) @ z", None, "the conjugate was forgotten",
                     unnamed="the checker sees real and imaginary part as two real arrays")),
        symbolic="complex variables",
        chapter=18, section="sec-18-complex", also="quadratic"),

    Identity(
        "real part of a quadratic form", "z: n complex, A: n n complex",
        of=(r"\operatorname{Re}\mathbf{z}^\top A\mathbf{z}", "np.real(z @ A @ z)"),
        conjugate=(r"\overline{(A + A^\top)\mathbf{z}}", "((A + A.T) @ z).conj()"),
        reason=r"Holomorphic inside: $df = \operatorname{Re}\mathbf{u}^\top d\mathbf{z}$ with "
               r"$\mathbf{u} = (A + A^\top)\mathbf{z}$, and $\mathbf{g} = \bar{\mathbf{u}}$.",
        wrong=(Wrong(r"(A + A^\top)\mathbf{z}", "(A + A.T) @ z", None,
                     "the real formula, without the conjugate",
                     unnamed="the checker sees real and imaginary part as two real arrays"),),
        symbolic="complex variables",
        chapter=18, section="sec-18-complex", also="holomorphic"),

    Identity(
        "modulus", "z: complex",
        of=(r"|z|", "np.abs(z)"),
        conjugate=(r"z/|z|", "z / np.abs(z)"),
        reason=r"From $|z|^2 = z\bar z$ follows $2|z|\,d|z| = 2\operatorname{Re}\bar z\,dz$: "
               "straight away from the origin.",
        conditions={r"$z\neq0$": "z = 0 * z"},
        wrong=(Wrong(r"\bar z/|z|", "np.conj(z) / np.abs(z)", "sign",
                     r"twice $\partial f/\partial z$: the imaginary part has the opposite sign"),
               Wrong(r"2z", "2 * z", "missing chain factor", "that belongs to the square")),
        symbolic="complex variables",
        chapter=18, section="sec-18-complex", also="absolute value"),

    # Squared residuals

    Identity(
        "squared modulus of a residual", "x: n complex, b: n complex, a: complex",
        of=(r"|a - \mathbf{x}^{\mathsf H}\mathbf{b}|^2", "np.abs(a - x.conj() @ b)**2"),
        conjugate=(r"-2\mathbf{b}\,\overline{(a - \mathbf{x}^{\mathsf H}\mathbf{b})}",
                   "-2 * b * np.conj(a - x.conj() @ b)"),
        reason=r"$df = 2\operatorname{Re}\bar r\,dr$ with $dr = -d\mathbf{x}^{\mathsf H}\mathbf{b}$: "
               r"of $\bar{\mathbf{x}}$ alone.",
        wrong=(Wrong(r"-2\mathbf{b}\,(a - \mathbf{x}^{\mathsf H}\mathbf{b})", "-2 * b * (a - x.conj() @ b)",
                     None,
                     r"the derivative by $\bar{\mathbf{x}}$ of the square without a modulus",
                     unnamed="the checker sees real and imaginary part as two real arrays"),
               Wrong(r"-\mathbf{b}\,\overline{(a - \mathbf{x}^{\mathsf H}\mathbf{b})}",
                     "-b * np.conj(a - x.conj() @ b)", "factor",
                     r"$\partial f/\partial\bar{\mathbf{x}}$, half of the direction of steepest ascent")),
        symbolic="complex variables",
        note=r"The Cookbook prints (89) for $(a - \mathbf{x}^{\mathsf H}\mathbf{b})^2$: "
             "the modulus is missing, and without it the function is not real and the "
             "formula does not hold.",
        refs="CB89", chapter=18, section="sec-18-complex", also="adaptive filter"),

    Identity(
        "complex least squares", "z: n complex, A: m n complex, b: m complex",
        of=(r"\lVert A\mathbf{z} - \mathbf{b}\rVert^2", "norm(A @ z - b)**2"),
        conjugate=(r"2A^{\mathsf H}(A\mathbf{z} - \mathbf{b})", "2 * A.conj().T @ (A @ z - b)"),
        reason=r"$df = 2\operatorname{Re}\mathbf{r}^{\mathsf H}A\,d\mathbf{z}$ with "
               r"$\mathbf{r} = A\mathbf{z} - \mathbf{b}$.",
        wrong=(Wrong(r"2A^\top(A\mathbf{z} - \mathbf{b})", "2 * A.T @ (A @ z - b)", None,
                     "the conjugate was forgotten: right for real $A$",
                     unnamed="the checker sees real and imaginary part as two real arrays"),
               Wrong(r"A^{\mathsf H}(A\mathbf{z} - \mathbf{b})", "A.conj().T @ (A @ z - b)", "factor",
                     r"$\partial f/\partial\bar{\mathbf{z}}$, half of the direction of steepest ascent")),
        symbolic="complex variables",
        refs="G18.4b", chapter=18, section="sec-18-complex", also="Wirtinger normal equations"),

    Identity(
        "squared modulus of a holomorphic function", "z: n complex, A: m n complex, c: m complex",
        of=(r"|h(\mathbf{z})|^2", "np.abs(c @ np.sin(A @ z))**2"),
        conjugate=(r"2h\,\overline{\nabla h}", """
            h, slope = c @ np.sin(A @ z), A.T @ (c * np.cos(A @ z))
            return 2 * h * slope.conj()"""),
        reason=r"$df = 2\operatorname{Re}\bar h\,dh$ and $dh = \nabla h^\top d\mathbf{z}$, "
               r"so $\mathbf{g}^{\mathsf H} = 2\bar h\,\nabla h^\top$.",
        wrong=(Wrong(r"2h\,\nabla h", """
                     h, slope = c @ np.sin(A @ z), A.T @ (c * np.cos(A @ z))
                     return 2 * h * slope""", None, "the real chain rule, without conjugates",
                     unnamed="the checker sees real and imaginary part as two real arrays"),
               Wrong(r"2\bar h\,\nabla h", """
                     h, slope = c @ np.sin(A @ z), A.T @ (c * np.cos(A @ z))
                     return 2 * np.conj(h) * slope""", None,
                     r"twice $\partial f/\partial\mathbf{z}$, the conjugate",
                     unnamed="the checker sees real and imaginary part as two real arrays")),
        symbolic="complex variables",
        note=r"The code takes $h = \mathbf{c}^\top\sin(A\mathbf{z})$. "
             r"No conjugate of $\mathbf{z}$ may stand in $h$.",
        chapter=18, section="sec-18-complex", also="analytic chain rule"),

    # Matrices

    Identity(
        "complex squared Frobenius residual",
        "Z: m n complex, A: p m complex, B: n q complex, C: p q complex",
        of=(r"\lVert AZB - C\rVert_F^2", "norm(A @ Z @ B - C)**2"),
        conjugate=(r"2A^{\mathsf H}(AZB - C)B^{\mathsf H}", "2 * A.conj().T @ (A @ Z @ B - C) @ B.conj().T"),
        reason=r"$df = 2\operatorname{Re}\langle AZB - C, A\,dZ\,B\rangle$, and factors move across "
               r"$\operatorname{Re}\operatorname{tr}(U^{\mathsf H}V)$ conjugate transposed.",
        wrong=(Wrong(r"2A^\top(AZB - C)B^\top", "2 * A.T @ (A @ Z @ B - C) @ B.T", None,
                     "the conjugates were forgotten",
                     unnamed="the checker sees real and imaginary part as two real arrays"),
               Wrong(r"A^{\mathsf H}(AZB - C)B^{\mathsf H}", "A.conj().T @ (A @ Z @ B - C) @ B.conj().T",
                     "factor",
                     r"$\partial f/\partial\bar Z$, half of the direction of steepest ascent")),
        symbolic="complex variables",
        chapter=18, section="sec-18-complex"),

    Identity(
        "log of the modulus of a complex determinant", "Z: n n complex",
        of=(r"\log|\det Z|", "slogdet(Z)[1]"),
        conjugate=(r"Z^{-\mathsf H}", "inv(Z).conj().T"),
        reason=r"$\log|\det Z| = \operatorname{Re}\log\det Z$, "
               r"so $df = \operatorname{Re}\operatorname{tr}(Z^{-1}dZ)$.",
        conditions={r"$Z$ is invertible": "Z[0] = 0"},
        wrong=(Wrong(r"Z^{-\top}", "inv(Z).T", "sign",
                     "the real formula, without the conjugate: the imaginary part has the opposite sign"),
               Wrong(r"2Z^{-\mathsf H}", "2 * inv(Z).conj().T", "factor",
                     r"that belongs to $\log\det ZZ^{\mathsf H}$")),
        symbolic="complex variables",
        chapter=18, section="sec-18-complex", also="Jacobi log det"),
)
