import Sandbox
import Testing

@Suite struct ExitStatusTests {
    @Test(arguments: [
        (Sandbox.ExitStatus.exited(0), 0, "exit code: 0", true), (.exited(3), 3, "exit code: 3", false),
        (.signaled(9), 137, "exit code: 137 (killed by signal 9, SIGKILL)", false),
        (.signaled(40), 168, "exit code: 168 (killed by signal 40)", false),
    ])
    func reports(status: Sandbox.ExitStatus, shellCode: Int32, text: String, success: Bool) {
        #expect(status.shellCode == shellCode)
        #expect(status.description == text)
        #expect(status.isSuccess == success)
    }
}
