import Testing

/// `freshet experiments`.
@Suite("The experiments command")
struct ExperimentsTests {
    @Test func planSaysHowManyUsersItTakes() throws {
        let folder = try TemporaryFolder()
        let arguments = ["experiments", "plan", "--baseline", "0.02", "--lift", "0.05"]
        let json = try Executable.run(arguments + ["--json"], in: folder).json()
        let users = try #require(json["users_per_variant"] as? [String: Int])
        #expect(users["fixed_horizon"] == 315_203)
        #expect(try #require(users["sequential"]) < 1_000_000)
        #expect(json["optimum"] as? Int == 630_406)
        let words = try Executable.run(arguments, in: folder)
        #expect(words.output.contains("315,203"))
        let impossible = ["experiments", "plan", "--baseline", "0.9", "--lift", "0.5"]
        #expect(try Executable.run(impossible, in: folder).code == 64)
    }

    @Test func simulationCountsVerdicts() throws {
        let folder = try TemporaryFolder()
        let arguments = [
            "experiments", "simulate", "--trials", "2", "--horizon", "300", "--lift", "0.9", "--rate", "0.3",
            "--users", "300",
        ]
        let json = try Executable.run(arguments + ["--json"], in: folder).json()
        let kinds = try #require(json["experiments"] as? [[String: Any]])
        #expect(kinds.map { $0["trials"] as? Int } == [2, 2, 2, 2])
        #expect(json["interleaving"] != nil)
        #expect(try Executable.run(["experiments", "simulate", "--rate", "0.9"], in: folder).code == 64)
    }
}
