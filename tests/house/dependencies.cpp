#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "rules.hpp"

namespace house {

namespace {

/// A room of the library sees itself and every room on a lower floor.
struct room {
    std::string_view name;
    int floor;
};
constexpr std::array rooms{
    room{"core", 0},   room{"json", 1},     room{"async", 1},     room{"records", 2},
    room{"events", 3}, room{"products", 4}, room{"inventory", 4}, room{"notifications", 4},
    room{"orders", 5}, room{"storage", 6},  room{"transport", 6}, room{"audit", 7},
    room{"engine", 8}, room{"testing", 9},  room{"http", 10},     room{"inproc", 10},
};
/// Those inside of `transports/http/src`.
constexpr std::array http_rooms{
    room{"message", 0}, room{"tls", 0}, room{"live", 1}, room{"rest", 2}, room{"server", 3}, room{"client", 3},
};
constexpr int services = 4;  ///< the floor of those that orders sees through their ports

room const* find_room(std::string_view name, std::span<room const> among = rooms) {
    auto const found = std::ranges::find(among, name, &room::name);
    return found == among.end() ? nullptr : &*found;
}

/// "orders" of "orders/types.hpp", "engine" of "engine.hpp".
std::string_view first_part(std::string_view path) {
    return path.substr(0, path.find_first_of("/."));
}

/// The room a file of the library stands in; nothing for programs, which may see everything.
room const* room_of(std::string_view path) {
    for (std::string_view const root : {"include/shop/", "src/", "transports/"}) {
        if (!path.starts_with(root)) continue;
        auto const part = first_part(path.substr(root.size()));
        return find_room(part == "shop" ? "engine" : part);  // the umbrella shop.hpp stands where the engine does
    }
    return nullptr;
}

/// The room an included header stands in; nothing for foreign headers and neighbours in the same folder.
room const* room_of(include const& included) {
    std::string_view header = included.header;
    if (header == "shop/shop.hpp") return find_room("engine");
    if (header.starts_with("shop/")) return find_room(first_part(header.substr(5)));
    if (included.quoted && header.find('/') != header.npos) return find_room(first_part(header));
    return nullptr;
}

/// Of products and inventory, orders sees the service port, its types and its operations.
bool is_service_port(std::string_view header) {
    auto const name = header.substr(header.rfind('/') + 1);
    return name == "service.hpp" || name == "types.hpp" || name == "operations.hpp";
}

struct foreign_header {
    std::string_view prefix;
    std::string_view home;
};
constexpr std::array foreign_headers{
    foreign_header{"sqlite3", "storage/sqlite/"},
    foreign_header{"libpq", "storage/postgres/"},
    foreign_header{"pqxx", "storage/postgres/"},
    foreign_header{"boost/beast", "transports/http/"},
    foreign_header{"openssl", "transports/http/src/"},
    foreign_header{"boost/asio/ssl", "transports/http/src/"},
    foreign_header{"unicode", "notifications/"},
    foreign_header{"kainjow", "notifications/"},
    foreign_header{"gtest", "testing/"},
    foreign_header{"gmock", "testing/"},
};

std::optional<std::string> judge(source_file const& file, room const& own, include const& included) {
    if (file.is_in("include/") && included.quoted) return "a public header includes with <shop/...>";
    for (auto const& foreign : foreign_headers) {
        if (included.header.starts_with(foreign.prefix) && file.path.find(foreign.home) == file.path.npos)
            return "only " + std::string(foreign.home) + " includes " + included.header;
    }
    if (own.floor <= find_room("json")->floor && own.name != "async" && included.header.starts_with("boost/asio"))
        return std::string(own.name) + " does without Asio";
    auto const* seen = room_of(included);
    if (seen == nullptr || seen == &own) return std::nullopt;
    if (seen->floor >= own.floor) return std::string(own.name) + " may not see " + std::string(seen->name);
    if (own.name == "orders" && seen->floor == services &&
        (seen->name == "notifications" || !is_service_port(included.header)))
        return "orders sees only the service ports of products and inventory, not " + included.header;
    return std::nullopt;
}

/// Who sees whom behind the public headers of HTTP.
std::optional<std::string> judge_http(source_file const& file, include const& included) {
    constexpr std::string_view root = "transports/http/src/";
    if (!file.is_in(root) || !included.quoted) return std::nullopt;
    auto const* own = find_room(first_part(std::string_view(file.path).substr(root.size())), http_rooms);
    if (own == nullptr) return "stands in no room of HTTP";
    auto const* seen = find_room(first_part(included.header), http_rooms);
    if (seen == nullptr) return "include it from its room: \"server/connection.hpp\"";
    if (seen != own && seen->floor >= own->floor)
        return std::string(own->name) + " may not see " + std::string(seen->name);
    return std::nullopt;
}

}  // namespace

findings check_dependencies(source_file const& file) {
    findings found;
    auto const* own = room_of(file.path);
    bool const library = file.is_in("include/") || file.is_in("src/") || file.is_in("transports/");
    if (!library) return found;
    if (own == nullptr) return {{file.path, 1, "stands in no room of the library"}};
    for (auto const& included : includes_of(file)) {
        auto what = judge(file, *own, included);
        if (!what) what = judge_http(file, included);
        if (what) found.push_back({file.path, included.line, std::move(*what)});
    }
    return found;
}

}  // namespace house
