"""Layers of networks, forward and backward, in NumPy alone.

Every layer NAME has `NAME(...)`, its output, and `NAME_vjp(...)`: from G, the gradient for the output, the
gradients for the inputs, each in the shape of its variable; several stand in the order of the arguments.
affine and conv2d also have `NAME_jvp`, how the output moves. Activations and softmax are their own adjoints:
`relu_vjp(Z, dZ)` is how relu(Z) moves.

============================  ============================================  ============================
NAME                          arguments, shapes                             choice
============================  ============================================  ============================
affine                        X (..., d), W (d, h), b (h,)                  rows are samples: X W + b
relu tanh sigmoid             Z, any shape                                  relu: slope 0 at 0
softplus gelu                                                               gelu: exact
softmax                       Z (..., k)                                    along the last axis
attention                     Q (n, d), K (k, d), V (k, v)                  scaled by 1/√d
batch_norm layer_norm         X, gamma, beta                                biased variance, eps=1e-5
mean_squared_error            Z, Y: ‖Z - Y‖²/entries
squared_error                 Z, Y: ‖Z - Y‖²/(2 rows)
cross_entropy                 Z (m, k), labels (m,) or weights (m, k)       softmax inside; mean of rows
logistic                      z, y from 0 to 1                              sigmoid inside; mean
conv2d conv1d                 X (N, C, H, W), W (K, C/groups, kh, kw), b    the kernel is not turned
conv_transpose2d              Z (N, K, H, W), the W of conv2d, b            the adjoint of conv2d
max_pool2d avg_pool2d         X (N, C, H, W), size                          ties share; padding counts 0
============================  ============================================  ============================

`im2col` and `col2im` are the windows of an image as the rows of a matrix, and the adjoint of that. Single
precision stays single, integers become double. Shapes that do not fit raise ValueError with one sentence; nan
and infinity pass through.
"""
from .activations import (gelu, gelu_vjp, relu, relu_vjp, sigmoid, sigmoid_vjp, softplus, softplus_vjp,
                          tanh, tanh_vjp)
from .convolution import (conv1d, conv1d_vjp, conv2d, conv2d_jvp, conv2d_vjp, conv_transpose2d,
                          conv_transpose2d_vjp)
from .dense import (affine, affine_jvp, affine_vjp, attention, attention_vjp, batch_norm, batch_norm_vjp,
                    layer_norm, layer_norm_vjp, softmax, softmax_vjp)
from .losses import (cross_entropy, cross_entropy_vjp, logistic, logistic_vjp, mean_squared_error,
                     mean_squared_error_vjp, squared_error, squared_error_vjp)
from .pooling import avg_pool2d, avg_pool2d_vjp, max_pool2d, max_pool2d_vjp
from .windows import col2im, im2col
