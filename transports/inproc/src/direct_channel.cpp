#include <shop/inproc/direct_channel.hpp>

#include "carry.hpp"

namespace shop::inproc {
namespace {

class direct final : public transport::channel {
public:
    direct(service_context context, std::shared_ptr<transport::endpoint> to)
        : context_(std::move(context)), to_(std::move(to)) {}

    results<std::string> send(transport::operation_facts operation, std::vector<transport::outgoing> items) override {
        auto const count = items.size();
        auto lines = transport::join_items(items, context_.clock->now());
        auto const answer = co_await to_->receive(operation.name, lines);
        co_return answers_from(answer, count);
    }

private:
    service_context context_;
    std::shared_ptr<transport::endpoint> to_;
};

}  // namespace

std::shared_ptr<transport::channel> direct_channel(service_context context, std::shared_ptr<transport::endpoint> to) {
    return std::make_shared<direct>(std::move(context), std::move(to));
}

}  // namespace shop::inproc
