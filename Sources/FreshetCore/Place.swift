import Foundation

/// A point on the Earth: where an item is, or somebody who asks.
public struct Place: Sendable, Hashable, Codable {
    /// The names of the two attributes of an item that say where it is, in degrees.
    public static let attributes = (latitude: "latitude", longitude: "longitude")

    /// The Earth's mean radius in kilometres (International Union of Geodesy and Geophysics).
    private static let radius = 6371.0088

    /// Degrees north, −90 to 90.
    public let latitude: Double
    /// Degrees east, −180 to 180.
    public let longitude: Double

    /// Creates a place; `nil` for degrees that are out of range or no numbers.
    public init?(latitude: Double, longitude: Double) {
        guard (-90...90).contains(latitude), (-180...180).contains(longitude) else { return nil }
        (self.latitude, self.longitude) = (latitude, longitude)
    }

    /// The place that attributes name; `nil` where they name none.
    public init?(_ attributes: [String: AttributeValue]) {
        guard case .number(let latitude) = attributes[Self.attributes.latitude],
            case .number(let longitude) = attributes[Self.attributes.longitude]
        else { return nil }
        self.init(latitude: latitude, longitude: longitude)
    }

    /// Reads a place.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let latitude = try container.decode(Double.self, forKey: .latitude)
        let longitude = try container.decode(Double.self, forKey: .longitude)
        guard let place = Place(latitude: latitude, longitude: longitude) else {
            throw DecodingError.dataCorruptedError(
                forKey: .latitude,
                in: container,
                debugDescription: "no place on the Earth"
            )
        }
        self = place
    }

    /// The kilometres to another place along the surface of a sphere, by the haversine formula (Sinnott, "Virtues of the
    /// Haversine", 1984); within half a percent of the Earth's true shape.
    public func kilometres(to other: Place) -> Double {
        let degree = Double.pi / 180
        let (up, across) = ((other.latitude - latitude) * degree, (other.longitude - longitude) * degree)
        let (a, b) = (sin(up / 2), sin(across / 2))
        let haversine = a * a + cos(latitude * degree) * cos(other.latitude * degree) * b * b
        // Rounding may bring opposite points a little above 1.
        return 2 * Self.radius * asin(min(1, haversine.squareRoot()))
    }

    /// What is wrong with the attribute that says where an item is, and its name; `nil` where nothing is.
    public static func problem(in attributes: [String: AttributeValue]) -> (name: String, detail: String)? {
        for (name, limit) in [(Self.attributes.latitude, 90.0), (Self.attributes.longitude, 180.0)] {
            guard case .number(let degrees) = attributes[name], !(-limit...limit).contains(degrees) else { continue }
            return (name, "must be degrees from \(Int(-limit)) to \(Int(limit))")
        }
        return nil
    }
}
