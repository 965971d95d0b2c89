#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace shop_test {

/// Whether a program's own children end with it: as a group of processes, which no key of the terminal reaches.
enum class family { one, group };

/// A program that runs beside the test, and what it says.
class process {
public:
    explicit process(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {},
                     family whole = family::one)
        : whole_(whole) {
        int out[2], err[2];
        if (::pipe2(out, O_CLOEXEC) != 0 || ::pipe2(err, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        // Asio's sockets are not closed by exec: a program that inherited one would keep its connection alive.
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);

        std::vector<char*> argv;
        for (auto& a : arguments) argv.push_back(a.data());
        argv.push_back(nullptr);
        // Of the settings only what the test gives: nothing from the shell it was started in.
        std::vector<std::string> variables;
        for (char** v = environ; *v; ++v) {
            std::string_view const one = *v;
            if (!one.starts_with("SHOP_") && !environment.contains(std::string(one.substr(0, one.find('='))))) {
                variables.emplace_back(one);
            }
        }
        for (auto const& [name, value] : environment) variables.push_back(name + "=" + value);
        std::vector<char*> envp;
        for (auto& v : variables) envp.push_back(v.data());
        envp.push_back(nullptr);

        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        if (whole_ == family::group) {
            posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
            posix_spawnattr_setpgroup(&attributes, 0);
        }
        int const failed = ::posix_spawn(&pid_, argv[0], &actions, &attributes, argv.data(), envp.data());
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        ::close(out[1]);
        ::close(err[1]);
        if (failed != 0) throw std::runtime_error("cannot start " + arguments[0]);
        out_reader_ = std::thread([this, from = out[0]] { read(from, out_); });
        err_reader_ = std::thread([this, from = err[0]] { read(from, err_); });
    }

    ~process() {
        if (!status_) {
            // Before it is waited for: until then its number is nobody else's.
            ::kill(whole_ == family::group ? -pid_ : pid_, SIGKILL);
            int ignored = 0;
            ::waitpid(pid_, &ignored, 0);
        }
        out_reader_.join();
        err_reader_.join();
    }
    process(process const&) = delete;
    process& operator=(process const&) = delete;

    pid_t pid() const { return pid_; }
    void signal(int number) const { ::kill(pid_, number); }

    bool has_ended() const {
        siginfo_t ended{};
        return status_ || (::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 &&
                           ended.si_pid == pid_);
    }
    /// Waits for the end; the exit code, or minus the number of the signal that ended it.
    int wait() {
        if (!status_) {
            int status = 0;
            ::waitpid(pid_, &status, 0);
            status_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
            std::unique_lock lock(mutex_);
            said_.wait(lock, [&] { return ended_ == 2; });
        }
        return *status_;
    }

    std::string out() const {
        std::lock_guard lock(mutex_);
        return out_;
    }
    std::string err() const {
        std::lock_guard lock(mutex_);
        return err_;
    }

    /// Waits until standard output, or standard error, holds this text. False if the program ends, or a minute passes,
    /// without it.
    bool wait_for_out(std::string const& text) { return wait_for(out_, text); }
    bool wait_for_err(std::string const& text) { return wait_for(err_, text); }

private:
    bool wait_for(std::string const& in, std::string const& text) {
        std::unique_lock lock(mutex_);
        said_.wait_for(lock, std::chrono::minutes(1), [&] { return in.find(text) != in.npos || ended_ == 2; });
        return in.find(text) != in.npos;
    }

    void read(int from, std::string& into) {
        char piece[4096];
        for (;;) {
            auto const got = ::read(from, piece, sizeof piece);
            if (got <= 0) break;
            std::lock_guard lock(mutex_);
            into.append(piece, static_cast<std::size_t>(got));
            said_.notify_all();
        }
        ::close(from);
        std::lock_guard lock(mutex_);
        ++ended_;
        said_.notify_all();
    }

    family whole_;
    pid_t pid_ = -1;
    std::optional<int> status_;
    std::mutex mutable mutex_;
    std::condition_variable said_;
    std::string out_, err_;
    int ended_ = 0;
    std::thread out_reader_, err_reader_;
};

struct finished {
    int code;
    std::string out;
    std::string err;
};

/// Runs a program to its end.
inline finished run(std::vector<std::string> arguments, std::map<std::string, std::string> environment = {}) {
    process p(std::move(arguments), std::move(environment));
    auto const code = p.wait();
    return {code, p.out(), p.err()};
}

}  // namespace shop_test
