#include "order_reader.hpp"

namespace shop::orders {

results<order_record> order_reader::load(std::shared_ptr<orders::store> store, std::vector<order_id> ids) {
    key_set<store_schema> keys;
    for (auto const& id : ids) keys.add<order_record>({id});
    auto const rows = co_await store->load(std::move(keys));
    std::vector<result<order_record>> found;
    found.reserve(ids.size());
    for (auto const& id : ids) {
        if (!rows) {
            found.push_back(rows.error());
        } else if (auto const* order = (*rows)->find<order_record>({id})) {
            found.push_back(*order);
        } else {
            found.push_back(error(error_code::not_found));
        }
    }
    co_return found;
}

}  // namespace shop::orders
