#include <shop/transport/batching.hpp>

namespace shop::transport {

results<std::string> batching_channel::send(operation_facts operation, std::vector<outgoing> items) {
    auto found = queues_.find(operation.name);
    if (found == queues_.end()) {
        queue::run_function run = [next = next_, operation](std::vector<outgoing> batch) {
            return next->send(operation, std::move(batch));
        };
        found = queues_.try_emplace(operation.name, executor_, std::move(run), options_).first;
    }
    return found->second.submit(std::move(items));
}

std::size_t batching_channel::waiting() const {
    std::size_t all = 0;
    for (auto const& [operation, waiting] : queues_) all += waiting.waiting();
    return all;
}

}  // namespace shop::transport
