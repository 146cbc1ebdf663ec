"""Every name is given where it belongs, and never to a claim that was drawn at random."""
import numpy as np
import pytest

from matdiff import check_differential, check_gradient, check_jacobian, gradient, jacobian
from matdiff.diagnose import MISTAKES, example_names

NAMES = example_names() | dict(check_gradient=check_gradient, check_jacobian=check_jacobian,
                               check_differential=check_differential)


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda m: m.name)
def test_every_name_has_a_running_example(mistake):
    check = eval(mistake.example, dict(NAMES))
    assert check.mistake == mistake.name, check
    assert len(check.message) > 20
