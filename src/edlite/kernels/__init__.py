"""Process functions: scalars in, scalars out, compiled by Numba."""

from numba import config
from numba.core.codegen import get_host_cpu_features

# LLVM by itself uses half of the width of 512-bit vectors. The cache finds compiled code by the
# processor's features, which Numba reads when the first function is made: they are set before any
# module of this package is loaded, or the order of imports decides what has to be compiled anew
if config.CPU_FEATURES is None and config.CPU_NAME is None:
    _features = get_host_cpu_features()
    if "+avx512vl" in _features.split(","):
        config.CPU_FEATURES = f"{_features},-prefer-256-bit"
