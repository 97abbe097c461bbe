import Testing

@testable import shader_compiler

@Suite struct ContractLintTests {
  struct Rule: Sendable, CustomTestStringConvertible {
    let body: String
    let declarations: String
    let error: String

    init(_ body: String, _ error: String, _ declarations: String = "") {
      (self.body, self.error, self.declarations) = (body, error, declarations)
    }

    var testDescription: String { error }
  }

  static let operations = [
    Rule("precise float x = b[0] / b[1]; b[0] = x;", "OpFDiv is outside the numeric contract"),
    Rule("b[0] = mod(b[0], b[1]);", "OpFMod is outside the numeric contract"),
    Rule("b[0] = dot(vec2(b[0], b[1]), vec2(b[2], b[3]));", "OpDot is outside the numeric contract"),
    Rule("b[0] = (mat2(b[0]) * vec2(b[1], b[2])).y;", "OpMatrixTimesVector is outside"),
    Rule("b[0] = (vec2(b[1], b[2]) * mat2(b[0], b[1], b[2], b[3])).y;", "OpVectorTimesMatrix is outside"),
    Rule("b[0] = (mat2(b[0]) * b[1])[1].y;", "OpMatrixTimesScalar is outside"),
    Rule("b[0] = (mat2(b[0]) * mat2(b[1]))[1].y;", "OpMatrixTimesMatrix is outside"),
    Rule("b[0] = outerProduct(vec2(b[0]), vec2(b[1]))[1].y;", "OpOuterProduct is outside"),
    Rule(
      "b[0] = float(float16_t(b[1]));", "OpFConvert to fewer bits",
      "#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require"),
    Rule("double d = double(b[0]); b[0] = float(d);", "64-bit floats are outside"),
    Rule("atomicAdd(b[0], 1.0);", "OpAtomicFAddEXT", "#extension GL_EXT_shader_atomic_float : require"),
  ]

  static let subgroup = [
    ("subgroupAdd", "OpGroupNonUniformFAdd"), ("subgroupMul", "OpGroupNonUniformFMul"),
    ("subgroupMin", "OpGroupNonUniformFMin"), ("subgroupMax", "OpGroupNonUniformFMax"),
    ("subgroupInclusiveAdd", "OpGroupNonUniformFAdd"),
  ].map {
    Rule("b[0] = \($0.0)(b[1]);", $0.1, "#extension GL_KHR_shader_subgroup_arithmetic : require")
  }

  static let roundings = [
    Rule("b[0] = b[1] + b[2];", "OpFAdd without `precise`"),
    Rule("b[0] = b[1] - b[2];", "OpFSub without `precise`"),
    Rule("b[0] = b[1] * b[2];", "OpFMul without `precise`"),
    Rule("b[0] = (vec2(b[0], b[1]) * b[2]).y;", "OpVectorTimesScalar without `precise`"),
  ]

  static let functions = [
    ("sqrt(b[1])", "Sqrt"), ("inversesqrt(b[1])", "InverseSqrt"), ("exp(b[1])", "Exp"),
    ("exp2(b[1])", "Exp2"), ("log(b[1])", "Log"), ("log2(b[1])", "Log2"), ("pow(b[1], b[2])", "Pow"),
    ("sin(b[1])", "Sin"), ("cos(b[1])", "Cos"), ("tan(b[1])", "Tan"), ("tanh(b[1])", "Tanh"),
    ("mix(b[1], b[2], b[3])", "FMix"), ("length(vec2(b[1], b[2]))", "Length"),
    ("normalize(vec2(b[1], b[2])).x", "Normalize"), ("distance(vec2(b[1]), vec2(b[2]))", "Distance"),
    ("fma(b[1], b[2], b[3])", "Fma"), ("round(b[1])", "Round"), ("roundEven(b[1])", "RoundEven"),
    ("min(b[1], b[2])", "FMin"), ("max(b[1], b[2])", "FMax"), ("clamp(b[1], b[2], b[3])", "FClamp"),
    ("uintBitsToFloat(packHalf2x16(vec2(b[1])))", "PackHalf2x16"),
  ].map { Rule("b[0] = \($0.0);", "\($0.1) of GLSL.std.450 is outside the numeric contract") }

  @Test(arguments: operations + subgroup + roundings + functions)
  func refuses(_ rule: Rule) {
    let text = errors(kernel(rule.body, rule.declarations))
    #expect(text.contains(rule.error), "\(text)")
  }

  static let allowed = [
    "precise float x = b[0] * b[1] + b[2] - b[3]; b[0] = -x;",
    "b[0] = floor(abs(b[1]));",
    "b[0] = b[1] < b[2] ? b[1] : float(int(b[2]));",
    "b[0] = unpackHalf2x16(floatBitsToUint(b[1])).y;",
    "uint u = floatBitsToUint(b[1]); b[0] = uintBitsToFloat(min(u, 7u) + uint(findMSB(u)) + u / 3u);",
  ]

  @Test(arguments: allowed)
  func allows(_ body: String) { #expect(errors(kernel(body)) == "") }

  @Test func refusedNumbersHaveTheNamesMeant() {
    let names = ContractLint.refused.map { ContractLint.name(Opcode(rawValue: $0)) }
    let expected = [
      "QuantizeToF16", "FDiv", "FRem", "FMod", "MatrixTimesScalar", "VectorTimesMatrix",
      "MatrixTimesVector", "MatrixTimesMatrix", "OuterProduct", "Dot", "GroupFAdd", "GroupFMin",
      "GroupFMax", "GroupFMulKHR", "GroupNonUniformFAdd", "GroupNonUniformFMul", "GroupNonUniformFMin",
      "GroupNonUniformFMax", "CooperativeMatrixMulAddKHR", "CooperativeMatrixMulAddNV",
      "GroupFAddNonUniformAMD", "GroupFMinNonUniformAMD", "GroupFMaxNonUniformAMD", "AtomicFMinEXT",
      "AtomicFMaxEXT", "AtomicFAddEXT",
    ]
    for (name, expected) in zip(names, expected) where name != "Opunknown" {
      #expect(name == "Op" + expected)
    }
    #expect(names.count == expected.count)
  }

  @Test func fusesInOneFileAlone() {
    let shader = kernel("b[0] = fma(b[1], b[2], b[3]);")
    let place = Shader(path: "/Shaders/exactProducts.glsl", stem: shader.stem, text: shader.text)
    #expect(errors(shader).contains("Fma of GLSL.std.450 is outside"))
    #expect(errors(place) == "")
  }

  @Test func fastTierIsFree() {
    let exact = kernel("b[0] = sqrt(b[1]);")
    let fast = Shader(path: exact.path, stem: exact.stem, text: "// fast tier: no contract\n" + exact.text)
    #expect(exact.isExact && !fast.isExact)
    #expect(errors(fast) == "")
  }

  @Test func namesThePlace() {
    let shader = kernel("float x = 1.0;\nb[0] = x;\nb[1] = sqrt(b[0]);")
    #expect(
      errors(shader) == "kernel.comp:6: error: kernel: Sqrt of GLSL.std.450 is outside the numeric contract")
  }
}
