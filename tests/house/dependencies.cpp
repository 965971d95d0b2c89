#include <algorithm>
#include <array>
#include <optional>
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
    room{"core", 0},    room{"events", 1},  room{"products", 2},  room{"inventory", 2}, room{"notifications", 2},
    room{"orders", 3},  room{"storage", 4}, room{"transport", 4}, room{"audit", 5},     room{"engine", 6},
    room{"testing", 7}, room{"http", 8},    room{"inproc", 8},
};

room const* find_room(std::string_view name) {
    auto const found = std::ranges::find(rooms, name, &room::name);
    return found == rooms.end() ? nullptr : &*found;
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
    foreign_header{"sqlite3", "storage/sqlite/"},          foreign_header{"libpq", "storage/postgres/"},
    foreign_header{"pqxx", "storage/postgres/"},
    foreign_header{"boost/beast", "transports/http/"},     foreign_header{"openssl", "transports/http/src/"},
    foreign_header{"boost/asio/ssl", "transports/http/src/"},
    foreign_header{"gtest", "testing/"},                   foreign_header{"gmock", "testing/"},
};

std::optional<std::string> judge(source_file const& file, room const& own, include const& included) {
    if (file.is_in("include/") && included.quoted) return "a public header includes with <shop/...>";
    for (auto const& foreign : foreign_headers) {
        if (included.header.starts_with(foreign.prefix) && file.path.find(foreign.home) == file.path.npos)
            return "only " + std::string(foreign.home) + " includes " + included.header;
    }
    auto const* seen = room_of(included);
    if (seen == nullptr || seen == &own) return std::nullopt;
    if (seen->floor >= own.floor) return std::string(own.name) + " may not see " + std::string(seen->name);
    if (own.name == "orders" && seen->floor == 2 &&
        (seen->name == "notifications" || !is_service_port(included.header)))
        return "orders sees only the service ports of products and inventory, not " + included.header;
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
        if (auto what = judge(file, *own, included)) found.push_back({file.path, included.line, std::move(*what)});
    }
    return found;
}

}  // namespace house
