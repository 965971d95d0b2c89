#include "channels/channels.hpp"

#include <algorithm>
#include <array>

#include "channels/mail/mail_channel.hpp"
#include "settings.hpp"

namespace shop_server {

namespace {

using made_channel = shop::result<std::shared_ptr<shop::notifications::channel>>;

struct channel_row {
    std::string_view name;
    made_channel (*make)(settings const& with, shop::service_context context);
};

made_channel make_log(settings const&, shop::service_context context) {
    return shop::notifications::log_channel(*context.log);
}

constexpr std::array table{
    channel_row{"log", &make_log},
    channel_row{"email", &mail_channel},
};

channel_row const* find(std::string_view name) {
    auto const found = std::ranges::find(table, name, &channel_row::name);
    return found == table.end() ? nullptr : &*found;
}

}  // namespace

bool has_channel(std::string_view name) {
    return find(name) != nullptr;
}

std::string channel_names() {
    std::string all;
    for (auto const& row : table) all.append(all.empty() ? "" : ", ").append(row.name);
    return all;
}

shop::result<std::vector<std::shared_ptr<shop::notifications::channel>>> make_channels(settings const& with,
                                                                                       shop::service_context context) {
    std::vector<std::shared_ptr<shop::notifications::channel>> made;
    for (auto const& name : with.channels) {
        auto one = find(name)->make(with, context);
        if (!one) return one.error();
        made.push_back(std::move(*one));
    }
    return made;
}

}  // namespace shop_server
