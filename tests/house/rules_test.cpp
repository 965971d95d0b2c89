// Each rule of the house, seen to bite on a small bad sample and to leave a good one alone.
#include "rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using house::check_calls;
using house::check_dependencies;
using house::check_form;
using house::source_file;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

namespace {

auto says(std::size_t line, std::string const& what) {
    return AllOf(Field(&house::finding::line, line), Field(&house::finding::what, HasSubstr(what)));
}

}  // namespace

TEST(dependency_rule, lets_a_room_see_the_rooms_below_it) {
    EXPECT_THAT(check_dependencies({"src/orders/process/place_call.cpp",
                                    "#include <vector>\n"
                                    "#include <shop/core/money.hpp>\n"
                                    "#include <shop/products/service.hpp>\n"
                                    "#include \"orders/process/transition_call.hpp\"\n"
                                    "#include \"neighbour.hpp\"\n"}),
                IsEmpty());
}

TEST(dependency_rule, refuses_a_room_above) {
    EXPECT_THAT(check_dependencies({"include/shop/core/money.hpp", "#pragma once\n#include <shop/orders/types.hpp>\n"}),
                ElementsAre(says(2, "core may not see orders")));
    EXPECT_THAT(check_dependencies({"src/products/rules.cpp", "#include <shop/inventory/types.hpp>\n"}),
                ElementsAre(says(1, "products may not see inventory")));
    EXPECT_THAT(check_dependencies({"src/engine/engine.cpp", "#include <shop/testing/contract.hpp>\n"}),
                ElementsAre(says(1, "engine may not see testing")));
}

TEST(dependency_rule, keeps_storage_and_transport_apart) {
    EXPECT_THAT(check_dependencies({"src/storage/memory/orders.cpp", "#include <shop/transport/channel.hpp>\n"}),
                ElementsAre(says(1, "storage may not see transport")));
    EXPECT_THAT(check_dependencies({"src/transport/remote.cpp", "#include \"storage/memory/store.hpp\"\n"}),
                ElementsAre(says(1, "transport may not see storage")));
    EXPECT_THAT(check_dependencies({"transports/http/src/server/server.cpp", "#include <shop/inproc/channel.hpp>\n"}),
                ElementsAre(says(1, "http may not see inproc")));
}

TEST(dependency_rule, shows_orders_only_the_service_ports_of_its_neighbours) {
    EXPECT_THAT(check_dependencies({"src/orders/process/place_call.cpp",
                                    "#include <shop/inventory/rules.hpp>\n#include <shop/products/store.hpp>\n"
                                    "#include <shop/notifications/service.hpp>\n"}),
                ElementsAre(says(1, "not shop/inventory/rules.hpp"), says(2, "not shop/products/store.hpp"),
                            says(3, "not shop/notifications/service.hpp")));
}

TEST(dependency_rule, keeps_foreign_headers_in_their_room) {
    EXPECT_THAT(check_dependencies({"src/storage/sqlite/db.cpp", "#include <sqlite3.h>\n"}), IsEmpty());
    EXPECT_THAT(check_dependencies({"src/storage/memory/db.cpp", "#include <sqlite3.h>\n"}),
                ElementsAre(says(1, "only storage/sqlite/")));
    EXPECT_THAT(check_dependencies({"src/core/json.cpp", "#include <boost/beast/core.hpp>\n"}),
                ElementsAre(says(1, "only transports/http/")));
}

TEST(dependency_rule, keeps_asio_out_of_the_ground_floor) {
    EXPECT_THAT(check_dependencies({"src/core/a.cpp", "#include <boost/asio/awaitable.hpp>\n"}),
                ElementsAre(says(1, "core does without Asio")));
    EXPECT_THAT(check_dependencies({"src/json/a.cpp", "#include <boost/asio/awaitable.hpp>\n"}),
                ElementsAre(says(1, "json does without Asio")));
    EXPECT_THAT(check_dependencies({"src/async/a.cpp", "#include <boost/asio/awaitable.hpp>\n"}), IsEmpty());
}

TEST(dependency_rule, knows_the_rooms_behind_http) {
    EXPECT_THAT(check_dependencies({"transports/http/src/server/a.cpp", "#include \"rest/path.hpp\"\n"}), IsEmpty());
    EXPECT_THAT(check_dependencies({"transports/http/src/rest/a.cpp", "#include \"server/connection.hpp\"\n"}),
                ElementsAre(says(1, "rest may not see server")));
    EXPECT_THAT(check_dependencies({"transports/http/src/rest/a.cpp", "#include \"path.hpp\"\n"}),
                ElementsAre(says(1, "from its room")));
    EXPECT_THAT(check_dependencies({"transports/http/src/a.cpp", "#include \"rest/path.hpp\"\n"}),
                ElementsAre(says(1, "no room of HTTP")));
}

TEST(dependency_rule, keeps_private_headers_out_of_public_ones) {
    EXPECT_THAT(check_dependencies({"include/shop/orders/service.hpp", "#include \"orders/process/place_call.hpp\"\n"}),
                ElementsAre(says(1, "<shop/...>")));
}

