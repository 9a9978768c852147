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

    /// Users stay with their kind; half the items of each come late, when only their titles are known.
    @Test func textsOfACatalogueAreReadUnlessToldOtherwise() throws {
        let folder = try TemporaryFolder()
        let kinds = ["ceramic coffee mug", "garden watering hose"]
        let titles = (0..<40).map { "i\($0)\t\(kinds[$0 % 2]) number \($0)" }
        try folder.write("item\ttitle\n" + titles.joined(separator: "\n") + "\n", to: "items.tsv")
        let events = (0..<300).map { place in
            let newest = 10 + place / 12
            return "u\(place % 12)\ti\((newest - (place * 7) % 10) / 2 * 2 + place % 2)\t\(1_600_000_000 + place * 600)"
        }
        try folder.write("user\titem\ttime\n" + events.joined(separator: "\n") + "\n", to: "events.tsv")
        func learned(_ encoder: String) throws -> (code: Int32, text: String) {
            let result = try folder.freshet(
                "learn",
                "--stream",
                "events.tsv",
                "--catalogue",
                "items.tsv",
                "--encoder",
                encoder,
                "--warm-up",
                "0.5",
                "--contenders",
                "counts,counts-unread",
                "--json"
            )
            return (result.code, result.output + result.errors)
        }
        let (read, unread) = (try learned("light"), try learned("none"))
        #expect(read.code == 0 && read.text.contains("light-") && read.text.contains("counts-unread"), "\(read.text)")
        #expect(unread.code == 0 && !unread.text.contains("light-"), "\(unread.text)")
    }

    /// The encoder is tuned on what came before, reads the catalogue anew and competes; one without weights cannot be tuned.
    @Test func theEncoderIsTunedOnTheStream() throws {
        let folder = try TemporaryFolder()
        try folder.addTinyModel()
        let titles = (0..<12).map { "i\($0)\tw\($0 + 10) w\($0 + 50)" }
        try folder.write("item\ttitle\n" + titles.joined(separator: "\n") + "\n", to: "items.tsv")
        let events = (0..<600).map { "u\($0 % 20)\ti\(($0 % 20 + $0 / 20) % 12)\t\(1_600_000_000 + $0 * 60)" }
        try folder.write("user\titem\ttime\n" + events.joined(separator: "\n") + "\n", to: "events.tsv")
        func learned(by encoder: String) throws -> Executable.Result {
            let model = [
                "epochs=1", "channels=8", "heads=1", "blocks=1", "encoder.leastPairs=20", "encoder.batchSize=16",
            ]
            let command = [
                "learn", "--stream", "events.tsv", "--catalogue", "items.tsv", "--encoder", encoder, "--warm-up", "0.5",
                "--contenders", "live", "--tune-encoder-hours", "1", "--threads", "1", "--json",
            ]
            return try Executable.run(command + model.flatMap { ["--set", $0] }, in: folder)
        }
        let result = try learned(by: "./model")
        #expect(result.code == 0, "\(result.errors)")
        let tuning = try #require(try result.json()["encoderTuning"] as? [String: Any])
        #expect(tuning["tunings"] as? Int ?? 0 >= 1 && tuning["promotions"] is Int, "\(tuning)")
        let light = try learned(by: "light")
        #expect(light.code == 64 && light.errors.contains("pretrained"), "\(light.errors)")
    }

    @Test func eitherAStreamOrASimulation() throws {
        let folder = try TemporaryFolder()
        #expect(try folder.freshet("learn").code == 64)
    }
}
