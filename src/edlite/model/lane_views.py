"""Arrays of a block as bare pointers, for the compiled loops.

Numba hands an array to a function as seven to nine machine words. The loops take hundreds of arrays
and run in microseconds: half of the time would go into copying descriptions of arrays that never
change. Inside the compiled code an array of a block is therefore a pointer, and where it has rows
their number; the width is LANES. Indices are not checked and do not wrap.

With the JIT switched off (NUMBA_DISABLE_JIT=1) the loops are plain Python, and every index is
checked: a row or lane that is not there, or a negative one, raises IndexError.
"""

import operator

import numpy as np
from llvmlite import ir
from numba import config, types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.core.typing.templates import (
    AbstractTemplate,
    AttributeTemplate,
    infer_getattr,
    infer_global,
    signature,
)
from numba.extending import intrinsic, lower_builtin, lower_getattr, models, register_model

from edlite.model.lanes import LANES


class LaneView(types.Type):
    """A C-contiguous array (lane) or (row, lane) whose width is known; a row of it is one too."""

    def __init__(self, dtype: types.Type, ndim: int) -> None:
        self.dtype, self.ndim = dtype, ndim
        super().__init__(name=f"LaneView({dtype}, {ndim}d)")


@register_model(LaneView)
class _LaneViewModel(models.StructModel):
    def __init__(self, manager, view) -> None:
        rows = [("rows", types.intp)] if view.ndim == 2 else []
        super().__init__(manager, view, [("data", types.CPointer(view.dtype)), *rows])


@infer_getattr
class _LaneViewAttributes(AttributeTemplate):
    key = LaneView

    def resolve_shape(self, view):
        return types.UniTuple(types.intp, 2) if view.ndim == 2 else None


@lower_getattr(LaneView, "shape")
def _shape(context, builder, view, value):
    fields = cgutils.create_struct_proxy(view)(context, builder, value=value)
    width = context.get_constant(types.intp, LANES)
    return context.make_tuple(builder, types.UniTuple(types.intp, 2), [fields.rows, width])


def _is_index(view, index) -> bool:
    if view.ndim == 1:
        return isinstance(index, types.Integer)
    return (
        isinstance(index, types.BaseTuple)
        and len(index) == 2
        and all(isinstance(i, types.Integer) for i in index)
    )


@infer_global(operator.getitem)
class _GetItem(AbstractTemplate):
    def generic(self, args, kws):
        view, index = args
        if isinstance(view, LaneView) and _is_index(view, index):
            return signature(view.dtype, view, index)
        if isinstance(view, LaneView) and isinstance(index, types.Integer):
            return signature(LaneView(view.dtype, 1), view, index)
        return None


@infer_global(operator.setitem)
class _SetItem(AbstractTemplate):
    def generic(self, args, kws):
        view, index, _ = args
        if isinstance(view, LaneView) and _is_index(view, index):
            return signature(types.none, view, index, view.dtype)
        return None


def _address(context, builder, view, index, value, at):
    """Address of an element; row and lane are never negative."""
    data = cgutils.create_struct_proxy(view)(context, builder, value=value).data
    if view.ndim == 1:
        offset = context.cast(builder, at, index, types.intp)
    else:
        row, lane = (
            context.cast(builder, part, kind, types.intp)
            for part, kind in zip(cgutils.unpack_tuple(builder, at), index, strict=True)
        )
        width = ir.Constant(row.type, LANES)
        offset = builder.add(builder.mul(row, width, flags=["nsw"]), lane, flags=["nsw"])
    return builder.gep(data, [offset], inbounds=True)


@lower_builtin(operator.getitem, LaneView, types.Any)
def _get(context, builder, signature, arguments):
    view, index = signature.args
    if not isinstance(signature.return_type, LaneView):
        return builder.load(_address(context, builder, view, index, *arguments))
    first = types.UniTuple(types.intp, 2)
    row = context.cast(builder, arguments[1], index, types.intp)
    at = context.make_tuple(builder, first, [row, context.get_constant(types.intp, 0)])
    result = cgutils.create_struct_proxy(signature.return_type)(context, builder)
    result.data = _address(context, builder, view, first, arguments[0], at)
    return result._getvalue()


@lower_builtin(operator.setitem, LaneView, types.Any, types.Any)
def _set(context, builder, signature, arguments):
    view, index, kind = signature.args
    value, at, new = arguments
    new = context.cast(builder, new, kind, view.dtype)
    builder.store(new, _address(context, builder, view, index, value, at))
    return context.get_dummy_value()


class CheckedView:
    """The same for Python: numpy refuses what is too large, and a negative index does not wrap."""

    __slots__ = ("array", "shape")

    def __init__(self, array: np.ndarray) -> None:
        if not array.flags.c_contiguous or array.ndim > 2:
            raise TypeError("a lane view needs contiguous rows of lanes")
        self.array, self.shape = array, array.shape

    def __getitem__(self, at):
        if type(at) is tuple:
            row, lane = at
            if row < 0 or lane < 0:
                raise IndexError(f"row {row} or lane {lane} is negative")
            return self.array[at]
        if at < 0:
            raise IndexError(f"row or lane {at} is negative")
        value = self.array[at]
        return CheckedView(value) if isinstance(value, np.ndarray) else value

    def __setitem__(self, at, value) -> None:
        if type(at) is not tuple and self.array.ndim == 2:
            raise TypeError("a row of lanes is written lane by lane")
        if at < 0 if type(at) is not tuple else min(at) < 0:
            raise IndexError(f"row or lane {at} is negative")
        self.array[at] = value


def _view_type(kind):
    if isinstance(kind, types.Array):
        if kind.layout != "C" or kind.ndim > 2:
            raise TypingError(f"a lane view needs contiguous rows of lanes, not {kind}")
        return LaneView(kind.dtype, kind.ndim)
    if isinstance(kind, types.BaseTuple):
        parts = [_view_type(part) for part in kind]
        return types.BaseTuple.from_types(parts, getattr(kind, "instance_class", None))
    return kind


def _convert(context, builder, value, kind, wanted):
    if isinstance(kind, types.Array):
        array = context.make_array(kind)(context, builder, value=value)
        view = cgutils.create_struct_proxy(wanted)(context, builder)
        view.data = array.data
        if kind.ndim == 2:
            view.rows = builder.extract_value(array.shape, 0)
        return view._getvalue()
    if isinstance(kind, types.BaseTuple):
        parts = [
            _convert(context, builder, builder.extract_value(value, i), part, wanted[i])
            for i, part in enumerate(kind)
        ]
        return context.make_tuple(builder, wanted, parts)
    return value


if config.DISABLE_JIT:

    def lane_views(bundle):
        """A (named) tuple of arrays, or of such tuples, as the same tuple of checked views."""
        if isinstance(bundle, np.ndarray):
            return CheckedView(bundle)
        if isinstance(bundle, tuple):
            parts = [lane_views(part) for part in bundle]
            return bundle._make(parts) if hasattr(bundle, "_make") else tuple(parts)
        return bundle
else:

    @intrinsic
    def lane_views(typing_context, bundle):
        """A (named) tuple of arrays, or of such tuples, as the same tuple of lane views.

        The caller keeps the arrays alive. Everything else passes unchanged.
        """
        wanted = _view_type(bundle)

        def generate(context, builder, signature, arguments):
            return _convert(context, builder, arguments[0], bundle, wanted)

        return wanted(bundle), generate
