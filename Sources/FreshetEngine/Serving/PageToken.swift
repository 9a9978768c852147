import Foundation
import FreshetCore

/// What a page of an answer hands to the next one: the items that were shown so far.
///
/// It carries them itself, as differences of ascending numbers under a checksum of the store's secret, so that nothing is
/// kept for whoever never asks again, and a restart in between does no harm. A page of ten items makes some 40 letters.
struct PageToken {
    /// More items are not paged through.
    static let maximumItems = 10_000
    private static let checksumLength = 6

    /// The items that earlier pages showed.
    let shown: Set<ItemIndex>

    init(shown: Set<ItemIndex>) { self.shown = shown }

    /// Reads a token.
    /// - Throws: ``FreshetError`` of kind `usage` for a text that no answer of this server gave out.
    init(_ text: String, by ids: RecommendationIDs) throws {
        let refusal = FreshetError(
            .usage,
            "The 'cursor' is not one that an answer of this server had as its 'next'.",
            remedy: "Ask without it for the first page."
        )
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        let base64 = text.replacing("-", with: "+").replacing("_", with: "/") + padding
        guard let bytes = Data(base64Encoded: base64).map(Array.init), bytes.count >= Self.checksumLength,
            ids.checksum(bytes.dropLast(Self.checksumLength)).elementsEqual(bytes.suffix(Self.checksumLength))
        else { throw refusal }
        var items: Set<ItemIndex> = []
        var (last, number, shift): (Int32, Int32, Int32) = (0, 0, 0)
        for byte in bytes.dropLast(Self.checksumLength) {
            number |= Int32(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            last += number
            items.insert(ItemIndex(rawValue: last))
            (number, shift) = (0, 0)
        }
        shown = items
    }

    /// The token as text.
    func text(by ids: RecommendationIDs) -> String {
        var bytes: [UInt8] = []
        var last: Int32 = 0
        for item in shown.sorted() {
            var difference = UInt32(item.rawValue - last)
            last = item.rawValue
            while difference >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: difference) | 0x80)
                difference >>= 7
            }
            bytes.append(UInt8(difference))
        }
        bytes += ids.checksum(bytes)
        return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }
}
