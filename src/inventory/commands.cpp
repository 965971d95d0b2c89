#include <shop/inventory/service.hpp>

namespace shop::inventory {

record_movement record_movement::receive(shop::sku which, shop::quantity many) {
    record_movement m;
    m.sku = std::move(which);
    m.kind = movement_kind::received;
    m.quantity = many;
    return m;
}

record_movement record_movement::adjust(shop::sku which, std::int64_t by, std::string why) {
    record_movement m;
    m.sku = std::move(which);
    m.kind = movement_kind::adjusted;
    m.delta = by;
    m.reason = std::move(why);
    return m;
}

record_movement record_movement::transfer(shop::sku which, shop::quantity many, shop::location source,
                                          shop::location target) {
    record_movement m;
    m.sku = std::move(which);
    m.kind = movement_kind::transferred;
    m.quantity = many;
    m.from = std::move(source);
    m.to = std::move(target);
    return m;
}

}  // namespace shop::inventory
