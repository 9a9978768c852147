import Foundation
import FreshetCore
import FreshetNN

/// What a learner has published: one small file a lease, replaced with every publication.
///
/// | file | content |
/// | --- | --- |
/// | `lease-000000000003.json` | the manifest of the third lease |
/// | `000000000003-base-000000000012.safetensors` | a served state, whole |
/// | `000000000003-delta-000000000013.safetensors` | what changed since number 12 (``Checkpoint/delta(since:)``) |
/// | `000000000003-learner-000000000013.safetensors` | the learner's own state, from which another goes on |
/// | `000000000003-texts-000000000009.safetensors` | the vectors of the items' texts and their reader: all must read alike |
///
/// Whoever was cut off goes on writing under its own lease, where nobody looks once there is a newer one.
struct PublicationManifest: Codable, Sendable, Equatable {
    /// A file, with the number of the publication that wrote it.
    struct File: Codable, Sendable, Equatable {
        var name: String
        var number: Int64
    }

    /// The learner's lease.
    var lease: Int64
    /// The number of the newest publication, which grows within a lease.
    var number: Int64
    /// The version that answers.
    var version: ModelVersion
    /// The newest event that its weights have learned.
    var offset: Int64
    /// When it was published, in milliseconds since 1970.
    var time: Int64
    /// The served state to begin with.
    var base: File
    /// What changed since, in order: each belongs on the one before.
    var deltas: [File] = []
    /// The learner's own state.
    var learner: File?
    /// What was read of the items' texts, with what read them.
    var texts: File?

    private static let prefix = "lease-"

    /// A number as names have it: in the order of the numbers.
    static func digits(_ number: Int64) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 12 - text.count)) + text
    }

    /// The name of the manifest of a lease.
    static func name(of lease: Int64) -> String { "\(prefix)\(digits(lease)).json" }

    /// The beginning of the names of all other files of a lease.
    static func filePrefix(of lease: Int64) -> String { digits(lease) + "-" }

    /// The files that it names.
    var files: Set<String> { Set(([base] + deltas + [learner, texts].compactMap { $0 }).map(\.name)) }

    /// Whether the served state is the same as that of another.
    func hasState(of other: PublicationManifest) -> Bool {
        lease == other.lease && base == other.base && deltas == other.deltas
    }

    /// The manifest of the newest lease; `nil` where nobody has published anything.
    /// - Throws: ``FreshetError`` of kind `external` when the folder cannot be read, of kind `invalidData` for a damaged one.
    static func newest(in folder: any SharedFolder) async throws -> PublicationManifest? {
        guard let name = try await folder.names(prefix: prefix).last, let text = try await folder.read(name) else {
            return nil
        }
        return try PublicationManifest(text, named: name)
    }

    /// The names of all manifests, the oldest lease first.
    static func names(in folder: any SharedFolder) async throws -> [String] { try await folder.names(prefix: prefix) }

    private init(_ text: Data, named name: String) throws {
        do {
            self = try JSONDecoder().decode(Self.self, from: text)
        } catch is DecodingError {
            throw FreshetError(
                .invalidData,
                "'\(name)' in the shared folder is not a manifest of this version of Freshet.",
                remedy: "Run the same version on all machines; the learner writes it again with its next publication."
            )
        }
    }

    init(lease: Int64, number: Int64, version: ModelVersion, offset: Int64, time: Int64, base: File) {
        (self.lease, self.number, self.version) = (lease, number, version)
        (self.offset, self.time, self.base) = (offset, time, base)
    }

    /// The manifest as a file.
    func encoded() throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return try encoder.encode(self)
    }
}

extension Checkpoint {
    /// A checkpoint as the bytes of one file.
    func encoded() -> Data {
        var bytes = Data()
        forEachPart { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// Reads a file of a shared folder.
    /// - Throws: ``FreshetError``: of kind `notFound` when it is gone, of kind `invalidData` when it is damaged.
    static func read(_ file: PublicationManifest.File, in folder: any SharedFolder) async throws -> Checkpoint {
        guard let bytes = try await folder.read(file.name) else {
            throw FreshetError(.notFound, "'\(file.name)' is not in the shared folder any more.")
        }
        do {
            return try Checkpoint(encoded: bytes, requiringChecksum: true)
        } catch let error as FreshetError {
            throw FreshetError(.invalidData, "'\(file.name)' in the shared folder is damaged: \(error.message)")
        }
    }
}
