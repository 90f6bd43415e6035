// A stand-in for hob-svscan under a real hob-init: hands its end of the store to the test and obeys it.
//
// Connects to RUN.ctl (SEQPACKET), sends its arguments and environment, a line each, with descriptor 3
// attached. Then one packet is one command: "exit N" · "stay" forks a child that burns some processor time
// and pauses; answered by its pid, then by "burnt" · "orphans N CODE" leaves N orphans that exit with CODE;
// answered by "left" · "close" closes descriptor 3.
#include "base/channel.hpp"

#include <cstdlib>
#include <ctime>
#include <sstream>
#include <string>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // NOLINT(readability-redundant-declaration): not every libc declares it

namespace {

hob::base::Packet packet;

void answer(int socket, const std::string& text, std::span<const int> fds = {}) {
    if (!hob::base::send_packet(socket, {text.data(), text.size()}, fds)) ::_exit(90);
}

void stay(int socket) {
    const pid_t child = ::fork();
    if (child == 0) {
        timespec used{};
        while (used.tv_sec == 0 && used.tv_nsec < 30'000'000)
            ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
        answer(socket, "burnt");
        for (;;) ::pause();
    }
    answer(socket, std::to_string(child));
}

void leave_orphans(int socket, int count, int code) {
    const pid_t middle = ::fork();
    if (middle == 0) {
        for (int i = 0; i < count; ++i) {
            pid_t orphan = -1;
            while ((orphan = ::fork()) < 0) ::sched_yield();  // out of numbers until some are reaped
            if (orphan == 0) ::_exit(code);
            // Left at once, and their number is then bounded by what PID 1 reaps.
            if (i % 100 == 99) {
                const pid_t next = ::fork();
                if (next > 0) ::_exit(0);
                if (next < 0) --i;
            }
        }
        answer(socket, "left");
        ::_exit(0);
    }
    ::waitpid(middle, nullptr, 0);
}

void obey(int socket, const std::string& command) {
    std::istringstream words{command};
    std::string verb;
    int first = 0, second = 0;
    words >> verb >> first >> second;
    if (verb == "exit") ::_exit(first);
    if (verb == "stay") stay(socket);
    if (verb == "orphans") leave_orphans(socket, first, second);
    if (verb == "close") ::close(3);
}

}  // namespace

int main(int argc, char** argv) {
    std::string greeting, run;
    for (int i = 1; i < argc; ++i) {
        greeting += argv[i] + std::string{"\n"};
        if (argv[i] == std::string{"--run"} && i + 1 < argc) run = argv[i + 1];
    }
    for (char** word = environ; *word != nullptr; ++word) greeting += *word + std::string{"\n"};
    const auto control = hob::base::connect_to((run + ".ctl").c_str());
    if (!control) return 91;
    const int store = 3;
    answer(control->get(), greeting, {&store, 1});
    for (;;) {
        pollfd ready{control->get(), POLLIN, 0};
        ::poll(&ready, 1, -1);
        if (!hob::base::receive_packet(control->get(), packet)) continue;
        if (packet.closed) return 92;
        obey(control->get(), {packet.bytes().data(), packet.bytes().size()});
    }
}
