"""A writer of GRIB edition 1 messages in the layout of NLDAS-2 (WMO FM 92, simple packing).

Enough for tests: latitude-longitude grids that scan from the south-west corner, with a bitmap.
"""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np

LEVELS = {"surface": (1, 0), "2 m": (105, 2), "10 m": (105, 10)}
PARAMETERS = {  # NLDAS-2 forcing, table 130
    "APCP": (61, "surface"),
    "CONVfrac": (153, "surface"),
    "DLWRF": (205, "surface"),
    "DSWRF": (204, "surface"),
    "PEVAP": (228, "surface"),
    "PRES": (1, "surface"),
    "SPFH": (51, "2 m"),
    "TMP": (11, "2 m"),
    "UGRD": (33, "10 m"),
    "VGRD": (34, "10 m"),
}
TOTALS = ("APCP", "CONVfrac", "PEVAP")


def _signed(value: int, n_byte: int) -> bytes:
    """Sign and magnitude, as GRIB-1 has it."""
    return (abs(value) | (value < 0) << (8 * n_byte - 1)).to_bytes(n_byte, "big")


def _ibm(value: float) -> bytes:
    """IBM single precision; the nearest number not above `value`."""
    if value == 0.0:
        return bytes(4)
    exponent = math.floor(math.log(abs(value), 16)) + 1
    mantissa = math.floor(value / 16.0 ** (exponent - 6))
    return ((value < 0) << 31 | (exponent + 64) << 24 | abs(mantissa)).to_bytes(4, "big")


def message(
    name: str, values: np.ndarray, lat: np.ndarray, lon: np.ndarray, label: datetime
) -> bytes:
    """One message: `values` (lat, lon), ascending axes [degrees], NaN for missing."""
    parameter, level = PARAMETERS[name]
    level_type, level_value = LEVELS[level]
    reference = label
    time_range = bytes([0, 0, 0])  # P1, P2, analysis
    if name in TOTALS:
        reference = label - timedelta(hours=1)
        time_range = bytes([0, 1, 4])  # total from reference time to one hour later
    bits, decimal = 24, 0
    pds = bytes([0, 0, 28, 130, 7, 84, 255, 0b11000000, parameter, level_type])
    pds += level_value.to_bytes(2, "big")
    pds += bytes([reference.year % 100, reference.month, reference.day, reference.hour, 0, 1])
    pds += time_range + bytes([0, 0, 0, (reference.year - 1) // 100 + 1, 12])
    pds += _signed(decimal, 2)
    milli = [round(float(x) * 1000) for x in (lat[0], lon[0], lat[-1], lon[-1])]
    steps = [round(float(axis[1] - axis[0]) * 1000) for axis in (lon, lat)]
    gds = bytes([0, 0, 32, 0, 255, 0]) + len(lon).to_bytes(2, "big") + len(lat).to_bytes(2, "big")
    gds += _signed(milli[0], 3) + _signed(milli[1], 3) + bytes([0b10000000])
    gds += _signed(milli[2], 3) + _signed(milli[3], 3)
    gds += steps[0].to_bytes(2, "big") + steps[1].to_bytes(2, "big")
    gds += bytes([0b01000000]) + bytes(4)
    flat = np.asarray(values, dtype=float).ravel()
    present = np.isfinite(flat)
    bitmap = np.packbits(present)
    padding = len(bitmap) % 2
    bms_length = 6 + len(bitmap) + padding
    unused = 8 * (len(bitmap) + padding) - flat.size
    bms = bms_length.to_bytes(3, "big") + bytes([unused, 0, 0]) + bitmap.tobytes() + bytes(padding)
    data = flat[present]
    coded = _ibm(float(data.min()))
    low = _from_ibm(coded)
    span = float(data.max()) - low
    scale = math.ceil(math.log2(span / (2**bits - 1))) if span > 0 else 0
    packed = np.round((data - low) / 2.0**scale).astype(">u4").view(np.uint8).reshape(-1, 4)[:, 1:]
    body = packed.tobytes()
    length = 11 + len(body) + (11 + len(body)) % 2
    bds = length.to_bytes(3, "big") + bytes([8 * (length - 11 - len(body))]) + _signed(scale, 2)
    bds += coded + bytes([bits]) + body + bytes(length - 11 - len(body))
    total = 8 + len(pds) + len(gds) + len(bms) + len(bds) + 4
    return b"GRIB" + total.to_bytes(3, "big") + b"\x01" + pds + gds + bms + bds + b"7777"


def _from_ibm(coded: bytes) -> float:
    word = int.from_bytes(coded, "big")
    sign = -1.0 if word >> 31 else 1.0
    return sign * (word & 0xFFFFFF) * 16.0 ** ((word >> 24 & 0x7F) - 70)
