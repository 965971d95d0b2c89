#include <shop/async/scheduler.hpp>
#include <shop/storage/postgres.hpp>

/// That it links is the test; there is no server here.
bool has_a_branch() {
    auto const opened = shop::storage::postgres("postgresql://shop@/shop?host=/nowhere")(
        {shop::system_scheduler(), shop::random_ids()});
    return opened.has_value();
}
