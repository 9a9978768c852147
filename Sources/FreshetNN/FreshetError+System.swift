import Foundation
import FreshetCore

extension FreshetError {
    /// The error for a call of the operating system that failed, with what it was about and what may help.
    ///
    /// - Parameters:
    ///   - action: what was tried, as in "write" or "open".
    ///   - path: the file or folder.
    ///   - code: the value of `errno`.
    /// - Returns: the error, of kind `external`.
    package static func system(_ action: String, _ path: String, code: Int32) -> FreshetError {
        let remedy: String? =
            switch code {
            case ENOSPC, EDQUOT, EFBIG: "Free some space, or choose a folder on another disk."
            case EACCES, EPERM, EROFS: "Choose a place that you may write to, or change its permissions."
            case ENOENT: "Check the spelling; folders above a new file must exist."
            case ENOTDIR: "A part of the path is a file, not a folder."
            case ENAMETOOLONG: "Choose a shorter name."
            default: nil
            }
        return FreshetError(
            .external,
            "Cannot \(action) '\(path)': \(String(cString: strerror(code))).",
            remedy: remedy
        )
    }
}
