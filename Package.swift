// swift-tools-version: 6.1
import PackageDescription

// Floors: a target may depend on targets of lower floors only.
let package = Package(
  name: "Espalier",
  products: [
    .library(name: "Espalier", targets: ["Espalier"]),
    .library(name: "VulkanCompute", targets: ["VulkanCompute"]),
    .executable(name: "espalier", targets: ["espalier-cli"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    // 0: what is given
    .systemLibrary(
      name: "CVulkan", pkgConfig: "vulkan", providers: [.apt(["libvulkan-dev"])]),
    .systemLibrary(name: "ShaderInterface", path: "Shaders/shared"),
    .systemLibrary(
      name: "CShaderc", path: "tools/shader-compiler/CShaderc",
      providers: [.apt(["libshaderc-dev", "glslang-dev", "spirv-tools"])]),

    // Build time: GLSL to embedded SPIR-V
    .executableTarget(
      name: "shader-compiler", dependencies: ["CShaderc"], path: "tools/shader-compiler/Sources"),
    .plugin(
      name: "CompileShaders", capability: .buildTool(), dependencies: ["shader-compiler"],
      path: "tools/shader-compiler/Plugin"),

    // 1
    .target(
      name: "ShaderLibrary", path: "Shaders", exclude: ["shared"], plugins: ["CompileShaders"]),
    .target(name: "VulkanCompute", dependencies: ["CVulkan"]),
    .target(name: "Numerics", dependencies: ["ShaderInterface"]),
    // 2
    .target(name: "Reference", dependencies: ["Numerics", "ShaderInterface"]),
    // 3
    .target(
      name: "Kernels",
      dependencies: ["VulkanCompute", "ShaderLibrary", "Reference", "Numerics", "ShaderInterface"]),
    // 4
    .target(name: "Conformance", dependencies: ["Kernels", "Reference", "Numerics", "ShaderInterface"]),
    .target(
      name: "Benchmarking",
      dependencies: ["Conformance", "Kernels", "VulkanCompute", "ShaderLibrary", "ShaderInterface"]),
    .target(
      name: "Models", dependencies: ["Kernels", "Reference", "Numerics", "ShaderInterface"],
      resources: [.copy("Resources")]),
    // 5
    .target(name: "Decoding", dependencies: ["Models", "Kernels", "ShaderInterface"]),
    // 6
    .target(name: "Espalier", dependencies: ["Decoding", "Models", "Kernels", "VulkanCompute"]),
    // 7
    .executableTarget(
      name: "espalier-cli",
      dependencies: [
        "Espalier", "Benchmarking", "Conformance",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .testTarget(name: "ShaderCompilerTests", dependencies: ["shader-compiler"]),
    .testTarget(name: "VulkanComputeTests", dependencies: ["VulkanCompute"]),
    .testTarget(name: "NumericsTests", dependencies: ["Numerics", "Reference"]),
    .testTarget(
      name: "KernelsTests",
      dependencies: [
        "Conformance", "Kernels", "VulkanCompute", "ShaderLibrary", "Reference", "Numerics",
        "ShaderInterface", "shader-compiler",
      ]),
    .testTarget(name: "ModelsTests", dependencies: ["Models", "Numerics"], resources: [.copy("Data")]),
    .testTarget(
      name: "DecodingTests", dependencies: ["Decoding", "Models", "Kernels", "Numerics", "ShaderInterface"],
      resources: [.copy("Data")]),
    .testTarget(name: "CommandLineTests", dependencies: ["espalier-cli", "Espalier", "Benchmarking"]),
    .testTarget(name: "LawsTests", dependencies: ["Reference", "Numerics"], path: "Tests/Laws"),
  ],
  swiftLanguageModes: [.v6]
)
