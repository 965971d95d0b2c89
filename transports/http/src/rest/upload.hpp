#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "rest/answer.hpp"

/// Operations that take an array of commands: each item has its own result.
namespace shop::http::detail {

/// An array of items that were read one by one.
class uploaded_items {
public:
    /// @par Errors
    /// `malformed_json`; `malformed_request` unless the body is an array of at most `limits::import_items_max` items.
    result<void> read(std::string_view body);

    json::value array() const { return tape_.root(); }

private:
    json::tape tape_;
};

/// One item on its way.
struct uploaded_item {
    json::value value;
    std::size_t position;
    std::string result;  ///< as JSON; empty until there is one
};

/// The items as JSON texts, joined.
void append_results(std::string& out, std::vector<uploaded_item> const& items);

/// An item's failure as JSON: a problem beside the sku of the item, where it has one. Its pointers begin at the body.
std::string failed_item(uploaded_item const& item, error const& e);

template <class Row>
result<typename Row::command> read_item(json::value from) {
    typename Row::command out;
    auto& whole = out.*Row::command::body();
    auto decoded = json::decode<std::remove_cvref_t<decltype(whole)>>(from);
    if (!decoded) return decoded.error();
    whole = std::move(*decoded);
    return out;
}

/// Which item of an upload is about what: each thing may be meant by one item only, since the order of its changes
/// would decide what it becomes.
using upload_subjects = std::map<sku, std::size_t>;

/// @return why an item is refused, if another was about the same thing.
template <class Command>
std::optional<error> refuse_second(Command const& command, std::size_t position, upload_subjects& seen) {
    if constexpr (requires { command.subject(); }) {
        auto const [first, is_first] = seen.try_emplace(command.subject(), position);
        if (!is_first) return invalid_at("/sku", "is what item " + std::to_string(first->second) + " is about already");
    }
    return std::nullopt;
}

/// Has one batch answered: the items that can be read.
template <class Row>
asio::awaitable<void> run_batch(void* service, shop::call const& call, std::vector<uploaded_item>& items,
                                upload_subjects& seen) {
    std::vector<shop::request<typename Row::command>> batch;
    std::vector<uploaded_item*> asked;
    for (auto& item : items) {
        auto command = read_item<Row>(item.value);
        auto const repeated = command ? refuse_second(*command, item.position, seen) : std::nullopt;
        if (repeated) {
            item.result = failed_item(item, *repeated);
        } else if (command) {
            batch.emplace_back(call, std::move(*command));
            asked.push_back(&item);
        } else {
            item.result = failed_item(item, command.error());
        }
    }
    if (batch.empty()) co_return;
    auto& port = *static_cast<typename Row::service*>(service);
    auto const answers = co_await (port.*Row::row.function)(std::move(batch));
    if (answers.size() != asked.size()) throw std::logic_error("a service answered another number of requests");
    for (std::size_t i = 0; i < answers.size(); ++i) {
        asked[i]->result = answers[i] ? json::encode(shown(*answers[i])) : failed_item(*asked[i], answers[i].error());
    }
}

template <class Row>
asio::awaitable<response> run_upload(void* service, exchange& at) {
    static_assert(Row::has_whole_body && !described<typename Row::command>, "its items come from the body alone");
    if (!at.http.query.empty()) co_return refuse(at, false, malformed_at("query", "this operation has no parameters"));
    uploaded_items all;
    if (auto read = all.read(at.http.body); !read) co_return refuse(at, false, read.error());

    std::string body = "[";
    std::size_t position = 0;
    std::vector<uploaded_item> some;
    upload_subjects seen;
    for (auto value : all.array()) {
        some.push_back({value, position++, {}});
        if (some.size() < limits::batch_items_max && position < all.array().size()) continue;
        co_await run_batch<Row>(service, at.call, some, seen);
        append_results(body, some);
        some.clear();
    }
    body += ']';
    co_return response(200, std::move(body));
}

}  // namespace shop::http::detail
