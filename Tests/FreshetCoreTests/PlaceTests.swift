import FreshetCore
import Testing

@Suite struct PlaceTests {
    /// By hand: a degree of a great circle is 6371.0088 km × π / 180 = 111.1951 km, a quarter of it 10007.557 km; on the
    /// parallel of 60° a degree is shorter by the cosine, less a little for the shorter way over the north.
    @Test(arguments: [
        ((0.0, 0.0), (0.0, 0.0), 0.0), ((0, 0), (0, 1), 111.1951), ((0, 0), (1, 0), 111.1951),
        ((0, 0), (0, 90), 10_007.557), ((90, 0), (-90, 77), 20_015.114), ((0, 179.5), (0, -179.5), 111.1951),
        ((60, 0), (60, 1), 55.59701), ((90, 0), (90, 120), 0), ((45, 0), (-45, 180), 20_015.114),
        // Berlin to Paris, and Sydney to Santiago over the South Pacific.
        ((52.52, 13.405), (48.8566, 2.3522), 877.4645), ((-33.8688, 151.2093), (-33.4489, -70.6693), 11_346.7307),
    ]) func distancesAreThoseOfGreatCircles(from: (Double, Double), to: (Double, Double), kilometres: Double) throws {
        let a = try #require(Place(latitude: from.0, longitude: from.1))
        let b = try #require(Place(latitude: to.0, longitude: to.1))
        #expect(abs(a.kilometres(to: b) - kilometres) <= max(0.0005, kilometres * 1e-5))
        #expect(a.kilometres(to: b) == b.kilometres(to: a))
    }

    @Test(arguments: [
        (91.0, 0.0), (-90.01, 0), (0, 180.01), (0, -181), (.nan, 0), (0, .nan), (.infinity, 0), (0, -.infinity),
    ]) func whatIsNowhereIsNoPlace(latitude: Double, longitude: Double) {
        #expect(Place(latitude: latitude, longitude: longitude) == nil)
        let attributes: [String: AttributeValue] = ["latitude": .number(latitude), "longitude": .number(longitude)]
        #expect(Place(attributes) == nil && Place.problem(in: attributes) != nil)
    }

    @Test func attributesNameAPlaceByTwoNumbers() {
        #expect(Place(["latitude": .number(-90), "longitude": .number(180)])?.longitude == 180)
        #expect(Place(["latitude": .number(1)]) == nil)
        #expect(Place(["latitude": .text("1"), "longitude": .number(2)]) == nil)
        #expect(Place.problem(in: ["latitude": .number(1), "longitude": .text("far")]) == nil)
        #expect(Place.problem(in: ["latitude": .number(1), "longitude": .number(200)])?.name == "longitude")
    }
}
