internal import Glibc

/// A thread of the operating system which runs one closure and is waited for.
struct WorkerThread {
    private let thread: pthread_t

    /// Starts a thread.
    ///
    /// - Returns: `nil` when the system has no thread to give.
    init?(_ body: @escaping @Sendable () -> Void) {
        let box = Box(body)
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(box)
        let status = unsafe pthread_create(
            &thread, nil,
            { context in
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            unsafe context.release()
            return nil
        }
        self.thread = thread
    }

    /// Waits until the closure has returned. To be called once.
    func join() {
        pthread_join(thread, nil)
    }

    private final class Box: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
