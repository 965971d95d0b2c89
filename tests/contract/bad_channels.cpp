#include "bad_channels.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include <shop/async/signal.hpp>
#include <shop/testing/channel_contract.hpp>

namespace bad_channels {

using namespace shop;

namespace {

constexpr std::array<std::string_view, 9> defects{
    "answers_too_few", "loses_what_it_answers", "turns_the_order_round", "refuses_repeats",       "never_ends",
    "tells_addresses", "has_no_name",           "tells_some_twice",      "takes_silence_for_yes",
};

std::vector<delivery_id> arrived;
bool hangs = false;

/// Keeps what it is handed, but for its defect.
class kept final : public notifications::channel {
public:
    explicit kept(std::string_view defect) : defect_(defect) {}

    std::string_view name() const override { return has("has_no_name") ? "No Name" : "kept"; }
    notifications::channel_traits traits() const override {
        notifications::channel_traits like;
        like.messages_max = 4;
        return like;
    }
    results<std::vector<notifications::recipient>> recipients(std::vector<events::event> events) override {
        std::vector<result<std::vector<notifications::recipient>>> found;
        for (std::size_t i = 0; i < events.size(); ++i) {
            std::vector<notifications::recipient> theirs{{"till-1"}};
            if (has("tells_some_twice")) theirs.push_back({"till-1"});
            found.emplace_back(std::move(theirs));
        }
        co_return found;
    }
    results<void> send(std::vector<notifications::message> messages) override {
        std::vector<result<void>> answers;
        if (has("never_ends")) {
            shop::signal never;
            co_await never.wait();
        }
        for (auto const& m : messages) {
            if (hangs && !has("takes_silence_for_yes")) {
                answers.emplace_back(error(error_code::unavailable));
            } else if (has("tells_addresses") && !m.to.name.value_or("Ann").starts_with("Ann")) {
                answers.emplace_back(error(error_code::undeliverable, "no mailbox " + m.to.email.value_or("")));
            } else if (has("refuses_repeats") && std::find(arrived.begin(), arrived.end(), m.id) != arrived.end()) {
                answers.emplace_back(error(error_code::undeliverable, "I had that"));
            } else {
                answers.emplace_back();
                if (has("loses_what_it_answers") && !arrived.empty()) continue;
                arrived.insert(has("turns_the_order_round") ? arrived.begin() : arrived.end(), m.id);
            }
        }
        if (has("answers_too_few") && !answers.empty()) answers.pop_back();
        co_return answers;
    }

private:
    bool has(std::string_view defect) const { return defect_ == defect; }
    std::string_view defect_;
};

void register_over(std::string const& name, std::string_view defect) {
    shop::testing::channel_subject subject;
    subject.fresh = [defect](service_context const&) {
        arrived.clear();
        hangs = false;
        return std::make_shared<kept>(defect);
    };
    subject.arrived = [] { return arrived; };
    subject.hang = [] { hangs = true; };
    if (defect == "never_ends") subject.send_max = std::chrono::seconds(1);
    shop::testing::register_channel_contract(name, subject);
}

class proof : public ::testing::Test {
public:
    proof(std::string program, std::string_view defect) : program_(std::move(program)), defect_(defect) {}
    void TestBody() override {
        auto const command = "'" + program_ + "' --bad-channel=" + std::string(defect_) + " >/dev/null 2>&1";
        auto const status = std::system(command.c_str());
        EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1) << "the suite ran to its end and failed";
    }

private:
    std::string program_;
    std::string_view defect_;
};

}  // namespace

bool register_asked_for(int argc, char** argv) {
    constexpr std::string_view flag = "--bad-channel=";
    for (int i = 1; i < argc; ++i) {
        std::string_view const argument = argv[i];
        if (!argument.starts_with(flag)) continue;
        auto const found = std::find(defects.begin(), defects.end(), argument.substr(flag.size()));
        if (found == defects.end()) throw std::invalid_argument("no such defect: " + std::string(argument));
        register_over("bad", *found);
        return true;
    }
    return false;
}

void register_good() {
    register_over("kept", {});
}

void register_proofs(char const* program) {
    for (auto const defect : defects) {
        auto const name = "catch_a_channel_that_" + std::string(defect);
        ::testing::RegisterTest("channel_contract_suites", name.c_str(), nullptr, nullptr, __FILE__, __LINE__,
                                [=, p = std::string(program)]() -> proof* { return new proof(p, defect); });
    }
}

}  // namespace bad_channels
