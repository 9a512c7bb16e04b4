"""Branch-free elementary functions that LLVM turns into packed arithmetic.

Calls into the C library stop the vectoriser. The logarithm is therefore a rational approximation
(coefficients of the Cephes library, Moshier 1989), exponential and arc tangent are polynomials, and
roots are Newton-like steps from a guess made of the bit pattern. A product and a sum may become
one fused operation, but the order of operations is as written: bit casts and roundings rely on it.
With the JIT switched off the functions of `math` take their place.
"""

import math

from llvmlite import binding, ir
from numba import config, njit, types
from numba.core.cpu import CPUTargetOptions
from numba.core.options import TargetOptions
from numba.extending import intrinsic

# decorator of every process function
process = njit(error_model="numpy", forceinline=True, fastmath={"contract"})

# decorator of functions that loop over lanes: their array arguments never overlap. Numba knows the
# flag (its own parallel loops set it) but gives users no name for it; without it LLVM would have to
# compare dozens of pointers at run time and leaves the loops scalar
CPUTargetOptions.noalias = TargetOptions.Mapping("noalias")
_INSIDE = {
    "error_model": "numpy",
    "fastmath": {"contract"},
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
lane_loop = njit(noalias=True, **_INSIDE)

# loops over 16 lanes become two vectors of eight; unrolled whole, before the vectoriser has seen
# them, they would stay scalar
binding.set_option("edlite", "-unroll-full-max-count=8")

# decorator of functions that call such loops; neither can be called from Python when compiled: the
# wrappers that unpack hundreds of arrays would take longer to compile than all else
loop_group = njit(**_INSIDE)

_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to the nearest integer
_TWO52 = 4503599627370496.0
_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93145751953125e-1
_LN2_LOW = 1.42860682030941723212e-6


@intrinsic
def _bits(typing_context, x):
    """Bit pattern of a double as int64."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def _double(typing_context, i):
    """Double with the bit pattern of an int64."""

    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@process
def where(condition, a, b):
    """`a` where the condition holds, else `b`; both are evaluated."""
    return a if condition else b


@process
def clip01(x):
    """`x` limited to [0, 1]."""
    return min(max(x, 0.0), 1.0)


def _exp_polynomial(x):
    # e**r = 1 + r + r**2 q(r), q interpolated at the Chebyshev nodes of |r| <= ln(2)/2
    x = min(max(x, -708.0), 709.0)
    shifted = x * _LOG2E + _ROUND
    n = shifted - _ROUND
    r = x - n * _LN2_HIGH - n * _LN2_LOW
    z = r * r
    even = 2.761724951042867e-07 * z + 2.4801527364145207e-05
    odd = 2.527712971627024e-08 * z + 2.755683656678209e-06
    even = even * z + 0.0013888888913241035
    odd = odd * z + 0.00019841270209519377
    even = even * z + 0.04166666666663223
    odd = odd * z + 0.00833333333322917
    even = even * z + 0.5000000000000001
    odd = odd * z + 0.16666666666666746
    y = 1.0 + (r + z * (even + r * odd))
    return y * _double((_bits(shifted) << 52) + (1023 << 52))


def _log_polynomial(x):
    i = _bits(x)
    exponent = _double((i >> 52) | 0x4330000000000000) - _TWO52 - 1022.0
    m = _double((i & 0x000FFFFFFFFFFFFF) | 0x3FE0000000000000)
    low = m < 0.70710678118654752440
    e = exponent - 1.0 if low else exponent
    f = (m + m if low else m) - 1.0
    z = f * f
    p = (
        (
            (
                (1.01875663804580931796e-4 * f + 4.97494994976747001425e-1) * f
                + 4.70579119878881725854e0
            )
            * f
            + 1.44989225341610930846e1
        )
        * f
        + 1.79368678507819816313e1
    ) * f + 7.70838733755885391666e0
    q = (
        (
            ((f + 1.12873587189167450590e1) * f + 4.52279145837532221105e1) * f
            + 8.29875266912776603211e1
        )
        * f
        + 7.11544750618563894466e1
    ) * f + 2.31251620126765340583e1
    y = f * z * p / q
    y = y - e * 2.121944400546905827679e-4 - 0.5 * z
    return f + y + e * 0.693359375


def _guess_offset(n, shift):
    # `shift` balances the largest errors of either sign; the rest undoes and makes bit patterns
    return (1023.0 + (1023.0 - shift) / n) * 2.0**20 + 2.0**52 / n + _ROUND


_GUESS_3 = _guess_offset(3.0, 0.205)
_GUESS_4 = _guess_offset(4.0, 0.25)
_GUESS_10 = _guess_offset(10.0, 0.575)
_GUESS_12 = _guess_offset(12.0, 0.69)


def _first_guess(x, slope, offset):
    """Some x**slope, -1 < slope < 0, for x > 0: the upper half of the bit pattern is nearly
    linear in the logarithm."""
    upper = _double((_bits(x) >> 32) | 0x4330000000000000)  # 2**52 + the upper half
    return _double(_bits(upper * slope + offset) << 32)


if config.DISABLE_JIT:

    def exp(x):
        """Exponential, arguments limited to [-708, 709]."""
        return math.exp(min(max(x, -708.0), 709.0))

    log = math.log

    def _guess(x, slope, offset):
        return x**slope
else:
    exp = process(_exp_polynomial)
    log = process(_log_polynomial)
    _guess = process(_first_guess)


@process
def inverse_root_3(x):
    """x**(-1/3) for x > 0."""
    y = _guess(x, -1.0 / 3.0, _GUESS_3)
    r = 1.0 - x * (y * y * y)
    y = y + y * (r * (1.0 / 3.0 + r * (2.0 / 9.0 + r * (14.0 / 81.0))))
    r = 1.0 - x * (y * y * y)
    return y + y * (r * (1.0 / 3.0 + r * (2.0 / 9.0 + r * (14.0 / 81.0))))


@process
def inverse_root_4(x):
    """x**(-1/4) for x > 0."""
    y = _guess(x, -0.25, _GUESS_4)
    r = 1.0 - x * (y * y * (y * y))
    y = y + y * (r * (0.25 + r * (5.0 / 32.0 + r * (15.0 / 128.0))))
    r = 1.0 - x * (y * y * (y * y))
    return y + y * (r * (0.25 + r * (5.0 / 32.0 + r * (15.0 / 128.0))))


@process
def inverse_root_10(x):
    """x**(-1/10) for x > 0."""
    y = _guess(x, -0.1, _GUESS_10)
    y2 = y * y
    y5 = y2 * y2 * y
    r = 1.0 - x * (y5 * y5)
    y = y + y * (r * (0.1 + r * (0.055 + r * 0.0385)))
    y2 = y * y
    y5 = y2 * y2 * y
    r = 1.0 - x * (y5 * y5)
    y = y + y * (r * (0.1 + r * (0.055 + r * 0.0385)))
    y2 = y * y
    y5 = y2 * y2 * y
    return y + y * (0.1 * (1.0 - x * (y5 * y5)))


@process
def inverse_root_12(x):
    """x**(-1/12) for x > 0."""
    y = _guess(x, -1.0 / 12.0, _GUESS_12)
    y2 = y * y
    y4 = y2 * y2
    r = 1.0 - x * (y4 * y4 * y4)
    y = y + y * (r * (1.0 / 12.0 + r * (13.0 / 288.0 + r * (325.0 / 10368.0))))
    y2 = y * y
    y4 = y2 * y2
    r = 1.0 - x * (y4 * y4 * y4)
    y = y + y * (r * (1.0 / 12.0 + r * (13.0 / 288.0 + r * (325.0 / 10368.0))))
    y2 = y * y
    y4 = y2 * y2
    return y + y * ((1.0 / 12.0) * (1.0 - x * (y4 * y4 * y4)))


@process
def power(x, y):
    """x**y for x > 0."""
    return exp(y * log(x))


@process
def atan01(x):
    """Arc tangent for 0 <= x <= 1, without a division; within 1e-14.

    atan(x)/x as a function of t = 2 x**2 - 1, interpolated at the 18 Chebyshev nodes.
    """
    t = 2.0 * (x * x) - 1.0
    z = t * t
    even = 1.1024461837255077e-09 * z + 6.270167224937179e-09
    odd = -3.5423279124794743e-10 * z - 1.920667970346636e-09
    even = even * z + 7.480662403105656e-08
    odd = odd * z - 2.3189018359835877e-08
    even = even * z + 7.893470531758176e-07
    odd = odd * z - 2.4054130839020377e-07
    even = even * z + 8.745119419181922e-06
    odd = odd * z - 2.6141832061720038e-06
    even = even * z + 0.00010227652586995744
    odd = odd * z - 2.965001089417897e-05
    even = even * z + 0.0013155859530586049
    odd = odd * z - 0.0003609820918666838
    even = even * z + 0.020851851206980118
    odd = odd * z - 0.0050308636598508
    even = even * z + 0.870419751367104
    odd = odd * z - 0.10187654235022936
    return x * (even + t * odd)


@process
def sine_quarter(x):
    """Sine for 0 <= x <= pi/2 (series, absolute error below 1e-15)."""
    z = x * x
    s = -1.0 / 121645100408832000.0
    s = s * z + 1.0 / 355687428096000.0
    s = s * z - 1.0 / 1307674368000.0
    s = s * z + 1.0 / 6227020800.0
    s = s * z - 1.0 / 39916800.0
    s = s * z + 1.0 / 362880.0
    s = s * z - 1.0 / 5040.0
    s = s * z + 1.0 / 120.0
    s = s * z - 1.0 / 6.0
    return x + x * z * s
