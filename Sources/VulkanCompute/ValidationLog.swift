import CVulkan
import Glibc
import Synchronization

/// Collects what the validation layer says.
final class ValidationLog: Sendable {
  private let lines = Mutex<[String]>([])
  /// Whether messages also go to standard error, as they come.
  private let prints: Bool

  init(prints: Bool = false) { self.prints = prints }

  var messages: [String] { lines.withLock { $0 } }

  func append(_ message: String) {
    lines.withLock {
      $0.append(message)
      guard prints else { return }
      // One write a message, so that messages of several threads do not mix.
      let line = Array("validation: \(message)\n".utf8)
      _ = write(STDERR_FILENO, line, line.count)
    }
  }

  func removeAll() { lines.withLock { $0.removeAll() } }

  /// Describes the messenger that appends warnings and errors here. The log must outlive the messenger.
  var messengerInfo: VkDebugUtilsMessengerCreateInfoEXT {
    var info = VkDebugUtilsMessengerCreateInfoEXT()
    info.sType = VK_STRUCTURE_TYPE_DEBUG_UTILS_MESSENGER_CREATE_INFO_EXT
    info.messageSeverity =
      VK_DEBUG_UTILS_MESSAGE_SEVERITY_WARNING_BIT_EXT.rawValue
      | VK_DEBUG_UTILS_MESSAGE_SEVERITY_ERROR_BIT_EXT.rawValue
    // General messages are the loader's own (a driver that does not suit this machine); they say nothing about us.
    info.messageType =
      VK_DEBUG_UTILS_MESSAGE_TYPE_VALIDATION_BIT_EXT.rawValue
      | VK_DEBUG_UTILS_MESSAGE_TYPE_PERFORMANCE_BIT_EXT.rawValue
    info.pUserData = Unmanaged.passUnretained(self).toOpaque()
    info.pfnUserCallback = { _, _, data, user in
      guard let data, let user else { return 0 }
      let log = Unmanaged<ValidationLog>.fromOpaque(user).takeUnretainedValue()
      log.append(data.pointee.pMessage.map { String(cString: $0) } ?? "")
      return 0
    }
    return info
  }
}
