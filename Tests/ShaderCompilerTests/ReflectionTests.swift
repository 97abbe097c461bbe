import Testing

@testable import shader_compiler

@Suite struct ReflectionTests {
  static let text = """
    #version 450
    layout(local_size_x_id = 7, local_size_y = 2) in;
    layout(constant_id = 0) const bool FLAG = true;
    layout(constant_id = 2) const int COUNT = -3;
    layout(constant_id = 3) const uint WIDTH = 5u;
    layout(constant_id = 4) const float SCALE = 0.5;
    struct Shape { uint rows; uint columns; };
    layout(push_constant) uniform Push { Shape shape; float factor; };
    layout(set = 0, binding = 3, std430) writeonly buffer C { float c[]; };
    layout(set = 0, binding = 0, std430) readonly buffer A { float a[]; };
    layout(set = 0, binding = 1, std430) buffer B { float b[]; };
    layout(set = 0, binding = 0, std430) readonly buffer Quads { vec4 quads[]; };
    shared uint slots[WIDTH];
    shared vec3 corner;
    void main() {
      uint i = gl_LocalInvocationID.x;
      slots[i] = shape.columns;
      corner = vec3(factor);
      barrier();
      if (FLAG && COUNT < 0) b[i] = a[i] + SCALE;
      c[i] = quads[i].x + float(slots[i] + shape.rows) + corner.y;
    }
    """
  let facts: Reflection

  init() throws { facts = try reflection(Self.text) }

  @Test func bindings() {
    #expect(
      facts.bindings == [
        Reflection.Binding(index: 0, readable: true, writable: false),
        Reflection.Binding(index: 1, readable: true, writable: true),
        Reflection.Binding(index: 3, readable: false, writable: true),
      ])
  }

  @Test func pushConstants() {
    #expect(facts.pushConstantBytes == 12)
    #expect(facts.pushConstants.map(\.name) == ["rows", "columns", "factor"])
    #expect(facts.pushConstants.map(\.offset) == [0, 4, 8])
  }

  @Test func localSize() {
    #expect(facts.localSize == [1, 2, 1])
    #expect(facts.localSizeConstants == [7, nil, nil])
  }

  @Test func specializationConstants() {
    let named = facts.specializationConstants.filter { $0.id < 7 }
    #expect(named.map(\.name) == ["FLAG", "COUNT", "WIDTH", "SCALE"])
    #expect(named.map(\.kind) == [.bool, .int, .uint, .float])
    #expect(named.map(\.defaultValue) == [1, UInt32(bitPattern: -3), 5, Float(0.5).bitPattern])
  }

  @Test func sharedMemoryAndCapabilities() {
    #expect(facts.sharedMemoryBytes == 5 * 4 + 12)
    #expect(facts.capabilities == [1])
  }

  @Test func sharedMemoryOfAsManySlotsAsLanes() throws {
    let facts = try reflection(
      """
      #version 450
      layout(local_size_x = 24, local_size_x_id = 0) in;
      const uint SLOTS = gl_WorkGroupSize.x < 8u ? 8u : gl_WorkGroupSize.x;
      layout(set = 0, binding = 0, std430) buffer A { uvec2 a[]; };
      shared uvec2 slots[SLOTS];
      void main() {
        slots[gl_LocalInvocationID.x] = a[gl_LocalInvocationID.x];
        barrier();
        a[gl_LocalInvocationID.x] = slots[SLOTS - 1u - gl_LocalInvocationID.x];
      }
      """)
    #expect(facts.sharedMemoryBytes == 24 * 8)
  }

  @Test func refusesOtherSetsAndUniforms() {
    let set = "layout(set = 1, binding = 0) buffer C { float c[]; };"
    #expect(errors(kernel("b[0] = c[0];", set)).contains("buffer C is not in descriptor set 0"))
    let uniform = "layout(set = 0, binding = 1) uniform C { float c; };"
    let misfit = "is neither a storage buffer nor a storage texel buffer nor a push constant"
    #expect(errors(kernel("b[0] = c;", uniform)).contains("C \(misfit)"))
    let sampled = "layout(set = 0, binding = 1) uniform samplerBuffer c;"
    #expect(errors(kernel("b[0] = texelFetch(c, 0).x;", sampled)).contains("c \(misfit)"))
  }

  @Test func texelBuffers() throws {
    let texels = """
      #version 450
      layout(local_size_x = 8) in;
      layout(set = 0, binding = 0, rgba32ui) readonly uniform uimageBuffer a;
      layout(set = 0, binding = 1, r32f) uniform imageBuffer b;
      void main() { imageStore(b, 0, imageLoad(b, 1) + vec4(imageLoad(a, 2))); }
      """
    #expect(
      try reflection(texels).bindings
        == [
          Reflection.Binding(index: 0, readable: true, writable: false, texelFormat: "rgba32ui"),
          Reflection.Binding(index: 1, readable: true, writable: true, texelFormat: "r32f"),
        ])
    let small = "layout(set = 0, binding = 1, rgba8) readonly uniform imageBuffer c;"
    #expect(errors(kernel("b[0] = imageLoad(c, 0).x;", small)).contains("c has none of the formats"))
    let shared = "layout(set = 0, binding = 0, r32f) readonly uniform imageBuffer c;"
    #expect(errors(kernel("b[0] = imageLoad(c, 0).x;", shared)).contains("with a buffer of another kind"))
  }
}
