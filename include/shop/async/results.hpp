#pragma once

#include <vector>

#include <boost/asio/awaitable.hpp>

#include <shop/core/result.hpp>

namespace shop {

namespace asio = boost::asio;

/// What a batch is answered, in time: one result per request, in their order.
template <class Answer>
using results = asio::awaitable<std::vector<result<Answer>>>;

}  // namespace shop
