import cnnlessons


def test_package_has_a_docstring():
    assert cnnlessons.__doc__
