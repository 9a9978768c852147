import FreshetLearning
import Testing

/// ADWIN and Page–Hinkley against the vectors in CapyMOA's documentation, and ADWIN against River.
@Suite("Drift detectors")
struct DriftTests {
    /// The stream of CapyMOA's documentation, a digit a value, made by NumPy 2.4.
    ///
    ///     np.random.seed(0)
    ///     stream = np.random.randint(2, size=2000)
    ///     for i in range(999, 2000): stream[i] = np.random.randint(4, high=8)
    static let capymoa = """
        0110111111100100000101100111101010110110010111110101111010011010100000110001101001011111101100100110
        1001000110100000101011111011110110010000110010111100010111010010110010101010100010101000001001000100
        1010011000110000010100011100111100011010010111100011101111001100011011111000101011000100111101000011
        1010011111100111111111100001110111111100001101001010100001110101000011101001110110101100110111111001
        0100111110111001101110001000000111001110101011101001010010000000001011011100111101010000111110101010
        1100011100100100010101011001010100001101011010000011000011001011111111111001111001001010100100000101
        0011110010111100100111000110100011010100100000111111110000111101001110111011111001000101010110100010
        1011011011111001111010010101101101000010010001010000111001101101101011000011001100010100100011000100
        1010011001110000010000011111001111111100011110010111110000100001111101001111100100111001100011010101
        1110001111000000110100101000010011001010101110101100011000000100001000110100010001110010110000000015
        5646544476665677676744545475775447665755447645645444554547654474657444756644546577546554667756445564
        7776654746474765757564777676545445775644444764656766546756657776674756554474666667675546577747474455
        7544664547665465656764556466675477666567575557574775564467754564544554674645664747675776765544457657
        4646754577755655765575767764757656766477775675767556754745566755554567774576455554654464477674464677
        5755545767676765657667554446667474465457646756645746657767456774745647754674764764456454754777576467
        7657767755555747746457546674556745676746576766456477657674666466474547664545455656444446457657765776
        4766566475657665477766657774677667555545777567544764554774565664765775476565575757747774664775677674
        7764565545474654645566666576766657546675556744575554457454664547555574465674454775657444765645776546
        7557447746655656565564667454447756455766747576455675756554565676756467746566644444566555546575675447
        4756757644765557477756757756647457545567775647566766546466677744745457577746656765747754747757776455
        """.compactMap(\.wholeNumberValue).map(Double.init)

    /// Zeros and ones with chance 0.2, from 8,000 on 0.3, from 14,000 on 0.1.
    static let coins: [Double] = {
        var state: UInt64 = 12_345
        return (0..<20_000).map { place in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let chance = place < 8_000 ? 0.2 : place < 14_000 ? 0.3 : 0.1
            return Double(state >> 11) * 0x1p-53 < chance ? 1 : 0
        }
    }()

    @Test func adwinFiresWhereCapyMOADoes() {
        var adwin = ADWIN(delta: 0.001)
        let found = Self.capymoa.indices.filter { adwin.add(Self.capymoa[$0]) == .increase }
        #expect(found == [1023, 1055])
    }

    @Test func pageHinkleyFiresWhereCapyMOADoes() {
        var test = PageHinkley(minimumCount: 30, delta: 0.005, threshold: 50, alpha: 0.9999)
        let found = Self.capymoa.indices.filter { test.add(Self.capymoa[$0]) }
        #expect(found == [1014, 1685])
    }

    /// The first cut of River 0.26; it counts widths differently after a cut.
    @Test(arguments: [(0.002, 8575, 7552), (0.05, 8415, 6368)])
    func adwinCutsFirstWhereRiverDoes(delta: Double, index: Int, width: Int) throws {
        var adwin = ADWIN(delta: delta)
        let first = try #require(Self.coins.indices.first { adwin.add(Self.coins[$0]) != nil })
        #expect(first == index)
        #expect(adwin.width == width)
    }

    @Test func adwinSeesTheMeanFall() throws {
        var adwin = ADWIN(delta: 0.002)
        let changes = Self.coins.indices.compactMap { index in adwin.add(Self.coins[index]).map { (index, $0) } }
        #expect(changes.allSatisfy { index, change in change == (index < 14_000 ? .increase : .decrease) })
        #expect(changes.contains { $0.1 == .decrease })
        #expect(abs(adwin.mean - 0.1) < 0.02)
    }

    @Test func adwinIsQuietOnAStationaryStream() {
        var adwin = ADWIN(delta: 0.002)
        #expect(Self.coins[..<8_000].allSatisfy { adwin.add($0) == nil })
        #expect(adwin.width == 8_000)
        let mean = Self.coins[..<8_000].reduce(0, +) / 8_000
        #expect(abs(adwin.mean - mean) < 1e-12)
    }

    @Test func monitorSignalsRisesOnlyAndThenIsQuiet() throws {
        var settings = DriftMonitor.Settings()
        settings.quietOutcomes = 3_000
        var monitor = DriftMonitor(settings: settings)
        let signals = Self.coins.indices.compactMap { index in monitor.add(Self.coins[index]).map { (index, $0) } }
        let first = try #require(signals.first)
        #expect((8_001..<9_000).contains(first.0))
        #expect(first.1.lossAfter > first.1.lossBefore)
        #expect(zip(signals, signals.dropFirst()).allSatisfy { $1.0 - $0.0 > 3_000 })
        #expect(signals.allSatisfy { $0.0 < 14_000 })
    }

    @Test func stateSurvivesCoding() throws {
        var monitor = DriftMonitor()
        for value in Self.coins[..<8_400] { _ = monitor.add(value) }
        var copy = try roundTrip(monitor)
        #expect(copy == monitor)
        for value in Self.coins[8_400...] { #expect(copy.add(value) == monitor.add(value)) }
    }
}
