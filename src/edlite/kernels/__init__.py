"""Process functions: scalars in, scalars out, compiled by Numba."""
