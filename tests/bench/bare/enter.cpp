// enter PROGRAM WORDS…: notes the time, then becomes PROGRAM. As the kernel's init it marks the moment at
// which PID 1 was entered, the same way for everything that is measured.
#include "base/text.hpp"
#include "base/time.hpp"
#include "tests/bench/bare/marks.hpp"

#include <fcntl.h>
#include <unistd.h>

int main(int argc, char** argv) {
    const std::int64_t now = hob::base::read_clock(CLOCK_MONOTONIC);
    if (argc < 2) return 100;
    const int file = ::open(hob::bench::start_file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    const hob::base::Text<32> text{now};
    (void)!::write(file, text.c_str(), text.size());
    ::close(file);
    ::execve(argv[1], argv + 1, environ);
    return 127;
}
