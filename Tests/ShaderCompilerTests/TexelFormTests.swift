import Testing

@testable import shader_compiler

@Suite struct TexelFormTests {
  static let text = """
    #version 450
    layout(local_size_x = 8) in;
    layout(set = 0, binding = 0, std430) readonly buffer A { float a[]; };
    layout(set = 0, binding = 1, std430) readonly buffer B { uvec4 b[]; };
    layout(set = 0, binding = 2, std430) readonly buffer C { vec4 c[]; };
    layout(set = 0, binding = 3, std430) readonly buffer D { int d[]; };
    layout(set = 0, binding = 4, std430) readonly buffer Pairs { vec2 pairs[]; };
    layout(set = 0, binding = 5, std430) readonly buffer E { float e[]; };
    layout(set = 0, binding = 5, std430) readonly buffer Quads { vec4 quads[]; };
    layout(set = 0, binding = 6, std430) readonly buffer Counted { uint counted[]; };
    layout(set = 0, binding = 7, std430) buffer Out { uint values[]; };
    void main() {
      uint i = gl_GlobalInvocationID.x;
      vec4 whole = c[i];
      uint sum = floatBitsToUint(a[i]) + b[i].x + b[i][i % 4u] + b[2].w + floatBitsToUint(c[i + 1u].y);
      sum += floatBitsToUint(whole.z) + uint(d[i]) + floatBitsToUint(pairs[i].x) + floatBitsToUint(e[i]);
      values[i] = sum + floatBitsToUint(quads[i].w) + counted[i] + uint(counted.length());
    }
    """

  @Test func loadsBecomeTexels() throws {
    let shader = Shader(path: "kernel.comp", stem: "kernel", text: Self.text)
    guard case .compiled(let modules) = try shader.build(with: compiler) else {
      Issue.record("not built")
      return
    }
    #expect(modules.map(\.name) == ["kernel", "kernelTexels"])
    #expect(modules[0].facts.bindings.allSatisfy { $0.texelFormat == nil })
    let formats = modules[1].facts.bindings.map(\.texelFormat)
    #expect(formats == ["r32ui", "rgba32ui", "rgba32ui", "r32ui", nil, nil, nil, nil])
    #expect(modules[1].facts.bindings.map(\.writable) == modules[0].facts.bindings.map(\.writable))
    #expect(modules[1].facts.bindings.map(\.readable) == modules[0].facts.bindings.map(\.readable))
    #expect(modules[1].facts.localSize == [8, 1, 1])
  }

  @Test func aKernelThatOnlyWritesHasOneForm() throws {
    guard case .compiled(let modules) = try kernel("b[0] = 1.0;").build(with: compiler) else {
      Issue.record("not built")
      return
    }
    #expect(modules.map(\.name) == ["kernel"])
  }
}
