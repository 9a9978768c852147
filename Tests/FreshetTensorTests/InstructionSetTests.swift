import CFreshetKernels
import Foundation
import Testing

@Suite("Instruction sets")
struct InstructionSetTests {
    /// `scripts/test.sh` runs this target again with fewer instructions; here it shows that it really does.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["FRESHET_INSTRUCTION_SET"] != nil))
    func theEnvironmentChoosesTheKernels() {
        let wanted = ProcessInfo.processInfo.environment["FRESHET_INSTRUCTION_SET"]
        #expect(String(cString: freshet_instruction_set_name()) == wanted)
    }
}
