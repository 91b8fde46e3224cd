// SPDX-License-Identifier: LGPL-2.1-or-later
#include "onnxrules.h"

#include <algorithm>
#include <iterator>

#include "onnxfields.h"

namespace colorize::onnx_rules {

namespace {

using namespace onnx_fields;

constexpr Operators operators[] = {
    {0, 0, " Constant RandomNormal RandomUniform SequenceEmpty "},
    {0, 1, " Optional "},
    {1, 1,
     " Abs Acos Acosh ArgMax ArgMin Asin Asinh Atan Atanh AveragePool Bernoulli BitwiseNot BlackmanWindow "
     "Cast Ceil Celu ConcatFromSequence ConstantOfShape Cos Cosh DepthToSpace Det DynamicQuantizeLinear "
     "Elu Erf Exp EyeLike Flatten Floor Gelu GlobalAveragePool GlobalLpPool GlobalMaxPool HammingWindow "
     "HannWindow HardSigmoid HardSwish Hardmax Identity If IsInf IsNaN LRN LeakyRelu Log LogSoftmax "
     "LpNormalization LpPool MaxPool MeanVarianceNormalization Mish Multinomial Neg NonZero Not "
     "OptionalGetElement OptionalHasElement RandomNormalLike RandomUniformLike Reciprocal Relu Round Selu "
     "SequenceLength Shape Shrink Sigmoid Sign Sin Sinh Size Softmax Softplus Softsign SpaceToDepth Sqrt "
     "Swish Tan Tanh ThresholdedRelu Transpose Unique "},
    {1, 2,
     " ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum "
     "ReduceSumSquare Reshape SequenceErase Split SplitToSequence Squeeze TopK Trilu Unsqueeze Upsample "},
    {1, 3, " Clip DFT Dropout "},
    {1, 4, " Pad Resize "},
    {1, 5, " Slice "},
    {1, any, " Concat Einsum Max Mean Min Scan SequenceConstruct SequenceMap Sum "},
    {2, 2,
     " Add AffineGrid And BitShift BitwiseAnd BitwiseOr BitwiseXor CastLike CenterCropPad Compress CumSum "
     "Div Equal Expand Gather GatherElements GatherND Greater GreaterOrEqual GridSample Less LessOrEqual "
     "MatMul MaxRoiPool Mod Mul Or PRelu Pow RMSNormalization ReverseSequence SequenceAt Sub Xor "},
    {2, 3,
     " Conv ConvTranspose DequantizeLinear Gemm LayerNormalization MaxUnpool QuantizeLinear SequenceInsert "
     "Tile "},
    {2, 4, " ConvInteger MatMulInteger STFT "},
    {2, 5, " NonMaxSuppression "},
    {2, any, " Loop "},
    {3, 3,
     " Col2Im GroupNormalization InstanceNormalization OneHot Range RoiAlign Scatter ScatterElements "
     "ScatterND Where "},
    {3, 4, " RotaryEmbedding "},
    {3, 5, " DeformConv "},
    {3, 6, " Attention GRU RNN "},
    {3, 8, " LSTM "},
    {5, 5, " BatchNormalization MelWeightMatrix "},
    {8, 8, " QLinearMatMul "},
    {8, 9, " QLinearConv "},
};

constexpr Bounds axis{-static_cast<double>(most_dims), most_dims - 1}, count{1, longest_side}, step{1, longest_step},
    scale{1.0 / 64, 64};

struct AttributeBounds {
  std::string_view name;
  Bounds bounds;
};
constexpr AttributeBounds attribute_bounds[] = {
    {"strides", step},
    {"dilations", step},
    {"kernel_shape", step},
    {"group", count},
    {"blocksize", step},
    {"num_outputs", count},
    {"size", count},
    {"hidden_size", count},
    {"pads", padding},
    {"output_padding", {0, longest_side}},
    {"output_shape", count},
    {"axis", axis},
    {"axes", axis},
    {"perm", {0, most_dims - 1}},
    {"split", {0, most_values}},
    {"shape", {-1, most_values}},
    {"scales", scale},
    {"height_scale", scale},
    {"width_scale", scale},
};

/// Of each copy along an axis OpenCV makes a layer.
struct InputBounds {
  std::string_view kind;
  std::size_t input;
  Bounds bounds;
};
constexpr InputBounds input_bounds[] = {
    {"ConstantOfShape", 0, {0, most_values}},
    {"Expand", 1, {-1, 4096}},
    {"Pad", 1, padding},
    {"ReduceSum", 1, axis},
    {"Reshape", 1, {-1, most_values}},
    {"Resize", 2, scale},
    {"Resize", 3, count},
    {"Slice", 3, axis},
    {"Slice", 4, {-longest_side, longest_side, false}},
    {"Split", 1, {0, most_values}},
    {"Squeeze", 1, axis},
    {"Tile", 1, {1, 4096}},
    {"Unsqueeze", 1, axis},
    {"Upsample", 1, scale},
};

constexpr DataType data_types[] = {
    {1, 4, tensor_floats},    // float
    {2, 1, tensor_int32s},    // unsigned and signed bytes
    {3, 1, tensor_int32s},    //
    {4, 2, tensor_int32s},    // of two bytes
    {5, 2, tensor_int32s},    //
    {6, 4, tensor_int32s},    // int32
    {7, 8, tensor_int64s},    // int64
    {9, 1, tensor_int32s},    // bool
    {10, 2, tensor_int32s},   // float of two bytes
    {11, 8, tensor_doubles},  // double
    {12, 4, tensor_uint64s},  // unsigned
    {13, 8, tensor_uint64s},  //
    {16, 2, tensor_int32s},   // bfloat16
};

/// The row of a table; null where there is none.
template <typename Row, std::size_t n, typename Is>
const Row* row_of(const Row (&table)[n], const Is& is) {
  const auto* const found = std::ranges::find_if(table, is);
  return found == std::end(table) ? nullptr : found;
}

}  // namespace

bool is_one_of(const std::string& kind, std::string_view words) {
  return words.find(" " + kind + " ") != std::string_view::npos;
}

const Operators* operators_with(const std::string& kind) {
  return row_of(operators,
                [&](const Operators& row) { return is_one_of(kind, row.kinds) && kind.find(' ') == kind.npos; });
}

const Bounds* bounds_of(std::string_view attribute) {
  const auto* const row =
      row_of(attribute_bounds, [&](const AttributeBounds& known) { return known.name == attribute; });
  return row ? &row->bounds : nullptr;
}

const Bounds* bounds_of(std::string_view kind, std::size_t input) {
  const auto* const row =
      row_of(input_bounds, [&](const InputBounds& known) { return known.kind == kind && known.input == input; });
  return row ? &row->bounds : nullptr;
}

const DataType* data_type(std::uint64_t type) {
  return row_of(data_types, [&](const DataType& known) { return known.type == type; });
}

}  // namespace colorize::onnx_rules
