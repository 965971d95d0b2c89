#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "rules.hpp"

namespace house {

namespace {

/// The rooms of the library, each with the rooms it may see besides itself.
struct room {
    std::string_view name;
    std::vector<std::string_view> sees;
};

std::vector<room> const& rooms() {
    static std::vector<room> const all{
        {"core", {}},
        {"events", {"core"}},
        {"products", {"core", "events"}},
        {"inventory", {"core", "events"}},
        {"notifications", {"core", "events"}},
        {"orders", {"core", "events", "products", "inventory"}},
        {"storage", {"core", "events", "products", "inventory", "notifications", "orders"}},
        {"transport", {"core", "events", "products", "inventory", "notifications", "orders"}},
        {"engine", {"core", "events", "products", "inventory", "notifications", "orders", "storage", "transport"}},
        {"testing",
         {"core", "events", "products", "inventory", "notifications", "orders", "storage", "transport", "engine"}},
        {"http",
         {"core", "events", "products", "inventory", "notifications", "orders", "storage", "transport", "engine",
          "testing"}},
        {"inproc",
         {"core", "events", "products", "inventory", "notifications", "orders", "storage", "transport", "engine",
          "testing"}},
    };
    return all;
}

room const* find_room(std::string_view name) {
    auto const found = std::ranges::find(rooms(), name, &room::name);
    return found == rooms().end() ? nullptr : &*found;
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
    foreign_header{"sqlite3", "storage/sqlite/"},  foreign_header{"pqxx", "storage/postgres/"},
    foreign_header{"libpq", "storage/postgres/"},  foreign_header{"boost/beast", "transports/http/"},
    foreign_header{"openssl", "transports/http/"}, foreign_header{"gtest", "testing/"},
    foreign_header{"gmock", "testing/"},
};

std::optional<std::string> judge(source_file const& file, room const& own, include const& included) {
    if (file.is_in("include/") && included.quoted) return "a public header includes with <shop/...>";
    for (auto const& foreign : foreign_headers) {
        if (included.header.starts_with(foreign.prefix) && file.path.find(foreign.home) == file.path.npos)
            return "only " + std::string(foreign.home) + " includes " + included.header;
    }
    auto const* seen = room_of(included);
    if (seen == nullptr || seen == &own) return std::nullopt;
    if (std::ranges::find(own.sees, seen->name) == own.sees.end())
        return std::string(own.name) + " may not see " + std::string(seen->name);
    bool const neighbour = seen->name == "products" || seen->name == "inventory";
    if (own.name == "orders" && neighbour && !is_service_port(included.header))
        return "orders sees only the service port of " + std::string(seen->name);
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
