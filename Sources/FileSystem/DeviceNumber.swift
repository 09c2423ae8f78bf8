/// The major and minor number of a character or block device.
public struct DeviceNumber: Hashable, Sendable {
    /// The driver.
    public var major: UInt32
    /// The device among the driver's.
    public var minor: UInt32

    /// Makes a device number.
    public init(major: UInt32, minor: UInt32) {
        self.major = major
        self.minor = minor
    }

    /// 0:0; a character device of this number is an overlayfs whiteout.
    public static let zero = DeviceNumber(major: 0, minor: 0)
}
