import Testing

@Suite struct LearnTests {
    @Test func unknownStrategyListsTheKnownOnes() throws {
        let folder = try TemporaryFolder()
        let result = try folder.freshet(
            "learn",
            "--stream",
            ".",
            "--protocol",
            "ader",
            "--strategies",
            "rehearsal"
        )
        #expect(result.code == 64)
        #expect(result.errors.contains("continual-hybrid") && result.errors.contains("joint"), "\(result.errors)")
    }

    @Test func aFolderWithoutPeriodsSaysWhatBelongsThere() throws {
        let folder = try TemporaryFolder()
        try folder.write("a 1\na 2\n", to: "period_0.txt")
        let result = try folder.freshet("learn", "--stream", ".", "--protocol", "ader")
        #expect(result.code == 64)
        #expect(result.errors.contains("period_1.txt"), "\(result.errors)")
    }

    @Test func simulatedGatesAsJSON() throws {
        let folder = try TemporaryFolder()
        let result = try folder.freshet("learn", "--simulate-gate", "--streams", "2", "--json")
        #expect(result.code == 0, "\(result.errors)")
        #expect(try !result.json().isEmpty)
    }

    @Test func eitherAStreamOrASimulation() throws {
        let folder = try TemporaryFolder()
        #expect(try folder.freshet("learn").code == 64)
    }
}
