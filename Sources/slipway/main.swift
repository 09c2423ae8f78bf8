// No statement may stand here that starts a thread: `Program` enters a user namespace and forks the sandbox launcher
// first, and the kernel allows both only to a process with a single thread.
Program.main()
