#include "watchdog.hpp"

#include <sys/socket.h>

#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

namespace shop::postgres {

namespace {

/// How often it looks: a statement need not wake it, and costs a lock.
constexpr auto pace = std::chrono::milliseconds(500);

}  // namespace

/// The thread that looks, for as long as there is anything to look after.
class watchdog::looker {
public:
    static std::shared_ptr<looker> shared() {
        static std::mutex one_at_a_time;
        static std::weak_ptr<looker> known;
        std::lock_guard lock(one_at_a_time);
        auto found = known.lock();
        if (!found) known = found = std::make_shared<looker>();
        return found;
    }
    looker() : thread_([this] { look(); }) {}
    ~looker() {
        {
            std::lock_guard lock(mutex);
            closing_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    looker(looker const&) = delete;
    looker& operator=(looker const&) = delete;

    std::mutex mutex;  ///< guards what follows, and the members of each
    std::set<watchdog*> all;

private:
    void look() {
        std::unique_lock lock(mutex);
        while (!changed_.wait_for(lock, pace, [&] { return closing_; })) {
            for (auto* one : all) {
                if (one->left_.count() <= 0 || (one->left_ -= pace).count() > 0) continue;
                ::shutdown(one->socket_, SHUT_RDWR);  // whoever waits for it wakes up
                one->is_cut_ = true;
            }
        }
    }

    std::condition_variable changed_;
    bool closing_ = false;
    std::thread thread_;  // last: it uses the others
};

watchdog::watchdog(int socket) : looker_(looker::shared()), socket_(socket) {
    std::lock_guard lock(looker_->mutex);
    looker_->all.insert(this);
}

watchdog::~watchdog() {
    std::lock_guard lock(looker_->mutex);
    looker_->all.erase(this);
}

void watchdog::start(std::chrono::milliseconds longest) {
    std::lock_guard lock(looker_->mutex);
    left_ = longest.count() > 0 ? longest + pace : longest;  // the first look may come at once
}

bool watchdog::stop() {
    std::lock_guard lock(looker_->mutex);
    left_ = {};
    return is_cut_;
}

}  // namespace shop::postgres
