/// What `bench` found; every number beside what it is measured against.
public struct BenchmarkReport: Codable, Sendable {
  /// One kernel at one shape.
  public struct KernelResult: Codable, Sendable {
    public var kernel: String
    public var variant: String
    public var shape: String
    /// Where it stands in a sweep, if it belongs to one.
    public var sweep: Sweep?
    /// From the shape: bytes that have to move, fp32 multiplications and additions.
    public var bytes: Int
    public var operations: Int
    public var timing: Timing
    public var gigabytesPerSecond: Double
    public var gigaflopsPerSecond: Double
    /// Share of the copy ceiling; above 1 means that caches serve it.
    public var copyShare: Double
    /// Share of the multiply-add ceiling.
    public var multiplyAddShare: Double?
    /// `shape`: this very call agreed with the reference; `variants`: its kernel did, at smaller shapes.
    public var verified: String?

    /// "matmulF16 8 x 4096 -> 4096".
    public var name: String { "\(kernel)\(variant.isEmpty ? "" : "/" + variant) \(shape)" }
  }

  /// The layer with so many rows in flight.
  public struct LayerResult: Codable, Sendable {
    public var rows: Int
    public var timing: Timing
    public var milliseconds: Double
    /// Times the cost of one row: a tree of this size pays if it yields more tokens a pass than this.
    public var relativeCost: Double
    public var gigabytesPerSecond: Double
    public var gigaflopsPerSecond: Double
    /// `shape`: this very call agreed with the reference; `variants`: its kernels did, at smaller shapes.
    public var verified: String
  }

  public struct Skipped: Codable, Sendable {
    public var name: String
    public var reason: String
  }

  /// Of this package; nil in reports of earlier ones.
  public var version: String?
  public var device: String
  public var driver: String
  public var driverVersion: String
  public var apiVersion: String
  /// ISO 8601, UTC.
  public var date: String
  /// `device` for GPU timestamps or the reference's own clock, else `host`: submission to completion.
  public var clock: String
  public var budget: TimingBudget
  public var ceilings: Ceilings
  public var kernels: [KernelResult] = []
  public var layerShape: LayerShape?
  public var layer: [LayerResult] = []
  public var skipped: [Skipped] = []
}
