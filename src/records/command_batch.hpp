#pragma once

#include <exception>
#include <memory>
#include <utility>
#include <vector>

#include <shop/core/call.hpp>
#include <shop/records/working_set.hpp>

namespace shop::detail {

/// Commands of many callers as one decision: each is applied to what the ones before it left.
///
/// A command whose rule throws (a broken invariant, an unreadable row) is answered with the reason and left out; its
/// neighbours are decided again without it, on a fresh copy.
///
/// After an unknown commit the batch runs again. Most rules then find what they recorded; the others are refused by
/// their own work, and are answered as before if that still stands.
template <class Schema, class Command, class Answer>
class command_batch : public decision_batch<Schema> {
public:
    using schema = Schema;
    using command_type = Command;
    using answer_type = Answer;
    using keys = key_set<Schema>;
    using rows = working_set<Schema>;
    using answers = std::vector<result<Answer>>;

    /// @param by who asks for each; the local principal for all when it is empty.
    explicit command_batch(std::vector<Command> commands, std::vector<std::shared_ptr<principal const>> by = {})
        : commands_(std::move(commands)), by_(std::move(by)) {}

    keys wanted() const final {
        keys all;
        for (auto const& command : commands_) want(all, command);
        return all;
    }

    boost::system::result<changes<Schema>, keys> decide(loaded_rows<Schema> const& loaded, attempt const& now) final {
        if (auto more = wanted_after(loaded); !more.empty()) return more;
        auto const before = std::exchange(answers_, answers(commands_.size()));
        std::vector<bool> failed(commands_.size());
        while (true) {
            rows copy(loaded);
            if (apply_all(copy, before, failed, now)) {
                conclude(copy);
                auto out = copy.take_changes();
                decided(out, answers_);
                return out;
            }
        }
    }

    /// One per command, once the batch is durable.
    answers take_answers() { return std::move(answers_); }

protected:
    virtual void want(keys& all, Command const& command) const = 0;
    /// Adds what only the loaded rows tell that it is needed, too.
    virtual void want_more(keys&, loaded_rows<Schema> const&, Command const&) const {}
    virtual result<Answer> apply(rows& all, Command const& command, attempt const& now) const = 0;
    /// Whether the rows are as a command left them that was answered so.
    virtual bool stands(rows const&, Answer const&) const { return false; }
    /// Adds what follows from all the commands together.
    virtual void conclude(rows&) const {}
    /// Sees each run's changes, and its answers before anybody else does.
    virtual void decided(changes<Schema> const&, answers&) {}

    std::vector<Command> const& commands() const { return commands_; }

private:
    keys wanted_after(loaded_rows<Schema> const& loaded) const {
        keys more;
        for (auto const& command : commands_) {
            try {
                want_more(more, loaded, command);
            } catch (failure const&) {
                // an unreadable row: the command meets it again when it is applied
            }
        }
        return more;
    }

    bool apply_all(rows& copy, answers const& before, std::vector<bool>& failed, attempt now) {
        for (std::size_t i = 0; i < commands_.size(); ++i) {
            if (failed[i]) continue;
            now.by = by_.empty() ? local_principal()->account : by_[i]->account;
            try {
                answers_[i] = apply(copy, commands_[i], now);
                if (!before.empty() && before[i] && !answers_[i] && stands(copy, *before[i])) answers_[i] = before[i];
                continue;
            } catch (failure const& why) {
                answers_[i] = why.reason();
            } catch (std::exception const&) {
                answers_[i] = error(error_code::internal);
            }
            failed[i] = true;
            return false;
        }
        return true;
    }

    std::vector<Command> commands_;
    std::vector<std::shared_ptr<principal const>> by_;
    answers answers_;
};

}  // namespace shop::detail
