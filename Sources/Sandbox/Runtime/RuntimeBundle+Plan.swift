import SystemPackage

extension ProcessSpecification {
    /// What the launcher executes so that a runtime executes the rest: the runtime, with all rights, as itself.
    func executing(_ bundle: RuntimeBundle) -> ProcessSpecification {
        var specification = self
        specification.arguments = bundle.runtime.command(bundle.directory)
        specification.environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        specification.workingDirectory = "/"
        specification.user = .root
        specification.noNewPrivileges = false
        specification.resourceLimits = []
        return specification
    }
}

extension MountStep {
    /// Whether it mounts `/proc`.
    var isOfProcesses: Bool {
        switch operation {
        case .filesystem("proc", _, "/proc", _), .bind("/proc", "/proc", _): true
        default: false
        }
    }
}
