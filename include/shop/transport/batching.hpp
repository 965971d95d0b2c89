#pragma once

#include <map>
#include <memory>

#include <shop/async/batcher.hpp>
#include <shop/async/results.hpp>
#include <shop/async/service_context.hpp>
#include <shop/transport/channel.hpp>

namespace shop::transport {

/// Natural batching between services: calls of one operation that are made while others are under way leave together,
/// in one message.
///
/// As many messages of an operation are under way as `batcher_options::batches_max` says; more than one, so that a
/// message that has to wait holds up only those that left with it.
class batching_channel final : public channel {
public:
    /// @param next carries the messages
    batching_channel(service_context const& context, std::shared_ptr<channel> next, batcher_options options)
        : executor_(context.executor), next_(std::move(next)), options_(options) {}

    results<std::string> send(operation_facts operation, std::vector<outgoing> items) override;

    /// Items that wait for their message to leave.
    std::size_t waiting() const;

private:
    using queue = batcher<outgoing, std::string>;

    asio::any_io_executor executor_;
    std::shared_ptr<channel> next_;
    batcher_options options_;
    std::map<std::string_view, queue> queues_;  ///< by operation
};

}  // namespace shop::transport
