public import OCI

extension PlanOptions {
    /// The name under which a named context takes the place of an image: its familiar form without `:latest`.
    public static func contextName(of reference: ImageReference) -> String {
        let name = reference.familiarName
        return name.hasSuffix(":latest") ? String(name.dropLast(":latest".count)) : name
    }
}