TEST(dependency_rule, knows_every_room) {
    EXPECT_THAT(check_dependencies({"src/attic/old.cpp", ""}), ElementsAre(says(1, "no room")));
}

TEST(dependency_rule, is_not_fooled_by_comments) {
    EXPECT_THAT(check_dependencies({"src/core/a.cpp", "// #include <sqlite3.h>\n/*\n#include <sqlite3.h>\n*/\n"}),
                IsEmpty());
}

TEST(banned_calls, name_the_replacement) {
    EXPECT_THAT(check_calls({"src/orders/process/place_call.cpp",
                             "auto a = std::chrono::system_clock::now();\n"
                             "auto b = std::chrono::steady_clock::now();\n"
                             "std::random_device entropy;\n"
                             "std::printf(\"%d\", 1);\n"
                             "std::cout << 1;\n"
                             "boost::json::parse(text);\n"}),
                ElementsAre(says(1, "shop::scheduler"), says(2, "shop::scheduler"), says(3, "id source"),
                            says(4, "printf"), says(5, "std::cout"), says(6, "strict reader")));
}

TEST(banned_calls, are_allowed_where_they_belong) {
    EXPECT_THAT(check_calls({"src/async/scheduler.cpp", "auto a = std::chrono::steady_clock::now();\n"}), IsEmpty());
    EXPECT_THAT(check_calls({"transports/http/src/server/server.cpp", "auto a = std::chrono::steady_clock::now();\n"}),
                IsEmpty());
    EXPECT_THAT(check_calls({"bench/driver.cpp", "auto a = std::chrono::steady_clock::now();\nstd::cout << 1;\n"}),
                IsEmpty());
}

TEST(banned_calls, stop_sleeping_in_tests_too) {
    EXPECT_THAT(check_calls({"tests/system/kill_test.cpp", "std::this_thread::sleep_for(1s);\n"}),
                ElementsAre(says(1, "wait for a condition")));
}

TEST(banned_calls, are_whole_words_in_code) {
    EXPECT_THAT(check_calls({"src/core/a.cpp",
                             "// std::cout is banned\n"
                             "auto text = \"std::cout\";\n"
                             "auto sql = R\"sql(select printf('%d'))sql\";\n"
                             "std::snprintf(to, size, format);\n"
                             "auto n = 10'000; int operand; generator.rand();\n"}),
                IsEmpty());
}

TEST(banned_calls, include_a_swallowed_exception) {
    EXPECT_THAT(check_calls({"src/core/a.cpp", "try { f(); } catch (...) { }\n"}), ElementsAre(says(1, "swallows")));
    EXPECT_THAT(check_calls({"src/core/a.cpp", "try { f(); } catch (...) { return failed(); }\n"}), IsEmpty());
}

TEST(form, wants_the_pragma_in_headers_only) {
    EXPECT_THAT(check_form({"include/shop/core/a.hpp", "int a;\n"}), ElementsAre(says(1, "#pragma once")));
    EXPECT_THAT(check_form({"include/shop/core/a.hpp", "// why\n#pragma once\n"}), IsEmpty());
    EXPECT_THAT(check_form({"src/core/a.cpp", "int a;\n"}), IsEmpty());
}

TEST(form, bounds_the_file) {
    std::string text;
    for (int i = 0; i < 501; ++i) text += "int a;\n";
    EXPECT_THAT(check_form({"src/core/a.cpp", text}), ElementsAre(says(501, "longer than 500 lines")));
    EXPECT_THAT(check_form({"src/core/a.cpp", text.substr(7)}), IsEmpty());
}

TEST(form, bounds_the_line) {
    EXPECT_THAT(check_form({"src/core/a.cpp", std::string(120, 'a') + "\n"}), IsEmpty());
    EXPECT_THAT(check_form({"src/core/a.cpp", "a\n" + std::string(121, 'a') + "\n"}),
                ElementsAre(says(2, "longer than 120 columns")));
}

TEST(form, wants_a_word_about_each_public_type) {
    auto const of = [](std::string const& text) {
        return check_form({"include/shop/core/a.hpp", "#pragma once\nnamespace shop {\n" + text});
    };
    EXPECT_THAT(of("struct money {\n};\n"), ElementsAre(says(3, "what this type is")));
    EXPECT_THAT(of("template <class T>\nclass money final : base {\n};\n"), ElementsAre(says(4, "what this type is")));
    EXPECT_THAT(of("/// An amount.\ntemplate <class T>\nclass money {\n};\n"), IsEmpty());
    EXPECT_THAT(of("struct money;\ntemplate <>\nstruct hash<money> {\n};\n"), IsEmpty());
    EXPECT_THAT(of("namespace detail {\nstruct half {\n};\n}  // namespace detail\n"), IsEmpty());
}

TEST(form, refuses_leftovers_tabs_and_blanks) {
    EXPECT_THAT(check_form({"src/core/a.cpp",
                            "// TO"
                            "DO later\n\tint a;\nint b; \n"}),
                ElementsAre(says(1, "leftover"), says(2, "tab"), says(3, "blanks")));
}
