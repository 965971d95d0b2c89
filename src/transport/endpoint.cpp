#include <shop/transport/endpoint.hpp>

#include <algorithm>

#include <shop/core/limits.hpp>
#include <shop/transport/message.hpp>

namespace shop::transport {

std::vector<std::string_view> endpoint::operations() const {
    std::vector<std::string_view> names;
    for (auto const& [name, row] : rows_) names.push_back(name);
    return names;
}

asio::awaitable<result<std::string>> endpoint::receive(std::string_view operation, std::string_view lines) {
    auto const found = rows_.find(operation);
    if (found == rows_.end()) co_return error(error_code::not_found, "this service has no such operation");
    if (!lines.empty() && lines.back() == '\n') lines.remove_suffix(1);
    auto const count = lines.empty() ? 0 : static_cast<std::size_t>(std::count(lines.begin(), lines.end(), '\n')) + 1;
    if (count < 1 || count > limits::batch_items_max) {
        co_return error(error_code::malformed_request, "a message has 1 to 1024 items, one a line");
    }
    auto items = split_lines(lines, count);
    if (!items) co_return items.error();
    auto const row = found->second;
    co_return co_await row.run(row, *clock_, watch_, std::move(*items));
}

}  // namespace shop::transport
