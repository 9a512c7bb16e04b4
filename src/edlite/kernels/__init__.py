"""Process functions: scalars in, scalars out, compiled by Numba.

Numba settles the processor's features when it meets the first function to compile, and keeps
compiled code apart by them. They are set here, which runs before any module of the package: set
later, they would depend on the order of imports, and jobs would not find each other's code.
"""

from numba import config
from numba.core.codegen import get_host_cpu_features

# LLVM by itself uses half of the width of 512-bit vectors
if config.CPU_FEATURES is None and config.CPU_NAME is None:
    _features = get_host_cpu_features()
    if "+avx512vl" in _features.split(","):
        config.CPU_FEATURES = f"{_features},-prefer-256-bit"
