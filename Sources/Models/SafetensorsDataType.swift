/// Element types of the safetensors format, spelled as in file headers.
public enum SafetensorsDataType: String, Sendable, CaseIterable {
  /// A byte that is 0 or 1.
  case bool = "BOOL"
  /// Unsigned, 8 bits.
  case uint8 = "U8"
  /// Signed, 8 bits.
  case int8 = "I8"
  /// Unsigned, 16 bits.
  case uint16 = "U16"
  /// Signed, 16 bits.
  case int16 = "I16"
  /// Unsigned, 32 bits.
  case uint32 = "U32"
  /// Signed, 32 bits.
  case int32 = "I32"
  /// Unsigned, 64 bits.
  case uint64 = "U64"
  /// Signed, 64 bits.
  case int64 = "I64"
  /// IEEE 754 half precision.
  case float16 = "F16"
  /// The upper half of a single.
  case bfloat16 = "BF16"
  /// IEEE 754 single precision.
  case float32 = "F32"
  /// IEEE 754 double precision.
  case float64 = "F64"
  /// Two singles, real and imaginary part.
  case complex64 = "C64"
  /// 4 bits of exponent, 3 of significand.
  case float8E4M3 = "F8_E4M3"
  /// 5 bits of exponent, 2 of significand.
  case float8E5M2 = "F8_E5M2"
  /// A power of two: the scale of a block.
  case float8E8M0 = "F8_E8M0"
  /// As ``float8E4M3``, without infinity and negative zero.
  case float8E4M3FNUZ = "F8_E4M3FNUZ"
  /// As ``float8E5M2``, without infinity and negative zero.
  case float8E5M2FNUZ = "F8_E5M2FNUZ"
  /// 2 bits of exponent, 3 of significand.
  case float6E2M3 = "F6_E2M3"
  /// 3 bits of exponent, 2 of significand.
  case float6E3M2 = "F6_E3M2"
  /// 2 bits of exponent, 1 of significand.
  case float4 = "F4"

  /// Bits of one element; elements smaller than a byte are packed.
  public var bitCount: Int {
    switch self {
    case .float4: 4
    case .float6E2M3, .float6E3M2: 6
    case .bool, .uint8, .int8, .float8E4M3, .float8E5M2, .float8E8M0, .float8E4M3FNUZ, .float8E5M2FNUZ: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .uint32, .int32, .float32: 32
    case .uint64, .int64, .float64, .complex64: 64
    }
  }
}
