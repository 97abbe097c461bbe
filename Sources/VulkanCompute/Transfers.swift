extension Device {
  /// Copies host bytes into a buffer, after the work that uses it; returns when they are there.
  ///
  /// `bytes` has exactly the view's length.
  public func upload(_ bytes: UnsafeRawBufferPointer, to view: BufferView) throws(VulkanError) {
    precondition(
      bytes.count == view.byteCount, "\(view.label): upload of \(bytes.count) bytes into \(view.byteCount)")
    precondition(view.device === self, "\(view.label): a buffer of another device")
    if let target = directAddress(of: view, forReading: false) {
      try view.storage.lastUsePoint.wait()
      target.copyMemory(from: bytes.baseAddress!, byteCount: bytes.count)
      return
    }
    let slice = min(bytes.count, options.stagingByteCount)
    let halves = min(2, (bytes.count + slice - 1) / slice)
    let staging = try Buffer<UInt8>(self, count: halves * slice, intent: .upload, label: "staging")
    var pending = [TimelinePoint?](repeating: nil, count: halves)
    for (step, start) in stride(from: 0, to: bytes.count, by: slice).enumerated() {
      let half = step % halves
      let count = min(slice, bytes.count - start)
      try pending[half]?.wait()
      let source = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + count)])
      staging.withElements { elements in
        UnsafeMutableRawBufferPointer(elements).baseAddress!.advanced(by: half * slice)
          .copyMemory(from: source.baseAddress!, byteCount: count)
      }
      pending[half] = try copy(
        from: staging.view.slice(byteOffset: half * slice, byteCount: count),
        to: view.slice(byteOffset: start, byteCount: count), label: "upload of \(view.label)")
    }
    for point in pending { try point?.wait() }
  }

  /// Copies elements into a buffer; they fill the view exactly.
  public func upload<Element: BitwiseCopyable>(_ elements: [Element], to view: BufferView) throws(VulkanError)
  {
    try elements.withUnsafeBufferPointer { elements throws(VulkanError) in
      try upload(UnsafeRawBufferPointer(elements), to: view)
    }
  }

  /// Copies a buffer to the host, after the work submitted so far that uses it.
  ///
  /// `bytes` has exactly the view's length; its contents are undefined after a throw.
  public func download(_ view: BufferView, into bytes: UnsafeMutableRawBufferPointer) throws(VulkanError) {
    precondition(
      bytes.count == view.byteCount, "\(view.label): download of \(view.byteCount) bytes into \(bytes.count)")
    precondition(view.device === self, "\(view.label): a buffer of another device")
    if let source = directAddress(of: view, forReading: true) {
      try view.storage.lastUsePoint.wait()
      bytes.baseAddress!.copyMemory(from: source, byteCount: bytes.count)
      return
    }
    let slice = min(bytes.count, options.stagingByteCount)
    let staging = try Buffer<UInt8>(self, count: slice, intent: .readback, label: "staging")
    for start in stride(from: 0, to: bytes.count, by: slice) {
      let count = min(slice, bytes.count - start)
      try copy(
        from: view.slice(byteOffset: start, byteCount: count),
        to: staging.view.slice(byteOffset: 0, byteCount: count), label: "download of \(view.label)"
      ).wait()
      staging.withElements { elements in
        bytes.baseAddress!.advanced(by: start).copyMemory(from: elements.baseAddress!, byteCount: count)
      }
    }
  }

  /// The elements in a buffer; the view's length is a multiple of their size.
  public func download<Element: BitwiseCopyable>(
    _ view: BufferView, as type: Element.Type = Element.self
  ) throws(VulkanError) -> [Element] {
    let stride = MemoryLayout<Element>.stride
    precondition(
      view.byteCount % stride == 0, "\(view.label): \(view.byteCount) bytes are no whole number of \(type)")
    let count = view.byteCount / stride
    var failure: VulkanError?
    let elements = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      do throws(VulkanError) {
        // The array may have room for more elements than it was asked for.
        let bytes = UnsafeMutableRawBufferPointer(
          rebasing: UnsafeMutableRawBufferPointer(buffer)[..<view.byteCount])
        try download(view, into: bytes)
        initialized = count
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    return elements
  }

  private func copy(
    from source: BufferView, to destination: BufferView, label: String
  ) throws(VulkanError) -> TimelinePoint {
    var recorder = CommandRecorder(self, label: label)
    recorder.copy(from: source, to: destination)
    return try submit(try recorder.finish())
  }

  /// Where the host may touch the view without staging.
  private func directAddress(of view: BufferView, forReading: Bool) -> UnsafeMutableRawPointer? {
    let storage = view.storage
    if storage.intent == .device {
      guard options.directTransfers, !forReading || storage.memory.allocation.block.isHostCached else {
        return nil
      }
    }
    return storage.mapped.map { $0 + view.byteOffset }
  }
}
