#include "init/supervisor.hpp"

#include "base/sys.hpp"
#include "init/console.hpp"
#include "init/process.hpp"

#include <csignal>

#include <sys/signalfd.h>
#include <unistd.h>

namespace hob::init {

namespace {

constexpr int reaped_per_turn = 64;
constexpr base::Nanos prepare_limit = base::seconds(10), pause = base::seconds(1);

std::uint64_t micros(const timeval& t) noexcept {
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(t.tv_usec);
}

using How = base::Text<24>;
How how(int status) noexcept {
    if (WIFEXITED(status)) return How{"exit code ", WEXITSTATUS(status)};
    return How{"signal ", WTERMSIG(status)};
}

const char* sentence(base::PowerAction action) noexcept {
    switch (action) {
        case base::PowerAction::poweroff: return "power off";
        case base::PowerAction::reboot: return "reboot";
        case base::PowerAction::halt: return "halt";
        default: return "end";
    }
}

}  // namespace

base::Result<void> Supervisor::open() noexcept {
    auto opened = loop_.open();
    if (!opened) return opened;
    auto signals = base::sys::signals(all_signals());
    if (!signals) return std::unexpected{signals.error()};
    signals_ = *std::move(signals);
    return signals_watch_.start<&Supervisor::on_signals>(loop_, signals_.get(), EPOLLIN, this);
}

base::Result<void> Supervisor::run(Ending* ending) noexcept {
    auto opened = open();
    if (!opened) return opened;
    if (setup_.shell)
        start_shell();
    else
        prepare();
    while (!over_) {
        (void)loop_.turn(!more_to_reap_);
        if (more_to_reap_) reap();
        if (const auto action = link_.take_power(); action != base::PowerAction::none) stop(action);
        // Alive without its store it can neither be told anything nor keep anything; a new one can. While
        // stopping, it may be on its way out.
        if (scanner_ > 0 && link_.deaf() && stopping_ == base::PowerAction::none) ::kill(scanner_, SIGKILL);
        link_.pump();
    }
    link_.finish();
    *ending = {stopping_, code_, scanner_, helper_, signals_.get()};
    return {};
}

void Supervisor::prepare() noexcept {
    stage_ = Stage::prepare;
    const ProgramPath file = beside("hob-rc");
    const char* const words[] = {"hob-rc", "init", "--run", setup_.run, nullptr};
    const auto pid = spawn({file.c_str(), const_cast<char* const*>(words), setup_.environment->list()});
    if (!pid) {
        say_error(pid.error().code, "cannot start hob-rc init");
        return preparation_failed();
    }
    helper_ = *pid;
    timer_.start<&Supervisor::on_timer>(loop_, loop_.now() + prepare_limit, this);
}

void Supervisor::preparation_failed() noexcept {
    if (setup_.machine) return start_shell();
    code_ = 1;
    end();
}

void Supervisor::start_shell() noexcept {
    stage_ = Stage::shell;
    helper_since_ = loop_.now();
    say("a shell on the console; leave it to go on with the boot");
    const char* const words[] = {"-sh", nullptr};
    const auto pid =
        spawn({"/bin/sh", const_cast<char* const*>(words), setup_.environment->list(), -1, true});
    helper_ = pid ? *pid : 0;
    if (!pid) timer_.start<&Supervisor::on_timer>(loop_, loop_.now() + pause, this);
}

void Supervisor::helper_ended(int status) noexcept {
    helper_ = 0;
    timer_.stop();
    if (stopping_ != base::PowerAction::none) return;
    if (stage_ == Stage::shell) {
        // One that cannot even be executed must not become a storm.
        if (loop_.now() - helper_since_ >= pause) return prepare();
        timer_.start<&Supervisor::on_timer>(loop_, loop_.now() + pause, this);
    } else if (status == 0) {
        stage_ = Stage::running;
        start_scanner();
    } else {
        say("hob-rc init failed (", how(status).c_str(), "): no tree to run in ", setup_.run);
        preparation_failed();
    }
}

void Supervisor::start_scanner() noexcept {
    timer_.stop();
    if (launch_scanner()) return;
    if (stopping_ != base::PowerAction::none) return end();
    timer_.start<&Supervisor::on_timer>(loop_, loop_.now() + pause, this);
}

bool Supervisor::launch_scanner() noexcept {
    auto end = link_.open(rebuild_);
    if (!end) {
        say_error(end.error().code, "cannot make the store's socket");
        return false;
    }
    const ProgramPath file = beside("hob-svscan");
    const char* const words[] = {"hob-svscan", "--run", setup_.run, rebuild_ ? "--rebuild" : nullptr,
                                 nullptr};
    const auto pid =
        spawn({file.c_str(), const_cast<char* const*>(words), setup_.environment->list(), end->get()});
    if (!pid) {
        say_error(pid.error().code, "cannot start hob-svscan");
        link_.finish();
        return false;
    }
    scanner_ = *pid;
    if (stopping_ != base::PowerAction::none) link_.tell_shutdown(stopping_);
    return true;
}

void Supervisor::scanner_ended(int status) noexcept {
    scanner_ = 0;
    link_.finish();
    if (stopping_ != base::PowerAction::none) {
        if (status == 0) return end();
        say("hob-svscan ended early (", how(status).c_str(), ")");
        // Once more, so that the services get their orderly stop.
        if (++deaths_in_stop_ > 1) return end();
        return start_scanner();
    }
    const Restarts::Next next = restarts_.death(loop_.now());
    rebuild_ = next.rebuild;
    say("hob-svscan ended (", how(status).c_str(), "); starting it again", rebuild_ ? " with --rebuild" : "");
    if (next.delay.count == 0) return start_scanner();
    timer_.start<&Supervisor::on_timer>(loop_, loop_.now() + next.delay, this);
}

void Supervisor::on_timer() noexcept {
    if (stage_ == Stage::running) return start_scanner();
    if (stage_ == Stage::shell) return prepare();
    say("hob-rc init takes too long; killing it");
    if (helper_ > 0) ::kill(helper_, SIGKILL);  // our child, not yet reaped
}

void Supervisor::on_signals(std::uint32_t) noexcept {
    signalfd_siginfo got[4];
    const auto size = base::sys::read(signals_.get(), got, sizeof got);
    if (!size) return;
    for (std::size_t i = 0; i < *size / sizeof got[0]; ++i) {
        const int number = static_cast<int>(got[i].ssi_signo);
        if (number == SIGCHLD)
            more_to_reap_ = true;
        else
            obey(reaction_to(number));
    }
}

void Supervisor::obey(const Reaction& to) noexcept {
    const base::PowerAction action = setup_.machine ? to.power : base::PowerAction::exit;
    switch (setup_.machine ? to.machine : to.tree) {
        case Act::nothing: break;
        case Act::rescan: link_.tell_rescan(); break;
        case Act::report: report(); break;
        case Act::stop: stop(action); break;
        case Act::stop_now:
            say(sentence(action), " at once");
            stopping_ = action;
            end();
            break;
    }
}

void Supervisor::report() noexcept {
    const Decimal pid{static_cast<unsigned long>(scanner_)}, kept{store_.count()};
    say("hob-svscan is process ", pid.c_str(), "; descriptors kept: ", kept.c_str());
}

// Bounded, so that a storm of orphans cannot keep the loop from the scanner; what is left comes next turn.
void Supervisor::reap() noexcept {
    for (int i = 0; i < reaped_per_turn; ++i) {
        const auto exit = base::sys::reap(P_ALL, 0);
        if (!exit || exit->pid == 0) {
            more_to_reap_ = false;
            return;
        }
        if (exit->pid == scanner_)
            scanner_ended(exit->status);
        else if (exit->pid == helper_)
            helper_ended(exit->status);
        else
            exits_.push({exit->pid, exit->status, base::boot_now().ns, micros(exit->usage.ru_utime),
                         micros(exit->usage.ru_stime), static_cast<std::uint64_t>(exit->usage.ru_maxrss)});
    }
}

void Supervisor::stop(base::PowerAction action) noexcept {
    if (!setup_.machine)
        action = base::PowerAction::exit;
    else if (action == base::PowerAction::exit)
        action = base::PowerAction::poweroff;
    if (action == stopping_) return;
    const bool first = stopping_ == base::PowerAction::none;
    stopping_ = action;
    say(sentence(action), first ? ": stopping the services" : " instead");
    if (first) deadline_.start<&Supervisor::on_deadline>(loop_, loop_.now() + setup_.stop_limit, this);
    if (stage_ != Stage::running) return end();
    link_.tell_shutdown(action);
    if (first && scanner_ == 0) {
        ++deaths_in_stop_;
        start_scanner();
    }
}

void Supervisor::on_deadline() noexcept {
    say("the services did not stop in time; going on without them");
    end();
}

}  // namespace hob::init
