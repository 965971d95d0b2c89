#include "peers/instances.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "support/scratch.hpp"

namespace shop_server {
namespace {

shop::result<std::vector<std::string>> found_at(std::string const& address) {
    asio::io_context context;
    auto found = asio::co_spawn(context, find_instances({address}), asio::use_future);
    context.run();
    return found.get();
}

TEST(instances, stand_in_a_registry_file_one_a_line) {
    shop_test::scratch folder;
    auto const path = folder.write("instances", "# two\nhttp://b:2 \t\r\n\nhttp://a:1");
    EXPECT_EQ(found_at("file:" + path).value(), (std::vector<std::string>{"http://a:1", "http://b:2"}));
    EXPECT_TRUE(check_registry_files({"file:" + path, "http://c:3"}));
    auto const wrong = folder.write("wrong", "http://a:1\nftp://b:2\n");
    EXPECT_EQ(found_at("file:" + wrong).error().message(), "the registry file has a line that is no http://HOST:PORT");
}

TEST(instances, are_not_taken_from_a_registry_file_that_others_may_write) {
    shop_test::scratch folder;
    auto const path = folder.write("instances", "http://evil:1\n");
    for (int const mode : {0666, 0620, 0602}) {
        ::chmod(path.c_str(), static_cast<mode_t>(mode));
        EXPECT_THAT(std::string(found_at("file:" + path).error().message()), testing::EndsWith("chmod 644 it"));
        EXPECT_EQ(check_registry_files({"http://c:3", "file:" + path}).error().code(), shop::error_code::invalid_value);
    }
    ::chmod(path.c_str(), 0644);
    EXPECT_TRUE(found_at("file:" + path));
}

TEST(instances, of_a_registry_file_that_is_not_there_yet_are_waited_for) {
    shop_test::scratch folder;
    EXPECT_EQ(found_at("file:" + folder.file("none")).error().code(), shop::error_code::not_found);
    EXPECT_TRUE(check_registry_files({"file:" + folder.file("none")}));
}

}  // namespace
}  // namespace shop_server
