namespace FacialAttention;

/// <summary>
/// Operators by their numbers in TensorFlow Lite's files, called what they are called there: those that <see cref="TfliteConversion"/> knows and some that
/// detectors of faces have.
/// </summary>
internal enum TfliteOperator
{
    ADD = 0,
    AVERAGE_POOL_2D = 1,
    CONCATENATION = 2,
    CONV_2D = 3,
    DEPTHWISE_CONV_2D = 4,
    DEQUANTIZE = 6,
    FULLY_CONNECTED = 9,
    LOGISTIC = 14,
    MAX_POOL_2D = 17,
    MUL = 18,
    RELU = 19,
    RELU6 = 21,
    RESHAPE = 22,
    RESIZE_BILINEAR = 23,
    SOFTMAX = 25,
    CUSTOM = 32,
    PAD = 34,
    TRANSPOSE = 39,
    MEAN = 40,
    SUB = 41,
    STRIDED_SLICE = 45,
    PRELU = 54,
    RESIZE_NEAREST_NEIGHBOR = 97,
    QUANTIZE = 114,
    HARD_SWISH = 117,
    DENSIFY = 124,
}
